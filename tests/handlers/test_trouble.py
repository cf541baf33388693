"""A full disk and a lost database: one plain sentence, nothing half-written, and on it goes."""

import pytest
from sqlalchemy import text

from bot.matching.library import Library
from bot.storage.database import Database
from tests.handlers.test_report import answered, leads
from tests.handlers.test_urgent import begun
from tests.talk import Talk


async def limit_pages(database: Database, pages: int) -> None:
    """Let the file grow by that many pages and no more; every connection is told."""
    async with database.engine.connect() as connection:
        used = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
    await database.engine.dispose()
    async with database.engine.connect() as connection:
        await connection.execute(text(f"PRAGMA max_page_count={used + pages}"))


async def test_a_full_disk_is_one_sentence_and_passes(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await answered(talk, 2)
    await limit_pages(sqlite_database, 0)
    words = [await talk.says("骗子说了很多话，" * 200, f"full-disk-{n}") for n in range(20)]
    assert any("暂时无法保存" in one for one in words)
    await limit_pages(sqlite_database, 100_000)
    assert "确认后才提交" in await _to_the_end(talk)
    assert "线索编号" in await talk.presses("确认提交")
    assert await leads(sqlite_database) == 1


async def _to_the_end(talk: Talk) -> str:
    await talk.says("/start")
    if "先到这里，去核对" not in talk.labels:
        await talk.says("有人骗我")
    return await talk.presses("先到这里，去核对")


async def test_a_full_disk_at_the_first_answer_files_nothing_and_the_next_try_does(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await begun(talk)
    await limit_pages(sqlite_database, 0)
    refused = 0
    for number in range(60):
        words = await talk.says("我把钱转走了怎么办" * 30, f"first-answer-{number}")
        if "暂时无法保存" in words:
            refused += 1
            break
    assert refused == 1
    before = await leads(sqlite_database)
    await limit_pages(sqlite_database, 100_000)
    assert "提交" in await talk.says("13800138000") + await talk.says("和平路")
    assert await leads(sqlite_database) == max(before, 1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_lost_connection_is_one_sentence_and_the_report_goes_on(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await answered(talk, 2)
    url = database.url.render_as_string(hide_password=False)
    other = Database(url, database.vault)
    async with other.engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await other.close()
    words = await talk.says("有人让我扫码领补贴")
    if "暂时无法保存" in words:
        words = await talk.says("有人让我扫码领补贴")
    assert "对方是怎么找到您的" in words
    await talk.presses("先到这里，去核对")
    await talk.presses("确认提交")
    assert await leads(database) == 1
