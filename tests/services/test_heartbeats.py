"""Officers see whether residents are answered: by signs of life, not by guesses."""

import asyncio
from datetime import timedelta

from bot.channels.telegram import Polling
from bot.heartbeat import Heartbeat
from bot.services.heartbeats import LASTS, Alive, beat
from bot.services.overview import health
from bot.storage.database import Database
from bot.times import now


async def seen(database: Database, moment, *, telegram: bool = False) -> dict[str, tuple]:
    async with database.reading() as session:
        parts = await health(session, moment, telegram=telegram)
    return {part.name: (part.works, part.words) for part in parts}


async def test_a_part_that_was_never_started_is_said_to_be_down(sqlite_database: Database) -> None:
    parts = await seen(sqlite_database, now(), telegram=True)
    assert parts["聊天网页"] == (False, "没有运行，居民现在得不到回答")
    assert "连不上 Telegram" in parts["Telegram 机器人"][1]
    assert "Telegram 机器人" not in await seen(sqlite_database, now())


async def test_a_part_is_up_while_it_beats_and_down_soon_after(database: Database) -> None:
    moment = now()
    for holder in ("first", "after a restart"):
        async with database.writing() as session:
            await beat(session, Alive.CHAT, holder, moment)
    assert (await seen(database, moment + LASTS / 2))["聊天网页"] == (True, "还没有人来问")
    works, words = (await seen(database, moment + LASTS + timedelta(seconds=1)))["聊天网页"]
    assert not works
    assert "以后没有动静" in words


async def test_what_does_not_work_does_not_beat(sqlite_database: Database) -> None:
    working = False
    stop = asyncio.Event()
    polling = Heartbeat(sqlite_database, Alive.TELEGRAM, now, lambda: working, seconds=0.02)
    running = asyncio.create_task(polling.run(stop))
    await asyncio.sleep(0.1)
    assert not (await seen(sqlite_database, now(), telegram=True))["Telegram 机器人"][0]
    working = True
    await asyncio.sleep(0.1)
    assert (await seen(sqlite_database, now(), telegram=True))["Telegram 机器人"][0]
    stop.set()
    await running


def test_a_poll_that_was_never_answered_is_no_work() -> None:
    assert not Polling(None, None).works()  # type: ignore[arg-type]
