"""The bot in Telegram groups, through the Bot API server."""

import asyncio

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.staff import invite
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup
from bot.storage.staff import Role
from bot.times import now
from tests.channels.test_telegram import SCAM, Telegram, polling, telegram

__all__ = ["telegram"]


async def bind(telegram: Telegram, database: Database, role: Role) -> None:
    async with database.writing() as session:
        _, code = await invite(session, None, "zhao", "赵", role, now())
    telegram.sends(text=f"/bind {code}")
    assert "已绑定" in (await telegram.hears()).text


async def groups(database: Database) -> list[CommunityGroup]:
    async with database.reading() as session:
        return list((await session.scalars(select(CommunityGroup))).all())


async def test_a_grid_worker_registers_a_group(
    telegram: Telegram, database: Database, library: Library
) -> None:
    group = telegram.api.add_group("幸福里业主群", members=[telegram.user], bots=[telegram.bot])
    async with polling(telegram.api, database, library):
        await bind(telegram, database, Role.GRID)
        telegram.api.send(group, telegram.user, text="/register@fanzha_bot")
        assert "已登记" in (await telegram.api.wait_for_message(group)).text
        telegram.api.send(group, telegram.user, text="/register@fanzha_bot")
        await telegram.api.wait_for_message(group, after=1)
    (kept,) = await groups(database)
    assert (kept.title, kept.active) == ("幸福里业主群", True)


async def test_a_resident_cannot_register_a_group(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = telegram.api.add_group("幸福里业主群", members=[telegram.user], bots=[telegram.bot])
    async with polling(telegram.api, sqlite_database, library):
        telegram.api.send(group, telegram.user, text="/register@fanzha_bot")
        assert "只给工作人员" in (await telegram.api.wait_for_message(group)).text
    assert await groups(sqlite_database) == []


@pytest.mark.parametrize(
    "command", ["/queue", "/lead FZ261124-0001-1", "/notice", "/sent", "/report"]
)
async def test_nothing_personal_in_a_group(
    telegram: Telegram, sqlite_database: Database, library: Library, command: str
) -> None:
    group = telegram.api.add_group("业主群", members=[telegram.user], bots=[telegram.bot])
    name, _, rest = command.partition(" ")
    async with polling(telegram.api, sqlite_database, library):
        await bind(telegram, sqlite_database, Role.CHIEF)
        telegram.api.send(group, telegram.user, text=f"{name}@fanzha_bot {rest}".strip())
        assert "私聊" in (await telegram.api.wait_for_message(group)).text


async def test_talk_in_a_group_is_left_alone(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = telegram.api.add_group("业主群", members=[telegram.user], bots=[telegram.bot])
    async with polling(telegram.api, sqlite_database, library):
        telegram.api.send(group, telegram.user, text=SCAM)
        telegram.sends(text="/privacy")
        await telegram.hears()
        await asyncio.sleep(0.1)
    assert telegram.api.messages(group) == []


async def test_a_group_that_puts_the_bot_out_gets_nothing_more(
    telegram: Telegram, database: Database, library: Library
) -> None:
    group = telegram.api.add_group("业主群", members=[telegram.user], bots=[telegram.bot])
    async with polling(telegram.api, database, library):
        await bind(telegram, database, Role.GRID)
        telegram.api.send(group, telegram.user, text="/register@fanzha_bot")
        await telegram.api.wait_for_message(group)
        telegram.api.remove(group, telegram.bot, by=telegram.user)
        telegram.sends(text="/privacy")
        await telegram.hears(after=2)
        await asyncio.sleep(0.2)
    (kept,) = await groups(database)
    assert not kept.active
