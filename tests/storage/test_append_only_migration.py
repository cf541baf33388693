"""Going up to keyed hashes keeps sound trails sound and what was broken before visible."""

import json
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import text

from bot.services.audit import verify
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.vault import Vault
from tests.conftest import empty

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)
LEAD = """INSERT INTO lead (id, number, kind, risk, state, channel, happened, contact_channel,
    transferred, description_sealed, received_at, due_at, step_due_at, version, reminded, prank,
    traced, reporter) VALUES (:id, :number, 'bot_report', 'urgent', 'new', 'web', 'paid', 'phone',
    :yes, :sealed, :at, :at, :at, 0, 0, :no, :no, 'self')"""
EVENT = """INSERT INTO lead_event (id, lead_id, position, at, actor, event, why_sealed, hash)
    VALUES (:id, :lead, :position, :at, 'staff:li', 'contact', :why, :hash)"""
SEAL = """INSERT INTO audit_seal (day, starts_at, ends_at, lines, hash, made_at)
    VALUES ('2026-11-24', :starts, :ends, :lines, :hash, :ends)"""
BEFORE = "newcomers"


def old_hash(lead: int, position: int, why: str, before: str) -> str:
    kept = [lead, position, AT.isoformat(), "staff:li", "contact", None, None, why]
    return sha256((before + json.dumps(kept)).encode()).hexdigest()


async def written(database: Database, *, broken: bool) -> None:
    """Two leads with two lines each and the seal of their day, as the old code made them."""
    plain = AT if not database.is_sqlite else AT.replace(tzinfo=None)
    digest = sha256(json.dumps(["", "2026-11-24"]).encode())
    async with database.writing() as session:
        for lead in (1, 2):
            values = {"id": lead, "number": f"FZ{lead}", "yes": True, "no": False, "at": plain}
            await session.execute(text(LEAD), values | {"sealed": b""})
            before = ""
            for position, why in ((1, ""), (2, "电话：联系上了")):
                before = old_hash(lead, position, why, before)
                digest.update(f"\n{lead}:{position}:{before}".encode())
                line = {"id": lead * 10 + position, "lead": lead, "position": position}
                sealed = database.vault.seal(why, "lead_event.why") if why else None
                spoilt = "x" if broken and lead == 2 and position == 2 else before
                line |= {"at": plain, "why": sealed, "hash": spoilt}
                await session.execute(text(EVENT), line)
        day = {"starts": plain.replace(hour=0), "ends": plain.replace(hour=16), "lines": 4}
        await session.execute(text(SEAL), day | {"hash": digest.hexdigest()})


async def _brought_up(url: str, vault: Vault, *, broken: bool) -> str:
    database = Database(url, vault)
    await empty(database)
    await schema.upgrade(database, BEFORE)
    await written(database, broken=broken)
    await schema.upgrade(database)
    async with database.reading() as session:
        report = await verify(session)
    await schema.downgrade(database, BEFORE)
    async with database.reading() as session:
        first = (await session.scalars(text("SELECT hash FROM lead_event WHERE id = 11"))).one()
    assert first == old_hash(1, 1, "", "")
    await schema.upgrade(database)
    await database.close()
    return report.broken


async def test_sound_trails_and_seals_stay_sound(database_url: str, vault: Vault) -> None:
    assert await _brought_up(database_url, vault, broken=False) == ""


async def test_what_was_broken_is_not_mended(database_url: str, vault: Vault) -> None:
    assert "线索 FZ2 的第 2 行" in await _brought_up(database_url, vault, broken=True)
