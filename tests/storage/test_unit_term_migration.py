"""Units of before the upgrade count as they did, those that have left too."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bot.storage import schema
from bot.storage.database import Database
from bot.storage.vault import Vault
from bot.storage.work_facts import FACTS, measure
from tests.conftest import empty

AT = datetime(2026, 11, 24, 4, tzinfo=UTC)
LEFT, HOUR = AT + timedelta(days=9), timedelta(hours=1)
UNIT = """INSERT INTO unit (id, name, kind, member, two_card, joined_at, left_at)
    VALUES (:id, :name, 'bank', :member, :two_card, :at, :left)"""


async def test_every_unit_has_its_terms(database_url: str, vault: Vault) -> None:
    database = Database(database_url, vault)
    await empty(database)
    await schema.upgrade(database, "warning_day")
    at, left = (one if not database.is_sqlite else one.replace(tzinfo=None) for one in (AT, LEFT))
    async with database.writing() as session:
        for number, member, two_card, gone in (
            (1, True, False, None),
            (2, True, True, left),
            (3, False, False, None),
        ):
            values = {"id": number, "name": f"{number}", "member": member, "two_card": two_card}
            await session.execute(text(UNIT), values | {"at": at, "left": gone})
    await schema.upgrade(database)
    moments = [AT - HOUR, AT + HOUR, LEFT + HOUR]
    async with database.reading() as session:
        found = [
            [await measure(session, FACTS[name], when, when) for when in moments]
            for name in ("member_units", "two_card_units")
        ]
    await database.close()
    assert found == [[0, 2, 1], [0, 1, 0]]
