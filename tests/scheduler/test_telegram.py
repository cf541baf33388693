"""Telegram through python-telegram-bot, against the Bot API double."""

import logging
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.services.outgoing import Button, Document, Outgoing, PosterOrder
from bot.services.poster import Poster
from scheduler.budget import Limiter
from scheduler.senders.base import (
    NO_POSTER,
    Blocked,
    Delivered,
    Failed,
    Migrated,
    PutOff,
    SendResult,
)
from scheduler.senders.telegram import TelegramSender
from tests.botapi import Bot, BotApiServer, Chat

HELLO = Outgoing("您好")
PAUSE = 0.1
"""Seconds between two messages to one chat; Telegram wants three."""


@pytest.fixture
async def api() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as api:
        yield api


@pytest.fixture
def bot(api: BotApiServer) -> Bot:
    return api.add_bot()


@pytest.fixture
def chat(api: BotApiServer, bot: Bot) -> Chat:
    return api.private_chat(bot, api.add_user("王奶奶"))


@pytest.fixture
async def sender(api: BotApiServer, bot: Bot) -> AsyncIterator[TelegramSender]:
    sender = TelegramSender(bot.token, api.url, Limiter(chat_pause=PAUSE))
    yield sender
    await sender.close()


async def test_text_and_buttons_arrive_as_they_are(
    api: BotApiServer, chat: Chat, sender: TelegramSender
) -> None:
    text = "<b>先停下</b> *不转账* https://96110.example"
    rows = ((Button("举报", "report"), Button("了解", "learn")), (Button("算了", "no"),))
    result = await sender.send(str(chat.id), Outgoing(text, rows))
    (seen,) = api.messages(chat)
    assert result == Delivered(str(seen.message_id))
    assert seen.text == text
    assert seen.buttons == ["举报", "了解", "算了"]
    assert seen.button("举报").data == "report"
    (call,) = api.calls("sendMessage")
    assert "parse_mode" not in call.params
    assert "is_disabled" in str(call.params["link_preview_options"])


async def test_a_long_text_goes_in_parts_with_the_buttons_last(
    api: BotApiServer, chat: Chat, sender: TelegramSender
) -> None:
    text = "有人让您转账，先停下。" * 400 + "\U0001f600" * 3000
    message = Outgoing(text, ((Button("举报", "report"),),))
    begun = time.monotonic()
    assert isinstance(await sender.send(str(chat.id), message), Delivered)
    assert time.monotonic() - begun >= 3 * PAUSE
    seen = api.messages(chat)
    assert "".join(part.text for part in seen) == text
    assert [len(part.buttons) for part in seen] == [0] * (len(seen) - 1) + [1]
    assert len(seen) == 4


async def test_an_empty_text_fails_before_it_is_sent(
    api: BotApiServer, chat: Chat, sender: TelegramSender
) -> None:
    assert await sender.send(str(chat.id), Outgoing(" \n")) == Failed("empty text")
    assert not api.calls("sendMessage")


@pytest.mark.parametrize(
    ("status", "description", "parameters", "result"),
    [
        (403, "Forbidden: bot was blocked by the user", {}, Blocked("403")),
        (403, "Forbidden: bot was kicked from the supergroup chat", {}, Blocked("403")),
        (400, "Bad Request: chat not found", {}, Blocked("400 chat not found")),
        (
            400,
            "Bad Request: not enough rights to send text messages to the chat",
            {},
            Blocked("400 not enough rights"),
        ),
        (400, "Bad Request: message is too long", {}, Failed("400")),
        (
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": -1001234},
            Migrated("-1001234"),
        ),
        (401, "Unauthorized", {}, PutOff("token refused", timedelta(minutes=1))),
        (
            429,
            "Too Many Requests: retry after 37",
            {"retry_after": 37},
            PutOff("429", timedelta(seconds=37)),
        ),
        (500, "Internal Server Error", {}, PutOff("network or server error")),
        (502, "Bad Gateway", {}, PutOff("network or server error")),
    ],
)
async def test_errors_become_results(
    api: BotApiServer,
    chat: Chat,
    sender: TelegramSender,
    status: int,
    description: str,
    parameters: dict[str, int],
    result: SendResult,
) -> None:
    api.fail("sendMessage", status=status, description=description, parameters=parameters)
    assert await sender.send(str(chat.id), HELLO) == result
    assert isinstance(await sender.send(str(chat.id), HELLO), Delivered)


async def test_an_unknown_chat_is_blocked(sender: TelegramSender) -> None:
    assert await sender.send("424242", HELLO) == Blocked("400 chat not found")


async def test_a_server_that_is_gone_is_tried_again() -> None:
    sender = TelegramSender("123456:TEST", "http://127.0.0.1:1")
    assert await sender.send("1", HELLO) == PutOff("network or server error")
    await sender.close()


async def test_a_cut_connection_is_tried_again(
    api: BotApiServer, chat: Chat, sender: TelegramSender
) -> None:
    api.drop("sendMessage")
    assert isinstance(await sender.send(str(chat.id), HELLO), PutOff)


