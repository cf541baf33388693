"""Fitting the linear model with scikit-learn; imported only by training and benchmarks."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.matching.classifier import (
    FAMILY_SHIFT,
    FEW_BUCKETS,
    FEW_CONCEPTS,
    Classifier,
    ConceptWeights,
    weight_of,
)
from bot.matching.concepts import CONCEPT_NUMBERS
from bot.matching.features import BUCKET_BITS, Grams, is_benign

STRENGTH = 0.35
"""Inverse regularisation, for features weighted by their rarity; tried from 0.03 to 2.

The best grows with the library: 0.08 at 9,000 texts, 0.2 at 15,000, 0.35 at 21,000.
"""

FORM_WEIGHT = 0.25
"""What a further form of a text counts beside the text as written.

Recall at 1% false alarms on messages of other people's making, and on their further forms: two
forms of full weight 0.87, 0.875; one of weight 0.5 0.88, 0.88; one of 0.25 0.88, 0.88; none 0.885,
0.87.
"""

FAMILY_STRENGTH = 0.2
FAMILY_SHARPNESS = 8.0
"""Turns the distances of the families into shares; the share of a category is their sum."""

FACT_SCALE = 0.5
"""How much a fact counts beside a whole text of unit weight.

Recall at 1% false alarms on messages of other people's making: 0.5 0.83, 1 0.82, 2 0.81.
"""

CONCEPT_SCALE = 0.35
"""How much all concepts count beside the characters; 0.25 to 0.5 differ little, 1 is worse."""

CATEGORY_SHARE = 0.5
"""How much the score of its category adds to that of a family; names the category more often."""

LEAST_TEXTS = 6
"""A fact seen in fewer training texts gets no weight."""

FOLDS = 3


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


@dataclass(frozen=True, slots=True)
class Weights:
    """The binary model, before calibration."""

    text: NDArray[np.float32]
    concepts: NDArray[np.float32]
    facts: dict[str, float]
    bias: float

    def margins(self, examples: Iterable[Example]) -> NDArray[np.float64]:
        """How far each example lies on the scam side."""
        return np.array([self._margin(example) for example in examples])

    def _margin(self, example: Example) -> float:
        buckets, concepts = example.grams.buckets, example.grams.concepts
        text = float(self.text[buckets].sum()) * weight_of(len(buckets), FEW_BUCKETS)
        text += float(self.concepts[concepts].sum()) * weight_of(len(concepts), FEW_CONCEPTS)
        return self.bias + text + sum(self.facts.get(fact, 0.0) for fact in example.facts)


def fit(examples: Sequence[Example], strength: float = STRENGTH) -> Weights:
    """Scam or not. Tactics never count for, benign signs and warnings never against."""
    examples = [example for example in examples if example.telling]
    names = _fact_names(examples)
    text, concepts = _text_matrix(examples), _concept_matrix(examples)
    text_rarity, concept_rarity = _rarity(text), _rarity(concepts) * CONCEPT_SCALE
    parts = [
        text @ diags(text_rarity),
        concepts @ diags(concept_rarity),
        _fact_matrix(examples, names),
    ]
    labels = np.array([example.is_scam for example in examples])
    model = LogisticRegression(
        C=strength, solver="liblinear", class_weight="balanced", tol=0.01, random_state=0
    )
    weights = np.array([1.0 if example.plain else FORM_WEIGHT for example in examples])
    model.fit(hstack(parts, format="csr"), labels, sample_weight=weights)
    of_text, of_concepts, of_facts = np.split(
        model.coef_[0], np.cumsum([text.shape[1], concepts.shape[1]])
    )
    facts = {
        name: _signed(name, float(weight) * FACT_SCALE)
        for name, weight in zip(names, of_facts, strict=True)
    }
    return Weights(
        (of_text * text_rarity).astype(np.float32),
        (of_concepts * concept_rarity).astype(np.float32),
        facts,
        float(model.intercept_[0]),
    )


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


@dataclass(frozen=True, slots=True)
class FamilyWeights:
    """Which family a scam belongs to: a column of weights for each id."""

    ids: tuple[str, ...]
    text: NDArray[np.float32]
    concepts: NDArray[np.float32]
    bias: NDArray[np.float32]


def fit_families(examples: Sequence[Example], category_of: Mapping[str, str]) -> FamilyWeights:
    """One linear machine a family and one a category; a family's score has its category's in it.

    On cases and on messages of others this names the category better than naive Bayes, and as well
    as multinomial logistic regression in a twentieth of the time.
    """
    scams = [example for example in examples if example.is_scam]
    ids = tuple(sorted({example.family for example in scams}))
    buckets = 1 << (BUCKET_BITS - FAMILY_SHIFT)
    text = np.zeros((buckets, len(ids)), np.float32)
    concepts = np.zeros((CONCEPT_NUMBERS, len(ids)), np.float32)
    bias = np.zeros(len(ids), np.float32)
    if len(ids) < 2:
        return FamilyWeights(ids, text, concepts, bias)
    of_text, of_concepts = _text_matrix(scams, FAMILY_SHIFT, few=1), _concept_matrix(scams)
    used = np.unique(of_text.indices)
    rarity = np.concatenate([_rarity(of_text)[used], _rarity(of_concepts) * CONCEPT_SCALE])
    matrix = hstack([of_text[:, used], of_concepts], format="csr") @ diags(rarity)
    columns, biases = _machines(matrix, [example.family for example in scams], ids)
    categories = tuple(sorted({category_of[family] for family in ids}))
    if len(categories) > 1:
        labels = [category_of[example.family] for example in scams]
        category_columns, category_biases = _machines(matrix, labels, categories)
        of_family = [categories.index(category_of[family]) for family in ids]
        columns = columns + CATEGORY_SHARE * category_columns[of_family]
        biases = biases + CATEGORY_SHARE * category_biases[of_family]
    columns = (columns * rarity).T * FAMILY_SHARPNESS
    text[used], concepts[:] = columns[: len(used)], columns[len(used) :]
    return FamilyWeights(ids, text, concepts, (biases * FAMILY_SHARPNESS).astype(np.float32))


def _machines(matrix: Any, labels: Sequence[str], classes: Sequence[str]) -> tuple[Any, Any]:
    """One row of weights and one bias for each class, in their order."""
    model = LinearSVC(C=FAMILY_STRENGTH, tol=0.05, class_weight="balanced", random_state=0)
    model.fit(matrix, labels)
    if len(classes) > 2:
        return model.coef_, model.intercept_
    return np.vstack([-model.coef_, model.coef_]), model.intercept_ * np.array([-1, 1])


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


def _fact_names(examples: Iterable[Example]) -> list[str]:
    counts = Counter(fact for example in examples for fact in example.facts)
    return sorted(name for name, count in counts.items() if count >= LEAST_TEXTS)


def _text_matrix(examples: Sequence[Example], shift: int = 0, few: int = FEW_BUCKETS) -> Any:
    parts = [example.grams.buckets >> shift for example in examples]
    return _matrix(parts, 1 << (BUCKET_BITS - shift), few)


def _concept_matrix(examples: Sequence[Example]) -> Any:
    return _matrix([example.grams.concepts for example in examples], CONCEPT_NUMBERS, FEW_CONCEPTS)


def _matrix(parts: Sequence[NDArray[np.int64]], width: int, few: int) -> Any:
    """A row a text: each of its features with the weight that one of so many has."""
    sizes = np.array([len(part) for part in parts])
    values = np.repeat([weight_of(size, few) for size in sizes.tolist()], sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    columns = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    matrix = csr_matrix((values, columns, starts), shape=(len(parts), width))
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
