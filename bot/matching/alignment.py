"""What a text shares with the known script nearest to it, made only where somebody asks to see it.

A verdict says which script is nearest and how near; this finds the same words in both, as ranges of
the text as it was sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from bot.matching.features import fold, read_text
from bot.matching.index import SHORT
from bot.matching.keys import key_of, places_of
from bot.matching.normalize import normalize
from bot.matching.result import Span, Verdict
from bot.matching.thresholds import SHOWN_SCRIPT

LEAST_SHARED = 3
"""Fewer characters in a row are common to any two texts."""

_ROUNDING = 1e-9


class EvidenceKind(StrEnum):
    """Why a range of a text is marked: a reason quotes it, or the nearest known script has it."""

    REASON = "reason"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A range of the text as it was sent, and why it is marked."""

    kind: EvidenceKind
    span: Span


def evidence(text: str, verdict: Verdict) -> tuple[Evidence, ...]:
    """All that is to be marked in a text of this verdict: what the reasons quote, then what it
    shares with the nearest known script, where that is near enough to be shown."""
    shared: tuple[Span, ...] = ()
    if verdict.nearest is not None and shows_script(verdict):
        shared = shared_parts(text, verdict.nearest)
    return (
        *(Evidence(EvidenceKind.REASON, span) for span in verdict.spans),
        *(Evidence(EvidenceKind.SCRIPT, span) for span in shared),
    )


def shows_script(verdict: Verdict) -> bool:
    """Whether a known script is near enough to explain anything."""
    return verdict.nearest is not None and verdict.nearness >= SHOWN_SCRIPT


def percent(nearness: float) -> int:
    """A nearness in whole percent, rounded down: only the same words are at 100."""
    return int(nearness * 100 + _ROUNDING)


def shared_parts(text: str, script: str) -> tuple[Span, ...]:
    """Ranges of the text as it was sent that also stand in the script, in the same order: none
    empty, none over another."""
    reading = read_text(text)
    places = places_of(reading.folded)
    own, other = key_of(reading.folded), key_of(fold(normalize(script).text))
    spans: list[Span] = []
    for start, end in _same_runs(own, other):
        span = reading.normalized.span(places[start][0], places[end - 1][1])
        if span.start < span.end and (not spans or spans[-1].end <= span.start):
            spans.append(span)
    return tuple(spans)


def _same_runs(own: str, other: str) -> Iterator[tuple[int, int]]:
    """Runs of the first key that also stand in the second, both in their best-matching parts."""
    own_part, other_part = (0, len(own)), (0, len(other))
    best = fuzz.partial_ratio_alignment(own, other) if min(len(own), len(other)) > SHORT else None
    if best is not None:
        own_part = (best.src_start, best.src_end)
        other_part = (best.dest_start, best.dest_end)
    steps = LCSseq.editops(own[slice(*own_part)], other[slice(*other_part)])
    for block in steps.as_matching_blocks():
        if block.size >= LEAST_SHARED:
            yield own_part[0] + block.a, own_part[0] + block.a + block.size
