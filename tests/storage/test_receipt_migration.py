"""Receipts that were noted before there was a search are found after the upgrade."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, text

from bot.storage import schema
from bot.storage.database import Database
from bot.storage.receipts import receipt_print
from bot.storage.staff import Role, Staff
from bot.storage.stop_payments import StopPayment, StopResult
from bot.storage.vault import Vault
from tests.storage.test_duty_desk_migration import LEAD

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


async def test_receipts_of_before_are_found(tmp_path: Path, vault: Vault) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/test.sqlite3", vault)
    await schema.upgrade(database, "0001")
    async with database.writing() as session:
        values = {"id": 1, "number": "FZ1", "state": "new", "yes": True, "sealed": b"x"}
        await session.execute(text(LEAD), values)
    await schema.upgrade(database)
    async with database.writing() as session:
        session.add(Staff(login="li", name="李", role=Role.DUTY, active=True, created_at=NOON))
        await session.flush()
        for receipt in ("ZF-0001", ""):
            session.add(
                StopPayment(
                    lead_id=1,
                    staff_id=1,
                    asked_at=NOON,
                    bank="工行",
                    receipt=receipt,
                    amount_fen=100,
                    result=StopResult.ASKED,
                )
            )
    await schema.downgrade(database, "bundles")
    await schema.upgrade(database)
    async with database.reading() as session:
        hashes = await session.scalars(select(StopPayment.receipt_hash).order_by(StopPayment.id))
        assert list(hashes) == [receipt_print(vault, "zf0001"), None]
    await database.close()
