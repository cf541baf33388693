"""Leases: one holder at a time, takeover when it runs out, clean release."""

import asyncio

from sqlalchemy import text

from bot.storage.database import Database
from bot.storage.leases import Guard
from scheduler.leadership import ASK_AGAIN_AFTER, LENGTH, Leadership
from tests.scheduler.doubles import HandClock


async def test_one_of_many_who_ask_at_once_holds(database: Database) -> None:
    clock = HandClock()
    many = [Leadership(database, "clock", f"p{number}", clock) for number in range(6)]
    assert sum(await asyncio.gather(*(one.hold() for one in many))) == 1


async def test_a_dead_holder_is_followed_once_its_lease_has_run_out(database: Database) -> None:
    clock = HandClock()
    dead = Leadership(database, "clock", "dead", clock)
    heir = Leadership(database, "clock", "heir", clock)
    assert await dead.hold()
    clock.turn(seconds=LENGTH.total_seconds() - 1)
    assert not await heir.hold()
    clock.turn(seconds=ASK_AGAIN_AFTER.total_seconds())
    assert await heir.hold()
    assert not await dead.hold()


async def test_a_holder_that_goes_on_renews(database: Database) -> None:
    clock = HandClock()
    holder = Leadership(database, "clock", "holder", clock)
    other = Leadership(database, "clock", "other", clock)
    for _ in range(30):
        assert await holder.hold()
        assert not await other.hold()
        clock.turn(seconds=2)


async def test_a_released_lease_is_free_at_once(database: Database) -> None:
    clock = HandClock()
    first = Leadership(database, "clock", "first", clock)
    second = Leadership(database, "clock", "second", clock)
    assert await first.hold()
    await second.release()
    assert await first.hold()
    await first.release()
    assert await second.hold()
    assert not await first.hold()


async def test_a_guarded_holder_that_dies_is_followed_at_once(database: Database) -> None:
    if database.is_sqlite:
        assert not await Guard(database, "dead").stands()
        return
    clock = HandClock()
    guards = [Guard(database, name) for name in ("dead", "heir")]
    dead, heir = (
        Leadership(database, "clock", name, clock, guard)
        for name, guard in zip(("dead", "heir"), guards, strict=True)
    )
    assert await dead.hold()
    assert not await heir.hold()
    clock.turn(seconds=1)
    assert await dead.hold()
    assert not await heir.hold()
    await guards[0].drop()
    clock.turn(seconds=1)
    assert await heir.hold()
    await guards[1].drop()


async def test_a_guard_whose_connection_was_cut_takes_another(database: Database) -> None:
    if database.is_sqlite:
        assert not await Guard(database, "p").stands()
        return
    guard = Guard(database, "p")
    assert await guard.stands()
    async with database.writing() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    stood = [await guard.stands() for _ in range(3)]
    assert stood[-1]
    await guard.drop()


async def test_leases_of_other_names_are_apart(sqlite_database: Database) -> None:
    clock = HandClock()
    assert await Leadership(sqlite_database, "sender:telegram", "a", clock).hold()
    assert await Leadership(sqlite_database, "sender:wecom", "b", clock).hold()


async def test_between_renewals_the_database_is_left_alone(sqlite_database: Database) -> None:
    clock = HandClock()
    holder = Leadership(sqlite_database, "clock", "holder", clock)
    assert await holder.hold()
    await sqlite_database.close()
    sqlite_database.writing = None  # type: ignore[method-assign, assignment]
    clock.turn(seconds=1)
    assert await holder.hold()
