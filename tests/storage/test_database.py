"""Transactions on both databases."""

import asyncio

import pytest
from sqlalchemy import select, text

from bot.storage.counters import next_number, numbers_given
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.residents import Resident, find_or_add_resident, resident_address
from bot.storage.vault import Vault
from bot.times import now


async def test_what_a_failed_transaction_wrote_is_gone(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.writing() as session:
            await find_or_add_resident(session, "web", 7, now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_and_fail()
    async with database.reading() as session:
        assert (await session.scalars(select(Resident))).all() == []


async def test_reading_keeps_nothing(database: Database) -> None:
    async with database.reading() as session:
        await find_or_add_resident(session, "web", 7, now())
    async with database.reading() as session:
        assert (await session.scalars(select(Resident))).all() == []


async def test_numbers_are_given_once(database: Database) -> None:
    numbers = []
    for _ in range(3):
        async with database.writing() as session:
            numbers.append(await next_number(session, "lead:261124"))
    assert numbers == [1, 2, 3]


async def test_a_resident_is_found_again_and_stored_without_the_account(
    database: Database,
) -> None:
    async with database.writing() as session:
        first = await find_or_add_resident(session, "telegram", 123456789, now())
    async with database.writing() as session:
        again = await find_or_add_resident(session, "telegram", 123456789, now())
        other = await find_or_add_resident(session, "web", 123456789, now())
        assert again.id == first.id != other.id
        assert b"123456789" not in again.address_sealed
        assert "123456789" not in again.account_hash
        assert resident_address(session, again) == 123456789


async def test_a_database_that_is_gone_is_said_in_one_sentence(vault: Vault) -> None:
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", vault)
    with pytest.raises(DatabaseUnavailableError, match="暂时无法保存"):
        async with gone.writing():
            pass
    await gone.close()


async def test_a_locked_sqlite_is_said_in_one_sentence(
    sqlite_database: Database, vault: Vault
) -> None:
    other = Database(str(sqlite_database.url), vault)
    async with sqlite_database.writing() as session:
        await find_or_add_resident(session, "web", 1, now())
        with pytest.raises(DatabaseUnavailableError):
            async with other.writing():
                pass
    await other.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_who_files_waits_for_nobody_elses_number(database: Database) -> None:
    async with database.writing() as slow, database.writing() as quick:
        assert await numbers_given(slow, "lead:261124", 2) == range(1, 3)
        assert await numbers_given(quick, "lead:261124", 1) == range(3, 4)


async def test_numbers_are_given_in_order_also_after_a_failure(database: Database) -> None:
    async def take_and_fail() -> None:
        async with database.writing() as session:
            await numbers_given(session, "lead:261124", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await take_and_fail()
    async with database.writing() as session:
        (number,) = await numbers_given(session, "lead:261124", 1)
    assert number == (1 if database.is_sqlite else 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_connection_that_died_is_replaced_before_anybody_meets_it(
    database: Database,
) -> None:
    kill = text("SELECT pg_terminate_backend(:one)")
    number = text("SELECT pg_backend_pid()")
    async with database.reading() as session:
        first = await session.scalar(number)
    other = Database(database.url.render_as_string(hide_password=False), database.vault)
    async with other.reading() as session:
        await session.execute(kill, {"one": first})
    await other.close()
    await asyncio.sleep(0.05)  # the news travels
    async with database.reading() as session:
        assert await session.scalar(number) not in (None, first)
