"""Fitting which family a scam belongs to, with scikit-learn; imported only by training and
benchmarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack
from sklearn.svm import LinearSVC

from bot.matching.classifier import FAMILY_SHIFT
from bot.matching.concepts import CONCEPT_NUMBERS
from bot.matching.features import BUCKET_BITS
from bot.services.examples import Example
from bot.services.lessons import CONCEPT_SCALE, concept_matrix, rarity_of, text_matrix

FAMILY_STRENGTH = 0.2
FAMILY_SHARPNESS = 8.0
"""Turns the distances of the families into shares; the share of a category is their sum."""

CATEGORY_SHARE = 0.5
"""How much the score of its category adds to that of a family; names the category more often."""


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
    of_text, of_concepts = text_matrix(scams, FAMILY_SHIFT, few=1), concept_matrix(scams)
    used = np.unique(of_text.indices)
    matrix = hstack([of_text[:, used], of_concepts], format="csr")
    rarity = rarity_of(np.bincount(matrix.indices, minlength=matrix.shape[1]), len(scams))
    rarity[len(used) :] *= CONCEPT_SCALE
    matrix.data *= rarity.take(matrix.indices)
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
