"""Retrieval: which known texts are near a message, by rare character 4-grams and then rapidfuzz.

Postings lie in two integer arrays; a search walks the rarest grams first and stops after
MOST_POSTINGS, so its cost hardly grows with the library. Texts too short for 4-grams to tell apart
are also held by 2-grams.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

MOST_POSTINGS = 5000
SHORT = 14
"""Keys up to this many characters are compared as a whole and held by 2-grams too."""

_COMPARED = 10
_LEAST_KEY = 4
_LONGEST_KEY = 600

_NOT_WORDS = re.compile(r"[^\w\ue000]+|_+")
_RUNS = re.compile(r"0+|\ue000+")

_U64 = np.uint64
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
        found = [
            Near(entry, nearness_of(key, entry.key))
            for entry in map(self._entry, self._candidates(_grams(key, self.buckets)))
        ]
        return tuple(sorted(found, key=lambda near: (-near.nearness, near.entry.key)))

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
        order = np.argsort(sizes, kind="stable")
        order = order[np.cumsum(sizes[order]) <= MOST_POSTINGS]
        begins, sizes = begins[order], sizes[order]
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        at = np.arange(total) + np.repeat(begins - ends + sizes, sizes)
        numbers, weights = self.postings[at], np.repeat(_rarity(sizes), sizes)
        if self.added_postings:
            late = [n for gram in grams.tolist() for n in self.added_postings.get(gram, ())]
            numbers = np.concatenate([numbers, np.array(late, dtype=np.int32)])
            weights = np.concatenate([weights, np.full(len(late), _rarity(np.ones(1))[0])])
        return _heaviest(numbers, weights)


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
    shorter, longer = sorted((len(one), len(other)))
    if not shorter:
        return 0.0
    if shorter <= SHORT:
        return fuzz.ratio(one, other) / 100
    part = fuzz.partial_ratio(one, other) / 100
    return part * (0.8 + 0.2 * min(1.0, 2 * shorter / longer))


def _rarity(sizes: NDArray[Any]) -> NDArray[np.float64]:
    """What a gram with that many postings is worth; a few more or less make no difference."""
    return 1.0 / (8.0 + sizes)


def _heaviest(numbers: NDArray[np.int32], weights: NDArray[np.float64]) -> list[int]:
    distinct, places = np.unique(numbers, return_inverse=True)
    if len(distinct) > _COMPARED:
        totals = np.bincount(places, weights=weights)
        distinct = distinct[np.argpartition(-totals, _COMPARED)[:_COMPARED]]
    found: list[int] = distinct.tolist()
    return sorted(found)


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
    return np.unique((mixed >> shift).astype(np.int64))
