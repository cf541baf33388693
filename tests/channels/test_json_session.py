"""In which form calls go to Telegram."""

import json

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.methods import SendMessage, SendPhoto, SetMyCommands
from aiogram.types import BotCommand, BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup
from aiohttp import FormData
from aiohttp.payload import BytesPayload

from bot.channels.json_session import JsonSession
from bot.handlers.replies import say

BOT = Bot("123456:TESTTESTTESTTESTTESTTEST")


def sent(method: SendMessage | SetMyCommands) -> dict[str, object]:
    payload = JsonSession().build_form_data(BOT, method)
    assert isinstance(payload, BytesPayload)
    assert payload.content_type == "application/json"
    fields: dict[str, object] = json.loads(bytes(payload._value))
    return fields


def test_a_message_goes_as_json_without_what_was_not_said() -> None:
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text="举报", callback_data="r:1")]]
    )
    assert sent(say(7, "您好<b>", keyboard)) == {
        "chat_id": 7,
        "text": "您好<b>",
        "entities": [],
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": [[{"text": "举报", "callback_data": "r:1"}]]},
    }


def test_lists_and_numbers_keep_their_kind() -> None:
    commands = SetMyCommands(commands=[BotCommand(command="my", description="我的举报")])
    assert sent(commands) == {"commands": [{"command": "my", "description": "我的举报"}]}
    silent = SendMessage(chat_id=-5, text="x", disable_notification=False, message_thread_id=0)
    assert sent(silent) == {
        "chat_id": -5,
        "text": "x",
        "disable_notification": False,
        "message_thread_id": 0,
    }


def test_what_aiograms_shortcuts_leave_to_the_bot_is_not_said() -> None:
    left = SendMessage(chat_id=7, text="收到", parse_mode=Default("parse_mode"))
    assert sent(left) == {"chat_id": 7, "text": "收到"}


def test_what_carries_a_file_goes_as_a_form() -> None:
    photo = BufferedInputFile(b"x", "x.png")
    method = SendPhoto(chat_id=7, photo=photo, caption="x")
    form = JsonSession().build_form_data(BOT, method)
    assert isinstance(form, FormData)
    assert form.is_multipart
