"""getUpdates: waiting, confirming, repeating, and who may poll beside whom."""

import asyncio
import contextlib

import aiogram
import httpx
import pytest
import telegram
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from telegram.ext import ExtBot

from tests.botapi import Bot, BotApiServer, Chat, User


async def test_updates_repeat_until_an_offset_confirms_them(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    first, second = api.send(chat, user, "一"), api.send(chat, user, "二")
    for _ in range(2):
        assert [u.update_id for u in await aio.get_updates()] == [first, second]
    assert [u.update_id for u in await aio.get_updates(offset=second)] == [second]
    assert [update["update_id"] for update in api.pending(bot)] == [second]
    assert await aio.get_updates(offset=second + 1) == []
    assert api.pending(bot) == []


async def test_negative_offset_keeps_the_last(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    ids = [api.send(chat, user, str(n)) for n in range(4)]
    assert [u.update_id for u in await aio.get_updates(offset=-1)] == [ids[-1]]
    assert [u.update_id for u in await aio.get_updates()] == [ids[-1]]


async def test_limit_hands_out_the_earliest(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    ids = [api.send(chat, user, str(n)) for n in range(3)]
    assert [u.update_id for u in await aio.get_updates(limit=2)] == ids[:2]
    with pytest.raises(TelegramBadRequest):
        await aio.get_updates(limit=101)


async def test_long_poll_wakes_when_someone_writes(
    api: BotApiServer, chat: Chat, user: User, ptb: ExtBot[int | None]
) -> None:
    poll = asyncio.create_task(ptb.get_updates(timeout=20))
    await api.wait_until(lambda: api.calls("getUpdates"))
    assert not poll.done()
    api.send(chat, user, "在吗")
    [update] = await asyncio.wait_for(poll, 5)
    assert update.message is not None
    assert update.message.text == "在吗"
    assert update.message.from_user is not None
    assert update.message.from_user.first_name == "王奶奶"


async def test_second_poller_ends_the_first(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    older = asyncio.create_task(aio.get_updates(timeout=20))
    await api.wait_until(lambda: api.calls("getUpdates"))
    newer = asyncio.create_task(ptb.get_updates(timeout=20))
    with pytest.raises(TelegramConflictError, match="only one bot instance"):
        await asyncio.wait_for(older, 5)
    api.send(chat, user, "在吗")
    assert len(await asyncio.wait_for(newer, 5)) == 1


async def test_polling_beside_a_webhook_is_a_conflict(
    aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    await aio.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(telegram.error.Conflict, match="webhook is active"):
        await ptb.get_updates()
    await aio.delete_webhook()
    assert await ptb.get_updates() == ()


async def test_setting_a_webhook_ends_a_waiting_poll(api: BotApiServer, aio: aiogram.Bot) -> None:
    poll = asyncio.create_task(aio.get_updates(timeout=20))
    await api.wait_until(lambda: api.calls("getUpdates"))
    await aio.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(TelegramConflictError, match="terminated by setWebhook"):
        await asyncio.wait_for(poll, 5)


async def test_only_kinds_asked_for_arrive(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    await aio.get_updates(allowed_updates=["callback_query"])
    assert api.send(chat, user, "不要这个") == 0
    assert api.send_raw(bot, {"brand_new_kind": {"id": 1}}) > 0
    await aio.get_updates(allowed_updates=[])
    assert api.send(chat, user, "要这个") > 0
    with pytest.raises(TelegramBadRequest, match="unknown update type"):
        await aio.get_updates(allowed_updates=["messages"])


async def test_unknown_kind_of_update_stops_neither_client(
    api: BotApiServer, bot: Bot, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    update_id = api.send_raw(bot, {"brand_new_kind": {"id": 1}})
    assert [u.update_id for u in await aio.get_updates()] == [update_id]
    assert [u.update_id for u in await ptb.get_updates()] == [update_id]


async def test_a_dispatcher_answers_over_http(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message()
    async def echo(message: aiogram.types.Message) -> aiogram.methods.SendMessage:
        return message.answer(f"收到:{message.text}")

    polling = asyncio.create_task(
        dispatcher.start_polling(aio, handle_signals=False, close_bot_session=False)
    )
    api.send(chat, user, "/start")
    api.send(chat, user, "有人让我转账")
    second = await api.wait_for_message(chat, after=1)
    assert {api.messages(chat)[0].text, second.text} == {"收到:/start", "收到:有人让我转账"}
    await api.wait_confirmed(bot)
    polling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await polling


async def test_leaving_ends_a_waiting_poll() -> None:
    async with BotApiServer() as api:
        bot = api.add_bot()
        client = httpx.AsyncClient(trust_env=False)
        poll = asyncio.create_task(client.get(f"{api.url}/bot{bot.token}/getUpdates?timeout=50"))
        await api.wait_until(lambda: api.calls("getUpdates"))
    assert (await asyncio.wait_for(poll, 5)).json() == {"ok": True, "result": []}
    await client.aclose()


async def test_typed_command_and_link_carry_entities(
    api: BotApiServer, bot: Bot, chat: Chat, user: User
) -> None:
    api.send(chat, user, "/check 看看 https://a.cn/x,谢谢")
    [update] = api.pending(bot)
    assert [(e["type"], e["offset"], e["length"]) for e in update["message"]["entities"]] == [
        ("bot_command", 0, 6),
        ("url", 10, 14),
    ]


async def test_forward_and_reply_are_told(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    sent = await aio.send_message(chat.id, "请把消息转给我")
    api.send(chat, user, "稳赚不赔", forward="理财老师", reply_to=api.messages(chat)[0])
    [update] = await aio.get_updates()
    assert update.message is not None
    assert update.message.reply_to_message is not None
    assert update.message.reply_to_message.message_id == sent.message_id
    assert isinstance(update.message.forward_origin, aiogram.types.MessageOriginHiddenUser)


async def test_user_edits_a_message(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    api.send(chat, user, "转帐")
    api.edit(api.history(chat)[0], "转账")
    [_, update] = await aio.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "转账"
