"""Where an independent double exists, ours must accept and refuse the same calls.

teremok (PyPI) checks aiogram's methods in process; every case runs through it and, over HTTP,
through ours.
"""

from collections.abc import Callable
from typing import Any

import aiogram
import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage, SendPhoto
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
)
from teremok import MockBot

from tests.botapi import BotApiServer, Chat, User, png

Method = aiogram.methods.TelegramMethod[Any]
Build = Callable[[int, int, str], Method]
SMILE = "😀"


def say(text: str, **more: Any) -> Build:
    """A sendMessage once the chat is known."""
    return lambda chat, message, query: SendMessage(chat_id=chat, text=text, **more)


def html(text: str) -> Build:
    """A sendMessage in HTML."""
    return say(text, parse_mode="HTML")


def button(**fields: Any) -> Build:
    """A message with one inline button."""
    row = [InlineKeyboardButton(text="举报", **fields)]
    return say("选", reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))


def bold(offset: int, length: int) -> Build:
    """A message of three UTF-16 units with one entity."""
    entity = MessageEntity(type="bold", offset=offset, length=length)
    return say(f"{SMILE}好", entities=[entity])


def photo(caption: str) -> Build:
    """A picture with words."""
    picture = BufferedInputFile(png(), "a.png")
    return lambda chat, message, query: SendPhoto(chat_id=chat, photo=picture, caption=caption)


def edit(text: str) -> Build:
    """Other words for a message sent before."""
    return lambda chat, message, query: EditMessageText(chat_id=chat, message_id=message, text=text)


def answer(text: str) -> Build:
    """An answer to a pressed button."""
    return lambda chat, message, query: AnswerCallbackQuery(callback_query_id=query, text=text)


ACCEPTED = {
    "longest text": say("字" * 4096),
    "longest text in emoji": say(SMILE * 2048),
    "bold": html("<b>警惕</b>转账"),
    "all tags": html(
        "<i>一</i><u>二</u><s>三</s><tg-spoiler>四</tg-spoiler><code>五</code><pre>六</pre>"
        "<blockquote expandable>七</blockquote><span class='tg-spoiler'>八</span>"
    ),
    "nested": html("<b>一<i>二</i></b>"),
    "link": html('<a href="https://example.cn/?a=1">官网</a>'),
    "escaped": html("1 &lt; 2 &amp; 3 &gt; 2 &quot;&#39;"),
    "upper-case tag": html("<B>一</B>"),
    "longest callback data": button(callback_data="x" * 64),
    "link button": button(url="https://example.cn"),
    "entity inside": bold(0, 3),
    "longest caption": photo("字" * 1024),
    "edit": edit("新的文字"),
    "longest answer": answer("字" * 200),
}
REFUSED = {
    "empty text": say(""),
    "text too long": say("字" * 4097),
    "emoji too long": say(SMILE * 2048 + "字"),
    "unclosed tag": html("<b>警惕"),
    "crossed tags": html("<b><i>一</b></i>"),
    "stray end tag": html("一</b>"),
    "unknown tag": html("<div>一</div>"),
    "line break tag": html("一<br>二"),
    "bare less-than": html("1 < 2"),
    "bare ampersand": html("你 & 我"),
    "unknown reference": html("一&nbsp;二"),
    "link without address": html("<a>官网</a>"),
    "attribute not documented": html('<b style="x">一</b>'),
    "span without class": html("<span>一</span>"),
    "empty callback data": button(callback_data=""),
    "callback data too long": button(callback_data="x" * 65),
    "callback data too long in bytes": button(callback_data="字" * 22),
    "button without action": button(),
    "button with two actions": button(callback_data="x", url="https://example.cn"),
    "entity outside": bold(0, 4),
    "entity before the text": bold(-1, 2),
    "caption too long": photo("字" * 1025),
    "edit to nothing": edit(""),
    "answer too long": answer("字" * 201),
}
CASES = [
    pytest.param(build, accepted, id=f"{'accept' if accepted else 'refuse'}: {name}")
    for cases, accepted in ((ACCEPTED, True), (REFUSED, False))
    for name, build in cases.items()
]


async def accepts(client: aiogram.Bot, method: Method) -> bool:
    """Whether a server takes the call; only a 400 counts as a refusal."""
    try:
        await client(method)
    except TelegramBadRequest:
        return False
    return True


@pytest.mark.parametrize(("build", "accepted"), CASES)
async def test_both_doubles_agree(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot, build: Build, accepted: bool
) -> None:
    row = [InlineKeyboardButton(text="选", callback_data="x")]
    markup = InlineKeyboardMarkup(inline_keyboard=[row])
    sent = await aio.send_message(chat.id, "先前的文字", reply_markup=markup)
    api.press(chat, user, api.messages(chat)[0], "选")
    [update] = await aio.get_updates()
    assert update.callback_query is not None
    method = build(chat.id, sent.message_id, update.callback_query.id)
    ours = await accepts(aio, method)
    theirs = await accepts(MockBot(), method)
    assert (ours, theirs) == (accepted, accepted)


@pytest.mark.parametrize(
    "build",
    [
        say("  \n "),
        html(f"<b>{' '}</b>"),
        lambda chat, message, query: EditMessageText(
            chat_id=chat, message_id=message, text="先前的文字"
        ),
        lambda chat, message, query: AnswerCallbackQuery(callback_query_id="no such query"),
        lambda chat, message, query: SendMessage(chat_id=31337, text="没有这个人"),
        bold(1, 2),
    ],
    ids=["blank", "blank in tags", "same text", "unknown query", "unknown chat", "half an emoji"],
)
async def test_ours_also_refuses_what_teremok_lets_pass(
    chat: Chat, aio: aiogram.Bot, build: Build
) -> None:
    sent = await aio.send_message(chat.id, "先前的文字")
    method = build(chat.id, sent.message_id, "")
    assert await accepts(MockBot(), method)
    assert not await accepts(aio, method)