async def test_a_server_that_never_answers_is_tried_again(
    api: BotApiServer, bot: Bot, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.senders.telegram.TIMEOUT", 0.1)
    sender = TelegramSender(bot.token, api.url)
    api.hang("sendMessage", 0.4)
    assert await sender.send(str(chat.id), HELLO) == PutOff("timed out")
    await sender.close()


async def test_twenty_five_a_second_at_most_without_a_burst(
    api: BotApiServer, bot: Bot, sender: TelegramSender
) -> None:
    chats = [api.private_chat(bot, api.add_user(f"居民{number}")) for number in range(6)]
    begun = time.monotonic()
    for chat in chats:
        assert isinstance(await sender.send(str(chat.id), HELLO), Delivered)
    assert time.monotonic() - begun >= 5 / 24.5 * 0.95


async def test_a_429_is_no_alarm_in_the_logs_and_the_token_is_in_none(
    api: BotApiServer,
    bot: Bot,
    chat: Chat,
    sender: TelegramSender,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "httpx")
    caplog.set_level(logging.DEBUG, "httpcore")
    api.fail("sendMessage", status=429, retry_after=5)
    assert isinstance(await sender.send(str(chat.id), HELLO), PutOff)
    assert isinstance(await sender.send(str(chat.id), HELLO), Delivered)
    assert bot.token not in caplog.text
    assert "Rate limit hit" not in caplog.text


async def test_a_file_follows_its_text(
    api: BotApiServer, chat: Chat, sender: TelegramSender
) -> None:
    message = Outgoing("日报", document=Document("daily.xlsx", "application/x", "YSxi"))
    assert isinstance(await sender.send(str(chat.id), message), Delivered)
    assert [call.method for call in api.calls()] == ["sendMessage", "sendDocument"]
    assert Outgoing.from_json(message.to_json()) == message


POSTER = PosterOrder(
    Poster("刷单先垫付", ("先返小利", "要您垫付", "提现要交费"), "先停下").to_json(),
    "https://t.me/fanzha_bot?start=b1",
    "城东区",
)


async def test_a_poster_has_the_text_under_it_and_is_uploaded_once(
    api: BotApiServer, bot: Bot, chat: Chat, sender: TelegramSender
) -> None:
    other = api.private_chat(bot, api.add_user("李叔"))
    message = Outgoing("先停下", ((Button("不再接收", "sub:leave:1"),),), poster=POSTER)
    assert Outgoing.from_json(message.to_json()) == message
    for one in (chat, other):
        result = await sender.send(str(one.id), message)
        (seen,) = api.messages(one)
        assert result == Delivered(str(seen.message_id))
        assert (seen.text, seen.buttons) == ("先停下", ["不再接收"])
    first, second = api.calls("sendPhoto")
    assert not isinstance(first.params["photo"], str)
    assert isinstance(second.params["photo"], str)


async def test_a_text_too_long_for_a_caption_follows_its_poster(
    api: BotApiServer, chat: Chat, sender: TelegramSender
) -> None:
    words = "先停下，问一问。" * 200
    result = await sender.send(str(chat.id), Outgoing(words, poster=POSTER))
    picture, text = api.messages(chat)
    assert result == Delivered(f"{picture.message_id},{text.message_id}")
    assert text.text == words


async def test_a_chat_that_takes_no_pictures_gets_the_text(
    api: BotApiServer, chat: Chat, sender: TelegramSender
) -> None:
    api.fail(
        "sendPhoto",
        status=400,
        description="Bad Request: not enough rights to send photos to the chat",
    )
    sent = await sender.send(str(chat.id), Outgoing("先停下", poster=POSTER))
    assert isinstance(sent, Delivered)
    assert sent.without == NO_POSTER
    assert [one.text for one in api.messages(chat)] == ["先停下"]


async def test_a_menu_is_set_for_one_chat_and_taken_back(
    api: BotApiServer, bot: Bot, chat: Chat, sender: TelegramSender
) -> None:
    scope = {"type": "chat", "chat_id": chat.id}
    message = Outgoing("", menu=(("notice", "给群发通知"), ("report", "举报可疑情况")))
    assert Outgoing.from_json(message.to_json()) == message
    assert await sender.send(str(chat.id), message) == Delivered()
    assert api.commands(bot, scope) == ["notice", "report"]
    assert await sender.send(str(chat.id), Outgoing("", menu=())) == Delivered()
    assert api.commands(bot, scope) == []
    assert api.messages(chat) == []


@pytest.mark.parametrize(
    ("ids", "anyway", "said"),
    [
        (("1",), False, []),
        (("1", "2", "77"), False, []),  # one that somebody deleted before is no trouble
        (("1", "2"), True, ["【更正】"]),
        (("3", "1", "2"), False, ["【更正】"]),  # one that cannot be deleted keeps no other
    ],
)
async def test_what_is_taken_back_is_deleted_and_the_words_said_where_something_stands(
    api: BotApiServer,
    bot: Bot,
    sender: TelegramSender,
    ids: tuple[str, ...],
    anyway: bool,
    said: list[str],
) -> None:
    neighbour = api.add_user()
    group = api.add_group("1 号楼", [neighbour], [bot])
    for _ in range(2):
        await sender.send(str(group.id), HELLO)
    api.send(group, neighbour, "邻居说的")
    result = await sender.send(str(group.id), Outgoing("【更正】", delete=ids, anyway=anyway))
    assert isinstance(result, Delivered)
    ours = [one.text for one in api.screen(group) if one.sender.is_bot]
    assert ours == ["您好"] * (2 - len({"1", "2"} & set(ids))) + said
