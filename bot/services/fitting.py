"""Fitting the linear model with scikit-learn; imported only by training and benchmarks."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.matching.classifier import FAMILY_SHIFT, Classifier
from bot.matching.features import BUCKET_BITS, is_benign

STRENGTH = 0.08
"""Inverse regularisation, for features weighted by their rarity.

Tried from 0.03 to 2, with and without that weighting, which raised recall at 1% false alarms by a
tenth on messages of other people's making.
"""

FAMILY_STRENGTH = 0.2
FAMILY_SHARPNESS = 8.0
"""Turns the distances of the families into shares; the share of a category is their sum."""

FACT_SCALE = 1.0
"""A fact counts as much as a whole text of unit weight; with twice as much little changed."""

LEAST_TEXTS = 6
"""A fact seen in fewer training texts gets no weight."""

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Example:
    """One training text: `family` is empty for a genuine one; folds never split a `group`.

    `plain` marks the text as written; calibration looks at those only. A text that is not `telling`
    is too short to show a scam: retrieval knows it, but as a lesson it makes ordinary talk suspect.
    """

    buckets: NDArray[np.int64]
    facts: tuple[str, ...]
    family: str
    group: str
    plain: bool = True
    telling: bool = True

    @property
    def is_scam(self) -> bool:
        """Whether it was written as a scam."""
        return bool(self.family)


@dataclass(frozen=True, slots=True)
class Weights:
    """The binary model, before calibration."""

    text: NDArray[np.float32]
    facts: dict[str, float]
    bias: float

    def margins(self, examples: Iterable[Example]) -> NDArray[np.float64]:
        """How far each example lies on the scam side."""
        return np.array([self._margin(example) for example in examples])

    def _margin(self, example: Example) -> float:
        text = float(self.text[example.buckets].sum()) / sqrt(max(1, len(example.buckets)))
        return self.bias + text + sum(self.facts.get(fact, 0.0) for fact in example.facts)


def fit(examples: Sequence[Example], strength: float = STRENGTH) -> Weights:
    """Scam or not. Tactics never count for, benign signs and warnings never against."""
    examples = [example for example in examples if example.telling]
    names = _fact_names(examples)
    text = _text_matrix(examples, 0)
    rarity = _rarity(text)
    matrix = hstack([text @ diags(rarity), _fact_matrix(examples, names)], format="csr")
    labels = np.array([example.is_scam for example in examples])
    model = LogisticRegression(
        C=strength, solver="liblinear", class_weight="balanced", tol=0.01, random_state=0
    )
    model.fit(matrix, labels)
    coefficients = model.coef_[0]
    buckets = 1 << BUCKET_BITS
    facts = {
        name: _signed(name, float(weight) * FACT_SCALE)
        for name, weight in zip(names, coefficients[buckets:], strict=True)
    }
    text_weights = (coefficients[:buckets] * rarity).astype(np.float32)
    return Weights(text_weights, facts, float(model.intercept_[0]))


def _rarity(matrix: csr_matrix) -> NDArray[np.float64]:
    """How much a bucket counts: the logarithm of one in how many texts holds it."""
    holding = np.bincount(matrix.indices, minlength=matrix.shape[1])
    rarity: NDArray[np.float64] = np.log((1 + matrix.shape[0]) / (1 + holding))
    return rarity


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
    folds: int = FOLDS,
    strength: float = STRENGTH,
    after_fold: Callable[[int], None] = lambda fold: None,
) -> NDArray[np.float64]:
    """The margin of each example by a model that saw no example of its group."""
    fold_of = grouped_folds(examples, folds)
    margins = np.zeros(len(examples))
    for fold in range(folds):
        held = np.flatnonzero(fold_of == fold)
        rest = [examples[at] for at in np.flatnonzero(fold_of != fold).tolist()]
        if len(held) and len({example.is_scam for example in rest}) == 2:
            margins[held] = fit(rest, strength).margins(examples[at] for at in held.tolist())
        after_fold(fold)
    return margins


def calibrate(examples: Sequence[Example], margins: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset from margins of unseen texts to log-odds, both sides weighing alike."""
    plain = np.array([example.plain and example.telling for example in examples])
    labels = np.array([example.is_scam for example in examples])[plain]
    if len(set(labels.tolist())) < 2:
        return 1.0, 0.0
    model = LogisticRegression(C=1e4, class_weight="balanced")
    model.fit(margins[plain].reshape(-1, 1), labels)
    return max(0.05, float(model.coef_[0, 0])), float(model.intercept_[0])


def fit_families(examples: Sequence[Example]) -> tuple[tuple[str, ...], Any, Any]:
    """Which family a scam belongs to: ids, weights by bucket, biases.

    One linear machine a family. On cases and on messages of others it names the category better
    than naive Bayes, and as well as multinomial logistic regression in a twentieth of the time.
    """
    scams = [example for example in examples if example.is_scam]
    ids = tuple(sorted({example.family for example in scams}))
    buckets = 1 << (BUCKET_BITS - FAMILY_SHIFT)
    weights, biases = np.zeros((buckets, len(ids)), np.float32), np.zeros(len(ids), np.float32)
    if len(ids) > 1:
        matrix = _text_matrix(scams, FAMILY_SHIFT)
        used = np.unique(matrix.indices)
        rarity = _rarity(matrix)[used]
        model = LinearSVC(C=FAMILY_STRENGTH, tol=0.05, random_state=0)
        model.fit(matrix[:, used] @ diags(rarity), [example.family for example in scams])
        both = len(ids) > 2
        coefficients = model.coef_ if both else np.vstack([-model.coef_, model.coef_])
        intercepts = model.intercept_ if both else np.array([-1, 1]) * model.intercept_
        weights[used] = (coefficients * rarity).T * FAMILY_SHARPNESS
        biases = (intercepts * FAMILY_SHARPNESS).astype(np.float32)
    return ids, weights, biases


def classifier(
    weights: Weights, calibration: tuple[float, float], families: tuple[tuple[str, ...], Any, Any]
) -> Classifier:
    """All parts as the model that the bot uses."""
    ids, family_weights, family_bias = families
    slope, offset = calibration
    return Classifier(
        weights.text, weights.facts, weights.bias, slope, offset, ids, family_weights, family_bias
    )


def _fact_names(examples: Iterable[Example]) -> list[str]:
    counts = Counter(fact for example in examples for fact in example.facts)
    return sorted(name for name, count in counts.items() if count >= LEAST_TEXTS)


def _text_matrix(examples: Sequence[Example], shift: int) -> Any:
    parts = [example.buckets >> shift for example in examples]
    sizes = np.array([len(part) for part in parts])
    values = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    columns = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    shape = (len(examples), 1 << (BUCKET_BITS - shift))
    matrix = csr_matrix((values, columns, starts), shape=shape)
    matrix.sum_duplicates()
    return matrix


def _fact_matrix(examples: Sequence[Example], names: list[str]) -> Any:
    number = {name: at for at, name in enumerate(names)}
    rows = [[number[fact] for fact in example.facts if fact in number] for example in examples]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    values = np.full(len(columns), FACT_SCALE)
    return csr_matrix((values, columns, starts), shape=(len(examples), len(names)))


def _signed(name: str, weight: float) -> float:
    kind, _, code = name.partition(":")
    if name in ("stance:warning", "stance:news") or (kind == "signal" and is_benign(code)):
        return min(0.0, weight)
    if kind in ("signal", "strong"):
        return max(0.0, weight)
    if kind == "pair":
        return weight if any(map(is_benign, code.split("+"))) else max(0.0, weight)
    return weight
