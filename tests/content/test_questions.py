"""The question bank: no twins, right answers that do not show, short enough for two minutes."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations
from random import Random
from statistics import mean, median

import pytest

from bot.handlers import learn_views as views
from bot.services.education import education
from bot.services.questions import JUDGEMENTS, Kind, Question
from bot.services.quiz_choice import QUIZ_LENGTH, choose_questions
from bot.services.quizzes import Asked
from tests.content.texts import letters

MOST_TOLD, LEAST_RATIO, MOST_BY_FORM = 0.25, 0.6, 0.4
"""Of four answers one is the longest by chance in a quarter of the questions; the others are
*defaults*: how far lengths may differ, how often a sign is in the right answer only."""
NEGATION = re.compile(r"^(?:不|停|挂断|断网|别)")
HELP = re.compile(r"110|12\d{3}|95\d{3}|报警|派出所|官方")
SIGNS_A_MINUTE = 255
"""Chinese characters read aloud by adults, in the mean (Trauzettel-Klosinski, Dietz: Standardized
Assessment of Reading Performance, the International Reading Speed Texts IReST, IOVS 2012)."""
QUIZ_SECONDS, TAP_SECONDS = 120, 2


def grams(text: str) -> frozenset[str]:
    plain = "".join(text.split())
    return frozenset(plain[at : at + 4] for at in range(len(plain) - 3))


def test_no_two_questions_are_nearly_the_same() -> None:
    known = [(one.id, grams(one.text)) for one in education().questions.values()]
    twins = [
        (one, other)
        for (one, first), (other, second) in combinations(known, 2)
        if len(first & second) >= 0.5 * len(first | second)
    ]
    assert twins == []


def test_the_right_answer_does_not_show_by_its_place_or_length() -> None:
    chosen = [one for one in education().questions.values() if one.kind is not Kind.JUDGE]
    places = Counter(one.answer for one in chosen)
    assert max(places.values()) / len(chosen) <= 0.4, places
    for end in (max, min):
        told = sum(_stands_out(one, end) for one in chosen) / len(chosen)
        assert told <= MOST_TOLD, (end, told)
    judged = [one for one in education().questions.values() if one.kind is Kind.JUDGE]
    scams = sum(one.answer == list(JUDGEMENTS).index("scam") for one in judged)
    assert 0.4 <= scams / len(judged) <= 0.65, (scams, len(judged))


def _stands_out(question: Question, end: Callable[[Iterable[int]], int]) -> bool:
    """Whether the right answer alone is the longest, or the shortest."""
    right, wrong = lengths_of(question)
    return right not in wrong and right == end([right, *wrong])


def lengths_of(question: Question) -> tuple[int, list[int]]:
    """The length of the right answer, and of each wrong one."""
    lengths = [len(option) for option in question.options]
    return lengths.pop(question.answer), lengths


def test_wrong_answers_are_about_as_long_as_the_right_one() -> None:
    chosen = [one for one in education().questions.values() if one.kind is not Kind.JUDGE]
    uneven = []
    for one in chosen:
        right, wrong = lengths_of(one)
        if not LEAST_RATIO <= right / mean(wrong) <= 1 / LEAST_RATIO:
            uneven.append((one.id, right, wrong))
    assert uneven == []


@pytest.mark.parametrize("sign", [NEGATION, HELP], ids=["negation", "help"])
def test_the_right_answer_is_not_told_by_its_form(sign: re.Pattern[str]) -> None:
    asked = [one for one in education().questions.values() if one.kind is Kind.WHAT_NOW]
    told = [
        one.id
        for one in asked
        if [bool(sign.search(option)) for option in one.options].count(True) == 1
        and sign.search(one.options[one.answer])
    ]
    assert len(told) / len(asked) <= MOST_BY_FORM, told


def reading_seconds(question: Question) -> float:
    """How long somebody reads a question, its answers and its explanation, as the bot shows it."""
    asked = Asked(1, 0, 1, question)
    shown = views.question(asked).as_html() + "".join(question.options) + question.explanation
    return 60 * letters(re.sub(r"<[^>]+>", "", shown)) / SIGNS_A_MINUTE


def test_any_five_questions_are_read_in_two_minutes() -> None:
    taught = education()
    times = {one.id: reading_seconds(one) for one in taught.questions.values()}
    longest = sorted(times.items(), key=lambda one: -one[1])[:QUIZ_LENGTH]
    assert sum(seconds for _, seconds in longest) <= QUIZ_SECONDS, longest
    drawn = []
    for seed in range(200):
        quiz = choose_questions(
            taught.questions.values(), taught.articles,
            due=(), later=(), recent=(), audience="", month=seed % 12 + 1, draw=Random(seed),
        )  # fmt: skip
        drawn.append(sum(times[one.id] for one in quiz))
    assert median(drawn) + QUIZ_LENGTH * TAP_SECONDS <= QUIZ_SECONDS
