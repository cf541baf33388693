"""Sending, editing and deleting, with both real clients."""

import json

import aiogram
import httpx
import pytest
import telegram
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from aiogram.types import KeyboardButton as ReplyButton
from telegram.ext import ExtBot

from tests.botapi import Bot, BotApiServer, Chat, User

SMILE = "😀"


def inline(*texts: str, data: str = "d") -> InlineKeyboardMarkup:
    row = [InlineKeyboardButton(text=text, callback_data=data) for text in texts]
    return InlineKeyboardMarkup(inline_keyboard=[row])


async def test_aiogram_sends_text_with_a_keyboard(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot
) -> None:
    sent = await aio.send_message(chat.id, "您好,请先不要转账", reply_markup=inline("举报", "了解"))
    seen = await api.wait_for_message(chat)
    assert (seen.message_id, seen.text) == (sent.message_id, "您好,请先不要转账")
    assert seen.buttons == ["举报", "了解"]
    assert sent.reply_markup is not None
    assert sent.from_user is not None
    assert sent.from_user.is_bot


async def test_ptb_sends_text_with_a_keyboard(
    api: BotApiServer, chat: Chat, ptb: ExtBot[int | None]
) -> None:
    button = telegram.InlineKeyboardButton("举报", callback_data="r:1")
    markup = telegram.InlineKeyboardMarkup([[button]])
    sent = await ptb.send_message(chat.id, "<b>提醒</b>", parse_mode="HTML", reply_markup=markup)
    [seen] = api.messages(chat)
    assert seen.text == sent.text == "提醒"
    assert seen.entities == ({"type": "bold", "offset": 0, "length": 2},)
    assert seen.button("举报").data == "r:1"


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("字" * 4096, True),
        ("字" * 4097, False),
        (SMILE * 2048, True),
        (SMILE * 2048 + "字", False),
        ("  " + "字" * 4096 + "\n", True),
        ("   \n ", False),
    ],
)
async def test_text_is_measured_in_utf16_units_after_trimming(
    chat: Chat, aio: aiogram.Bot, ptb: ExtBot[int | None], text: str, accepted: bool
) -> None:
    if accepted:
        assert await aio.send_message(chat.id, text)
        assert await ptb.send_message(chat.id, text)
        return
    with pytest.raises(TelegramBadRequest, match="message is too long|text is empty"):
        await aio.send_message(chat.id, text)
    with pytest.raises(telegram.error.BadRequest):
        await ptb.send_message(chat.id, text)


async def test_tags_do_not_count_but_what_they_wrap_does(chat: Chat, aio: aiogram.Bot) -> None:
    assert await aio.send_message(chat.id, f"<b>{'字' * 4096}</b>", parse_mode="HTML")
    with pytest.raises(TelegramBadRequest, match="too long"):
        await aio.send_message(chat.id, f"<b>{'字' * 4097}</b>", parse_mode="HTML")


@pytest.mark.parametrize(
    "html",
    [
        "<b>没有结束",
        "<b><i>交错</b></i>",
        "<div>不认识</div>",
        "1 < 2",
        "你 & 我",
        "&nbsp;",
        "<a>没有地址</a>",
        '<a onclick="x" href="https://a.cn">多余</a>',
        "</b>",
        "<span>普通</span>",
        "<br/>",
        "<b",
        "&#0;",
    ],
)
async def test_bad_html_is_refused(chat: Chat, aio: aiogram.Bot, html: str) -> None:
    with pytest.raises(TelegramBadRequest, match="can't parse entities"):
        await aio.send_message(chat.id, html, parse_mode="HTML")


async def test_entities_point_into_the_parsed_text(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot
) -> None:
    html = f'{SMILE} &lt;看&gt; <a href="https://a.cn/?x=1&amp;y=2">链接<i>斜</i></a>'
    await aio.send_message(chat.id, html, parse_mode="HTML")
    [seen] = api.messages(chat)
    assert seen.text == f"{SMILE} <看> 链接斜"
    assert [(e["type"], e["offset"], e["length"]) for e in seen.entities] == [
        ("text_link", 7, 3),
        ("italic", 9, 1),
    ]
    assert seen.entities[0]["url"] == "https://a.cn/?x=1&y=2"


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "bold", "offset": -1, "length": 2},
        {"type": "bold", "offset": 1, "length": 1},
        {"type": "bold", "offset": 0, "length": 0},
        {"type": "text_link", "offset": 0, "length": 2},
        {"type": "fat", "offset": 0, "length": 2},
        {"type": "bold", "offset": 0, "length": 2, "colour": "red"},
    ],
)
async def test_entity_outside_the_text_is_refused(
    chat: Chat, raw: httpx.AsyncClient, entity: dict[str, object]
) -> None:
    body = {"chat_id": chat.id, "text": f"{SMILE}看好", "entities": [entity]}
    answer = await raw.post("sendMessage", json=body)
    assert answer.status_code == 400
    assert answer.json()["description"].startswith("Bad Request: can't parse entities")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (inline("举报", data="字" * 22), "BUTTON_DATA_INVALID"),
        (inline(""), "text must be non-empty"),
        (InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="空")]]), "exactly one"),
        (inline(*"123456789"), "REPLY_MARKUP_TOO_LONG"),
        (
            InlineKeyboardMarkup(
                inline_keyboard=[[InlineKeyboardButton(text="看", url="javascript:0")]]
            ),
            "is invalid",
        ),
        (
            InlineKeyboardMarkup(
                inline_keyboard=[
                    [InlineKeyboardButton(text="项", callback_data="d")] for _ in range(101)
                ]
            ),
            "REPLY_MARKUP_TOO_LONG",
        ),
    ],
)
async def test_bad_keyboard_is_refused(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot, markup: InlineKeyboardMarkup, words: str
) -> None:
    with pytest.raises(TelegramBadRequest, match=words):
        await aio.send_message(chat.id, "选一个", reply_markup=markup)
    assert api.messages(chat) == []


