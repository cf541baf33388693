"""Pictures, files and forwarded messages of a report, on every channel."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.evidence_store import EvidenceStore, open_evidence_store
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.evidence import Evidence
from bot.storage.vault import Vault
from tests.botapi import png
from tests.handlers.test_report import leads, the_lead
from tests.handlers.test_urgent import begun
from tests.talk import Talk


@pytest.fixture
def store(tmp_path: Path, vault: Vault) -> EvidenceStore:
    return open_evidence_store(Settings(_env_file=None, data_dir=tmp_path), vault)


async def rows(database: Database) -> list[Evidence]:
    async with database.reading() as session:
        return list((await session.scalars(select(Evidence).order_by(Evidence.id))).all())


async def test_files_go_with_the_report(
    database: Database, library: Library, store: EvidenceStore
) -> None:
    talk = Talk(database, library, store=store)
    await talk.says("/report")
    await talk.presses("还没转账")
    words = await talk.sends(png())
    assert "收到图片" in words
    assert "是谁遇到的" in words
    await talk.presses("我自己")
    await talk.says("有人让我扫码")
    await talk.sends(png(3, 3))
    await talk.presses("先到这里，去核对")
    await talk.presses("确认提交")
    lead = await the_lead(database)
    pieces = await rows(database)
    assert [(one.lead_id, one.draft, one.kind) for one in pieces] == [(lead.id, None, "png")] * 2
    assert await store.get(pieces[0].key) == png()
    assert len(pieces[0].sha256) == 64


async def test_a_picture_sent_before_the_first_choice_goes_into_the_urgent_lead(
    sqlite_database: Database, library: Library, store: EvidenceStore
) -> None:
    talk = Talk(sqlite_database, library, store=store)
    await talk.says("/report")
    await talk.sends(png())
    await talk.presses("已转账")
    await talk.says("13800138000")
    lead = await the_lead(sqlite_database)
    assert [one.lead_id for one in await rows(sqlite_database)] == [lead.id]


async def test_a_cancelled_report_gives_its_files_up(
    sqlite_database: Database, library: Library, store: EvidenceStore
) -> None:
    talk = Talk(sqlite_database, library, store=store)
    await talk.says("/report")
    await talk.sends(png())
    await talk.presses("取消")
    (piece,) = await rows(sqlite_database)
    assert piece.gone_at is not None


async def test_a_screenshot_is_a_first_answer(
    database: Database, library: Library, store: EvidenceStore
) -> None:
    talk = Talk(database, library, store=store)
    await begun(talk)
    words = await talk.sends(png())
    lead = await the_lead(database)
    assert lead.number in words
    assert "民警打哪个电话找您" in words
    await talk.sends(png())
    await talk.says("13800138000")
    assert [one.lead_id for one in await rows(database)] == [lead.id] * 2
    assert await leads(database) == 1


async def test_erasing_a_lead_gives_its_files_up(
    sqlite_database: Database, library: Library, store: EvidenceStore
) -> None:
    talk = Talk(sqlite_database, library, store=store)
    await begun(talk)
    await talk.sends(png())
    number = (await the_lead(sqlite_database)).number
    await talk.sends_data(f"own:add:{number}")
    await talk.presses("先到这里") if "先到这里" in talk.labels else None
    await talk.sends_data(f"own:erase_sure:{number}")
    assert all(one.gone_at is not None for one in await rows(sqlite_database))


async def test_outside_a_report_nothing_is_stored(
    sqlite_database: Database, library: Library, store: EvidenceStore
) -> None:
    talk = Talk(sqlite_database, library, store=store)
    assert "先点“举报”" in await talk.sends(png())
    assert await rows(sqlite_database) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"MZ\x90\x00" + b"\0" * 200, "这种文件收不了"), (b"", "是空的"), (bytes(30), "收不了")],
)
async def test_what_cannot_be_taken_is_said_and_the_report_goes_on(
    sqlite_database: Database, library: Library, store: EvidenceStore, content: bytes, words: str
) -> None:
    talk = Talk(sqlite_database, library, store=store)
    await talk.says("/report")
    assert words in await talk.sends(content)
    assert await rows(sqlite_database) == []
    assert "是谁遇到的" in await talk.says("还没转账")


async def test_twenty_files_and_no_more(
    sqlite_database: Database, library: Library, store: EvidenceStore
) -> None:
    talk = Talk(sqlite_database, library, store=store)
    await talk.says("/report")
    for _ in range(20):
        words = await talk.sends(png())
    assert "一共 20 个" in words
    assert "最多 20 个文件" in await talk.sends(png())


async def test_the_same_upload_twice_is_one_file(
    sqlite_database: Database, library: Library, store: EvidenceStore
) -> None:
    talk = Talk(sqlite_database, library, store=store)
    await talk.says("/report")
    first = await talk.sends(png(), "same-upload")
    assert await talk.sends(png(), "same-upload") == first
    assert len(await rows(sqlite_database)) == 1
