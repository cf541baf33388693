"""Fitting the linear model with scikit-learn; imported only by training and benchmarks."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.matching.classifier import Classifier, ConceptWeights
from bot.matching.concepts import CONCEPT_NUMBERS
from bot.matching.features import BUCKET_BITS, is_benign
from bot.services.examples import Example
from bot.services.fitting_families import FamilyWeights
from bot.services.lessons import CONCEPT, CONCEPT_SCALE, FACT, FACT_SCALE, TEXT, Lessons, rarity_of

STRENGTH = 0.5
"""Inverse regularisation, for features weighted by their rarity; tried from 0.03 to 2.

The best grows with the library: 0.08 at 9,000 texts, 0.2 at 15,000, 0.35 at 21,000, 0.5 at 45,000.
"""

LEAST_TEXTS = 6
"""A fact seen in fewer training texts gets no weight."""

FOLDS = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """The binary model, before calibration."""

    text: NDArray[np.float32]
    concepts: NDArray[np.float32]
    facts: dict[str, float]
    bias: float


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What each column of the lessons adds to the margin, and what every text has."""

    columns: NDArray[np.float64]
    bias: float

    def margins(self, lessons: Lessons, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """How far these rows lie on the scam side."""
        margins: NDArray[np.float64] = lessons.matrix[rows] @ self.columns + self.bias
        return margins


def fit(lessons: Lessons) -> Weights:
    """Scam or not. Tactics never count for, benign signs and warnings never against."""
    return _weights(lessons, _fit_rows(lessons, np.arange(len(lessons.scams))))


def _fit_rows(lessons: Lessons, rows: NDArray[np.int64]) -> _Fitted:
    rows = rows[lessons.weights[rows] > 0]
    matrix = lessons.matrix[rows]
    factors = _factors(lessons, matrix)
    matrix.data *= factors.take(matrix.indices)
    model = LogisticRegression(
        C=STRENGTH, solver="liblinear", class_weight="balanced", tol=0.01, random_state=0
    )
    model.fit(matrix, lessons.scams[rows], sample_weight=lessons.weights[rows])
    columns = model.coef_[0] * factors
    for column in np.flatnonzero(lessons.kinds == FACT).tolist():
        name = lessons.names[lessons.numbers[column]]
        columns[column] = _signed(name, float(columns[column]))
    return _Fitted(columns, float(model.intercept_[0]))


def _weights(lessons: Lessons, fitted: _Fitted) -> Weights:
    """The fitted columns by the numbers and names of what they stand for."""
    text = np.zeros(1 << BUCKET_BITS, np.float32)
    concepts = np.zeros(CONCEPT_NUMBERS, np.float32)
    for kind, target in ((TEXT, text), (CONCEPT, concepts)):
        own = lessons.kinds == kind
        target[lessons.numbers[own]] = fitted.columns[own]
    facts = {
        lessons.names[lessons.numbers[column]]: float(fitted.columns[column]) * FACT_SCALE
        for column in np.flatnonzero(lessons.kinds == FACT).tolist()
        if fitted.columns[column]
    }
    return Weights(text, concepts, dict(sorted(facts.items())), fitted.bias)


def _factors(lessons: Lessons, matrix: Any) -> NDArray[np.float64]:
    """How much each column counts: characters and concepts by their rarity, facts alike, but those
    of fewer than LEAST_TEXTS rows not at all."""
    holding = np.bincount(matrix.indices, minlength=matrix.shape[1])
    factors = rarity_of(holding, matrix.shape[0])
    factors[lessons.kinds == CONCEPT] *= CONCEPT_SCALE
    facts = lessons.kinds == FACT
    factors[facts] = holding[facts] >= LEAST_TEXTS
    return factors


def grouped_folds(examples: Sequence[Example], folds: int = FOLDS) -> NDArray[np.int64]:
    """The fold of each example: groups stay whole, both sides are spread evenly by size."""
    sizes = Counter((example.is_scam, example.group) for example in examples)
    fold_of: dict[tuple[bool, str], int] = {}
    for side in (False, True):
        loads = [0] * folds
        own = sorted((group for group in sizes if group[0] is side), key=lambda g: (-sizes[g], g))
        for group in own:
            fold_of[group] = loads.index(min(loads))
            loads[fold_of[group]] += sizes[group]
    return np.array([fold_of[example.is_scam, example.group] for example in examples])


def margins_unseen(
    examples: Sequence[Example],
    lessons: Lessons,
    folds: int = FOLDS,
    after_fold: Callable[[int], None] = lambda fold: None,
) -> NDArray[np.float64]:
    """The margin of each example by a model that saw no example of its group."""
    fold_of = grouped_folds(examples, folds)
    margins = np.zeros(len(examples))
    for fold in range(folds):
        held, rest = np.flatnonzero(fold_of == fold), np.flatnonzero(fold_of != fold)
        if len(held) and len(set(lessons.scams[rest].tolist())) == 2:
            margins[held] = _fit_rows(lessons, rest).margins(lessons, held)
        after_fold(fold)
    return margins


def calibrate(examples: Sequence[Example], margins: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset from margins of unseen texts to log-odds, both sides weighing alike."""
    plain = np.array([example.plain and example.weight > 0 for example in examples])
    labels = np.array([example.is_scam for example in examples])[plain]
    if len(set(labels.tolist())) < 2:
        return 1.0, 0.0
    model = LogisticRegression(C=1e4, class_weight="balanced")
    model.fit(margins[plain].reshape(-1, 1), labels)
    return max(0.05, float(model.coef_[0, 0])), float(model.intercept_[0])


def classifier(
    weights: Weights, calibration: tuple[float, float], families: FamilyWeights
) -> Classifier:
    """All parts as the model that the bot uses."""
    slope, offset = calibration
    return Classifier(
        weights.text,
        ConceptWeights(weights.concepts, families.concepts),
        weights.facts,
        weights.bias,
        slope,
        offset,
        families.ids,
        families.text,
        families.bias,
    )


def _signed(name: str, weight: float) -> float:
    kind, _, code = name.partition(":")
    if name in ("stance:warning", "stance:news") or (kind == "signal" and is_benign(code)):
        return min(0.0, weight)
    if kind in ("signal", "strong"):
        return max(0.0, weight)
    if kind == "pair":
        return weight if any(map(is_benign, code.split("+"))) else max(0.0, weight)
    return weight
