"""Updates pushed to the bot's own address."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiogram
import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from tests.botapi import Bot, BotApiServer, Chat, User
from tests.botapi.webhook import SECRET_HEADER


@dataclass
class Receiver:
    """A bot's web server; answers with the next status on the list, then with 200."""

    statuses: list[int] = field(default_factory=list)
    got: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answer: dict[str, Any] | None = None
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.secrets.append(request.headers.get(SECRET_HEADER))
        self.got.append(await request.json())
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.answer, status=status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = await listen(app)
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def listen(app: web.Application) -> web.AppRunner:
    """Serve an application on a free loopback port."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


async def test_updates_arrive_in_order_with_the_secret(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot, receiver: Receiver
) -> None:
    early = api.send(chat, user, "写在前面")
    await aio.set_webhook(receiver.url, secret_token="s3cret-token")
    ids = [early, *(api.send(chat, user, str(n)) for n in range(5))]
    await api.wait_confirmed(bot)
    assert [update["update_id"] for update in receiver.got] == ids
    assert set(receiver.secrets) == {"s3cret-token"}


async def test_refused_update_is_pushed_again_before_the_next(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot, receiver: Receiver
) -> None:
    receiver.statuses = [500, 403]
    await aio.set_webhook(receiver.url)
    first, second = api.send(chat, user, "一"), api.send(chat, user, "二")
    await api.wait_confirmed(bot)
    assert [update["update_id"] for update in receiver.got] == [first, first, first, second]
    info = await aio.get_webhook_info()
    assert info.pending_update_count == 0
    assert "403" in (info.last_error_message or "")


async def test_updates_wait_while_nobody_listens(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    await aio.set_webhook("http://127.0.0.1:9/hook", max_connections=3)
    api.send(chat, user, "有人吗")
    await api.wait_until(lambda: (hook := api.webhook(bot)) and hook.last_error)
    info = await aio.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("http://127.0.0.1:9/hook", 1)
    await aio.delete_webhook()
    assert len(await aio.get_updates()) == 1


async def test_pending_updates_are_dropped_on_request(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    api.send(chat, user, "旧消息")
    await aio.delete_webhook(drop_pending_updates=True)
    assert api.pending(bot) == []


async def test_method_in_the_answer_is_carried_out(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot, receiver: Receiver
) -> None:
    receiver.answer = {"method": "sendMessage", "chat_id": chat.id, "text": "收到"}
    await aio.set_webhook(receiver.url)
    api.send(chat, user, "在吗")
    assert (await api.wait_for_message(chat)).text == "收到"


async def test_aiograms_own_web_server_answers(
    api: BotApiServer, bot: Bot, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    dispatcher = aiogram.Dispatcher()

    @dispatcher.message()
    async def echo(message: aiogram.types.Message) -> aiogram.methods.SendMessage:
        return message.answer(f"收到:{message.text}")

    handler = SimpleRequestHandler(
        dispatcher, aio, handle_in_background=False, secret_token="right"
    )
    app = web.Application()
    handler.register(app, "/hook")
    runner = await listen(app)
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await aio.set_webhook(url, secret_token="wrong")
    api.send(chat, user, "在吗")
    await api.wait_until(lambda: (hook := api.webhook(bot)) and "401" in hook.last_error)
    assert api.messages(chat) == []
    await aio.set_webhook(url, secret_token="right")
    assert (await api.wait_for_message(chat)).text == "收到:在吗"
    await aio.delete_webhook()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("url", "more", "words"),
    [
        ("http://example.cn/hook", {}, "HTTPS URL must be provided"),
        ("https://example.cn/hook", {"secret_token": "有空 格"}, "unallowed characters"),
        ("https://example.cn/hook", {"secret_token": "x" * 257}, "unallowed characters"),
        ("https://example.cn/hook", {"max_connections": 101}, "between 1 and 100"),
        ("https://example.cn/hook", {"allowed_updates": ["everything"]}, "unknown update type"),
    ],
)
async def test_bad_webhook_is_refused_and_changes_nothing(
    api: BotApiServer, bot: Bot, aio: aiogram.Bot, url: str, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(TelegramBadRequest, match=words):
        await aio.set_webhook(url, **more)
    assert api.webhook(bot) is None
    assert await aio.get_updates() == []


async def test_slow_receiver_holds_the_next_update_back(
    api: BotApiServer, chat: Chat, user: User, aio: aiogram.Bot
) -> None:
    running = 0
    most = 0

    async def slow(_: web.Request) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", slow)
    runner = await listen(app)
    await aio.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    for number in range(4):
        api.send(chat, user, str(number))
    await api.wait_until(lambda: not api.backend.inboxes[aio.id].pending)
    assert most == 1
    await aio.delete_webhook()
    await runner.cleanup()
