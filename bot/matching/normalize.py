"""One form for every disguise of the same words, with a map back to what the resident sent."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.matching.digits import Edit
from bot.matching.folding_tables import DROP, EXPAND, Folding, folding
from bot.matching.result import Span
from bot.matching.rewriting import find_edits

LONGEST_REWRITTEN = 10_000
"""Past this length (more than any messenger carries) characters are folded, words are not."""

GUESSES = frozenset({"split", "homophone", "pinyin", "swapped", "inner_space", "emoji", "slang"})
"""Disguises whose plain form is the likeliest one, not the only one."""

_MOST_ROUNDS = 8
_MARKED = re.compile(f"[{DROP}{EXPAND}\U000e0000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Normalized:
    """A message in its plain form; `offsets[i]` is where `text[i]` began in `original`.

    `offsets` has one entry more than `text`: the end. `disguises` counts what was undone, by kind.
    """

    original: str
    text: str
    offsets: Sequence[int]
    disguises: Mapping[str, int]

    @property
    def is_guessed(self) -> bool:
        """Whether words were written anew, which may have been other words."""
        return not GUESSES.isdisjoint(self.disguises)

    def span(self, start: int, end: int) -> Span:
        """The range of the original that a range of the plain text came from."""
        size = len(self.text)
        start = min(max(start, 0), size)
        end = min(max(end, start), size)
        return Span(self.offsets[start], self.offsets[end])


def normalize(text: str) -> Normalized:
    """Undo disguises; doing it twice changes nothing more."""
    known = folding()
    plain = text.translate(known.table)
    offsets: Sequence[int] = range(len(text) + 1)
    disguises: dict[str, int] = {}
    if plain != text:
        for char in known.disguised.intersection(text):
            kind = known.kinds[char]
            disguises[kind] = disguises.get(kind, 0) + text.count(char)
    if _MARKED.search(plain):
        plain, offsets = _unfold(text, plain, known)
    if len(plain) <= LONGEST_REWRITTEN:
        for _ in range(_MOST_ROUNDS):
            edits = find_edits(plain)
            if not edits:
                break
            plain, offsets = _apply(plain, offsets, edits)
            for *_, kind in edits:
                disguises[kind] = disguises.get(kind, 0) + 1
    return Normalized(text, plain, offsets, dict(sorted(disguises.items())))


def _unfold(original: str, folded: str, known: Folding) -> tuple[str, list[int]]:
    """Write out the characters that fold into none or into several."""
    if not known.expansions.keys() & set(original):
        kept = [place for place, char in enumerate(folded) if not _is_marked(char)]
        return _MARKED.sub("", folded), [*kept, len(folded)]
    parts: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _MARKED.finditer(folded):
        place = match.start()
        parts.append(folded[done:place])
        offsets.extend(range(done, place))
        done = place + 1
        if match.group() == EXPAND:
            piece = known.expansions[original[place]]
            parts.append(piece)
            offsets.extend([place] * len(piece))
    parts.append(folded[done:])
    offsets.extend(range(done, len(folded) + 1))
    return "".join(parts), offsets


def _is_marked(char: str) -> bool:
    return char == DROP or char > "\U000dffff"


def _apply(text: str, offsets: Sequence[int], edits: list[Edit]) -> tuple[str, list[int]]:
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for start, end, plain, _ in edits:
        parts += (text[done:start], plain)
        places.extend(offsets[done:start])
        last = end - 1
        places.extend(offsets[min(start + i, last)] for i in range(len(plain)))
        done = end
    parts.append(text[done:])
    places.extend(offsets[done:])
    return "".join(parts), places
