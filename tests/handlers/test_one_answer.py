"""Cards, files and voice notes that come with others are in the one answer to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.telegram import Polling, telegram_bot
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.times import now
from tests.botapi import SentMessage, png
from tests.channels.test_telegram import Telegram, settings_for, telegram
from tests.handlers.test_things import Ear
from tests.vision.doubles import quick_reader

__all__ = ["telegram"]

SCAM = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"
ORDINARY = "晚饭我买菜回去"
CARD = {"phone_number": "+85251234567", "first_name": "王警官"}
FILE = ("会议助手.apk", b"PK\x03\x04")


@asynccontextmanager
async def polling(
    telegram: Telegram,
    database: Database,
    library: Library,
    *,
    ear: Ear | None = None,
    folder: Path | None = None,
) -> AsyncIterator[None]:
    settings = settings_for(telegram.api)
    reader = quick_reader(folder, ORDINARY) if folder is not None else None
    parts = AnswerParts(database, lambda: library, now, 30, reader=reader, hearing=ear)
    dispatcher = make_dispatcher(parts, settings)
    poll, stop = Polling(telegram_bot(settings), dispatcher, seconds=1), asyncio.Event()
    task = asyncio.create_task(poll.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)
        if reader is not None:
            await reader.close()


async def answer_with(telegram: Telegram, *words: str, answers: int = 1) -> SentMessage:
    """The one answer, once all of the words stand in it."""

    def told() -> SentMessage | None:
        shown = telegram.api.screen(telegram.chat)
        own = [one for one in shown if one.text.startswith(("🔴", "🟠", "🟡", "⚪", "🟢"))]
        full = [one for one in own if all(word in one.text for word in words)]
        return full[0] if full and len(own) == answers else None

    return await telegram.api.wait_until(told)


async def checks(database: Database) -> list[Check]:
    async with database.reading() as session:
        return list(await session.scalars(select(Check)))


async def test_a_card_and_a_file_after_words_edit_their_one_answer(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library):
        telegram.sends(text=ORDINARY)
        telegram.sends(contact=CARD)
        telegram.sends(document=FILE)
        told = await answer_with(telegram, "这 3 条消息", "王警官", "会议助手")
    assert told.text.startswith("🟠 可疑")
    (check,) = await checks(sqlite_database)
    assert check.level == "suspicious"


async def test_words_after_a_card_are_judged_with_its_number(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library):
        telegram.sends(contact=CARD)
        telegram.sends(text=SCAM)
        told = await answer_with(telegram, "这 2 条消息", "王警官", "共享屏幕")
    assert told.text.startswith("🔴 高危")
    assert len(await checks(sqlite_database)) == 1


@pytest.mark.parametrize("first", ["voice", "words"])
async def test_a_voice_note_is_in_the_one_answer_whichever_came_first(
    telegram: Telegram, sqlite_database: Database, library: Library, first: str
) -> None:
    parts: list[dict] = [{"voice": b"OggS"}, {"text": ORDINARY}]
    async with polling(telegram, sqlite_database, library, ear=Ear(lambda _: SCAM)):
        for part in parts if first == "voice" else parts[::-1]:
            telegram.sends(**part)
        told = await answer_with(telegram, "这 2 条消息", "听到的是", "共享屏幕")
    assert told.text.startswith("🔴 高危")
    assert len(await checks(sqlite_database)) == 1


async def test_a_voice_note_that_cannot_be_heard_is_named_in_the_one_answer(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram, sqlite_database, library):
        telegram.sends(text=ORDINARY)
        telegram.sends(voice=b"OggS")
        await answer_with(telegram, "这 2 条消息", "语音，这里听不了")


async def test_a_card_a_file_and_a_voice_note_among_pictures_are_in_their_one_answer(
    telegram: Telegram, sqlite_database: Database, library: Library, tmp_path: Path
) -> None:
    ear = Ear(lambda _: SCAM)
    async with polling(telegram, sqlite_database, library, ear=ear, folder=tmp_path):
        telegram.sends(photo=png())
        telegram.sends(contact=CARD)
        telegram.sends(document=FILE)
        telegram.sends(voice=b"OggS")
        told = await answer_with(telegram, "王警官", "会议助手", "听到的是", "这 4 条消息")
    assert told.text.startswith("🔴 高危")
    assert len(await checks(sqlite_database)) == 1
