"""Results given before the upgrade are the first of their requests, words and all."""

from datetime import UTC, datetime

from sqlalchemy import text

from bot.storage import schema
from bot.storage.database import Database
from bot.storage.partner_requests import answers_of
from bot.storage.vault import Vault
from tests.conftest import empty

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)
STAFF = """INSERT INTO staff (id, login, name, role, active, created_at)
    VALUES (1, 'wang', '王', 'partner', :yes, :at)"""
UNIT = """INSERT INTO unit (id, name, kind, member, two_card, joined_at)
    VALUES (1, '工行', 'bank', :yes, :yes, :at)"""
REQUEST = """INSERT INTO partner_request (id, number, kind, unit_id, from_partner, asked_by,
    asked_at, due_at, result, answer_sealed, receipt_sealed, answered_by, answered_at)
    VALUES (:id, :number, 'verify', 1, :no, 1, :at, :at, :result, :answer, :receipt, :by, :back)"""


async def test_what_was_answered_before_is_kept_as_the_first_answer(
    database_url: str, vault: Vault
) -> None:
    database = Database(database_url, vault)
    await empty(database)
    await schema.upgrade(database, "unit_term")
    at = AT.replace(tzinfo=None) if database.is_sqlite else AT
    words = vault.seal("已劝止", "partner_request.answer")
    receipt = vault.seal("A1", "partner_request.receipt")
    given = {"result": "done", "answer": words, "receipt": receipt, "by": 1, "back": at}
    async with database.writing() as session:
        for statement in (STAFF, UNIT):
            await session.execute(text(statement), {"yes": True, "at": at})
        for number, values in ((1, given), (2, dict.fromkeys(given))):
            values = values | {"id": number, "number": f"XZ{number}", "no": False, "at": at}
            await session.execute(text(REQUEST), values)
    await schema.upgrade(database)
    async with database.reading() as session:
        [kept] = await answers_of(session, 1)
        assert (kept.result, kept.answer, kept.receipt) == ("done", "已劝止", "A1")
        assert (kept.staff_id, kept.at) == (1, AT)
        assert await answers_of(session, 2) == []
    await database.close()
