"""In which form calls go to Telegram."""

import json

import pytest
from aiogram import Bot
from aiogram.client.default import Default
from aiogram.exceptions import ClientDecodeError, TelegramBadRequest
from aiogram.methods import SendMessage, SendPhoto, SetMyCommands
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)
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


def answered(content: object, status: int = 200) -> object:
    text = content if isinstance(content, str) else json.dumps(content)
    return JsonSession().check_response(BOT, say(7, "您好"), status, text).result


def test_of_a_message_that_was_written_only_its_place_is_read() -> None:
    chat = {"id": 7, "type": "private", "first_name": "李"}
    stands = {"message_id": 3, "date": 1_800_000_000, "chat": chat}
    message = answered({"ok": True, "result": stands | {"text": "您好", "entities": [{"type": 7}]}})
    assert isinstance(message, Message)
    assert (message.message_id, message.chat.id, message.bot) == (3, 7, BOT)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "<html>",
        {"ok": True, "result": {"message_id": "x"}},
        {"ok": True, "result": {"message_id": 3, "date": 1, "chat": None}},
    ],
)
def test_an_answer_that_is_none_is_said_to_be_none(content: object) -> None:
    with pytest.raises(ClientDecodeError):
        answered(content)


def test_a_refusal_is_raised() -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        answered(
            {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, 400
        )
