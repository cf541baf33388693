"""The guard's jobs: the digest once a week, deleted texts for a day."""

from datetime import timedelta

from sqlalchemy import select

from bot.services.guard_digest import digest_waits, send_digests
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.guard import GuardAnswer, GuardMode, answer_once
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, bind_resident
from bot.times import SHANGHAI
from scheduler.jobs import tend_groups
from tests.services.broadcasting import NOON, add_groups, add_staff
from tests.services.casework import pushed

MONDAY = (NOON + timedelta(days=6)).astimezone(SHANGHAI).replace(hour=9, minute=0)


async def prepare(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session, Role.GRID)
        resident = await find_or_add_resident(session, "telegram", 4711, NOON)
        await bind_resident(session, resident.id, staff.id, NOON)
        groups = await add_groups(session, staff, -1, -2)
        for trick, days in (("a", 0), ("a", 1), ("b", 2), ("b", 8)):
            day = (NOON + timedelta(days=days)).date()
            note = groups[0].id, trick, f"骗术{trick}", day, GuardMode.DELETE, NOON, "原文"
            await answer_once(session, *note)


async def test_a_grid_worker_reads_last_week_once(database: Database) -> None:
    await prepare(database)
    for minutes in (-1, 0, 60):
        async with database.writing() as session:
            await send_digests(session, MONDAY + timedelta(minutes=minutes))
    async with database.reading() as session:
        assert await digest_waits(session, MONDAY + timedelta(days=7))
        sent = [words for key, words in await pushed(session) if key.startswith("guard-digest")]
    assert len(sent) == 1
    assert "1 号楼：遇到 3 次（骗术a 2、骗术b 1）" in sent[0]
    assert "其余 1 个群没有遇到" in sent[0]


async def test_deleted_texts_are_forgotten_after_a_day(database: Database) -> None:
    await prepare(database)
    settings = Settings(_env_file=None)
    for hours, kept in ((23, 4), (25, 0)):
        await tend_groups(database, settings, NOON + timedelta(hours=hours))
        async with database.reading() as session:
            rows = (await session.scalars(select(GuardAnswer))).all()
        assert sum(row.text_sealed is not None for row in rows) == kept
