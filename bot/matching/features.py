"""What is read from one text: hashed characters, and named facts.

The text part is a set of bucket numbers (binary, later divided by its length); the facts are names
such as `signal:screen_share` whose weights can be read and held to a sign.

Three things were tried and left out; the figures are recall at 1% false alarms on messages of other
people's making. Length: the model learned our own habits of writing from it (0.43 with, 0.71
without). Words, beside characters with their punctuation (0.70 with, 0.74 without). Which disguises
were undone (0.72 with, 0.73 without): a disguised text is judged like the plain one.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.matching.concepts import concept_numbers
from bot.matching.indicators import find_indicators
from bot.matching.normalize import Normalized, normalize
from bot.matching.result import Indicator
from bot.matching.signals import SIGNALS, Signal, find_signals
from bot.matching.stance import Stance, judge_stance

BUCKET_BITS = 20
WHOLE_TEXT = 4000
"""A text up to this many characters is read as a whole, a longer one in windows."""

_WINDOW = 400
_HEAD = 1200
_TAIL = 800
_MIDDLE_WINDOWS = 4

_PATH = r"[\w/?=&%#.~+:@-]*"
_LINK = re.compile(
    rf"(?:https?://|www\.){_PATH}"
    rf"|[a-z0-9][a-z0-9-]{{0,62}}(?:\.[a-z0-9-]{{1,63}}){{0,5}}\.[a-z]{{2,18}}(?:[:/]{_PATH})?"
    rf"|\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?:[:/]{_PATH})?",
    re.ASCII,
)
_NOT_ZERO = re.compile("[1-9]")
_LINK_MARK = "\ue000"

_STRONG = frozenset(rule.code for rule in SIGNALS if rule.weight == "strong")
_BENIGN = frozenset(rule.code for rule in SIGNALS if rule.weight == "benign")


@dataclass(frozen=True, slots=True)
class Grams:
    """The distinct buckets of a text's characters, ascending, and the numbers of its concepts."""

    buckets: NDArray[np.integer[Any]]
    concepts: NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text with everything that was found in it; ranges refer to `normalized.text`."""

    normalized: Normalized
    folded: str
    signals: tuple[Signal, ...]
    stance: Stance
    indicators: tuple[Indicator, ...]

    def facts(self) -> tuple[str, ...]:
        """The named facts, each once, in a fixed order."""
        return tuple(sorted(set(self._facts())))

    def grams(self) -> "Grams":
        """Its hashed characters and its concepts, for the classifier."""
        buckets = _hashed(self.folded)
        buckets.sort()
        first = np.empty(len(buckets), np.bool_)
        first[0] = True
        np.not_equal(buckets[1:], buckets[:-1], out=first[1:])
        return Grams(buckets[first], concept_numbers(self.normalized.text))

    def _facts(self) -> Iterable[str]:
        codes = sorted({signal.code for signal in self.signals})
        yield from (f"signal:{code}" for code in codes)
        yield from (f"pair:{one}+{two}" for one, two in combinations(codes, 2))
        strong = sum(code in _STRONG for code in codes)
        yield from (f"strong:{count}" for count in range(1, min(strong, 4) + 1))
        yield f"stance:{self.stance.value}"
        for indicator in self.indicators:
            yield f"kind:{indicator.kind.value}"
            yield from (f"flag:{indicator.kind.value}:{flag}" for flag in indicator.flags)


def is_benign(code: str) -> bool:
    """Whether a signal speaks for a genuine message."""
    return code in _BENIGN


def is_strong(code: str) -> bool:
    """Whether a signal alone is worth telling a resident."""
    return code in _STRONG


def read_text(text: str) -> Reading:
    """Read one text; long ones in windows, so that the cost is bounded."""
    normalized = _normalize_bounded(text)
    return Reading(
        normalized=normalized,
        folded=fold(normalized.text),
        signals=find_signals(normalized),
        stance=judge_stance(normalized),
        indicators=find_indicators(normalized),
    )


def fold(text: str) -> str:
    """The same text, as long as before, with every digit a 0 and every link a row of one mark."""
    masked = _LINK.sub(lambda found: _LINK_MARK * len(found[0]), text) if "." in text else text
    return _NOT_ZERO.sub("0", masked)


def _normalize_bounded(text: str) -> Normalized:
    if len(text) <= WHOLE_TEXT:
        return normalize(text)
    parts: list[str] = []
    offsets: list[int] = []
    disguises: Counter[str] = Counter()
    for start, end in _windows(len(text)):
        part = normalize(text[start:end])
        parts.append(part.text + "\n")
        offsets.extend(start + offset for offset in part.offsets)
        disguises.update(part.disguises)
    return Normalized(text, "".join(parts), (*offsets, len(text)), dict(disguises))


def _windows(length: int) -> list[tuple[int, int]]:
    middle = length - _HEAD - _TAIL
    step = middle // (_MIDDLE_WINDOWS + 1)
    starts = [_HEAD + step * number for number in range(1, _MIDDLE_WINDOWS + 1)]
    inner = [(start, start + _WINDOW) for start in starts]
    return [(0, _HEAD), *inner, (length - _TAIL, length)]


_U64 = np.uint64
_FACTORS = tuple(
    map(_U64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93))
)
_SEEDS = tuple(map(_U64, (0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63, 0xFF51AFD7ED558CCD)))
_MIX = _U64(0xFF51AFD7ED558CCD)
_ONE, _FIRST, _SECOND = _U64(1), _U64(29), _U64(32)
_SHIFT = _U64(64 - BUCKET_BITS)
Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def hashed_parts(reading: Reading) -> list[Part]:
    """Start, end (in the folded text) and bucket of each 1-, 2- and 3-gram."""
    buckets = _hashed(reading.folded)
    parts: list[Part] = []
    size = done = len(reading.folded)
    starts = np.arange(size)
    parts.append((starts, starts + 1, buckets[:size]))
    for width, count in ((2, size + 1), (3, size)):
        starts = np.arange(-1, count - 1)
        parts.append((starts, starts + width, buckets[done : done + count]))
        done += count
    return parts


def _hashed(text: str) -> NDArray[np.int64]:
    """The buckets of the 1-grams of a text, then its 2-grams and 3-grams, both ends marked."""
    marked = f"\x02{text}\x03".encode("utf-32-le", "surrogatepass")
    one = np.frombuffer(marked, np.uint32) + _ONE
    size = len(one)
    grams = np.empty(3 * size - 5, _U64)
    ones, twos, threes = grams[: size - 2], grams[size - 2 : 2 * size - 3], grams[2 * size - 3 :]
    two = one[:-1] * _FACTORS[0]
    two += one[1:] * _FACTORS[1]
    np.add(one[1:-1], _SEEDS[0], out=ones)
    np.add(two, _SEEDS[1], out=twos)
    np.multiply(two[:-1], _FACTORS[2], out=threes)
    threes += one[2:] * _FACTORS[3]
    threes += _SEEDS[2]
    grams ^= grams >> _FIRST
    grams *= _MIX
    grams ^= grams >> _SECOND
    grams *= _FACTORS[0]
    grams >>= _SHIFT
    return grams.view(np.int64)
