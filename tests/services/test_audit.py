"""The audit trails: whatever is changed behind the program's back is found and named."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text

from bot.services.audit import seal_days, verify
from bot.services.leads import hash_of
from bot.services.transitions import move
from bot.storage.database import Database
from bot.storage.leads import LeadEvent, LeadState
from bot.storage.seals import all_seals
from tests.services.casework import NOON, brought_to, filed, officer, trail

NEXT_DAY = NOON + timedelta(hours=13)
"""01:00 of the next day in Shanghai."""


async def worked(database: Database, *, sealed: bool = True) -> list[str]:
    """Two leads with trails of several lines; the numbers."""
    async with database.writing() as session:
        staff = await officer(session)
        one, two = await filed(session), await filed(session, account=2)
        await brought_to(session, staff, one, LeadState.STOPPED)
        await brought_to(session, staff, two, LeadState.MET)
        if sealed:
            await seal_days(session, NEXT_DAY)
    return [one, two]


async def tamper(database: Database, statement: str) -> None:
    async with database.writing() as session:
        await session.execute(text(statement))


async def found(database: Database) -> str:
    async with database.reading() as session:
        return (await verify(session)).broken


async def test_untouched_trails_verify(database: Database) -> None:
    await worked(database)
    async with database.reading() as session:
        report = await verify(session)
    assert (report.trails, report.lines, report.seals, report.broken) == (2, 8, 1, "")


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE lead_event SET actor='staff:nobody' WHERE lead_id=1 AND position=2", 2),
        ("UPDATE lead_event SET why_sealed=NULL WHERE lead_id=1 AND position=4", 4),
        ("UPDATE lead_event SET to_state='closed' WHERE lead_id=1 AND position=3", 3),
        ("UPDATE lead_event SET at='2026-11-24 05:00:00+00' WHERE lead_id=1 AND position=1", 1),
        ("DELETE FROM lead_event WHERE lead_id=1 AND position=2", 2),
        ("DELETE FROM lead_event WHERE lead_id=1 AND position=1", 1),
    ],
)
async def test_the_first_broken_line_is_named(
    database: Database, statement: str, line: int
) -> None:
    one, _ = await worked(database)
    await tamper(database, statement)
    assert f"线索 {one} 的第 {line} 行" in await found(database)


async def test_a_trail_that_is_gone_is_named(database: Database) -> None:
    _, two = await worked(database)
    await tamper(database, "DELETE FROM lead_event WHERE lead_id=2")
    assert two in await found(database)


async def test_a_cut_off_end_breaks_the_seal_of_the_day(database: Database) -> None:
    await worked(database)
    await tamper(database, "DELETE FROM lead_event WHERE lead_id=1 AND position=4")
    assert "2026-11-24 的封存对不上：封存时 8 行，现在 7 行" in await found(database)


async def test_a_trail_written_anew_breaks_the_seal(database: Database) -> None:
    one, _ = await worked(database)
    async with database.writing() as session:
        before = ""
        for line in await trail(session, one):
            line.actor = "staff:nobody"
            line.hash = before = hash_of(line, before)
    assert "2026-11-24 的封存对不上" in await found(database)


async def test_a_seal_made_to_fit_breaks_the_next_one(database: Database) -> None:
    await worked(database)
    async with database.writing() as session:
        await seal_days(session, NEXT_DAY + timedelta(days=2))
        assert [seal.day for seal in await all_seals(session)] == [
            "2026-11-24",
            "2026-11-25",
            "2026-11-26",
        ]
    await tamper(database, "UPDATE audit_seal SET hash='x' WHERE day='2026-11-24'")
    assert "2026-11-24" in await found(database)
    await tamper(database, "DELETE FROM audit_seal WHERE day='2026-11-24'")
    assert "2026-11-25" in await found(database)


async def test_a_day_is_sealed_once_and_only_when_it_is_over(database: Database) -> None:
    await worked(database, sealed=False)
    async with database.writing() as session:
        assert await seal_days(session, NOON + timedelta(hours=12, minutes=2)) == 0
        assert await seal_days(session, NOON + timedelta(hours=12, minutes=6)) == 1
        assert await seal_days(session, NEXT_DAY) == 0
    assert await found(database) == ""


async def test_lines_of_the_next_day_do_not_touch_the_seal(database: Database) -> None:
    one, _ = await worked(database)
    async with database.writing() as session:
        staff = await officer(session)
        await move(session, staff, one, LeadState.CLOSED, "", NEXT_DAY)
    assert await found(database) == ""


TAMPERINGS = ("edit", "delete", "insert", "swap", "move", "forge")
FIELDS = ("actor", "event", "why", "from_state", "to_state", "at", "hash", "position")


async def tampered(database: Database, how: str, chance: random.Random) -> str:
    """Change one thing in the trails, as somebody with the database in hand would; says what."""
    async with database.writing() as session:
        lines = list((await session.scalars(select(LeadEvent).order_by(LeadEvent.id))).all())
        one = chance.choice(lines)
        other = chance.choice([line for line in lines if line is not one])
        what = f"{how} {one.lead_id}:{one.position} {other.lead_id}:{other.position}"
        if how == "edit":
            name = chance.choice(FIELDS)
            fresh = {"at": one.at + timedelta(seconds=1), "position": one.position + 100}
            setattr(one, name, fresh.get(name, "x"))
            what = f"{what} {name}"
        elif how == "delete":
            await session.delete(one)
        elif how == "insert":
            values = {name: getattr(one, name) for name in ("actor", "event", "hash", "at")}
            last = max(line.position for line in lines if line.lead_id == one.lead_id)
            fresh = LeadEvent(lead_id=one.lead_id, position=last + 1, why="", **values)
            before = next(
                line.hash for line in lines if (line.lead_id, line.position) == (one.lead_id, last)
            )
            fresh.hash = hash_of(fresh, before)
            session.add(fresh)
        elif how == "swap":
            one.actor, other.actor = other.actor, one.actor
            one.event, other.event = other.event, one.event
            one.why, other.why = other.why, f"{one.why} "
        elif how == "move":
            places = [line.position for line in lines if line.lead_id == other.lead_id]
            one.lead_id, one.position = other.lead_id, max(places) + 1
        else:  # a whole trail written anew, with hashes that fit
            before = ""
            for line in (line for line in lines if line.lead_id == one.lead_id):
                line.actor = "staff:nobody"
                line.hash = before = hash_of(line, before)
    return what


@pytest.mark.parametrize("how", TAMPERINGS)
async def test_whatever_is_tampered_with_is_found(sqlite_database: Database, how: str) -> None:
    """Each kind at many random places; every change is undone before the next one."""
    await worked(sqlite_database)
    async with sqlite_database.reading() as session:
        lines = (await session.execute(select(LeadEvent.__table__))).all()
    for seed in range(25):
        what = await tampered(sqlite_database, how, random.Random(seed))
        assert await found(sqlite_database), what
        async with sqlite_database.writing() as session:
            await session.execute(delete(LeadEvent))
            await session.execute(
                insert(LeadEvent.__table__), [dict(line._mapping) for line in lines]
            )
        assert await found(sqlite_database) == ""
