"""Retrieval: which known texts are near a message, by rare character 4-grams and then rapidfuzz.

Postings lie in two integer arrays; a search walks the rarest grams first and stops after
MOST_POSTINGS, so its cost hardly grows with the library. Texts too short for 4-grams to tell apart
are also held by 2-grams. At a million texts half of the time goes into the single numpy calls, so
there are few of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import LCSseq

MOST_POSTINGS = 600
"""Enough: with 300 to 5,000 postings the same share of families is found, at 100,000 texts (0.98 of
changed known scripts) and at a million (0.95)."""

MOST_OF_RAREST = 5000
"""The rarest gram is walked however many texts have it, up to this many."""

SHORT = 14
"""Keys up to this many characters are compared as a whole and held by 2-grams too."""

LEAST_NEARNESS = 0.5
"""Texts less near have only common phrases in common; nothing is made of them."""

_COMPARED = 6
_SHARED_OF = 8
"""A text that has under one in so many of the grams walked is not compared. Of 4,640 messages of
the blind sets none then loses a text at least KNOWN_SCRIPT near, and half as many are compared."""

_ROUNDING = 1e-9
_LEAST_COMMON = LEAST_NEARNESS / (2 - LEAST_NEARNESS)
"""With n characters in common no part is nearer than 2n / (n + length of the shorter key), so there
must be this share of the shorter key."""

_LEAST_KEY = 4

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(29)
_SHIFTS = tuple(np.uint64(65 - bits) for bits in range(65))
_PAIRS, _FOURS = np.dtype("<u4"), np.dtype("<u8")

_PLACE_BITS = 31
_PLACE_MASK = (1 << _PLACE_BITS) - 1
_BOUNDS = np.array([1, MOST_POSTINGS + 1])
"""Sums of postings: below the first no gram was known, below the second all are walked."""

_WORTH_BITS = 10
_WORTH_MASK = (1 << _WORTH_BITS) - 1
_WORTH = 9 * _WORTH_MASK
"""What a gram that n texts have is worth is _WORTH / (8 + n): a few more make no difference."""

MOST_TEXTS = 1 << (32 - _WORTH_BITS)
"""A posting is a text's number above what its gram is worth, in 32 bits."""

_OWNER_BITS = 40
_OWNER_MASK = (1 << _OWNER_BITS) - 1
_BATCH = 50_000
_NEXT = np.arange(max(MOST_POSTINGS, MOST_OF_RAREST))


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


