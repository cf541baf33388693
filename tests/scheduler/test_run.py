"""The whole scheduler: a row in, a message out, and a clean end."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import schedule_notice
from bot.services.groups import add_robot, add_telegram_group
from bot.settings import Settings
from bot.storage.broadcasts import BroadcastState
from bot.storage.database import Database
from bot.storage.leases import Lease
from bot.storage.outbox import DeliveryState
from scheduler.run import make_senders, run_scheduler
from tests.botapi import BotApiServer
from tests.scheduler.doubles import HandClock
from tests.scheduler.robots import robot_server
from tests.services.broadcasting import NOON, add_staff

TOKEN = "123456:" + "TEST" * 9


@asynccontextmanager
async def scheduler(database: Database, settings: Settings) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_scheduler(database, settings, stop=stop, now=HandClock()))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 30)


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never came true")


async def test_a_notice_reaches_a_group_and_a_robot_once(database: Database) -> None:
    async with BotApiServer() as api, robot_server() as robot:
        bot = api.add_bot(token=TOKEN)
        group = api.add_group("一号楼", members=[], bots=[bot])
        async with database.writing() as session:
            staff = await add_staff(session)
            groups = [
                await add_telegram_group(session, staff, group.id, "一号楼", NOON),
                await add_robot(session, staff, "业主群", robot.webhook, NOON, api=robot.url),
            ]
            await schedule_notice(
                session,
                staff,
                "lend_card",
                {"community": "幸福里社区"},
                [group.id for group in groups],
                None,
                now=NOON,
                dedupe="x",
            )
        settings = Settings(telegram_token=SecretStr(bot.token), telegram_api=api.url)
        async with scheduler(database, settings):
            await until(lambda: bool(api.messages(group) and robot.posts))
        assert [message.text for message in api.messages(group)] == robot.posts
        assert robot.posts[0].startswith("【幸福里社区反诈提醒】银行卡")
    async with database.reading() as session:
        (line,) = await list_broadcasts(session, staff, NOON, 10)
        assert line.counts == {DeliveryState.SENT: 2}
        assert line.state in {BroadcastState.SENDING, BroadcastState.DONE}
        assert (await session.scalars(select(Lease).where(Lease.until > NOON))).all() == []


async def test_two_schedulers_send_a_notice_once(database: Database) -> None:
    async with robot_server() as robot:
        async with database.writing() as session:
            staff = await add_staff(session)
            group = await add_robot(session, staff, "业主群", robot.webhook, NOON, api=robot.url)
        async with scheduler(database, Settings()), scheduler(database, Settings()):
            async with database.writing() as session:
                await schedule_notice(
                    session,
                    staff,
                    "lend_card",
                    {"community": "幸福里社区"},
                    [group.id],
                    None,
                    now=NOON,
                    dedupe="x",
                )
            await until(lambda: bool(robot.posts))
            await asyncio.sleep(0.2)
        assert len(robot.posts) == 1


async def test_an_idle_scheduler_ends_at_once(sqlite_database: Database) -> None:
    begun = time.monotonic()
    async with scheduler(sqlite_database, Settings()):
        await asyncio.sleep(0.05)
    assert time.monotonic() - begun < 2


async def test_without_a_token_telegram_is_off() -> None:
    senders = make_senders(Settings())
    assert [sender.channel for sender in senders] == ["wecom", "dingtalk", "feishu"]
    for sender in senders:
        await sender.close()


def test_the_scheduler_starts_without_the_messenger_libraries() -> None:
    code = (
        "import sys, scheduler.run\n"
        "assert not {'telegram', 'aiogram', 'jieba', 'fastapi'} & set(sys.modules)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
