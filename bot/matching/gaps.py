"""Spaces and marks between the characters of a word, taken out again.

Which marks stand inside words is read off the text: closed up, it falls into words of the
dictionary, and a gap that lies inside one of them parted a word. Marks between the words of honest
text lie at the edges.
"""

import re
from collections import Counter
from functools import lru_cache

from bot.matching.digits import Edit
from bot.matching.pictures import PICTURES
from bot.matching.searcher import Searcher, search_for
from bot.matching.slang_tables import EMOJI, JOINABLE
from bot.matching.tokens import tokenize

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_GAP = re.compile(
    rf"[^\w\n](?<=[{_HAN}].)[^\w\n]{{0,3}}(?=[{_HAN}])|_(?<=[{_HAN}].)_{{0,3}}(?=[{_HAN}])"
)
_SPELLED = re.compile(
    rf"[{_HAN}](?P<sign>[^\w\n,.!?;:、。…]|[_.\n])(?P=sign){{0,2}}"
    rf"(?:[{_HAN}](?P=sign){{1,3}}){{2,}}[{_HAN}]"
)
_BROKEN = re.compile(rf"(?<=[{_HAN}])\n(?=[{_HAN}])")
_LEAST_SPELLED = 3
_NEVER_SPELLS = ",!?;:、。…"
"""Three signs at least spell a word; these are left to honest writing."""

_INNER = frozenset(" \t.*·_~|/+^=#'\"`-\\・")
"""What parts the characters of a single known word; a comma there may be honest."""

_PUNCTUATION = frozenset(",.!?;:、。…—()《》\"'“”‘’【】[]<>「」")
_LISTING = frozenset("/-+&")

_PICTURES = frozenset(sign for pattern in EMOJI for sign in pattern).union(PICTURES)
"""Signs that may stand for words, so that they are no mere marks between others."""

_SPACES, _MARKS = "space", "mark"
_LEAST = {_SPACES: (2, 0.25), _MARKS: (2, 0.2)} | dict.fromkeys(_LISTING, (4, 0.3))
_LEAST_OTHERS = (2, 0.35)
"""How many gaps of a kind, and which share of them, must part words for all of them to go."""


_CLAUSE = 6
"""Punctuation as rare as one sign in so many characters sets clauses apart, not characters."""


def joining_edits(text: str) -> list[Edit]:
    """Edits that close the gaps inside words; none where words are only set apart."""
    gaps = [found.span() for found in _GAP.finditer(text)]
    if not gaps and text.count("\n") < _LEAST_SPELLED:
        return []
    taken = _spelled(text, gaps)
    if len(text) > _CLAUSE * len(gaps):
        gaps = [span for span in gaps if text[span[0]] not in _PUNCTUATION]
    if gaps:
        closed, joined = _close(text, gaps)
        inside = _inside_known_words(closed, joined, text)
        taken |= {span for place, span in closed.items() if place in inside}
        taken |= _dense(text, closed, joined)
    return [(start, end, "", "inner_space") for start, end in sorted(taken)]


def _close(text: str, gaps: list[tuple[int, int]]) -> tuple[dict[int, tuple[int, int]], str]:
    """Where each gap lies in the text without them, and that text."""
    closed: dict[int, tuple[int, int]] = {}
    parts: list[str] = []
    done = size = 0
    for start, end in gaps:
        parts.append(text[done:start])
        size += start - done
        closed[size] = (start, end)
        done = end
    parts.append(text[done:])
    return closed, "".join(parts)


def _inside_known_words(closed: dict[int, tuple[int, int]], joined: str, text: str) -> set[int]:
    hits = _known_words().find_matches_as_indexes(joined, overlapping=True)
    return {
        place
        for _, start, end in hits
        for place in range(start + 1, end)
        if place in closed and _INNER.issuperset(text[slice(*closed[place])])
    }


@lru_cache(maxsize=1)
def _known_words() -> Searcher:
    return search_for(sorted(JOINABLE))


def _dense(text: str, closed: dict[int, tuple[int, int]], joined: str) -> set[tuple[int, int]]:
    """All gaps of the kinds that often part words of the dictionary."""
    edges, place = set(), 0
    for token in tokenize(joined):
        place += len(token)
        edges.add(place)
    kinds = {span: _kind(text[slice(*span)]) for span in closed.values()}
    total = Counter(kinds.values())
    inside = Counter(kinds[span] for place, span in closed.items() if place not in edges)
    going = {
        kind
        for kind, count in inside.items()
        if count >= _least(kind)[0] and count >= _least(kind)[1] * total[kind]
    }
    return {span for span, kind in kinds.items() if kind in going}


def _least(kind: str) -> tuple[int, float]:
    return _LEAST.get(kind, _LEAST_OTHERS)


def _kind(gap: str) -> str:
    """Spaces; each mark of honest writing by itself; all other marks together."""
    signs = "".join(gap.split())
    if not signs:
        return _SPACES
    if any(sign in _PICTURES for sign in signs):
        return "word"
    honest = [sign for sign in signs if sign in _PUNCTUATION or sign in _LISTING]
    return honest[0] if honest else _MARKS


def _spelled(text: str, gaps: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Where four and more single characters stand apart by one sign, a line break too: that sign
    there, and wherever else it parts two characters."""
    apart = sum(text[start] not in _NEVER_SPELLS for start, _ in gaps) + text.count("\n")
    if apart < _LEAST_SPELLED:
        return set()
    taken, signs = set(), set()
    for found in _SPELLED.finditer(text):
        signs.add(found["sign"])
        start, end = found.span()
        taken |= {(at, at + 1) for at in range(start, end) if not text[at].isalnum()}
    if "\n" in signs:
        taken |= {found.span() for found in _BROKEN.finditer(text)}
    return taken | {(start, end) for start, end in gaps if signs.issuperset(text[start:end])}
