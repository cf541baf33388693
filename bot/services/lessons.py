"""Training texts as matrices: a row each, a column for every feature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from bot.matching.classifier import FEW_BUCKETS, FEW_CONCEPTS, weight_of
from bot.matching.concepts import CONCEPT_NUMBERS
from bot.matching.features import BUCKET_BITS
from bot.services.examples import Example

FORM_WEIGHT = 0.25
"""What a further form of a text counts beside the text as written.

Recall at 1% false alarms on messages of other people's making, and on their further forms: two
forms of full weight 0.87, 0.875; one of weight 0.5 0.88, 0.88; one of 0.25 0.88, 0.88; none 0.885,
0.87.
"""

FACT_SCALE = 0.5
"""How much a fact counts beside a whole text of unit weight.

Recall at 1% false alarms on messages of other people's making: 0.5 0.83, 1 0.82, 2 0.81.
"""

CONCEPT_SCALE = 0.35
"""How much all concepts count beside the characters; 0.25 to 0.5 differ little, 1 is worse."""


TEXT, CONCEPT, FACT = range(3)


@dataclass(frozen=True, slots=True)
class Lessons:
    """Examples as one matrix, made once for all fits: a row each, of characters, concepts, facts.

    What is often met has the first columns, so that what a fit needs all the time lies together.
    `kinds` says for each column which of the three it is, `numbers` which one of its kind.
    """

    matrix: Any
    kinds: NDArray[np.int8]
    numbers: NDArray[np.int64]
    names: tuple[str, ...]
    scams: NDArray[np.bool_]
    weights: NDArray[np.float64]


def lessons_of(examples: Sequence[Example]) -> Lessons:
    """All examples as a matrix; its values are not yet weighted by rarity."""
    names = tuple(sorted({fact for example in examples for fact in example.facts}))
    parts = [text_matrix(examples), concept_matrix(examples), _fact_matrix(examples, names)]
    whole = hstack(parts, format="csr")
    holding = np.bincount(whole.indices, minlength=whole.shape[1])
    columns = np.argsort(-holding, kind="stable")[: np.count_nonzero(holding)]
    place = np.zeros(len(holding), np.int32)
    place[columns] = np.arange(len(columns))
    widths = [part.shape[1] for part in parts]
    return Lessons(
        csr_matrix((whole.data, place[whole.indices], whole.indptr), (len(examples), len(columns))),
        np.repeat(np.arange(3, dtype=np.int8), widths)[columns],
        np.concatenate([np.arange(width) for width in widths])[columns],
        names,
        np.array([example.is_scam for example in examples], np.bool_),
        np.array([one.weight * (1 if one.plain else FORM_WEIGHT) for one in examples]),
    )


def rarity_of(holding: NDArray[np.int64], texts: int) -> NDArray[np.float64]:
    """How much a feature counts: the logarithm of one in how many texts holds it."""
    rarity: NDArray[np.float64] = np.log((1 + texts) / (1 + holding))
    return rarity


def text_matrix(examples: Sequence[Example], shift: int = 0, few: int = FEW_BUCKETS) -> Any:
    """Hashed characters, a column for each 2**shift buckets."""
    parts = [example.grams.buckets >> shift for example in examples]
    return _matrix(parts, 1 << (BUCKET_BITS - shift), few)


def concept_matrix(examples: Sequence[Example]) -> Any:
    """Concepts and their pairs, a column for each number of them."""
    return _matrix([example.grams.concepts for example in examples], CONCEPT_NUMBERS, FEW_CONCEPTS)


def _matrix(parts: Sequence[NDArray[np.integer[Any]]], width: int, few: int) -> Any:
    """A row a text: each of its features with the weight that one of so many has."""
    sizes = np.array([len(part) for part in parts])
    values = np.repeat([weight_of(size, few) for size in sizes.tolist()], sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    columns = np.concatenate(parts) if parts else np.zeros(0, np.int32)
    matrix = csr_matrix((values, columns, starts), shape=(len(parts), width))
    matrix.sum_duplicates()
    return matrix


def _fact_matrix(examples: Sequence[Example], names: Sequence[str]) -> Any:
    number = {name: at for at, name in enumerate(names)}
    rows = [[number[fact] for fact in example.facts] for example in examples]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    values = np.full(len(columns), FACT_SCALE)
    return csr_matrix((values, columns, starts), shape=(len(examples), len(names)))
