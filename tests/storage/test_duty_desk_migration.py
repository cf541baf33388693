"""Going up to and down from the duty desk's revision loses no lead and no line of a trail."""

from sqlalchemy import select, text

from bot.storage import schema
from bot.storage.database import Database
from bot.storage.leads import LeadEvent
from bot.storage.vault import Vault
from tests.conftest import empty

LEAD = """INSERT INTO lead (id, number, kind, risk, state, channel, happened, contact_channel,
    transferred, description_sealed, received_at, due_at)
    VALUES (:id, :number, 'bot_report', 'urgent', :state, 'web', 'paid', 'phone', :yes, :sealed,
    '2026-11-24 04:00:00', '2026-11-24 04:03:00')"""
EVENT = """INSERT INTO lead_event (id, lead_id, position, at, actor, event, why, hash)
    VALUES (:id, :id, 1, '2026-11-24 04:00:00', 'resident:web', 'file', '误触', 'x')"""


async def test_leads_and_trails_survive_up_and_down(database_url: str, vault: Vault) -> None:
    database = Database(database_url, vault)
    await empty(database)
    await schema.upgrade(database, "0001")
    async with database.writing() as session:
        for number, state in ((1, "new"), (2, "signed")):
            values = {"id": number, "number": f"FZ{number}", "state": state, "yes": True}
            await session.execute(text(LEAD), values | {"sealed": b"x"})
            await session.execute(text(EVENT), {"id": number})
    await schema.upgrade(database)
    async with database.reading() as session:
        read = text("SELECT version, reminded, step_due_at IS NULL FROM lead ORDER BY id")
        assert [tuple(row) for row in await session.execute(read)] == [(0, 0, 0), (0, 0, 1)]
        lines = (await session.scalars(select(LeadEvent))).all()
        assert [line.why for line in lines] == ["误触", "误触"]
        sealed = (await session.scalars(text("SELECT why_sealed FROM lead_event"))).all()
        assert not [value for value in sealed if "误触".encode() in bytes(value)]
    await schema.downgrade(database, "0001")
    async with database.reading() as session:
        assert (await session.scalars(text("SELECT why FROM lead_event"))).all() == ["误触"] * 2
    await database.close()
