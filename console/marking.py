"""A text in pieces, each with the reasons for which it is marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.matching.alignment import Evidence


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `kinds` are the marks on it, as classes of the style sheet."""

    text: str
    kinds: str = ""


def marked(text: str, found: Sequence[Evidence]) -> tuple[Piece, ...]:
    """The text in pieces, cut where a mark begins or ends; together they are the whole text."""
    edges = {edge for one in found for edge in (one.span.start, one.span.end)}
    cuts = sorted({0, len(text)} | {edge for edge in edges if 0 < edge < len(text)})
    pieces = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        kinds = {one.kind for one in found if one.span.start <= start and end <= one.span.end}
        pieces.append(Piece(text[start:end], " ".join(sorted(kinds))))
    return tuple(pieces)
