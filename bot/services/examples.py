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

SHORTEST_LESSON = 25
"""Scam scripts of fewer characters do not teach the classifier what a scam is.

Such hooks make ordinary fragments suspect. Recall at 1% false alarms on `dev`, `set_one` and
`set_three` by this length, with 21,500 texts: 20 0.85, 0.93, 0.92; 25 0.87, 0.91, 0.94; 30 0.89,
0.90, 0.95.
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
    def is_telling(self) -> bool:
        """Whether it is long enough to show what it is."""
        return not self.family or len(self.text) >= SHORTEST_LESSON


@dataclass(frozen=True, slots=True)
class Example:
    """One training text: `family` is empty for a genuine one; folds never split a `group`.

    `plain` marks the text as written; calibration looks at those only. A text that is not `telling`
    is too short to show a scam: retrieval knows it, but as a lesson it makes ordinary talk suspect.
    """

    grams: Grams
    facts: tuple[str, ...]
    family: str
    group: str
    plain: bool = True
    telling: bool = True

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
                Example(grams, facts, text.family, text.group, plain, text.is_telling)
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
