"""Pressed buttons and their answers."""

import aiogram
import pytest
import telegram
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InaccessibleMessage, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import ExtBot

from tests.botapi import Bot, BotApiServer, Chat, User

MARKUP = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="举报", callback_data="report:7")],
        [InlineKeyboardButton(text="官网", url="https://example.cn")],
    ]
)


async def pressed(client: aiogram.Bot) -> aiogram.types.CallbackQuery:
    """The query in the newest update."""
    update = (await client.get_updates())[-1]
    assert update.callback_query is not None
    return update.callback_query


async def test_press_arrives_and_is_answered_once(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    await aio.send_message(chat.id, "要举报吗", reply_markup=MARKUP)
    api.press(chat, user, api.messages(chat)[0], button_text="举报")
    query = await pressed(aio)
    assert (query.data, query.from_user.id) == ("report:7", user.id)
    assert await aio.answer_callback_query(query.id, text="已记下", show_alert=True)
    [answer] = api.answered_callbacks
    assert (answer.user, answer.text, answer.show_alert) == (user, "已记下", True)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await aio.answer_callback_query(query.id)


async def test_ptb_answers_a_press(
    api: BotApiServer, chat: Chat, user: User, ptb: ExtBot[int | None]
) -> None:
    button = telegram.InlineKeyboardButton("举报", callback_data="report:7")
    markup = telegram.InlineKeyboardMarkup([[button]])
    await ptb.send_message(chat.id, "要举报吗", reply_markup=markup)
    api.press(chat, user, api.messages(chat)[0], "举报")
    [update] = await ptb.get_updates()
    assert update.callback_query is not None
    assert await update.callback_query.answer("好")
    assert api.answered_callbacks[0].text == "好"


async def test_stale_press_cannot_be_answered(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    await aio.send_message(chat.id, "要举报吗", reply_markup=MARKUP)
    api.press(chat, user, api.messages(chat)[0], "举报", stale=True)
    query = await pressed(aio)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await aio.answer_callback_query(query.id)
    assert api.answered_callbacks == []


async def test_old_data_on_a_deleted_message_is_still_possible(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    sent = await aio.send_message(chat.id, "要举报吗", reply_markup=MARKUP)
    message = api.messages(chat)[0]
    await aio.delete_message(chat.id, sent.message_id)
    api.press(chat, user, message, data="from-an-older-version")
    query = await pressed(aio)
    assert query.data == "from-an-older-version"
    assert isinstance(query.message, InaccessibleMessage)


async def test_only_buttons_that_are_there_can_be_pressed(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    sent = await aio.send_message(chat.id, "要举报吗", reply_markup=MARKUP)
    message = api.messages(chat)[0]
    with pytest.raises(LookupError, match="举报"):
        api.press(chat, user, message, "不存在")
    with pytest.raises(LookupError, match="calls nothing back"):
        api.press(chat, user, message, "官网")
    await aio.edit_message_reply_markup(chat_id=chat.id, message_id=sent.message_id)
    with pytest.raises(LookupError):
        api.press(chat, user, message, "举报")


async def test_reply_keyboard_button_writes_its_text(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    button = aiogram.types.KeyboardButton(text="我要举报")
    markup = aiogram.types.ReplyKeyboardMarkup(keyboard=[[button]])
    await aio.send_message(chat.id, "选", reply_markup=markup)
    api.press(chat, user, api.messages(chat)[0], "我要举报")
    [update] = api.pending(bot)
    assert update["message"]["text"] == "我要举报"


async def test_press_reaches_only_the_bot_that_asked(
    api: BotApiServer, bot: Bot, user: User, aio: aiogram.Bot
) -> None:
    other = api.add_bot("777:OTHER", "other_bot")
    group = api.add_group(members=[user], bots=[other, bot])
    await aio.send_message(group.id, "要举报吗", reply_markup=MARKUP)
    api.press(group, user, api.messages(group)[0], "举报")
    assert api.pending(other) == []
    assert len(api.pending(bot)) == 1


async def test_answer_longer_than_two_hundred_is_refused(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    await aio.send_message(chat.id, "要举报吗", reply_markup=MARKUP)
    api.press(chat, user, api.messages(chat)[0], "举报")
    query = await pressed(aio)
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await aio.answer_callback_query(query.id, text="字" * 201)
    assert await aio.answer_callback_query(query.id, text="字" * 200)
