"""Avoided losses of before the upgrade are lines of their book, which agrees with them."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from bot.services.ledger_check import check_ledgers
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.entries import Ledger, standing
from bot.storage.outcomes import LeadOutcome
from bot.storage.staff import Role, Staff
from bot.storage.vault import Vault
from tests.storage.test_duty_desk_migration import LEAD

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


async def test_what_was_avoided_before_is_in_the_book(tmp_path: Path, vault: Vault) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/test.sqlite3", vault)
    await schema.upgrade(database, "0001")
    async with database.writing() as session:
        for number in (1, 2, 3):
            values = {"id": number, "number": f"FZ{number}", "state": "new", "yes": True}
            await session.execute(text(LEAD), {**values, "sealed": b"x"})
    await schema.upgrade(database)
    async with database.writing() as session:
        session.add(Staff(login="li", name="李", role=Role.DUTY, active=True, created_at=NOON))
        await session.flush()
        for number, fen in ((1, 500), (2, None), (3, 300)):
            outcome = LeadOutcome(
                lead_id=number, avoided_fen=fen, family_notified=False, staff_id=1, at=NOON
            )
            outcome.basis = "银行止付" if fen else ""
            session.add(outcome)
    await schema.downgrade(database, "case_family")
    await schema.upgrade(database)
    async with database.reading() as session:
        lines = await standing(session, Ledger.AVOIDED, 9)
        assert [(one.lead_id, one.amount_fen, one.words) for one in reversed(lines)] == [
            (1, 500, "银行止付"),
            (3, 300, "银行止付"),
        ]
        assert (await check_ledgers(session)).problems == ()
    await database.close()
