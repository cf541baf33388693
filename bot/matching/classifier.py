"""The linear model at work: weights made by `bot.services.training`, applied with numpy alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Reading, hashed_parts

FAMILY_SHIFT = 3
"""The family weights have 2**FAMILY_SHIFT times fewer buckets than the text weights."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """Scam or not, and which family. `slope` and `offset` turn a margin into log-odds."""

    text_weights: NDArray[np.float32]
    fact_weights: Mapping[str, float]
    bias: float
    slope: float
    offset: float
    family_ids: tuple[str, ...]
    family_weights: NDArray[np.float32]
    family_bias: NDArray[np.float32]

    def log_odds(self, reading: Reading, buckets: NDArray[np.int64]) -> float:
        """Calibrated log-odds that the text is a scam; 0 is even."""
        margin = self.bias + sum(self.fact_weights.get(fact, 0.0) for fact in reading.facts())
        if len(buckets):
            margin += float(self.text_weights[buckets].sum()) / sqrt(len(buckets))
        return self.slope * margin + self.offset

    def families(self, buckets: NDArray[np.int64]) -> Mapping[str, float]:
        """How likely each family is, given that the text is a scam; they sum to 1."""
        if not self.family_ids:
            return {}
        scores = self.family_bias.astype(np.float64)
        if len(buckets):
            rows = self.family_weights[buckets >> FAMILY_SHIFT]
            scores = scores + rows.sum(axis=0, dtype=np.float64) / sqrt(len(buckets))
        shares = np.exp(scores - scores.max())
        return dict(zip(self.family_ids, (shares / shares.sum()).tolist(), strict=True))

    def contributions(self, reading: Reading) -> NDArray[np.float64]:
        """What each character of the folded text adds to the log-odds, by the text weights."""
        size = len(reading.folded)
        steps = np.zeros(size + 1)
        parts = hashed_parts(reading)
        scale = self.slope / sqrt(max(1, sum(len(buckets) for *_, buckets in parts)))
        for starts, ends, buckets in parts:
            starts, ends = np.clip(starts, 0, size), np.clip(ends, 0, size)
            share = self.text_weights[buckets] * scale / np.maximum(ends - starts, 1)
            np.add.at(steps, starts, share)
            np.add.at(steps, ends, -share)
        added: NDArray[np.float64] = np.cumsum(steps)[:size]
        return added


def probability(log_odds: float) -> float:
    """Log-odds as a number between 0 and 1."""
    bounded = max(-30.0, min(30.0, log_odds))
    return 1 / (1 + exp(-bounded))
