"""Five questions, each counted once, gone on with after a restart."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.channels.local import LocalSession
from bot.handlers.learn_keyboards import QuizButton
from bot.matching.library import Library
from bot.services.education import education
from bot.services.questions import Question
from bot.storage.database import Database
from bot.storage.learners import FamilyMemory, Learner
from bot.storage.quizzes import QuizAnswer, QuizAttempt
from bot.storage.residents import Resident
from tests.talk import Talk

START = datetime(2026, 11, 26, 4, tzinfo=UTC)


class Clock:
    """The time of a test."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def shown_question(talk: Talk) -> Question:
    """The question that the last message asks."""
    text = talk.shown[-1].text
    found = [one for one in education().questions.values() if one.text in text]
    return max(found, key=lambda one: len(one.text))


async def answers(talk: Talk, correct: bool = True) -> str:
    """Answer the question shown last."""
    question = shown_question(talk)
    right = question.options[question.answer]
    wrong = next(option for option in question.options if option != right)
    return await talk.presses(right if correct else wrong)


async def takes(talk: Talk, right: int = 5) -> str:
    """A whole quiz with so many right answers."""
    words = await talk.says("/quiz")
    for place in range(5):
        words = await answers(talk, place < right)
    return words


async def test_five_right_answers_earn_a_certificate(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    words = await takes(talk)
    assert "5 道对了 5 道" in words
    assert "连续" not in words
    await talk.presses("领证书")
    (shown,) = talk.shown
    assert shown.picture.startswith("iVBORw0KGgo"), "a PNG in Base64"
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(QuizAnswer)) == 5
        attempt = (await session.scalars(select(QuizAttempt))).one()
    assert attempt.right == 5


