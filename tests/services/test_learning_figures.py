"""What learning came to, with intervals, and nothing of fewer than five people."""

from datetime import datetime, timedelta

import pytest

from bot.services.education import education
from bot.services.learning_figures import Share, in_words, learning_figures
from bot.services.quizzes import answer, begin_about
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.residents import find_or_add_resident
from bot.storage.subscriptions import Subscription
from tests.services.broadcasting import NOON

DAY = timedelta(days=1)
SINCE, UNTIL = NOON - 3 * DAY, NOON + 3 * DAY


async def answers(database: Database, account: int, family: str, right: bool, at: datetime) -> None:
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", account, at)
        asked = await begin_about(session, education(), resident, family, at)
        chosen = asked.question.answer if right else 1 - min(asked.question.answer, 1)
        await answer(session, education(), resident, asked.attempt_id, 0, chosen, at)


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [(0, 5, 0.0, 0.434), (5, 5, 0.566, 1.0), (8, 10, 0.490, 0.943), (50, 100, 0.404, 0.596)],
)
def test_the_interval_is_wilsons(part: int, of: int, low: float, high: float) -> None:
    interval = Share(part, of).interval
    assert interval is not None
    assert interval == pytest.approx((low, high), abs=0.001)


async def test_before_and_after_are_the_same_people(database: Database) -> None:
    for account in range(6):
        await answers(database, account, "brush_task", account < 2, NOON - 2 * DAY)
        await answers(database, account, "brush_task", account < 5, NOON)
    await answers(database, 9, "brush_task", False, NOON)
    for account in range(4):
        await answers(database, account, "police_case", True, NOON - 2 * DAY)
        await answers(database, account, "police_case", True, NOON)
    async with database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    (family,) = figures.families
    assert (family.name, family.before, family.after) == ("brush_task", Share(2, 6), Share(5, 6))
    assert figures.everybody is not None
    assert figures.everybody.after == Share(9, 10)
    assert figures.finished == Share(21, 21)
    assert "首答对 60.0%" in "\n".join(in_words(figures))


async def test_articles_opened_and_subscriptions_kept(database: Database) -> None:
    async with database.writing() as session:
        for number in range(4):
            resident = await find_or_add_resident(session, "web", number, NOON)
            level = "none" if number == 3 else "high"
            session.add(
                Check(
                    reference=f"r{number}",
                    resident_id=resident.id,
                    text_hash="h",
                    level=level,
                    score=0.9,
                    action="A0",
                    library_version="1",
                    created_at=NOON,
                    read_at=NOON if number == 0 else None,
                )
            )
            begun = NOON - 31 * DAY
            session.add(
                Subscription(
                    resident_id=resident.id,
                    audience="老人",
                    kinds="daily",
                    since=begun,
                    ended_at=begun + 2 * DAY if number == 0 else None,
                )
            )
    async with database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    assert figures.opened == Share(1, 3)
    assert figures.kept == Share(3, 4)


async def test_where_nothing_was_nothing_is_told(sqlite_database: Database) -> None:
    async with sqlite_database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    assert figures.everybody is None
    assert "—（0/0）" in in_words(figures)[0]
