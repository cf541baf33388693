"""Which questions a quiz asks, and when a missed family comes back."""

from datetime import date, timedelta
from random import Random

import pytest

from bot.services.articles import Article
from bot.services.questions import Kind, Question
from bot.services.quiz_choice import INTERVALS, QUIZ_LENGTH, choose_questions, next_due

TODAY = date(2026, 11, 26)


def made(family: str, number: int = 0, audience: str = "居民", difficulty: int = 1) -> Question:
    name = f"{family}-{number}"
    return Question(
        name, family, Kind.WHAT_NOW, "？", ("甲", "乙"), 0, (audience,), difficulty, "。"
    )


def article(family: str, season: tuple[int, ...] = (), audience: str = "居民") -> Article:
    return Article(family, "c", family, (audience,), season, (), TODAY, "", "", "", {})


BANK = [made(f"family{number}", copy) for number in range(20) for copy in range(2)]


def chosen(bank: list[Question] = BANK, **changes: object) -> list[Question]:
    given: dict = {
        "due": [],
        "later": set(),
        "recent": set(),
        "audience": "",
        "month": 11,
        "draw": Random(1),
    }
    articles = changes.pop("articles", {})
    return choose_questions(bank, articles, **given | changes)


def test_a_quiz_has_five_questions_of_five_families() -> None:
    found = chosen()
    assert len(found) == QUIZ_LENGTH
    assert len({one.family for one in found}) == QUIZ_LENGTH


def test_what_is_due_is_asked_whoever_it_was_written_for() -> None:
    bank = [*BANK, made("elders", audience="老人")]
    found = chosen(bank, due=["elders", "family3", "no longer there"], audience="学生")
    assert {"elders", "family3"} <= {one.family for one in found}


def test_questions_of_the_last_days_are_not_repeated_while_there_are_others() -> None:
    recent = {one.id for one in BANK if one.id.endswith("-0")}
    for seed in range(20):
        assert all(one.id not in recent for one in chosen(recent=recent, draw=Random(seed)))
    assert len(chosen(recent={one.id for one in BANK})) == QUIZ_LENGTH


def test_what_is_learned_or_not_due_yet_is_asked_last() -> None:
    later = {f"family{number}" for number in range(15)}
    assert all(one.family not in later for one in chosen(later=later))


def test_questions_for_others_are_left_out() -> None:
    bank = [made(f"own{n}", audience="学生") for n in range(5)]
    bank += [made(f"other{n}", audience="老人") for n in range(50)]
    assert all(one.family.startswith("own") for one in chosen(bank, audience="学生"))


def test_families_of_the_season_are_likelier() -> None:
    articles = {f"family{n}": article(f"family{n}", (11,) if n < 5 else ()) for n in range(20)}
    met = [
        one.family in {f"family{n}" for n in range(5)}
        for seed in range(300)
        for one in chosen(articles=articles, draw=Random(seed))
    ]
    assert sum(met) / len(met) > 0.33, "a quarter of the families, but in season"


def test_easier_questions_come_first() -> None:
    bank = [made(f"family{n}", difficulty=3 - n % 3) for n in range(5)]
    assert [one.difficulty for one in chosen(bank)] == [1, 2, 2, 3, 3]


def test_a_small_bank_gives_a_short_quiz() -> None:
    assert len(chosen(BANK[:4])) == 2


@pytest.mark.parametrize("step", range(len(INTERVALS)))
def test_a_wrong_answer_begins_anew_with_tomorrow(step: int) -> None:
    assert next_due(step, False, TODAY) == (0, TODAY + timedelta(days=1))


def test_right_answers_lead_through_3_7_and_21_days_to_learned() -> None:
    step, days = 0, []
    while True:
        step, due = next_due(step, True, TODAY)
        if due is None:
            break
        days.append((due - TODAY).days)
    assert days == [3, 7, 21]
