"""Concepts: many words stand for one thing, and every two things together have a number."""

import pytest

from bot.matching.concept_tables import CONCEPTS
from bot.matching.concepts import CONCEPT_NUMBERS, concept_numbers
from bot.matching.normalize import normalize

NAMES = list(CONCEPTS)


def concepts_of(text: str) -> set[str]:
    numbers = concept_numbers(normalize(text).text).tolist()
    return {NAMES[number] for number in numbers if number < len(NAMES)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("请把款汇到这个卡号", "钱打到这个账户"),
        ("加我微信细聊", "加V私聊"),
        ("下载安装包", "装个软件"),
        ("叫我交押金,我没理", "差点信了,幸亏多问一句"),
        ("橱柜窗帘一起买", "免费量房"),
    ],
)
def test_other_words_say_the_same(one: str, other: str) -> None:
    assert concepts_of(one) & concepts_of(other)


def test_two_concepts_have_one_number_whatever_their_order() -> None:
    one, other = "先交手续费再扫码", "扫码再先交手续费"
    assert concept_numbers(one).tolist() == concept_numbers(other).tolist()
    assert len(concept_numbers(one)) == 3


def test_numbers_are_distinct_and_in_range() -> None:
    every_word = " ".join(words for words in CONCEPTS.values())
    numbers = concept_numbers(every_word).tolist()
    assert len(numbers) == len(set(numbers)) == CONCEPT_NUMBERS
    assert max(numbers) < CONCEPT_NUMBERS


def test_empty_text_has_none() -> None:
    assert concept_numbers("").tolist() == []


def test_words_stand_in_the_form_that_texts_are_read_in() -> None:
    words = [word for words in CONCEPTS.values() for word in words.split()]
    assert [word for word in words if normalize(word).text != word] == []
