"""Training texts: what is written in the library, in its forms, read. Needs no scikit-learn, so
that the processes which read do not load it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from sys import intern

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Grams, Reading, read_text
from bot.services.expansion import Side, Slots, variants

COPIES = 1
"""Further forms of each text besides the one written."""

SHORTEST_LESSON = 20
"""Scam scripts of fewer characters do not teach the classifier what a scam is."""

WHOLE_LESSON = 60
"""From so many characters on a text teaches as much as any other.

A shorter scam script teaches less, a shorter genuine message up to twice as much: what comes first
of a trick is what ordinary people say, too, and most ordinary messages are short. With all scripts
from 25 characters on alike, recall at 1% false alarms on `dev`, `small_sets` and the ten blind sets
together was 0.948, 0.865 and 0.940, genuine messages flagged 0.46%, 0.29% and 0.96%; so it is
0.966, 0.877 and 0.947, and 0.42%, 0.22% and 0.79%. Without the genuine half 0.959, 0.845, 0.944.
"""

_PART = 1000
"""Texts that one process reads at a time."""


@dataclass(frozen=True, slots=True)
class LibraryText:
    """A written text of the library; `family` is empty for a genuine one, `group` its file."""

    text: str
    family: str
    group: str
    register: str

    @property
    def side(self) -> Side:
        """The side it was written for."""
        return Side.SCAM if self.family else Side.GENUINE

    @property
    def weight(self) -> float:
        """How much it teaches; 0 for a script too short to show what it is."""
        share = min(1.0, len(self.text) / WHOLE_LESSON)
        if not self.family:
            return 2 - share
        return share**2 if len(self.text) >= SHORTEST_LESSON else 0.0


@dataclass(frozen=True, slots=True)
class Example:
    """One training text: `family` is empty for a genuine one; folds never split a `group`.

    `plain` marks the text as written; calibration looks at those only. A text of no `weight` is too
    short to show a scam: retrieval knows it, but as a lesson it makes ordinary talk suspect.
    """

    grams: Grams
    facts: tuple[str, ...]
    family: str
    group: str
    plain: bool = True
    weight: float = 1.0

    @property
    def is_scam(self) -> bool:
        """Whether it was written as a scam."""
        return bool(self.family)


def expand(
    texts: Sequence[LibraryText],
    slots: Slots,
    progress: Callable[[float], None] = lambda share: None,
    copies: int = COPIES,
) -> list[Example]:
    """Every text in its forms, read; `copies + 1` examples for each text, the plain one first."""
    parts = [texts[at : at + _PART] for at in range(0, len(texts), _PART)]
    examples: list[Example] = []
    read = partial(_read_forms, slots=slots, copies=copies)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        all_read = pool.map(read, parts) if len(parts) > 1 else map(read, parts)
        for number, (part, found) in enumerate(zip(parts, all_read, strict=True)):
            forms = [(text, copy == 0) for text in part for copy in range(copies + 1)]
            examples += [
                Example(grams, facts, text.family, text.group, plain, text.weight)
                for (text, plain), (grams, facts) in zip(forms, found.unpack(), strict=True)
            ]
            progress((number + 1) / len(parts))
    return examples


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read from many texts, in few arrays: those of single texts are slow to send."""

    buckets: NDArray[np.int32]
    bucket_ends: list[int]
    concepts: NDArray[np.int32]
    concept_ends: list[int]
    facts: list[tuple[str, ...]]

    def unpack(self) -> Iterator[tuple[Grams, tuple[str, ...]]]:
        """The grams and facts of each text."""
        for at, facts in enumerate(self.facts):
            own = slice(*self.bucket_ends[at : at + 2])
            concepts = slice(*self.concept_ends[at : at + 2])
            yield Grams(self.buckets[own], self.concepts[concepts]), facts


def _read_forms(texts: Sequence[LibraryText], slots: Slots, copies: int) -> _Read:
    readings: list[tuple[Grams, tuple[str, ...]]] = []
    for text in texts:
        before = ""
        for form in variants(text.text, text.side, slots, copies):
            readings.append(readings[-1] if form == before else _known(read_text(form)))
            before = form
    return _pack(readings)


def _known(reading: Reading) -> tuple[Grams, tuple[str, ...]]:
    return reading.grams(), tuple(map(intern, reading.facts()))


def _pack(readings: Sequence[tuple[Grams, tuple[str, ...]]]) -> _Read:
    buckets = [grams.buckets for grams, _ in readings]
    concepts = [grams.concepts for grams, _ in readings]
    return _Read(
        np.concatenate(buckets).astype(np.int32),
        [0, *np.cumsum([len(one) for one in buckets]).tolist()],
        np.concatenate(concepts).astype(np.int32),
        [0, *np.cumsum([len(one) for one in concepts]).tolist()],
        [facts for _, facts in readings],
    )