async def test_sixty_four_bytes_of_callback_data_and_a_hundred_buttons_fit(
    chat: Chat, aio: aiogram.Bot
) -> None:
    rows = [
        [InlineKeyboardButton(text="项", callback_data="x" * 64) for _ in range(5)]
        for _ in range(20)
    ]
    assert await aio.send_message(
        chat.id, "选", reply_markup=InlineKeyboardMarkup(inline_keyboard=rows)
    )


async def test_contact_is_asked_for_in_private_only(
    api: BotApiServer, bot: Bot, user: User, chat: Chat, aio: aiogram.Bot
) -> None:
    group = api.add_group(members=[user], bots=[bot])
    markup = ReplyKeyboardMarkup(keyboard=[[ReplyButton(text="留电话", request_contact=True)]])
    sent = await aio.send_message(chat.id, "可以留电话", reply_markup=markup)
    assert sent.reply_markup is None
    assert api.messages(chat)[0].buttons == ["留电话"]
    with pytest.raises(TelegramBadRequest, match="private chats only"):
        await aio.send_message(group.id, "可以留电话", reply_markup=markup)


async def test_edit_changes_the_message_and_refuses_the_same_again(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot, ptb: ExtBot[int | None]
) -> None:
    sent = await aio.send_message(chat.id, "第一步", reply_markup=inline("下一步"))
    first = await api.wait_for_message(chat)
    await ptb.edit_message_text("第二步", chat.id, sent.message_id)
    edited = await api.wait_for_edit(first)
    assert (edited.text, edited.buttons) == ("第二步", [])
    with pytest.raises(telegram.error.BadRequest, match="essage is not modified"):
        await ptb.edit_message_text("第二步", chat.id, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await aio.edit_message_reply_markup(chat_id=chat.id, message_id=sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await aio.edit_message_text("无", chat_id=chat.id, message_id=999)


async def test_other_peoples_messages_cannot_be_edited(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    api.send(chat, user, "您好")
    [written] = api.history(chat)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await aio.edit_message_text("改", chat_id=chat.id, message_id=written.message_id)


async def test_message_under_a_reply_keyboard_cannot_be_edited(
    chat: Chat, aio: aiogram.Bot
) -> None:
    markup = ReplyKeyboardMarkup(keyboard=[[ReplyButton(text="菜单")]])
    sent = await aio.send_message(chat.id, "选", reply_markup=markup)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await aio.edit_message_text("改", chat_id=chat.id, message_id=sent.message_id)


async def test_deleted_message_is_gone_for_every_method(
    api: BotApiServer, chat: Chat, aio: aiogram.Bot
) -> None:
    sent = await aio.send_message(chat.id, "撤回")
    assert await aio.delete_message(chat.id, sent.message_id)
    assert api.screen(chat) == []
    assert api.messages(chat)[0].deleted
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await aio.delete_message(chat.id, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await aio.send_message(
            chat.id,
            "答",
            reply_parameters=aiogram.types.ReplyParameters(message_id=sent.message_id),
        )
    with pytest.raises(TelegramBadRequest, match="message to copy not found"):
        await aio.copy_message(chat.id, chat.id, sent.message_id)


async def test_copy_and_forward_differ_in_origin(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    api.send(chat, user, "恭喜您中奖了")
    [written] = api.history(chat)
    copied = await aio.copy_message(chat.id, chat.id, written.message_id)
    forwarded = await aio.forward_message(chat.id, chat.id, written.message_id)
    assert forwarded.forward_origin is not None
    copy, forward = api.messages(chat)
    assert (copy.message_id, copy.text, copy.forward_origin) == (
        copied.message_id,
        "恭喜您中奖了",
        None,
    )
    assert forward.text == "恭喜您中奖了"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"text": "a"}, 400, "chat_id is empty"),
        ({"chat_id": "abc", "text": "a"}, 400, 'parameter "chat_id" must be Integer'),
        ({"chat_id": 1, "text": "a"}, 400, "chat not found"),
        ({"chat_id": "@nobody", "text": "a"}, 400, "chat not found"),
        ({"chat_id": "CHAT"}, 400, "message text is empty"),
        ({"chat_id": "CHAT", "text": ""}, 400, "message text is empty"),
        ({"chat_id": "CHAT", "text": "a", "replymarkup": {}}, 400, 'unknown parameter "repl'),
        ({"chat_id": "CHAT", "text": "a\0b"}, 400, "strings must be encoded in UTF-8"),
        ({"chat_id": "CHAT", "text": "a\ud800"}, 400, "strings must be encoded in UTF-8"),
        ({"chat_id": "CHAT", "text": "a", "reply_markup": "{"}, 400, "can't parse reply_markup"),
        ({"chat_id": "CHAT", "text": "a", "parse_mode": "BBCode"}, 400, "unsupported parse_mode"),
        ({"chat_id": "CHAT", "text": 5}, 400, 'parameter "text" must be String'),
    ],
)
async def test_wrong_parameters_are_refused_in_telegrams_shape(
    chat: Chat, raw: httpx.AsyncClient, body: dict[str, object], status: int, words: str
) -> None:
    if body.get("chat_id") == "CHAT":
        body = {**body, "chat_id": chat.id}
    answer = await raw.post(
        "sendMessage", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    refusal = answer.json()
    assert refusal.keys() == {"ok", "error_code", "description"}
    assert (refusal["ok"], refusal["error_code"]) == (False, status)
    assert words in refusal["description"]
