"""The audit trails: whatever is changed behind the program's back is found and named."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.services.audit import seal_days, seal_hash, verify
from bot.services.leads import hash_of, log_look, trail_key
from bot.services.partner_requests import answer, report_withdrawal
from bot.services.transitions import change_state, move
from bot.storage import schema
from bot.storage.append_only import APPEND_ONLY
from bot.storage.database import Database
from bot.storage.leads import LeadEvent, LeadState
from bot.storage.partner_requests import RequestResult
from bot.storage.seals import all_seals, hashes_between
from bot.storage.setting_changes import SettingChange
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from tests.conftest import empty
from tests.services.casework import NOON, as_owner, brought_to, filed, lead_of, officer, trail
from tests.services.chain import frozen, partner, unit

TRIGGERS = {
    True: "SELECT sql FROM sqlite_master WHERE type = 'trigger'",
    False: "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}
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
        await as_owner(session)
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
        await as_owner(session)
        before = ""
        for line in await trail(session, one):
            line.actor = "staff:nobody"
            line.hash = before = hash_of(line, before, trail_key(database.vault))
    assert "2026-11-24 的封存对不上" in await found(database)


async def test_who_only_writes_the_database_cannot_make_a_line_or_a_seal_fit(
    database: Database,
) -> None:
    one, _ = await worked(database)
    async with database.writing() as session:
        await as_owner(session)
        before = ""
        for line in await trail(session, one):
            line.actor = "staff:nobody"
            line.hash = before = hash_of(line, before, b"")
    assert f"线索 {one} 的第 1 行" in await found(database)


async def test_a_seal_without_the_key_is_found(database: Database) -> None:
    await worked(database)
    await tamper(database, "DELETE FROM lead_event WHERE lead_id=1 AND position=4")
    async with database.writing() as session:
        await as_owner(session)
        (seal,) = await all_seals(session)
        lines = await hashes_between(session, seal.starts_at, seal.ends_at)
        seal.lines, seal.hash = len(lines), seal_hash("", seal.day, lines, b"")
    assert "2026-11-24 的封存对不上" in await found(database)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lead_event SET actor='x'",
        "UPDATE lead_event SET why_sealed=NULL WHERE why_sealed IS NOT NULL",
        "UPDATE lead_event SET hash='x' WHERE id=1",
        "DELETE FROM lead_event WHERE id=1",
        "UPDATE audit_seal SET lines=0",
        "DELETE FROM audit_seal",
        "UPDATE look SET actor='x'",
        "DELETE FROM look",
        "UPDATE setting_change SET value='x'",
        "DELETE FROM setting_change",
        "UPDATE ledger_entry SET amount_fen=1",
        "UPDATE ledger_entry SET words_sealed=NULL",
        "DELETE FROM ledger_entry",
        "UPDATE request_answer SET result='done'",
        "UPDATE request_answer SET receipt_sealed=NULL",
        "DELETE FROM request_answer",
        "DELETE FROM lead",
    ],
)
async def test_the_database_itself_refuses_to_change_or_delete_audit_rows(
    database: Database, statement: str
) -> None:
    one, _ = await worked(database)
    async with database.writing() as session:
        staff = await officer(session)
        await change_state(
            session, staff, await lead_of(session, one), LeadState.CLOSED, "x", NEXT_DAY
        )
        await log_look(session, "staff:li", one, "full", NOON)
        session.add(
            SettingChange(name="district", value="东区", before="", at=NOON, actor="staff:li")
        )
        await frozen(session)
        teller = await partner(session, "wang", await unit(session))
        asked = await report_withdrawal(session, teller, "老人取款", NOON)
        refused = RequestResult.REFUSED
        await answer(session, staff, asked.number, refused, "已劝回", NEXT_DAY, receipt="A1")
    with pytest.raises(DBAPIError, match="audit rows stay as they were written"):
        async with database.writing() as session:
            await session.execute(text(statement))
    assert await found(database) == ""


async def test_postgresql_refuses_to_empty_them(postgres_url: str, database: Database) -> None:
    if database.is_sqlite:
        return
    await worked(database)
    with pytest.raises(DBAPIError, match="audit rows stay as they were written"):
        async with database.writing() as session:
            await session.execute(text("TRUNCATE lead_event"))


async def test_the_migrations_make_the_same_triggers_as_the_code(
    database_url: str, vault: Vault
) -> None:
    made = []
    for by_migrations in (True, False):
        url = database_url.replace("test.sqlite3", f"{by_migrations}.sqlite3")
        database = Database(url, vault)
        await empty(database)
        if by_migrations:
            await schema.upgrade(database)
        else:
            async with database.engine.begin() as connection:
                await connection.run_sync(metadata.create_all)
        async with database.reading() as session:
            made.append(set((await session.execute(text(TRIGGERS[database.is_sqlite]))).all()))
        await database.close()
    assert made[0] == made[1]
    assert len(made[0]) >= 2 * len(APPEND_ONLY)


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
        await as_owner(session)
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
            fresh.hash = hash_of(fresh, before, trail_key(database.vault))
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
                line.hash = before = hash_of(line, before, trail_key(database.vault))
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
