"""What is changed in a group, and what is more than words there, through the Bot API server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from bot.channels.telegram import Polling, telegram_bot
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.group_check import IN_PRIVATE
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.matching.lookup.blocklist import Blocklist
from bot.storage.database import Database
from bot.times import now
from tests.botapi import png
from tests.channels.test_guard import SCAM, TALK, Community
from tests.channels.test_telegram import Telegram, settings_for, telegram
from tests.handlers.test_things import Ear
from tests.vision.doubles import quick_reader

__all__ = ["telegram"]

APK = b"PK\x03\x04 not looked into"


@asynccontextmanager
async def polling(
    telegram: Telegram, database: Database, library: Library, folder: Path, heard: str = ""
) -> AsyncIterator[None]:
    """With a reader and an ear that find a scam on whatever they are given."""
    settings, reader = settings_for(telegram.api), quick_reader(folder, SCAM)
    parts = AnswerParts(
        database, lambda: library, now, 30, reader=reader, hearing=Ear(lambda _: heard)
    )
    dispatcher = make_dispatcher(parts, settings)
    poll, stop = Polling(telegram_bot(settings), dispatcher, seconds=1), asyncio.Event()
    task = asyncio.create_task(poll.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)
        await reader.close()


async def test_a_harmless_message_that_is_changed_into_a_scam_is_met_once(
    telegram: Telegram, sqlite_database: Database, library: Library, tmp_path: Path
) -> None:
    group = Community(telegram)
    async with polling(telegram, sqlite_database, library, tmp_path):
        await group.register(sqlite_database)
        group.says(TALK)
        await group.silence()
        said = telegram.api.history(group.chat)[-1]
        telegram.api.edit(said, SCAM)
        assert "96110" in await group.answer()
        telegram.api.edit(said, SCAM + "。")
        await group.silence()
        telegram.sends(text="在吗")
        own = telegram.api.history(telegram.chat)[-1]
        await telegram.api.wait_confirmed(telegram.bot)
        told = len(telegram.api.messages(telegram.chat))
        telegram.api.edit(own, SCAM)
        await group.silence()
        assert len(telegram.api.messages(telegram.chat)) == told


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        ({"photo": png()}, "图里读到"),
        ({"document": ("照片.jpg", APK)}, "冒充银行的软件"),
        ({"voice": b"OggS"}, "听到的是"),
        ({"contact": {"phone_number": "+85251234567", "first_name": "王警官"}}, "中国香港"),
    ],
    ids=["picture", "file", "voice note", "card"],
)
async def test_what_is_more_than_words_is_judged_in_private_for_who_asks(
    telegram: Telegram,
    sqlite_database: Database,
    library: Library,
    tmp_path: Path,
    thing: dict,
    words: str,
) -> None:
    known = library.with_blocklist(Blocklist({}, {sha256(APK).hexdigest(): "冒充银行的软件"}))
    group = Community(telegram)
    async with polling(telegram, sqlite_database, known, tmp_path, heard=SCAM):
        await group.register(sqlite_database)
        before = len(telegram.api.messages(telegram.chat))
        group.says("", **thing)
        shown = telegram.api.history(group.chat)[-1]
        assert await group.answer("/check", by=telegram.user, reply_to=shown) == IN_PRIVATE
        await telegram.api.wait_until(
            lambda: any(words in one.text for one in telegram.api.messages(telegram.chat)[before:])
        )
        await group.silence()
