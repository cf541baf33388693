"""A resident finds a verdict wrong, and may let us keep the message for review."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.handlers import check as handlers
from bot.matching.library import Library
from bot.storage.base import Base
from bot.storage.checks import Check
from bot.storage.database import Database, vault_of
from bot.storage.dialogues import DATA, Dialogue
from bot.storage.library import ReviewText
from tests.talk import Talk

PHONE = "13812345678"
SCAM = (
    f"您好我是微信支付客服，您的百万保障今晚到期，请打{PHONE}，下载会议软件共享屏幕，我教您取消。"
)
OTHER = "妈，晚饭我买菜回去，你把米饭先煮上。"


async def kept(database: Database) -> list[tuple[str, ReviewText]]:
    async with database.reading() as session:
        rows = (await session.scalars(select(ReviewText))).all()
        vault = vault_of(session)
        return [(vault.open(row.text_sealed, "library_review.text"), row) for row in rows]


async def agreed(talk: Talk, text: str = SCAM) -> str:
    """Dispute the verdict on a text and let it be kept."""
    await talk.says(text)
    await talk.presses("判断错了")
    return await talk.presses("可以，帮助改进")


async def test_the_message_is_kept_masked_once_it_is_agreed_and_sent_again(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await talk.says(SCAM)
    await talk.presses("判断错了")
    assert talk.labels == ["可以，帮助改进", "不用"]
    words = await talk.presses("可以，帮助改进")
    assert "再发一次" in words
    assert "90 天" in words
    assert await kept(database) == []
    assert "已遮住号码后保存" in await talk.says(SCAM)
    ((text, row),) = await kept(database)
    assert PHONE not in text
    assert "百万保障今晚到期" in text
    async with database.reading() as session:
        check = (await session.scalars(select(Check))).one()
    assert (row.source, row.level, row.score) == ("dispute", check.level, check.score)
    assert (row.family, row.library_version) == (check.family, library.version)


async def test_nothing_is_kept_without_consent(database: Database, library: Library) -> None:
    talk = Talk(database, library)
    await talk.says(SCAM)
    await talk.presses("判断错了")
    assert "没有保存" in await talk.presses("不用")
    words = await talk.says(SCAM)
    assert "我已转账" in talk.labels
    assert "已遮住" not in words
    assert await kept(database) == []


@pytest.mark.parametrize("way", ["取消", "/cancel", "不用"])
async def test_consent_can_be_taken_back_before_the_message_is_sent(
    sqlite_database: Database, library: Library, way: str
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says(SCAM)
    await talk.presses("判断错了")
    no = talk.data("不用")
    await talk.presses("可以，帮助改进")
    await (talk.sends_data(no) if way == "不用" else talk.says(way))
    await talk.says(SCAM)
    assert "我已转账" in talk.labels
    assert await kept(sqlite_database) == []


async def test_another_message_is_checked_and_not_kept(
    database: Database, library: Library
) -> None:
    talk = Talk(database, library)
    await agreed(talk)
    words = await talk.says(OTHER)
    assert "未见异常" in words
    assert "没有保存" in words
    await talk.says(SCAM)
    assert "我已转账" in talk.labels
    assert await kept(database) == []


async def test_consent_ends_by_itself(
    sqlite_database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "CONSENT_ENDS", timedelta(seconds=-1))
    talk = Talk(sqlite_database, library)
    await agreed(talk)
    await talk.says(SCAM)
    assert "我已转账" in talk.labels
    assert await kept(sqlite_database) == []


async def test_a_report_under_way_is_not_lost(sqlite_database: Database, library: Library) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says(SCAM)
    await talk.presses("判断错了")
    keep = talk.data("可以，帮助改进")
    await talk.says("/report")
    assert "还有没写完的步骤" in await talk.sends_data(keep)
    assert "现在到哪一步了" in await talk.says("/start")
    assert await kept(sqlite_database) == []


async def test_nobody_keeps_somebody_elses_message(
    sqlite_database: Database, library: Library
) -> None:
    one, other = Talk(sqlite_database, library), Talk(sqlite_database, library)
    await one.says(SCAM)
    await one.presses("判断错了")
    assert "不是您的" in await other.sends_data(one.data("可以，帮助改进"))
    await other.says(SCAM)
    assert "我已转账" in other.labels
    assert await kept(sqlite_database) == []


async def test_the_same_message_is_kept_once(database: Database, library: Library) -> None:
    for _ in range(2):
        talk = Talk(database, library)
        await agreed(talk)
        assert "保存" in await talk.says(SCAM)
    assert len(await kept(database)) == 1


@pytest.mark.parametrize(
    "text",
    [f"转账\0到安全\ud800账户，电话{PHONE}。\u202e", "今天天气不错，" * 14_285],
    ids=["signs a database refuses", "100,000 characters"],
)
async def test_any_message_can_be_kept(database: Database, library: Library, text: str) -> None:
    talk = Talk(database, library)
    await agreed(talk, text)
    assert "已遮住号码后保存" in await talk.says(text)
    ((found, _),) = await kept(database)
    assert 4 <= len(found) <= 2000
    assert PHONE not in found


async def test_when_masking_fails_nothing_is_kept(
    sqlite_database: Database, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: str) -> str:
        raise ValueError("no mask")

    talk = Talk(sqlite_database, library)
    await agreed(talk)
    monkeypatch.setattr("bot.services.library_review.mask", fails)
    assert "没有处理" in await talk.says(SCAM)
    assert await kept(sqlite_database) == []


async def test_before_the_message_is_sent_again_no_table_holds_it(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await agreed(talk)
    async with sqlite_database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in await session.execute(select(table)):
                assert "百万保障" not in str(row), table.name
        vault = vault_of(session)
        dialogues = await session.scalars(select(Dialogue.data_sealed))
        opened = [vault.open(sealed, DATA) for sealed in dialogues]
    assert len(opened) == 1
    assert "百万保障" not in opened[0]
