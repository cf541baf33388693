"""The tip of the day: once, at one's hour, never at night, to those who asked for it."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.daily_tips import send_tips, tips_wait
from bot.services.education import education
from bot.services.outgoing import Outgoing
from bot.services.sending_rules import Blackout, Rules
from bot.services.subscriptions import leave, subscribe
from bot.services.tips import day_key
from bot.settings import Settings
from bot.storage.database import Database, vault_of
from bot.storage.outbox import PAYLOAD, OutboxMessage, Priority
from bot.storage.residents import Resident, find_or_add_resident
from bot.times import SHANGHAI
from scheduler.jobs import tell_tips
from tests.board.filled import TYPED, shown_case
from tests.services.broadcasting import NOON
from tests.services.casework import pushed

RULES = Rules(blackouts=())
TODAY = NOON.astimezone(SHANGHAI).date()


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return datetime.combine(TODAY + timedelta(days=days), time(hour, minute), SHANGHAI)


async def subscriber(
    session: AsyncSession,
    number: int,
    kinds: tuple[str, ...] = ("daily",),
    hour: int | None = None,
    channel: str = "telegram",
    since: datetime | None = None,
) -> Resident:
    since = since or at(6)
    resident = await find_or_add_resident(session, channel, number, since)
    await subscribe(
        session, resident, area_id=None, audience="不限", kinds=kinds, hour=hour, now=since
    )
    return resident


async def sent(database: Database, moment: datetime, rules: Rules = RULES) -> int:
    async with database.writing() as session:
        waited = await tips_wait(session, rules, moment)
        count = await send_tips(session, education(), rules, moment, 2)
        assert waited == bool(count)
        return count


async def test_each_gets_todays_once_at_the_hour_chosen(database: Database) -> None:
    async with database.writing() as session:
        await subscriber(session, 1, hour=8)
        await subscriber(session, 2)
        await subscriber(session, 3, hour=19, kinds=("daily", "warning"))
        await subscriber(session, 4, kinds=("warning",))
        await subscriber(session, 5, channel="web")
    hours = {hour: await sent(database, at(hour)) for hour in (7, 8, 9, 10, 19, 20)}
    assert hours == {7: 0, 8: 1, 9: 1, 10: 0, 19: 1, 20: 0}
    assert await sent(database, at(20, days=1)) == 2
    assert await sent(database, at(20, days=1)) == 1, "two at a time"
    async with database.reading() as session:
        told = await pushed(session)
        rows = (await session.scalars(select(OutboxMessage))).all()
    assert len(told) == 6
    assert education().tips[day_key(TODAY)].text in told[0][1]
    assert {row.priority for row in rows} == {Priority.DIGEST}


async def test_not_at_night_nor_on_a_day_without_notices(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        await subscriber(session, 1, hour=7)
    late = Rules(quiet=(time(21, 30), time(8, 30)), blackouts=())
    assert await sent(sqlite_database, at(7), late) == 0
    closed = Rules(blackouts=(Blackout("停发日", TODAY, TODAY),))
    assert await sent(sqlite_database, at(9), closed) == 0
    assert await sent(sqlite_database, at(21)) == 0
    assert await sent(sqlite_database, at(8, 30), late) == 1


async def test_the_first_one_comes_at_the_hour_chosen_and_leaving_ends_it(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        resident = await subscriber(session, 1, hour=8, since=at(10))
    assert await sent(sqlite_database, at(11)) == 0
    assert await sent(sqlite_database, at(8, days=1)) == 1
    async with sqlite_database.writing() as session:
        found = await session.get_one(Resident, resident.id)
        await leave(session, found, None, at(9, days=1))
    assert await sent(sqlite_database, at(8, days=2)) == 0


async def test_the_local_case_of_the_day_goes_with_it(sqlite_database: Database) -> None:
    await shown_case(sqlite_database, at(7), ("垫付的单", *TYPED[1:]))
    async with sqlite_database.writing() as session:
        await subscriber(session, 1, hour=8)
    assert await sent(sqlite_database, at(8)) == 1
    async with sqlite_database.reading() as session:
        ((_, words),) = await pushed(session)
        (row,) = (await session.scalars(select(OutboxMessage))).all()
        payload = vault_of(session).open(row.payload_sealed, PAYLOAD)
    assert words.endswith("本地案例：垫付的单")
    assert ["start:case"] in [
        [one.data for one in buttons] for buttons in Outgoing.from_json(payload).rows
    ]


async def test_who_changes_the_hour_is_not_told_twice(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        await subscriber(session, 1, hour=8)
    assert await sent(sqlite_database, at(8)) == 1
    async with sqlite_database.writing() as session:
        await subscriber(session, 1, hour=19, since=at(12))
    await sent(sqlite_database, at(19))
    async with sqlite_database.reading() as session:
        assert len(await pushed(session)) == 1


@pytest.mark.parametrize("minutes", [0, 1])
async def test_the_clock_queues_them(sqlite_database: Database, minutes: int) -> None:
    async with sqlite_database.writing() as session:
        await subscriber(session, 1, hour=8)
    for minute in range(minutes + 1):
        await tell_tips(sqlite_database, Settings(_env_file=None), at(12, minute))
    async with sqlite_database.reading() as session:
        ((_, words),) = await pushed(session)
    assert words.startswith("今天一条")