async def test_three_right_answers_earn_none_but_say_what_to_read(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    words = await takes(talk, right=3)
    assert "5 道对了 3 道" in words
    assert "可以再看看" in words
    finished = talk.shown
    assert "领证书" not in talk.labels
    made_up = QuizButton(act="certificate", attempt=1).pack()
    assert "80% 以上才有证书" in await talk.sends_data(made_up)
    talk.shown = finished
    article = await talk.presses(talk.labels[0])
    assert "怎么骗" in article


async def test_a_wrong_answer_hears_the_right_one_and_why(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/quiz")
    question = shown_question(talk)
    words = await answers(talk, correct=False)
    assert question.options[question.answer] in words
    assert question.explanation in words


async def test_an_answer_given_twice_is_counted_once_and_said_kindly(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await talk.says("/quiz")
    question = shown_question(talk)
    data = [talk.data(option) for option in question.options]
    await talk.sends_data(data[question.answer])
    for again in data:
        assert "已经答过了" in await talk.sends_data(again)
    async with database.reading() as session:
        kept = (await session.scalars(select(QuizAnswer))).one()
    assert kept.correct


async def test_nobody_answers_another_ones_quiz(
    sqlite_database: Database, library: Library
) -> None:
    talk, stranger = Talk(sqlite_database, library), Talk(sqlite_database, library)
    await talk.says("/quiz")
    assert "已经过期" in await stranger.sends_data(talk.data(shown_question(talk).options[0]))


@pytest.mark.parametrize(
    "button",
    [
        QuizButton(act="a", attempt=999),
        QuizButton(act="a", attempt=1, place=5),
        QuizButton(act="a", attempt=1, place=-1),
        QuizButton(act="a", attempt=1, choice=9),
        QuizButton(act="certificate", attempt=1),
    ],
)
async def test_a_made_up_button_changes_nothing(
    sqlite_database: Database, library: Library, button: QuizButton
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/quiz")
    assert "已经过期" in await talk.sends_data(button.pack())
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(QuizAnswer)) == 0


async def test_after_a_restart_the_quiz_goes_on_where_it_was(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library, secret="the same person")
    await talk.says("/quiz")
    await answers(talk)
    open_question = talk.shown[-1].text
    fresh = Talk(database, library, secret="the same person")
    await fresh.says("/start")
    assert fresh.shown[-1].text == open_question
    await fresh.says("/quiz")
    assert fresh.shown[-1].text == open_question
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(QuizAttempt)) == 1


async def test_a_kill_between_commit_and_reply_loses_and_repeats_nothing(
    database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(database, library)
    await talk.says("/quiz")
    data = talk.data(shown_question(talk).options[0])

    async def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(LocalSession, "make_request", killed)
        with pytest.raises(SystemExit):
            await talk.sends_data(data, message_id="killed-message")
    assert "第 2 题" in await talk.sends_data(data, message_id="killed-message")
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(QuizAnswer)) == 1


async def test_a_quiz_that_is_cancelled_is_not_gone_on_with(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/quiz")
    assert "已取消" in await talk.says("取消")
    await talk.says("/start")
    assert len(talk.shown) == 1
    assert "现在没有进行中" in await talk.says("取消")


async def test_a_question_below_an_article_is_cancelled_together_with_the_quiz_before_it(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/quiz")
    await talk.sends_data("learn:ask:brush_task")
    assert "已取消" in await talk.says("取消")
    await talk.says("/start")
    assert len(talk.shown) == 1


async def test_one_question_alone_earns_no_certificate(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.sends_data("learn:ask:brush_task")
    await answers(talk)
    made_up = QuizButton(act="certificate", attempt=1).pack()
    assert "才有证书" in await talk.sends_data(made_up)


async def test_a_missed_family_comes_back_after_1_3_7_and_21_days(
    sqlite_database: Database, library: Library
) -> None:
    clock = Clock()
    talk = Talk(sqlite_database, library, clock=clock)
    await talk.says("/quiz")
    family = shown_question(talk).family
    await answers(talk, correct=False)
    for _ in range(4):
        await answers(talk)
    for days in (1, 3, 7, 21):
        clock.now += timedelta(days=days - 1)
        assert family not in await asked_families(talk), f"{days} days are not over"
        clock.now += timedelta(days=1)
        assert family in await asked_families(talk), f"after {days} days"
    async with sqlite_database.reading() as session:
        memory = await session.get(FamilyMemory, (1, family))
    assert memory is not None
    assert (memory.first_correct, memory.latest_correct, memory.due_on) == (False, True, None)


async def asked_families(talk: Talk) -> set[str]:
    """The families of a quiz that is answered right."""
    families = set()
    await talk.says("/quiz")
    for _ in range(5):
        families.add(shown_question(talk).family)
        await answers(talk)
    return families


async def test_how_long_something_was_known_is_kept(
    sqlite_database: Database, library: Library
) -> None:
    clock = Clock()
    talk = Talk(sqlite_database, library, clock=clock)
    family = next(iter(education().articles))
    for day, correct in ((0, True), (9, False)):
        clock.now = START + timedelta(days=day)
        await talk.sends_data(f"learn:ask:{family}")
        await answers(talk, correct)
    async with sqlite_database.reading() as session:
        memory = (await session.scalars(select(FamilyMemory))).one()
    assert memory.forgot_days == 9


async def test_days_in_a_row_are_told_and_a_gap_is_not_held_against_anybody(
    sqlite_database: Database, library: Library
) -> None:
    clock = Clock()
    talk = Talk(sqlite_database, library, clock=clock)
    told = []
    for day in (0, 1, 1, 4):
        clock.now = START + timedelta(days=day)
        told.append(await takes(talk))
    assert ["连续 2 天" in words for words in told] == [False, True, True, False]
    assert "断" not in told[3]
    async with sqlite_database.reading() as session:
        learner = (await session.scalars(select(Learner))).one()
    assert (learner.streak, learner.best) == (1, 2)


async def test_an_elder_gets_one_thing_at_a_time(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/quiz")
    async with sqlite_database.writing() as session:
        (await session.scalars(select(Resident))).one().elder = True
    await answers(talk)
    assert talk.labels == ["下一题"]
    assert "第 2 题" in await talk.presses("下一题")
    for place in range(1, 5):
        await answers(talk)
        if place < 4:
            await talk.presses("下一题")
    assert talk.labels == ["看结果"]
    assert "做完了" in await talk.presses("看结果")
