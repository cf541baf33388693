"""Training: texts are read as messages are, and each sign counts only for its own side."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.matching.features import Grams, read_text
from bot.services import fitting
from bot.services.examples import COPIES, Example, LibraryText, expand
from bot.services.expansion import variants
from bot.services.lessons import lessons_of
from bot.services.patterns import read_patterns
from bot.services.training import library_texts
from tests.services.small_patterns import write_small_patterns

SCAM_WORDS, OTHER_WORDS, COMMON = (3, 70), (5, 900), (8, 9)
TACTIC, BENIGN = "signal:screen_share", "signal:official_number_named"
GROUPS = 3


def example(scam: bool, group: int, *facts: str) -> Example:
    buckets = np.array(sorted((*COMMON, *(SCAM_WORDS if scam else OTHER_WORDS))), np.int32)
    grams = Grams(buckets, np.empty(0, np.int32))
    return Example(grams, facts, "f" if scam else "", f"{'fg'[not scam]}{group}")


def examples(scam_facts: tuple[str, ...] = (), other_facts: tuple[str, ...] = ()) -> list[Example]:
    return [
        example(scam, group, *(scam_facts if scam else other_facts))
        for scam in (True, False)
        for group in range(GROUPS)
        for _ in range(3)
    ]


def test_each_form_of_each_text_is_read_as_a_message_is(tmp_path: Path) -> None:
    patterns = read_patterns(write_small_patterns(tmp_path))
    texts = list(library_texts(patterns))
    found = iter(expand(texts, patterns.slots))
    same = 0
    for text in texts:
        forms = list(variants(text.text, text.side, patterns.slots, COPIES))
        same += len(set(forms)) < len(forms)
        for copy, form in enumerate(forms):
            one, reading = next(found), read_text(form)
            assert (one.plain, one.family, one.facts) == (not copy, text.family, reading.facts())
            assert one.grams.buckets.tolist() == reading.grams().buckets.tolist()
            assert one.grams.concepts.tolist() == reading.grams().concepts.tolist()
    assert same
    assert next(found, None) is None


def test_words_of_scams_weigh_for_and_others_against() -> None:
    text = fitting.fit(lessons_of(examples())).text
    assert all(text[bucket] > 0 for bucket in SCAM_WORDS)
    assert all(text[bucket] < 0 for bucket in OTHER_WORDS)
    assert np.count_nonzero(text) == len(SCAM_WORDS) + len(OTHER_WORDS)


@pytest.mark.parametrize("code", [TACTIC, BENIGN])
def test_a_sign_counts_only_for_its_own_side(code: str) -> None:
    for_scams = fitting.fit(lessons_of(examples((code,)))).facts.get(code, 0.0)
    against = fitting.fit(lessons_of(examples((), (code,)))).facts.get(code, 0.0)
    assert (for_scams > 0, against < 0) == (code is TACTIC, code is BENIGN)


def test_a_fact_of_few_texts_has_no_weight() -> None:
    many = examples((TACTIC,))
    few = [replace(one, facts=()) if at >= 5 else one for at, one in enumerate(many)]
    assert TACTIC in fitting.fit(lessons_of(many)).facts
    assert fitting.fit(lessons_of(few)).facts == {}


def test_a_text_too_short_to_show_a_scam_teaches_nothing() -> None:
    known = examples()
    odd = replace(example(True, 0), grams=Grams(np.array([77]), np.empty(0)), weight=0.0)
    assert fitting.fit(lessons_of([*known, odd])).text[77] == 0


def test_short_texts_teach_less_as_scams_and_more_as_genuine_ones() -> None:
    def weight(length: int, family: str) -> float:
        return LibraryText("好" * length, family, "group", "sms").weight

    assert [weight(length, "family") for length in (19, 30, 60, 300)] == [0.0, 0.25, 1.0, 1.0]
    assert [weight(length, "") for length in (30, 60, 300)] == [1.5, 1.0, 1.0]


def test_margins_are_those_of_models_that_did_not_see_the_group() -> None:
    odd = [
        replace(example(True, 9), grams=Grams(np.array([bucket], np.int32), np.empty(0, np.int32)))
        for bucket in (20, 20, 20, 21)
    ]
    known = [*examples(), *odd]
    lessons = lessons_of(known)
    unseen, seen = fitting.margins_unseen(known, lessons), fitting.fit(lessons)
    assert unseen[:9].min() > 0 > unseen[9:18].max()
    assert seen.text[20] != seen.text[21]
    assert set(unseen[18:].tolist()) == {unseen[18]}
