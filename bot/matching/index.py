"""Retrieval: which known texts are near a message, by rare character 4-grams and then rapidfuzz.

Postings lie in two integer arrays; a search walks the rarest grams first and stops after
MOST_POSTINGS, so its cost hardly grows with the library. Texts too short for 4-grams to tell apart
are also held by 2-grams. At a million texts half of the time goes into the single numpy calls, so
there are few of them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

MOST_POSTINGS = 600
"""Enough: with 300 to 5,000 postings the same share of families is found, at 100,000 texts (0.98 of
changed known scripts) and at a million (0.95)."""

MOST_OF_RAREST = 5000
"""The rarest gram is walked however many texts have it, up to this many."""

SHORT = 14
"""Keys up to this many characters are compared as a whole and held by 2-grams too."""

_COMPARED = 8
_LEAST_KEY = 4
_LONGEST_KEY = 600

_NOT_WORDS = re.compile(r"[^\w\ue000]+|_+")
_RUNS = re.compile(r"0+|\ue000+")

_U64 = np.uint64
_FIRST = np.zeros(1, np.int64)
_TRUE = np.ones(1, np.bool_)
_FACTOR = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Entry:
    """A known text: `owner` is its scam family, or empty for a genuine message of that `kind`."""

    text: str
    key: str
    owner: str
    kind: str


@dataclass(frozen=True, slots=True)
class Near:
    """A known text and how near it is, 0 to 1."""

    entry: Entry
    nearness: float


def key_of(folded: str) -> str:
    """What is compared: words only; any number is one 0, any link one mark."""
    words = _NOT_WORDS.sub("", folded[: 2 * _LONGEST_KEY])
    return _RUNS.sub(lambda run: run[0][0], words)[:_LONGEST_KEY]


@dataclass(frozen=True, slots=True)
class Index:
    """Known texts by gram: those of `starts`/`postings`, and a few `added` since."""

    entries: Sequence[Entry]
    starts: NDArray[np.int32]
    postings: NDArray[np.int32]
    added: tuple[Entry, ...] = ()
    added_postings: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def buckets(self) -> int:
        """How many gram buckets there are, a power of two."""
        return len(self.starts) - 1

    def search(self, key: str) -> tuple[Near, ...]:
        """The nearest known texts, nearest first; none for a key of under four characters."""
        if len(key) < _LEAST_KEY:
            return ()
        entries = [self._entry(at) for at in self._candidates(_grams(key, self.buckets))]
        nearness = _nearness_of_all(key, [entry.key for entry in entries])
        found = [Near(entry, near) for entry, near in zip(entries, nearness, strict=True)]
        found.sort(key=lambda near: (-near.nearness, near.entry.key))
        return tuple(found)

    def extended(self, entries: Iterable[Entry]) -> "Index":
        """An index that also knows these texts; the arrays are shared, not copied."""
        added, postings = list(self.added), dict(self.added_postings)
        for entry in entries:
            number = len(self.entries) + len(added)
            added.append(entry)
            for gram in _grams(entry.key, self.buckets).tolist():
                postings[gram] = (*postings.get(gram, ()), number)
        return replace(self, added=tuple(added), added_postings=postings)

    def _entry(self, number: int) -> Entry:
        size = len(self.entries)
        return self.entries[number] if number < size else self.added[number - size]

    def _candidates(self, grams: NDArray[np.int64]) -> list[int]:
        begins = self.starts[grams]
        sizes = self.starts[grams + 1] - begins
        order = sizes.argsort(kind="stable")
        sizes = sizes[order]
        walked = int(sizes.cumsum().searchsorted(MOST_POSTINGS, "right"))
        if not walked and len(sizes) and sizes[0] <= MOST_OF_RAREST:
            walked = 1
        sizes = sizes[:walked]
        ranges = zip(begins[order[:walked]].tolist(), sizes.tolist(), strict=True)
        parts = [self.postings[begin : begin + size] for begin, size in ranges if size]
        weights = _rarity(sizes).repeat(sizes)
        if self.added_postings:
            late = [n for gram in grams.tolist() for n in self.added_postings.get(gram, ())]
            parts.append(np.array(late, dtype=np.int32))
            weights = np.concatenate([weights, np.full(len(late), _rarity(np.ones(1))[0])])
        return _heaviest(np.concatenate(parts), weights) if parts else []


def build_index(entries: Sequence[Entry]) -> Index:
    """Index these texts. Memory is about four bytes a character of text."""
    total = sum(len(entry.key) for entry in entries)
    buckets = 1 << max(16, min(22, (2 * total).bit_length()))
    grams = [_grams(entry.key, buckets) for entry in entries]
    counts = np.fromiter((len(part) for part in grams), np.int64, len(grams))
    flat = np.concatenate(grams) if grams else np.zeros(0, np.int64)
    owners = np.repeat(np.arange(len(grams), dtype=np.int32), counts)
    order = np.argsort(flat, kind="stable")
    starts = np.zeros(buckets + 1, np.int32)
    np.cumsum(np.bincount(flat, minlength=buckets), out=starts[1:])
    return Index(entries, starts, owners[order])


def nearness_of(one: str, other: str) -> float:
    """How near two keys are: by their best-matching parts, less where one is far longer.

    A short text inside a long one is no match: it would make any sentence with 客服 a known scam.
    """
    shorter = min(len(one), len(other))
    if not shorter:
        return 0.0
    if shorter <= SHORT:
        return fuzz.ratio(one, other) / 100
    return _scaled(one, other, fuzz.partial_ratio(one, other))


def _rarity(sizes: NDArray[Any]) -> NDArray[np.float64]:
    """What a gram with that many postings is worth; a few more or less make no difference."""
    return 1.0 / (8.0 + sizes)


def _heaviest(numbers: NDArray[np.int32], weights: NDArray[np.float64]) -> list[int]:
    """The numbers whose weights sum to most, in ascending order."""
    if not len(numbers):
        return []
    order = numbers.argsort(kind="stable")
    numbers, weights = numbers[order], weights[order]
    firsts = np.concatenate([_FIRST, np.flatnonzero(numbers[1:] != numbers[:-1]) + 1])
    distinct = numbers[firsts]
    if len(distinct) > _COMPARED:
        totals = np.add.reduceat(weights, firsts)
        distinct = np.sort(distinct[np.argpartition(totals, -_COMPARED)[-_COMPARED:]])
    found: list[int] = distinct.tolist()
    return found


def _nearness_of_all(key: str, others: Sequence[str]) -> list[float]:
    """`nearness_of` for each of the others, prepared once and compared in one call."""
    found = [0.0] * len(others)
    if len(key) <= SHORT:
        for _, score, at in process.extract(key, others, scorer=fuzz.ratio, limit=None):
            found[at] = score / 100
        return found
    for other, score, at in process.extract(key, others, scorer=fuzz.partial_ratio, limit=None):
        found[at] = nearness_of(key, other) if len(other) <= SHORT else _scaled(key, other, score)
    return found


def _scaled(one: str, other: str, partial: float) -> float:
    shorter, longer = sorted((len(one), len(other)))
    return partial / 100 * (0.8 + 0.2 * min(1.0, 2 * shorter / longer))


def _grams(key: str, buckets: int) -> NDArray[np.int64]:
    codes = np.frombuffer(key.encode("utf-32-le", "surrogatepass"), np.uint32).astype(_U64)
    parts = []
    pairs = codes[:-1] * _FACTOR[0] + codes[1:]
    if len(codes) >= 4:
        parts.append(pairs[:-2] * _FACTOR[1] + pairs[2:])
    if len(codes) <= SHORT:
        parts.append(pairs * _FACTOR[1])
    mixed = np.concatenate(parts)
    mixed = (mixed ^ (mixed >> _U64(31))) * _FACTOR[0]
    shift = _U64(65 - buckets.bit_length())
    grams: NDArray[np.int64] = (mixed >> shift).astype(np.int64)
    grams.sort()
    if not len(grams):
        return grams
    distinct: NDArray[np.int64] = grams[np.concatenate([_TRUE, grams[1:] != grams[:-1]])]
    return distinct
