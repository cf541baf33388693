"""Groups, members, rights, commands, and the address itself."""

import aiogram
import httpx
import pytest
import telegram
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramUnauthorizedError
from aiogram.types import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeChat
from telegram.ext import ExtBot

from tests.botapi import Bot, BotApiServer, Chat, User
from tests.botapi.clients import aiogram_bot, ptb_bot


async def test_group_ids_look_like_telegrams(api: BotApiServer, user: User, chat: Chat) -> None:
    group, basic = api.add_group(), api.add_group(supergroup=False)
    assert str(group.id).startswith("-100")
    assert (group.type, basic.type) == ("supergroup", "group")
    assert basic.id < 0
    assert chat.id == user.id > 2**32


async def test_private_chats_with_two_bots_are_apart(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    other = api.add_bot("777:OTHER", "other_bot")
    second = api.private_chat(other, user)
    assert second.id == chat.id
    await aio.send_message(chat.id, "只在这里")
    api.send(second, user, "只在那里")
    assert len(api.messages(chat)) == 1
    assert api.messages(second) == []
    assert api.pending(bot) == []
    assert len(api.pending(other)) == 1


async def test_kicked_bot_is_forbidden_and_told(
    api: BotApiServer, bot: Bot, user: User, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    group = api.add_group(members=[user], bots=[bot])
    api.remove(group, bot, by=user)
    with pytest.raises(TelegramForbiddenError, match="kicked from the supergroup"):
        await aio.send_message(group.id, "通知")
    with pytest.raises(telegram.error.Forbidden):
        await ptb.send_message(group.id, "通知")
    assert api.send(group, user, "它听不到") == 0
    [update] = await aio.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    api.join(group, bot)
    assert await aio.send_message(group.id, "通知")


async def test_left_group_is_closed(
    api: BotApiServer, bot: Bot, user: User, aio: aiogram.Bot
) -> None:
    group = api.add_group(members=[user], bots=[bot])
    assert await aio.leave_chat(group.id)
    with pytest.raises(TelegramForbiddenError, match="not a member of the supergroup"):
        await aio.send_message(group.id, "通知")


async def test_members_and_chats_can_be_read(
    api: BotApiServer, bot: Bot, user: User, chat: Chat, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    boss = api.add_user("网格员")
    group = api.add_group("三号楼", members=[user], bots=[bot], admins=[boss])
    for client in (aio, ptb):
        assert (await client.get_chat(group.id)).title == "三号楼"
        assert (await client.get_chat(chat.id)).first_name == "王奶奶"
        assert (await client.get_chat_member(group.id, user.id)).status == "member"
        assert (await client.get_chat_member(group.id, boss.id)).status == "administrator"
        assert await client.get_chat_member_count(group.id) == 3
        assert [a.user.id for a in await client.get_chat_administrators(group.id)] == [boss.id]
    with pytest.raises(TelegramBadRequest, match="member not found"):
        await aio.get_chat_member(group.id, api.add_user("外人").id)


async def test_pinning_and_deleting_in_a_group_need_rights(
    api: BotApiServer, bot: Bot, user: User, aio: aiogram.Bot
) -> None:
    group = api.add_group(members=[user], bots=[bot])
    sent = await aio.send_message(group.id, "通知")
    api.send(group, user, "广告")
    spam = api.history(group)[-1]
    with pytest.raises(TelegramBadRequest, match="not enough rights"):
        await aio.pin_chat_message(group.id, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="can't be deleted"):
        await aio.delete_message(group.id, spam.message_id)
    api.promote(group, bot, by=user)
    assert await aio.pin_chat_message(group.id, sent.message_id)
    assert await aio.delete_message(group.id, spam.message_id)
    assert api.messages(group)[0].pinned


async def test_privacy_leaves_commands_mentions_and_replies(api: BotApiServer, user: User) -> None:
    shy = api.add_bot("777:SHY", "shy_bot", privacy=True)
    group = api.add_group(members=[user], bots=[shy])
    async with aiogram_bot(api, shy) as client:
        await client.send_message(group.id, "我在")
    said = api.messages(group)[0]
    assert api.send(group, user, "大家好") == 0
    assert api.send(group, user, "/check 这个") > 0
    assert api.send(group, user, "@shy_bot 看看") > 0
    assert api.send(group, user, "是吗", reply_to=said) > 0


async def test_strangers_cannot_write(api: BotApiServer, bot: Bot, chat: Chat, user: User) -> None:
    group = api.add_group(bots=[bot])
    with pytest.raises(ValueError, match="is not in"):
        api.send(group, user, "大家好")
    with pytest.raises(ValueError, match="private chat"):
        api.send(chat, api.add_user("别人"), "您好")


async def test_commands_are_kept_per_scope(
    api: BotApiServer, bot: Bot, user: User, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    group = api.add_group(members=[user], bots=[bot])
    await aio.set_my_commands([BotCommand(command="check", description="查一查")])
    await ptb.set_my_commands([("stats", "统计")], scope=telegram.BotCommandScopeAllGroupChats())
    scope = BotCommandScopeChat(chat_id=group.id)
    await aio.set_my_commands([BotCommand(command="duty", description="值班")], scope=scope)
    [everyone] = await aio.get_my_commands()
    assert (everyone.command, everyone.description) == ("check", "查一查")
    assert api.commands(bot) == ["check"]
    assert api.commands(bot, {"type": "all_group_chats"}) == ["stats"]
    assert [c.command for c in await ptb.get_my_commands(scope.model_dump())] == ["duty"]
    await aio.delete_my_commands(scope=BotCommandScopeAllGroupChats())
    assert api.commands(bot, {"type": "all_group_chats"}) == []


@pytest.mark.parametrize(
    ("command", "description"),
    [("Check", "查"), ("查一查", "查"), ("x" * 33, "查"), ("check", " ")],
)
async def test_bad_command_is_refused(aio: aiogram.Bot, command: str, description: str) -> None:
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND"):
        await aio.set_my_commands([BotCommand(command=command, description=description)])


async def test_chat_action_must_be_known(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot, raw: httpx.AsyncClient
) -> None:
    assert await aio.send_chat_action(chat.id, "typing")
    assert api.chat_actions == [(chat.id, "typing")]
    answer = await raw.post("sendChatAction", json={"chat_id": chat.id, "action": "thinking"})
    assert answer.status_code == 400


async def test_profile_is_kept_per_language(aio: aiogram.Bot) -> None:
    await aio.set_my_description("先查一查", language_code="zh")
    assert (await aio.get_my_description(language_code="zh")).description == "先查一查"
    assert (await aio.get_my_description()).description == ""
    with pytest.raises(TelegramBadRequest, match="too long"):
        await aio.set_my_short_description("字" * 121)


async def test_both_clients_know_who_they_are(
    bot: Bot, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    assert (await aio.me()).username == ptb.username == bot.username
    assert await aio.log_out()
    assert await aio.close()


async def test_unknown_token_is_401_and_a_malformed_one_404(api: BotApiServer) -> None:
    stranger = Bot("999:WRONG", User(999, "x", is_bot=True))
    async with aiogram_bot(api, stranger) as client:
        with pytest.raises(TelegramUnauthorizedError):
            await client.get_me()
    with pytest.raises(telegram.error.InvalidToken):
        async with ptb_bot(api, stranger):
            pass
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{api.url}/botnonsense/getMe")
        assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_unknown_method_is_404(raw: httpx.AsyncClient) -> None:
    answer = await raw.post("sendTelegram", json={})
    assert answer.status_code == 404
    assert answer.json()["description"] == "Not Found: method not found"


@pytest.mark.parametrize(
    "call",
    [
        {"params": {"chat_id": "CHAT", "text": "好"}},
        {"data": {"chat_id": "CHAT", "text": "好"}},
        {"json": {"chat_id": "CHAT", "text": "好"}},
        {"files": {"chat_id": (None, "CHAT"), "text": (None, "好")}},
    ],
)
async def test_parameters_come_in_four_ways_and_names_in_any_case(
    api: BotApiServer, chat: Chat, raw: httpx.AsyncClient, call: dict[str, dict[str, object]]
) -> None:
    [(way, fields)] = call.items()
    known = {
        name: (None, str(chat.id)) if value == (None, "CHAT") else value
        for name, value in fields.items()
    }
    known = {name: chat.id if value == "CHAT" else value for name, value in known.items()}
    answer = await raw.post("SENDMESSAGE", **{way: known})
    assert answer.json()["result"]["text"] == "好"
    assert api.calls("sendMessage")[0].params == {"chat_id": chat.id, "text": "好"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"text=%ff", "application/x-www-form-urlencoded"),
        (b"garbage", "multipart/form-data; boundary=x"),
    ],
)
async def test_malformed_bodies_are_400(raw: httpx.AsyncClient, content: bytes, kind: str) -> None:
    answer = await raw.post("sendMessage", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == 400
