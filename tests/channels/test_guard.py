"""The guard in a Telegram group, through the Bot API server."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.handlers.group_check import IN_PRIVATE, NO_PICTURES, NOTHING_TO_CHECK, OPEN_PRIVATE
from bot.matching.library import Library
from bot.storage.database import Database
from bot.storage.residents import Resident
from bot.storage.staff import Role
from bot.storage.updates import AnsweredUpdate
from tests.botapi import Chat, User, png
from tests.channels.test_groups import bind
from tests.channels.test_telegram import TOKEN, Telegram, polling, telegram

__all__ = ["telegram"]

SCAM = (
    "姐妹们，手机点赞就能赚钱，一单39，先垫付后返本带佣金，做三单起，"
    "加我微信拉你进任务群 http://shuadan-vip.top/rw"
)
TALK = "今晚团购车厘子，五斤装一百二，要的接龙"


class Community:
    """A registered group with a member beside the grid worker."""

    def __init__(self, telegram: Telegram, *, bot_is_admin: bool = False) -> None:
        self.telegram, self.api = telegram, telegram.api
        self.member: User = self.api.add_user(first_name="新邻居")
        people = [telegram.user, self.member]
        admins = [telegram.bot] if bot_is_admin else []
        self.chat: Chat = self.api.add_group(
            "幸福里业主群", members=people, bots=[telegram.bot], admins=admins
        )
        self.heard = 0

    async def register(self, database: Database) -> str:
        await bind(self.telegram, database, Role.GRID)
        return await self.answer("/register@fanzha_bot", by=self.telegram.user)

    def says(self, text: str, *, by: User | None = None, **more: object) -> None:
        self.api.send(self.chat, by or self.member, text=text, **more)

    async def answer(self, text: str = "", *, by: User | None = None, **more: object) -> str:
        if text:
            self.says(text, by=by, **more)
        words = (await self.api.wait_for_message(self.chat, after=self.heard)).text
        self.heard += 1
        return words

    def presses(self, label: str, *, by: User) -> None:
        shown = self.api.messages(self.chat)[-1]
        self.api.press(self.chat, by, shown, button_text=label)

    async def silence(self) -> None:
        """Wait until everything said so far was looked at, and hear nothing."""
        await self.api.wait_confirmed(self.telegram.bot)
        await asyncio.sleep(0.1)
        assert len(self.api.messages(self.chat)) == self.heard


async def test_a_scam_is_met_with_one_line_once_a_day(
    telegram: Telegram, database: Database, library: Library
) -> None:
    group = Community(telegram)
    async with polling(telegram.api, database, library):
        told = await group.register(database)
        assert "平时我不说话" in told
        assert "看不到" not in told
        words = await group.answer(SCAM)
        assert "96110" in words
        assert "\n" not in words
        assert "shuadan" not in words
        assert group.member.first_name not in words
        group.says(SCAM)
        await group.silence()
        group.presses("私下看详情", by=telegram.user)
        private = await telegram.hears(after=1)
        assert private.text


async def test_talk_is_neither_answered_nor_kept(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        for text in (TALK, f"大家注意，我刚接到这种：{SCAM}", "好的"):
            group.says(text)
        await group.silence()
    async with sqlite_database.reading() as session:
        for table, kept in ((Resident, 1), (AnsweredUpdate, 2)):
            count = await session.scalar(select(func.count()).select_from(table))
            assert count == kept


async def test_an_administrators_message_is_left_alone(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram)
    telegram.api.promote(group.chat, group.member)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        group.says(SCAM)
        await group.silence()


async def test_nothing_is_said_where_administrators_are_not_known(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        telegram.api.fail("getChatAdministrators", description="Bad Request: try later")
        group.says(SCAM)
        await group.silence()
        assert "96110" in await group.answer(SCAM)


@pytest.mark.parametrize(("text", "level"), [(SCAM, "高危"), (TALK, "未见异常")])
async def test_a_message_replied_to_is_judged_in_private_for_who_asks(
    telegram: Telegram, sqlite_database: Database, library: Library, text: str, level: str
) -> None:
    group = Community(telegram)
    telegram.api.promote(group.chat, group.member)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        before = len(telegram.api.messages(telegram.chat))
        group.says(text)
        asked = telegram.api.history(group.chat)[-1]
        assert await group.answer("/check", by=telegram.user, reply_to=asked) == IN_PRIVATE
        way = telegram.api.messages(group.chat)[-1].markup["inline_keyboard"]
        assert way == [[{"text": OPEN_PRIVATE, "url": "https://t.me/fanzha_bot"}]]
        told = (await telegram.hears(after=before)).text
        assert level in told.split("\n")[0]
        assert f"群里这条：“{text[:20]}" in told
        assert "回复" in await group.answer("/check", by=telegram.user)
        group.says("", location={"latitude": 31.2, "longitude": 121.5})
        place = telegram.api.history(group.chat)[-1]
        said = await group.answer("/check", by=telegram.user, reply_to=place)
        assert said == NOTHING_TO_CHECK
        group.says("", photo=png())
        picture = telegram.api.history(group.chat)[-1]
        said = await group.answer("/check", by=telegram.user, reply_to=picture)
        assert said == NO_PICTURES


async def test_who_never_wrote_to_the_bot_is_shown_the_way_and_nobody_a_verdict(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        group.says(TALK)
        asked = telegram.api.history(group.chat)[-1]
        assert await group.answer("/check", by=group.member, reply_to=asked) == IN_PRIVATE
        await group.silence()


async def test_the_group_sets_what_it_wants_and_a_deletion_is_undone(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram, bot_is_admin=True)
    worker, stranger = telegram.user, telegram.api.add_user(first_name="路人")
    telegram.api.join(group.chat, stranger)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        assert "只有群管理员和本片网格员能改" in await group.answer("/guard", by=stranger)
        assert "22:30-06:30" in await group.answer("/guard 25:00", by=worker)
        assert "免打扰：23:15-05:45" in await group.answer("/guard 23:15-05:45", by=worker)
        assert "免打扰：不设" in await group.answer("/guard 不设", by=worker)
        group.presses("删除并提醒", by=stranger)
        await telegram.api.wait_for_call("answerCallbackQuery")
        group.presses("删除并提醒", by=worker)
        assert "删除并提醒" in await group.answer()
        words = await group.answer(SCAM)
        assert "刚删除" in words
        assert [one for one in telegram.api.history(group.chat) if one.text == SCAM][0].deleted
        group.presses("管理员：撤销删除", by=stranger)
        await telegram.api.wait_for_call("answerCallbackQuery", after=2)
        group.presses("管理员：撤销删除", by=worker)
        assert "原文如下" in await group.answer()
        assert SCAM in await group.answer()
        assert [one["type"] for one in group.api.messages(group.chat)[-1].entities] == ["pre"]


async def test_a_deleted_picture_comes_back_with_its_words(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram, bot_is_admin=True)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        await group.answer("/guard", by=telegram.user)
        group.presses("删除并提醒", by=telegram.user)
        await group.answer()
        group.says("", photo=png(), caption=SCAM)
        assert "刚删除" in await group.answer()
        group.says("", photo=png(), caption=SCAM)
        await group.silence()
        posted = [one for one in telegram.api.history(group.chat) if one.text == SCAM]
        assert [one.deleted for one in posted] == [True, True]
        group.presses("管理员：撤销删除", by=telegram.user)
        assert "原文如下" in await group.answer()
        assert SCAM in await group.answer()
        assert group.api.messages(group.chat)[-1].kind == "photo"


async def test_a_trusted_member_is_left_alone(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        group.says("大家好")
        hello = telegram.api.history(group.chat)[-1]
        assert "不再提醒" in await group.answer("/trust", by=telegram.user, reply_to=hello)
        group.says(SCAM)
        await group.silence()


async def test_what_the_bot_lacks_is_told_until_it_has_it(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    world = telegram.api.backend.world
    world.bots[TOKEN] = replace(telegram.bot, privacy=True)
    group = Community(telegram)
    async with polling(telegram.api, sqlite_database, library):
        assert "看不到" in await group.register(sqlite_database)
        assert "看不到" in await group.answer("/guard@fanzha_bot", by=telegram.user)
        world.bots[TOKEN] = replace(telegram.bot, privacy=False)
        assert "看不到" not in await group.answer("/guard@fanzha_bot", by=telegram.user)
        group.presses("删除并提醒", by=telegram.user)
        assert "没有删除消息的权限" in await group.answer()
        telegram.api.promote(group.chat, telegram.bot)
        assert "没有删除消息的权限" not in await group.answer("/guard", by=telegram.user)


AS_CHANNEL = {
    "from": {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"},
    "sender_chat": {"id": -1009, "type": "channel", "title": "内部福利"},
}


async def test_who_speaks_as_a_channel_of_his_own_is_met_and_the_groups_own_channel_is_not(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    group = Community(telegram)
    async with polling(telegram.api, sqlite_database, library):
        await group.register(sqlite_database)
        group.says(SCAM, **AS_CHANNEL, is_automatic_forward=True)
        group.says(SCAM, **AS_CHANNEL | {"sender_chat": {"id": group.chat.id, "type": "group"}})
        group.says("/guard", **AS_CHANNEL)
        group.says(TALK, **AS_CHANNEL)
        await group.silence()
        assert "96110" in await group.answer(SCAM, **AS_CHANNEL)
        channel = telegram.api.history(group.chat)[-2]
        assert "不再提醒" in await group.answer("/trust", by=telegram.user, reply_to=channel)
