"""The linear model at work: weights made by `bot.services.training`, applied with numpy alone."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Grams, Reading, hashed_parts

FAMILY_SHIFT = 4
"""The family weights have 2**FAMILY_SHIFT times fewer buckets than the text weights."""


FEW_BUCKETS = 60
"""Added to a text's buckets before its sum is divided by their root.

So a few words decide less in a short text, where ordinary fragments look like anything. Recall at
1% false alarms on `dev`: 0 0.85, 30 0.90, 60 0.90, 120 0.92; on `set_one`: 0.73, 0.70, 0.68, 0.65.
"""

FEW_CONCEPTS = 10
"""The same for concepts and their pairs."""


def weight_of(count: int, few: int) -> float:
    """What one of so many features of a text counts."""
    return 1 / sqrt(count + few)


@dataclass(frozen=True, slots=True)
class ConceptWeights:
    """What each number of `concept_numbers` adds: to the margin, and to the score of a family."""

    scam: NDArray[np.float32]
    families: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Classifier:
    """Scam or not, and which family. `slope` and `offset` turn a margin into log-odds."""

    text_weights: NDArray[np.float32]
    concept_weights: ConceptWeights
    fact_weights: Mapping[str, float]
    bias: float
    slope: float
    offset: float
    family_ids: tuple[str, ...]
    family_weights: NDArray[np.float32]
    family_bias: NDArray[np.float32]

    def log_odds(self, reading: Reading, grams: Grams) -> float:
        """Calibrated log-odds that the text is a scam; 0 is even."""
        weight = self.fact_weights.get
        margin = self.bias + sum(weight(fact, 0.0) for fact in reading.facts())
        buckets, concepts = grams.buckets, grams.concepts
        text = np.add.reduce(self.text_weights.take(buckets))
        margin += float(text) * weight_of(len(buckets), FEW_BUCKETS)
        if len(concepts):
            scam = np.add.reduce(self.concept_weights.scam.take(concepts))
            margin += float(scam) * weight_of(len(concepts), FEW_CONCEPTS)
        return self.slope * margin + self.offset

    def families(self, grams: Grams) -> Mapping[str, float]:
        """How likely each family is, given that the text is a scam; they sum to 1."""
        if not self.family_ids:
            return {}
        scores = self._family_scores(grams)
        shares = np.exp(scores - scores.max())
        return dict(zip(self.family_ids, (shares / shares.sum()).tolist(), strict=True))

    def likeliest_family(self, grams: Grams, known: Container[str]) -> str | None:
        """The likeliest of the families that are known, None without any."""
        if not self.family_ids:
            return None
        scores = self._family_scores(grams)
        first = self.family_ids[int(scores.argmax())]
        if first in known:
            return first
        ranked = (self.family_ids[at] for at in (-scores).argsort(kind="stable"))
        return next((name for name in ranked if name in known), None)

    def _family_scores(self, grams: Grams) -> NDArray[np.float64]:
        buckets, concepts = grams.buckets >> FAMILY_SHIFT, grams.concepts
        scores = self.family_bias.astype(np.float64)
        text = np.add.reduce(self.family_weights.take(buckets, axis=0))
        scores += text * weight_of(len(buckets), 1)
        if len(concepts):
            known = np.add.reduce(self.concept_weights.families.take(concepts, axis=0))
            scores += known * weight_of(len(concepts), FEW_CONCEPTS)
        return scores

    def contributions(self, reading: Reading) -> NDArray[np.float64]:
        """What each character of the folded text adds to the log-odds, by the text weights."""
        size = len(reading.folded)
        steps = np.zeros(size + 1)
        parts = hashed_parts(reading)
        count = sum(len(buckets) for *_, buckets in parts)
        scale = self.slope * weight_of(count, FEW_BUCKETS)
        for starts, ends, buckets in parts:
            starts, ends = np.clip(starts, 0, size), np.clip(ends, 0, size)
            share = self.text_weights[buckets] * scale / np.maximum(ends - starts, 1)
            steps += np.bincount(starts, share, size + 1)
            steps -= np.bincount(ends, share, size + 1)
        added: NDArray[np.float64] = np.cumsum(steps)[:size]
        return added


def probability(log_odds: float) -> float:
    """Log-odds as a number between 0 and 1."""
    bounded = max(-30.0, min(30.0, log_odds))
    return 1 / (1 + exp(-bounded))
