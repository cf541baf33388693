"""The bot in Telegram groups, through the Bot API server."""

import asyncio
from copy import deepcopy

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.outgoing import Outgoing
from bot.services.staff import invite
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup
from bot.storage.staff import Role
from bot.times import now
from scheduler.senders.base import Delivered
from scheduler.senders.telegram import TelegramSender
from tests.channels.test_telegram import SCAM, TOKEN, Telegram, polling, telegram

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


async def heard(telegram: Telegram) -> int:
    """How many messages the person was sent so far."""
    return len(telegram.api.messages(telegram.chat))


async def test_a_channel_is_offered_in_private_registered_posted_to_and_marked(
    telegram: Telegram, database: Database, library: Library
) -> None:
    channel = telegram.api.add_channel("幸福发布", admins=[telegram.user])
    async with polling(telegram.api, database, library):
        telegram.api.promote(channel, telegram.bot, by=telegram.user)
        assert "由网格员来做" in (await telegram.hears()).text
        assert await groups(database) == []
        await bind_after(telegram, database)
        for choice, told in (("不登记", "不登记“幸福发布”"), ("登记", "已登记频道“幸福发布”")):
            telegram.api.remove(channel, telegram.bot, by=telegram.user)
            count = await heard(telegram)
            telegram.api.promote(channel, telegram.bot, by=telegram.user)
            offer = await telegram.hears(after=count)
            assert "登记它吗" in offer.text
            (kept,) = await groups(database)
            assert (kept.active, kept.closed_why) == (False, "offered")
            telegram.presses(offer, choice)
            assert told in (await telegram.hears(after=count + 1)).text
        telegram.presses(offer, "不登记")
        assert "已经处理过" in (await telegram.hears(after=count + 2)).text
        (kept,) = await groups(database)
        assert (kept.title, kept.active) == ("幸福发布", True)
        sender = TelegramSender(TOKEN, telegram.api.url)
        ended = await sender.send(str(channel.id), Outgoing("陌生电话先挂断。"))
        await sender.close()
        assert isinstance(ended, Delivered)
        assert [one.text for one in telegram.api.messages(channel)] == ["陌生电话先挂断。"]
        telegram.api.remove(channel, telegram.bot, by=telegram.user)
        telegram.sends(text="/privacy")
        await telegram.hears(after=count + 3)
    (kept,) = await groups(database)
    assert (kept.active, kept.closed_why) == (False, "left the group")


async def bind_after(telegram: Telegram, database: Database) -> None:
    count = await heard(telegram)
    async with database.writing() as session:
        _, code = await invite(session, None, "zhao", "赵", Role.GRID, now())
    telegram.sends(text=f"/bind {code}")
    assert "已绑定" in (await telegram.hears(after=count)).text
    assert "/notice" in (await telegram.hears(after=count + 1)).text


async def test_an_administrator_who_may_not_post_is_told_in_private(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    channel = telegram.api.add_channel("幸福发布", admins=[telegram.user])
    telegram.api.promote(channel, telegram.bot, by=telegram.user)
    (update,) = telegram.api.pending(telegram.bot)
    changed = deepcopy(update)
    changed["my_chat_member"]["new_chat_member"]["can_post_messages"] = False
    async with polling(telegram.api, sqlite_database, library):
        await telegram.hears()
        await bind_after(telegram, sqlite_database)
        count = await heard(telegram)
        changed["update_id"] += 100
        telegram.api.send_raw(telegram.bot, changed)
        assert "没有给我“发布消息”的权限" in (await telegram.hears(after=count)).text
    assert await groups(sqlite_database) == []
    assert telegram.api.messages(channel) == []
