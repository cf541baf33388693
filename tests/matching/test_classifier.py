"""The linear model, on weights made by hand."""

import numpy as np
import pytest

from bot.matching.classifier import (
    FAMILY_SHIFT,
    FEW_BUCKETS,
    FEW_CONCEPTS,
    Classifier,
    ConceptWeights,
    probability,
    weight_of,
)
from bot.matching.concepts import CONCEPT_NUMBERS, concept_numbers
from bot.matching.features import BUCKET_BITS, read_text

WORD = "共享屏幕"


def no_concepts() -> ConceptWeights:
    return ConceptWeights(
        np.zeros(CONCEPT_NUMBERS, np.float32), np.zeros((CONCEPT_NUMBERS, 2), np.float32)
    )


def model(
    weight: float,
    facts: dict[str, float] | None = None,
    concepts: ConceptWeights | None = None,
) -> Classifier:
    text_weights = np.zeros(1 << BUCKET_BITS, np.float32)
    text_weights[read_text(WORD).grams().buckets] = weight
    family_weights = np.zeros((1 << (BUCKET_BITS - FAMILY_SHIFT), 2), np.float32)
    family_weights[read_text(WORD).grams().buckets >> FAMILY_SHIFT, 1] = 5
    return Classifier(
        text_weights,
        concepts or no_concepts(),
        facts or {},
        -1.0,
        2.0,
        0.5,
        ("one", "two"),
        family_weights,
        np.zeros(2),
    )


def log_odds(classifier: Classifier, text: str) -> float:
    reading = read_text(text)
    return classifier.log_odds(reading, reading.grams())


def test_words_with_weight_raise_the_odds() -> None:
    assert log_odds(model(1.0), "请共享屏幕") > log_odds(model(1.0), "请打开窗户")


def test_empty_text_has_the_odds_of_the_bias() -> None:
    assert log_odds(model(1.0), "") == pytest.approx(2.0 * -1.0 + 0.5)


def test_facts_add_their_weight_times_the_slope() -> None:
    with_fact = log_odds(model(0.0, {"signal:screen_share": 1.5}), "打开屏幕共享")
    assert with_fact - log_odds(model(0.0), "打开屏幕共享") == pytest.approx(3.0)


def test_families_sum_to_one_and_follow_the_words() -> None:
    shares = model(0.0).families(read_text(WORD).grams())
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["two"] > 0.9


def test_contributions_fall_on_the_telling_words() -> None:
    reading = read_text("明天上午请共享屏幕好吗")
    added = model(1.0).contributions(reading)
    start = reading.folded.index(WORD)
    assert added[start : start + 4].sum() > 0.9 * added.sum()


@pytest.mark.parametrize(("odds", "share"), [(0, 0.5), (1e9, 1.0), (-1e9, 0.0)])
def test_probability_is_bounded(odds: float, share: float) -> None:
    assert probability(odds) == pytest.approx(share, abs=1e-9)


def test_a_concept_adds_its_weight_whatever_the_word() -> None:
    concepts = no_concepts()
    concepts.scam[concept_numbers("手续费")] = 1.0
    with_weight, without = model(0.0, concepts=concepts), model(0.0)
    for text in ("手续费", "保证金", "解冻费"):
        added = log_odds(with_weight, text) - log_odds(without, text)
        assert added == pytest.approx(2.0 * weight_of(1, FEW_CONCEPTS))


def test_one_feature_of_many_counts_less_and_one_of_few_is_held_back() -> None:
    weights = [weight_of(count, FEW_BUCKETS) for count in (0, 3, 60, 500)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] < 1 / 7
