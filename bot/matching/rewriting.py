"""Finds disguised words in folded text and says what to write in their place."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.matching.digits import Edit, digit_edits
from bot.matching.gaps import joining_edits
from bot.matching.homophones import homophones
from bot.matching.kaomoji import kaomoji_edits
from bot.matching.pictures import is_han, picture_edits
from bot.matching.searcher import Searcher, search_for
from bot.matching.slang_tables import (
    BEGINS_ANOTHER_WORD,
    EMOJI,
    ENDS_ANOTHER_WORD,
    SLANG,
)
from bot.matching.sounds import glued_pinyin, homophone_words, pinyin_words, swapped_words
from bot.matching.split_characters import split_characters, split_neighbours
from bot.matching.tokens import tokenize

_MADE_OF_WORDS = frozenset({"homophone", "swapped", "neighbours"})
"""Disguises that honest neighbours may look like: they must stand apart as words."""

_NAMED = {"neighbours": "split", "glued": "pinyin"}

_ONLY_WORDS = re.compile("[\u4e00-\u9fffa-z0-9]*")
"""Here no sign stands for a word or parts one; the cheap test spares most of the others."""

_IN_LINK_LEFT = "./@_-=&%#?~"
_IN_LINK_RIGHT = "@_-=&/%"


@dataclass(frozen=True, slots=True)
class _Rules:
    """Patterns with what they become, in one searcher."""

    searcher: Searcher
    patterns: tuple[str, ...]
    plain: tuple[str, ...]
    kinds: tuple[str, ...]


@lru_cache(maxsize=1)
def _wording() -> _Rules:
    entries: dict[str, tuple[str, str]] = {}
    for kind, table in (
        ("homophone", homophone_words()),
        ("swapped", swapped_words()),
        ("neighbours", split_neighbours()),
        ("glued", glued_pinyin()),
        ("pinyin", pinyin_words()),
        ("split", split_characters()),
        ("slang", SLANG),
        ("emoji", EMOJI),
    ):
        entries |= {pattern: (plain, kind) for pattern, plain in table.items() if pattern != plain}
    patterns = tuple(entries)
    return _Rules(
        search_for(patterns),
        patterns,
        tuple(plain for plain, _ in entries.values()),
        tuple(kind for _, kind in entries.values()),
    )


def find_edits(text: str) -> list[Edit]:
    """Replacements of one round, in order and apart from each other; none when all is plain."""
    edits = _wording_edits(text)
    if not _ONLY_WORDS.fullmatch(text):
        edits += picture_edits(text)
        edits += joining_edits(text)
    edits += kaomoji_edits(text)
    edits += digit_edits(text)
    if len(edits) < 2:
        return edits
    return _apart(edits)


def _apart(edits: list[Edit]) -> list[Edit]:
    chosen: list[Edit] = []
    last = -1
    for edit in sorted(edits, key=lambda item: (item[0], -item[1], item[2], item[3])):
        if edit[0] >= last:
            chosen.append(edit)
            last = edit[1]
    return chosen


def _wording_edits(text: str) -> list[Edit]:
    rules = _wording()
    doubtful: list[Edit] = [(*found, "homophone") for found in homophones(text)]
    edits: list[Edit] = []
    for number, start, end in rules.searcher.find_matches_as_indexes(text, overlapping=True):
        kind, plain = rules.kinds[number], rules.plain[number]
        if kind in _MADE_OF_WORDS:
            if kind != "swapped" or not _overlaps_itself(text, start, plain):
                doubtful.append((start, end, plain, kind))
        elif kind == "glued":
            if is_han(text[start - 1 : start]) and is_han(text[end : end + 1]):
                edits.append((start, end, plain, _NAMED[kind]))
        elif _fits(text, start, end, plain):
            edits.append((start, end, plain, kind))
    if doubtful:
        edges = _word_edges(text)
        edits += [
            (start, end, plain, _NAMED.get(kind, kind))
            for start, end, plain, kind in doubtful
            if _stands_apart(start, end, edges)
        ]
    return edits


def _overlaps_itself(text: str, start: int, word: str) -> bool:
    """The word itself one character before or after, as in 微信微信."""
    return text.startswith(word, start + 1) or (start > 0 and text.startswith(word, start - 1))


def _word_edges(text: str) -> frozenset[int]:
    edges = {0}
    place = 0
    for token in tokenize(text):
        place += len(token)
        edges.add(place)
    return frozenset(edges)


def _stands_apart(start: int, end: int, edges: frozenset[int]) -> bool:
    """Not an ordinary word of the dictionary, nor made of the halves of two of them."""
    inside = any(place in edges for place in range(start + 1, end))
    return inside and start in edges and end in edges


def _fits(text: str, start: int, end: int, plain: str) -> bool:
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    first, last = text[start], text[end - 1]
    if text.startswith(plain, start) and len(plain) > end - start:
        return False
    if first == "加" and before and before in ENDS_ANOTHER_WORD:
        return False
    if after and after in BEGINS_ANOTHER_WORD.get(last, ""):
        return False
    if _is_latin(first) and (_is_latin(before) or before.isdigit()):
        return False
    if _is_latin(last) and _is_latin(after):
        return False
    pattern = text[start:end]
    if pattern.isascii() and first not in "+":
        return _outside_links(text, end, before, after, pattern)
    return True


def _outside_links(text: str, end: int, before: str, after: str, pattern: str) -> bool:
    if before and before in _IN_LINK_LEFT:
        return False
    if after and after in _IN_LINK_RIGHT:
        return False
    if pattern == "wx" and after.isdigit():
        return False
    return not (after == "." and end + 1 < len(text) and text[end + 1].isalnum())


def _is_latin(char: str) -> bool:
    return "a" <= char <= "z"
