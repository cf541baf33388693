"""Statements put to the driver itself do what they do through SQLAlchemy, on both databases."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError

from bot.storage.counters import next_number
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.prepared import Prepared, as_read
from bot.storage.residents import Resident, find_or_add_resident
from bot.storage.setting_changes import SettingChange, newest_values, value_of
from bot.storage.vault import Vault
from bot.times import now

SEEN = Prepared(
    select(Resident.seen_at, Resident.elder).where(Resident.channel == bindparam("channel"))
)
BACKEND = Prepared(select(text("pg_backend_pid()")))
SLEEP = Prepared(select(text("pg_sleep(60)")))
ENDED = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()"
)
"""Whoever still sleeps holds what the next test needs."""
WRONG = Prepared(select(text("1 / (SELECT count(*) - count(*) FROM resident)")))


async def test_what_is_found_is_as_it_was_written(database: Database) -> None:
    moment = now()
    async with database.writing("somebody") as session:
        resident = await find_or_add_resident(session, "web", 1, moment)
        resident.elder = True
        assert [tuple(row) for row in await SEEN.rows(session, {"channel": "web"})] == [
            (moment, True)
        ], "what the session still had to write was left out"
        assert await SEEN.one(session, {"channel": "telegram"}) is None


async def test_what_begins_a_transaction_ends_with_it(database: Database) -> None:
    async def count_and_fail() -> None:
        async with database.writing() as session:
            await next_number(session, "lead:261124")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await count_and_fail()
    async with database.writing("counters") as session:
        assert await next_number(session, "lead:261124") == 1


async def test_a_setting_never_changed_a_changed_one_and_one_put_back(database: Database) -> None:
    async with database.writing() as session:
        assert await value_of(session, "district") is None
        for name, value in (("district", "甲区"), ("district", "乙区"), ("quiet_hours", None)):
            change = {"name": name, "value": value, "before": "", "at": now(), "actor": "a"}
            session.add(SettingChange(**change))
        assert await value_of(session, "district") == "乙区"
        assert await newest_values(session) == {"district": "乙区", "quiet_hours": None}


async def test_a_row_that_the_session_has_stays_as_it_is_there(database: Database) -> None:
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", 1, now())
        columns = [getattr(resident, one.name) for one in Resident.__table__.columns]
        resident.elder = True
        assert as_read(session, Resident, columns) is resident
        assert resident.elder


async def test_what_is_changed_in_a_row_that_was_read_is_written(database: Database) -> None:
    async with database.writing() as session:
        await find_or_add_resident(session, "web", 1, now())
    async with database.writing() as session:
        (columns,) = (await session.execute(select(Resident.__table__))).all()
        as_read(session, Resident, columns).elder = True
    async with database.reading() as session:
        assert await SEEN.rows(session, {"channel": "web"}) != []
        assert (await SEEN.rows(session, {"channel": "web"}))[0][1] is True


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_value_of_the_wrong_kind_a_mistake_and_a_lost_connection(
    database: Database,
) -> None:
    async with database.writing("somebody") as session:
        with pytest.raises(KeyError, match="channel"):
            await SEEN.rows(session, {})
        with pytest.raises(DBAPIError, match="division by zero"):
            await WRONG.rows(session, {})

    async def fill_up() -> None:
        async with database.writing() as session:
            await session.execute(text("DO $$ BEGIN RAISE 'x' USING ERRCODE = '53100'; END $$"))

    with pytest.raises(DatabaseUnavailableError):
        await fill_up()

    async def lose() -> None:
        async with database.writing("somebody") as session:
            lost = await BACKEND.one(session, {})
            async with database.reading() as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": lost})
            await BACKEND.one(session, {})

    with pytest.raises(DatabaseUnavailableError):
        await lose()
    async with database.writing("somebody") as session:
        assert await next_number(session, "lead:261124") == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_who_is_cut_off_leaves_nothing_on_the_connection(
    database: Database, database_url: str, vault: Vault
) -> None:
    one = Database(database_url, vault, pool_size=1)

    async def count_and_wait() -> None:
        async with one.writing() as session:
            await next_number(session, "lead:261124")
            waiting.set()
            await SLEEP.rows(session, {})

    waiting = asyncio.Event()
    task = asyncio.create_task(count_and_wait())
    await waiting.wait()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with one.writing() as session:
        assert await next_number(session, "lead:261124") == 1
    waiting.clear()
    task = asyncio.create_task(count_and_wait())
    await waiting.wait()
    await asyncio.sleep(0.05)
    for _ in range(2):  # again while what he left is put away
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    async with one.writing() as session:
        assert await next_number(session, "lead:261125") == 1
        await session.execute(ENDED)
    await one.close()


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    async with database.writing("somebody") as session:
        with pytest.raises(Exception, match="naive datetime"):
            await find_or_add_resident(session, "web", 1, datetime(2026, 11, 24))  # noqa: DTZ001


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_transactions_of_one_name_come_one_after_another(database: Database) -> None:
    order: list[str] = []

    async def write(name: str, told: str, inside: asyncio.Event, go_on: asyncio.Event) -> None:
        async with database.writing(name):
            order.append(told)
            inside.set()
            await go_on.wait()

    first_in, second_in, other_in, go_on = (asyncio.Event() for _ in range(4))
    go_on_at_once = asyncio.Event()
    go_on_at_once.set()
    first = asyncio.create_task(write("somebody", "first", first_in, go_on))
    await first_in.wait()
    second = asyncio.create_task(write("somebody", "second", second_in, go_on_at_once))
    await write("somebody else", "other", other_in, go_on_at_once)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(second_in.wait(), 0.2)
    go_on.set()
    await asyncio.gather(first, second)
    assert order == ["first", "other", "second"]
