"""Going up to keyed hashes of the books keeps sound books sound and what was broken visible."""

import json
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import text

from bot.services.ledger_check import check_ledgers
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.vault import Vault
from tests.conftest import empty

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)
STAFF = """INSERT INTO staff (id, login, name, role, active, created_at)
    VALUES (1, 'li', '李', 'duty', :yes, :at)"""
ENTRY = """INSERT INTO ledger_entry (id, ledger, position, kind, happened_at, recorded_at, staff_id,
    count, amount_fen, until, words_sealed, hash)
    VALUES (:id, :ledger, :position, :kind, :at, :at, 1, 1, :fen, :at, :words, :hash)"""
COUNTER = "INSERT INTO counter (name, value) VALUES (:name, 2)"
BEFORE = "append_only"


def old_hash(ledger: str, position: int, fen: int, words: str, before: str) -> str:
    at = AT.isoformat()
    said = [ledger, position, "x", at, at, 1, *[None] * 5, 1, fen, at, None, words]
    return sha256((before + json.dumps(said)).encode()).hexdigest()


async def written(database: Database, *, broken: bool) -> None:
    """Two books of two lines as the old code made them; the last line may be spoilt."""
    plain = AT if not database.is_sqlite else AT.replace(tzinfo=None)
    async with database.writing() as session:
        await session.execute(text(STAFF), {"yes": True, "at": plain})
        for book, ledger in enumerate(("freeze", "visitor")):
            await session.execute(text(COUNTER), {"name": f"ledger:{ledger}"})
            before = ""
            for position, words in ((1, ""), (2, "6222 工商银行")):
                before = old_hash(ledger, position, 500, words, before)
                spoilt = broken and book == 1 and position == 2
                sealed = database.vault.seal(words, "ledger_entry.words") if words else None
                values = {"id": book * 10 + position, "ledger": ledger, "position": position}
                values |= {"kind": "x", "at": plain, "fen": 501 if spoilt else 500}
                await session.execute(text(ENTRY), values | {"words": sealed, "hash": before})


async def brought_up(url: str, vault: Vault, *, broken: bool) -> tuple[str, ...]:
    database = Database(url, vault)
    await empty(database)
    await schema.upgrade(database, BEFORE)
    await written(database, broken=broken)
    await schema.upgrade(database)
    async with database.reading() as session:
        problems = (await check_ledgers(session)).problems
    await schema.downgrade(database, BEFORE)
    async with database.reading() as session:
        first = (await session.scalars(text("SELECT hash FROM ledger_entry WHERE id = 2"))).one()
    assert first == old_hash("freeze", 2, 500, "6222 工商银行", old_hash("freeze", 1, 500, "", ""))
    await schema.upgrade(database)
    await database.close()
    return problems


async def test_sound_books_stay_sound(database_url: str, vault: Vault) -> None:
    assert await brought_up(database_url, vault, broken=False) == ()


async def test_what_was_broken_is_not_mended(database_url: str, vault: Vault) -> None:
    assert await brought_up(database_url, vault, broken=True) == ("来访账第 2 笔被改动过",)
