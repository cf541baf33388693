"""The local case of the day: found, with its article one tap away, and said where there is none."""

from datetime import UTC, datetime, timedelta

from bot.matching.library import Library
from bot.services.board_cases import take_down
from bot.services.daily_case import case_of_day
from bot.services.education import education
from bot.storage.board import BoardCase
from bot.storage.database import Database
from bot.storage.staff import Role
from tests.board.filled import TYPED, approve, written_case
from tests.services.casework import officer
from tests.talk import Talk

NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)


async def add_case(database: Database, at: datetime, title: str, family: str | None) -> int:
    number = await written_case(database, at, (title, *TYPED[1:]))
    async with database.writing() as session:
        (await session.get_one(BoardCase, number)).family = family
    await approve(database, number, at)
    return number


async def test_the_case_leads_to_its_article(sqlite_database: Database, library: Library) -> None:
    await add_case(sqlite_database, NOW - timedelta(hours=2), "垫付的单", "brush_task")
    talk = Talk(sqlite_database, library, clock=lambda: NOW)
    words = await talk.says("/case")
    assert "本地案例：垫付的单" in words
    assert TYPED[1] in words
    assert education().articles["brush_task"].title in await talk.presses("看看这一招")
    await talk.says("/tip")
    assert "垫付的单" in await talk.presses("看本地案例")


async def test_without_a_trick_the_category_is_shown(
    sqlite_database: Database, library: Library
) -> None:
    await add_case(sqlite_database, NOW - timedelta(hours=2), "垫付的单", None)
    talk = Talk(sqlite_database, library, clock=lambda: NOW)
    await talk.says("/case")
    await talk.presses("看看这一类")
    assert education().articles["brush_task"].title in talk.labels


async def test_no_case_is_said_with_what_there_is_instead(
    sqlite_database: Database, library: Library
) -> None:
    await written_case(sqlite_database, NOW, TYPED)
    old = await add_case(sqlite_database, NOW - timedelta(days=61), "很久以前", None)
    gone = await add_case(sqlite_database, NOW, "撤下的", None)
    async with sqlite_database.writing() as session:
        await take_down(session, await officer(session, "zhao", Role.CHIEF), gone, NOW)
    assert old != gone
    talk = Talk(sqlite_database, library, clock=lambda: NOW)
    assert "没有可以公开的本地案例" in await talk.says("/case")
    assert "今天一条" in await talk.presses("今天一条")
    assert "看本地案例" not in talk.labels


async def test_the_newest_comes_first_then_all_take_turns(database: Database) -> None:
    for number in range(3):
        await add_case(database, NOW - timedelta(hours=3 - number), f"第{number}件", None)
    seen = []
    async with database.reading() as session:
        for days in range(5):
            found = await case_of_day(session, NOW + timedelta(days=days))
            assert found is not None
            seen.append(found.title)
    assert seen[:2] == ["第2件", "第2件"]
    assert set(seen[2:]) == {"第0件", "第1件", "第2件"}