@dataclass(frozen=True, slots=True)
class Index:
    """Known texts by gram: those of `runs`/`postings`, and a few `added` since.

    A run is how many postings a gram has above the place of the first, a posting a text's number
    above what the gram is worth: one sort of plain numbers orders each, and few calls are needed.
    """

    entries: Sequence[Entry]
    runs: NDArray[np.int64]
    postings: NDArray[np.uint32]
    added: tuple[Entry, ...] = ()
    added_postings: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def buckets(self) -> int:
        """How many gram buckets there are, a power of two."""
        return len(self.runs)

    def search(self, key: str) -> tuple[Near, ...]:
        """The known texts at least LEAST_NEARNESS near, nearest first; none for a key of under
        four characters."""
        if len(key) < _LEAST_KEY:
            return ()
        entries, size = self.entries, len(self.entries)
        found = [entries[at] if at < size else self.added[at - size] for at in self.candidates(key)]
        near = near_of(key, found)
        if len(near) > 1:
            near.sort(key=lambda one: (-one.nearness, one.entry.key))
        return tuple(near)

    def extended(self, entries: Iterable[Entry]) -> "Index":
        """An index that also knows these texts; the arrays are shared, not copied."""
        added, postings = list(self.added), dict(self.added_postings)
        for entry in entries:
            number = len(self.entries) + len(added)
            added.append(entry)
            for gram in set(_grams(entry.key, self.buckets).tolist()):
                postings[gram] = (*postings.get(gram, ()), number)
        return replace(self, added=tuple(added), added_postings=postings)

    def candidates(self, key: str) -> list[int]:
        """Texts that share the rarest grams, by their number."""
        grams = _grams(key, self.buckets)
        runs = self.runs.take(grams)
        runs.sort()
        runs = runs[_first_of_each(runs)]
        sizes = runs >> _PLACE_BITS
        ends = sizes.cumsum()
        first, last = ends.searchsorted(_BOUNDS).tolist()
        if first == last < len(sizes) and sizes[first] <= MOST_OF_RAREST:
            last += 1
        walked = last - first
        shares = self.postings[:0]
        if walked:
            begins = runs[first:last] & _PLACE_MASK
            begins[1:] -= ends[first : last - 1]
            places = begins.repeat(sizes[first:last])
            places += _NEXT[: len(places)]
            shares = self.postings.take(places)
        if self.added_postings:
            known = self.added_postings
            late = [n for gram in set(grams.tolist()) for n in known.get(gram, ())]
            added = (np.array(late, np.uint32) << _WORTH_BITS) | np.uint32(_WORTH // 9)
            shares = np.concatenate((shares, added))
        return _heaviest(shares, 1 if len(key) <= SHORT else max(2, walked // _SHARED_OF))


def build_index(entries: Sequence[Entry]) -> Index:
    """Index these texts. Memory is about four bytes a character of text.

    Grams that more than MOST_OF_RAREST texts have are never walked, so they are not kept. Raises
    ValueError for more than MOST_TEXTS texts.
    """
    if len(entries) > MOST_TEXTS:
        raise ValueError(f"at most {MOST_TEXTS} texts can be indexed, not {len(entries)}")
    total = sum(len(entry.key) for entry in entries)
    buckets = 1 << max(16, min(22, (2 * total).bit_length()))
    parts = [
        _pairs([entry.key for entry in entries[at : at + _BATCH]], at, buckets)
        for at in range(0, len(entries), _BATCH)
    ]
    pairs = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    del parts
    pairs.sort()
    pairs = pairs[_first_of_each(pairs)]
    grams = (pairs >> _OWNER_BITS).astype(np.int32)
    counts = np.bincount(grams, minlength=buckets)
    kept = counts <= MOST_OF_RAREST
    postings = (pairs & _OWNER_MASK).astype(np.uint32) << np.uint32(_WORTH_BITS)
    postings |= (_WORTH // (8 + counts)).astype(np.uint32)[grams]
    postings = postings[kept[grams]]
    runs = np.where(kept, counts, 0)
    begins = runs.cumsum() - runs
    return Index(entries, runs << _PLACE_BITS | begins, postings)


def _pairs(keys: Sequence[str], first: int, buckets: int) -> NDArray[np.int64]:
    """Gram and text, packed in one number, of texts numbered from `first` on."""
    units = [key.encode("utf-16-le", "surrogatepass") for key in keys]
    sizes = np.array([len(one) // 2 for one in units], np.int64)
    owners = np.arange(len(keys)).repeat(sizes)
    left = sizes.cumsum()[owners] - np.arange(len(owners))
    short = np.array([len(key) <= SHORT for key in keys], np.bool_)[owners]
    joined = b"".join(units)
    found = []
    for width, wanted in ((4, left >= 4), (2, (left >= 2) & short)):
        at = wanted.nonzero()[0]
        grams = _bucket(_windows(joined, width)[at], buckets)
        found.append(grams << _OWNER_BITS | (owners[at] + first))
    return np.concatenate(found)


def nearness_of(one: str, other: str) -> float:
    """How near two keys are, by their best-matching parts, less where one is far longer; 0 under
    LEAST_NEARNESS.

    A short text inside a long one is no match: it would make any sentence with 客服 a known scam.
    """
    shorter, longer = len(one), len(other)
    if shorter > longer:
        shorter, longer = longer, shorter
    if shorter <= SHORT:
        near = fuzz.ratio(one, other) / 100
    else:
        scale = 0.8 + 0.2 * min(1.0, 2 * shorter / longer)
        least = 100 * (LEAST_NEARNESS / scale - _ROUNDING)
        near = fuzz.partial_ratio(one, other, score_cutoff=least) / 100 * scale
    return near if near >= LEAST_NEARNESS else 0.0


def near_of(key: str, entries: Sequence[Entry]) -> list[Near]:
    """Those of the entries that are near.

    A cheap count of the characters that both have in one order spares most of the others a
    comparison of parts.
    """
    others = [entry.key for entry in entries]
    least = _LEAST_COMMON * min(map(len, (key, *others)))
    counts = process.extract(
        key, others, scorer=LCSseq.similarity, limit=None, score_cutoff=ceil(least)
    )
    return [
        Near(entries[at], nearness)
        for other, count, at in counts
        if count >= _LEAST_COMMON * min(len(key), len(other))
        and (nearness := nearness_of(key, other))
    ]


def _heaviest(shares: NDArray[np.uint32], least: int) -> list[int]:
    """The numbers that occur `least` times, in ascending order: of many those whose shares sum to
    most, the least-1 smallest of each left out; of equal ones the later, where genuine messages
    and officers' scripts are."""
    if len(shares) < least:
        return []
    shares.sort()
    numbers = shares >> _WORTH_BITS
    ends = numbers[least - 1 :]
    shares = shares[least - 1 :][ends == numbers[: len(ends)]]
    numbers = shares >> _WORTH_BITS
    firsts = _first_of_each(numbers).nonzero()[0]
    if len(firsts) > _COMPARED:
        shares &= _WORTH_MASK
        totals = np.add.reduceat(shares, firsts)
        firsts = firsts[totals.argsort(kind="stable")[-_COMPARED:]]
    found: list[int] = numbers[firsts].tolist()
    found.sort()
    return found


def _grams(key: str, buckets: int) -> NDArray[np.int64]:
    """The buckets of a key's grams, some perhaps twice."""
    units = key.encode("utf-16-le", "surrogatepass")
    grams = _windows(units, 4)
    if len(key) <= SHORT:
        grams = np.concatenate((grams, _windows(units, 2)))
    return _bucket(grams, buckets)


def _windows(units: bytes, width: int) -> NDArray[np.unsignedinteger[Any]]:
    """Each run of 2 or 4 neighbouring UTF-16 units as a number: views on the bytes, not copies."""
    count = max(0, len(units) // 2 - width + 1)
    kind = _PAIRS if width == 2 else _FOURS
    return np.ndarray((count,), kind, units, strides=(2,)) if count else np.empty(0, kind)


def _bucket(windows: NDArray[np.unsignedinteger[Any]], buckets: int) -> NDArray[np.int64]:
    values: NDArray[np.uint64] = windows >> _HALF
    values ^= windows
    values *= _FACTOR
    values >>= _SHIFTS[buckets.bit_length()]
    return values.view(np.int64)


def _first_of_each(ordered: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Which numbers of an ordered row differ from the one before."""
    first = np.empty(len(ordered), np.bool_)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first
