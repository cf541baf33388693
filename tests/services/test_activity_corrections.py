"""What was approved by mistake is put right or taken back by a new entry; the old one stays."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotAllowedError, NotFoundError
from bot.services.activities import decide_activity, file_activity, list_activities, totals
from bot.services.activity_corrections import correct_activity, take_back_activity
from bot.storage.activities import Activity
from bot.storage.database import Database
from bot.storage.staff import Role, Staff
from bot.storage.work_facts import FACTS, measure, rows_query
from tests.services.broadcasting import NOON, add_staff
from tests.services.test_scope import two_stations

YEAR = (
    datetime(NOON.year, 1, 1, tzinfo=NOON.tzinfo),
    datetime(NOON.year, 12, 31, tzinfo=NOON.tzinfo),
)


async def approved(session: AsyncSession, staff: Staff, line: str) -> int:
    one = await file_activity(session, staff, "talk", line, NOON)
    await decide_activity(session, staff, one.id, True, NOON)
    return one.id


async def counted(session: AsyncSession) -> tuple[int, int]:
    lectures, others = [
        await measure(session, FACTS[one], *YEAR) for one in ("lectures", "activities")
    ]
    return lectures, others


async def test_a_correction_counts_in_place_of_what_it_corrects(database: Database) -> None:
    async with database.writing() as session:
        chief, officer, _ = await two_stations(session)
        wrong = await approved(session, chief, "幸福里活动室 450")
        first = await correct_activity(
            session, officer, wrong, "visit", "11月20日 幸福里活动室 45", "多写了一个零", NOON
        )
        assert await counted(session) == (0, 1)
        assert await totals(session, chief, *YEAR) == {"入户": (1, 45)}
        assert (first.staff_id, first.area_id) == (
            chief.id,
            (await session.get_one(Activity, wrong)).area_id,
        )
        with pytest.raises(NotFoundError, match="已被更正过"):
            await take_back_activity(session, officer, wrong, "再撤一次", NOON)
        second = await correct_activity(
            session, officer, first.id, "visit", "幸福里活动室 54", "是 54 户", NOON
        )
        assert second.filed_at == first.filed_at != NOON
        query = rows_query(session, FACTS["activities"], *YEAR)
        assert [one.people for one in await session.scalars(query)] == [54]
        kept = (await session.scalars(select(Activity).order_by(Activity.id))).all()
        assert [(one.kind, one.people) for one in kept] == [
            ("talk", 450),
            ("visit", 45),
            ("visit", 54),
        ]
        lines = {
            one.id: (one.state, one.stands, one.why)
            for one in await list_activities(session, officer)
        }
        assert lines == {
            wrong: ("已更正", False, "多写了一个零"),
            first.id: ("已更正", False, "是 54 户"),
            second.id: ("已通过", True, ""),
        }


async def test_what_is_taken_back_counts_for_nothing_and_is_still_there(database: Database) -> None:
    async with database.writing() as session:
        chief, officer, _ = await two_stations(session)
        mine = await approved(session, chief, "幸福里活动室 45")
        await take_back_activity(session, officer, mine, "没有办", NOON)
        assert await counted(session) == (0, 0)
        assert await totals(session, chief, *YEAR) == {}
        [line] = await list_activities(session, officer)
        assert (line.people, line.state, line.stands, line.why) == (45, "已撤回", False, "没有办")
        with pytest.raises(NotFoundError):
            await correct_activity(session, officer, mine, "talk", "幸福里 4", "又办了", NOON)


async def test_who_may_not_and_what_is_no_correction(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief, officer, _ = await two_stations(session)
        other = await approved(session, chief, "和平里广场 30")
        mine = await approved(session, chief, "幸福里活动室 45")
        waiting = await file_activity(session, chief, "talk", "幸福里广场 9", NOON)
        for gone in (other, waiting.id, 99):
            with pytest.raises(NotFoundError):
                await take_back_activity(session, officer, gone, "错了", NOON)
        with pytest.raises(InvalidInputError, match="原因"):
            await take_back_activity(session, officer, mine, " ", NOON)
        with pytest.raises(InvalidInputError, match="没有要更正的"):
            await correct_activity(session, officer, mine, "talk", "幸福里活动室 45", "x", NOON)
        worker = await add_staff(session, Role.GRID, "wang")
        with pytest.raises(NotAllowedError):
            await take_back_activity(session, worker, mine, "错了", NOON)
        assert await counted(session) == (2, 0)
