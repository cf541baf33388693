"""The dialogue through a real HTTP server that speaks the Bot API: polling and webhook."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.channels.in_hand import InHand
from bot.channels.telegram import WEBHOOK_PATH, Polling, serve_webhook, telegram_bot
from bot.channels.web import WebParts, chat_app
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.services.evidence_store import open_evidence_store
from bot.serving import QuietServer
from bot.settings import Settings
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.evidence import Evidence
from bot.storage.outbox import OutboxMessage
from bot.storage.updates import AnsweredUpdate
from bot.times import now
from scheduler.budget import Limiter
from tests.botapi import BotApiServer, SentMessage, png
from tests.vision.doubles import quick_reader

TOKEN = "123456:TESTTESTTESTTESTTESTTEST"
SCAM = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"


class Telegram:
    """A Bot API server with our bot and one resident."""

    def __init__(self, api: BotApiServer) -> None:
        self.api = api
        self.bot = api.add_bot(token=TOKEN, username="fanzha_bot")
        self.user = api.add_user(first_name="<b>王奶奶</b>")
        self.chat = api.private_chat(self.bot, self.user)

    def sends(self, **message: object) -> int:
        return self.api.send(self.chat, self.user, **message)

    def presses(self, message: SentMessage, label: str) -> None:
        self.api.press(self.chat, self.user, message, button_text=label)

    async def hears(self, after: int = 0) -> SentMessage:
        return await self.api.wait_for_message(self.chat, after=after)


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with BotApiServer() as api:
        yield Telegram(api)


def settings_for(api: BotApiServer, **more: object) -> Settings:
    return Settings(_env_file=None, telegram_token=TOKEN, telegram_api=api.url, **more)


def dispatcher_for(
    database: Database, library: Library, settings: Settings, clock: Callable[[], datetime] = now
):
    parts = AnswerParts(database, lambda: library, clock, settings.messages_per_minute)
    return make_dispatcher(parts, settings)


@asynccontextmanager
async def polling(
    api: BotApiServer,
    database: Database,
    library: Library,
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[Polling]:
    settings = settings_for(api)
    dispatcher = dispatcher_for(database, library, settings, clock)
    poll = Polling(telegram_bot(settings), dispatcher, seconds=1)
    stop = asyncio.Event()
    task = asyncio.create_task(poll.run(stop))
    try:
        yield poll
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def count(database: Database, table: type) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_resident_checks_and_presses(
    telegram: Telegram, database: Database, library: Library
) -> None:
    async with polling(telegram.api, database, library):
        telegram.sends(text=SCAM)
        verdict = await telegram.hears()
        assert "共享屏幕" in verdict.text
        telegram.presses(verdict, "我已转账")
        paid = await telegram.hears(after=1)
        assert "96110" in paid.text.split("\n")[0]


async def test_the_text_of_a_user_is_never_interpreted(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram.api, sqlite_database, library):
        hostile = "<b>涉嫌洗钱</b> *马上转账* 到[安全账户](http://x.top) <a href='x'>"
        telegram.sends(text=hostile)
        verdict = await telegram.hears()
    kinds = {entity["type"] for entity in verdict.entities}
    assert kinds <= {"bold"}


async def test_pictures_are_told_what_to_do_instead(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram.api, sqlite_database, library):
        telegram.sends(photo=b"\xff\xd8" + bytes(20 * 1024 * 1024))
        answer = await telegram.hears()
    assert "只能看文字" in answer.text


async def test_unknown_updates_do_not_stop_the_polling(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    telegram.api.send_raw(telegram.bot, {"something_quite_new": {"from": {"id": 1}}})
    async with polling(telegram.api, sqlite_database, library):
        telegram.sends(text=SCAM)
        assert await telegram.hears()


async def test_a_token_that_telegram_refuses_is_logged_as_that(
    sqlite_database: Database, library: Library
) -> None:
    async with BotApiServer() as api:
        with capture_logs() as logs:
            async with polling(api, sqlite_database, library):
                await api.wait_until(lambda: logs)
    assert "check FANZHA_TELEGRAM_TOKEN" in logs[0]["event"]
    assert TOKEN not in str(logs)


async def test_what_telegram_does_not_take_now_goes_to_the_outbox(
    telegram: Telegram, database: Database, library: Library
) -> None:
    telegram.api.fail(method="sendMessage", chat=telegram.chat, status=429, retry_after=30, times=1)
    async with polling(telegram.api, database, library):
        telegram.sends(text=SCAM)
        telegram.sends(text="/privacy")
        assert "我们保存的" in (await telegram.hears()).text
    assert await count(database, OutboxMessage) == 1
    assert await count(database, Check) == 1


async def test_updates_are_confirmed_only_after_they_are_answered(
    telegram: Telegram, database: Database, library: Library
) -> None:
    update_id = telegram.sends(text=SCAM)
    async with polling(telegram.api, database, library):
        await telegram.hears()
        await asyncio.sleep(0.2)
    answered = await count(database, AnsweredUpdate)
    confirming = [
        call
        for call in telegram.api.calls("getUpdates")
        if int(call.params.get("offset") or 0) > update_id
    ]
    assert answered == 1
    assert confirming


@asynccontextmanager
async def webhook(api: BotApiServer, database: Database, library: Library) -> AsyncIterator[str]:
    import socket

    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = settings_for(api, public_url=address, telegram_webhook_secret="our-webhook-secret")
    bot = telegram_bot(settings)
    parts = WebParts(settings, database, dispatcher_for(database, library, settings), now, bot)
    server = QuietServer(uvicorn.Config(chat_app(parts), log_config=None, lifespan="off"))
    stop = asyncio.Event()
    tasks = [
        asyncio.create_task(server.serve(sockets=[listening])),
        asyncio.create_task(serve_webhook(bot, settings, stop)),
    ]
    try:
        yield address
    finally:
        stop.set()
        server.should_exit = True
        await asyncio.wait_for(asyncio.gather(*tasks), 10)


async def test_updates_pushed_with_the_secret_are_answered(
    telegram: Telegram, database: Database, library: Library
) -> None:
    async with webhook(telegram.api, database, library):
        telegram.sends(text=SCAM)
        assert "共享屏幕" in (await telegram.hears()).text


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        (None, b"{}", 403),
        ("wrong", b'{"update_id": 1}', 403),
        ("our-webhook-secret", b"not json", 400),
        ("our-webhook-secret", b'{"update_id": "x"}', 400),
        ("our-webhook-secret", b"[]", 400),
        ("our-webhook-secret", b'{"update_id": 1}', 200),
    ],
)
async def test_the_webhook_checks_its_secret_and_its_body(
    sqlite_database: Database,
    library: Library,
    secret: str | None,
    body: bytes,
    status: int,
) -> None:
    async with BotApiServer() as api:
        api.add_bot(token=TOKEN, username="fanzha_bot")
        settings = settings_for(
            api, public_url="http://test", telegram_webhook_secret="our-webhook-secret"
        )
        bot = telegram_bot(settings)
        dispatcher = dispatcher_for(sqlite_database, library, settings)
        app = chat_app(WebParts(settings, sqlite_database, dispatcher, now, bot))
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.post(WEBHOOK_PATH, content=body, headers=headers)
        assert answer.status_code == status
        await bot.session.close()


async def test_without_a_secret_there_is_no_webhook(
    sqlite_database: Database, library: Library
) -> None:
    settings = Settings(_env_file=None)
    dispatcher = dispatcher_for(sqlite_database, library, settings)
    app = chat_app(WebParts(settings, sqlite_database, dispatcher, now))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.post(WEBHOOK_PATH, content=b"{}")).status_code == 404


async def test_a_picture_and_a_forwarded_message_become_evidence(
    telegram: Telegram, database: Database, library: Library, tmp_path: Path
) -> None:
    settings = settings_for(telegram.api, data_dir=tmp_path)
    store = open_evidence_store(settings, database.vault)
    parts = AnswerParts(database, lambda: library, now, 30, store)
    poll = Polling(telegram_bot(settings), make_dispatcher(parts, settings), seconds=1)
    stop = asyncio.Event()
    task = asyncio.create_task(poll.run(stop))
    try:
        telegram.sends(text="/report")
        telegram.presses(await telegram.hears(), "还没转账")
        await telegram.hears(after=2)
        telegram.sends(photo=png())
        assert "收到图片" in (await telegram.hears(after=3)).text
        telegram.sends(text="马上转到6228480402564890018，密码是abc12345", forward=telegram.user)
        kept = (await telegram.hears(after=5)).text
        assert "收到文字" in kept
        assert "密码已经遮住" in kept
        telegram.sends(document=b"x" * 10, file_size=21 * 1024 * 1024)
        assert "超过 20 MB" in (await telegram.hears(after=7)).text
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)
    async with database.reading() as session:
        rows = (await session.scalars(select(Evidence).order_by(Evidence.id))).all()
    assert [row.kind for row in rows] == ["png", "txt"]
    forwarded = (await store.get(rows[1].key)).decode()
    assert "6228480402564890018" in forwarded
    assert "abc12345" not in forwarded


async def test_who_changes_an_answer_in_its_message_is_told_how_to_correct_it(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram.api, sqlite_database, library):
        telegram.sends(text="/report")
        telegram.presses(await telegram.hears(), "已转账")
        await telegram.hears(after=2)
        telegram.sends(text="13812345678")
        (answer,) = [
            one for one in telegram.api.history(telegram.chat) if one.text == "13812345678"
        ]
        await telegram.hears(after=4)
        telegram.api.edit(answer, "13912345678")
        assert "改动没有记下" in (await telegram.hears(after=5)).text
        assert "您现在在哪里" in (await telegram.hears(after=6)).text


async def test_photos_of_an_album_get_one_verdict_and_one_marked_picture(
    telegram: Telegram, database: Database, library: Library, tmp_path: Path
) -> None:
    reader = quick_reader(tmp_path, SCAM)
    settings = settings_for(telegram.api)
    parts = AnswerParts(database, lambda: library, now, 30, reader=reader)
    dispatcher = make_dispatcher(parts, settings)
    poll = Polling(telegram_bot(settings), dispatcher, seconds=1)
    stop = asyncio.Event()
    task = asyncio.create_task(poll.run(stop))
    try:
        for _ in range(2):
            telegram.sends(photo=png(), media_group_id="77")
        assert (await telegram.hears()).text == "正在识别图片…"
        verdict = await telegram.hears(after=1)
        assert verdict.text.startswith("🔴 高危")
        assert verdict.text.count("百万保障") >= 2
        marked = await telegram.hears(after=2)
        assert marked.kind == "photo"
        await dispatcher.emit_shutdown()
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)
    assert await count(database, Check) == 1
    async with database.reading() as session:
        promises = (await session.scalars(select(OutboxMessage))).all()
    assert [one.state for one in promises] == ["cancelled"]


async def test_a_bot_that_ends_while_it_looks_leaves_an_apology(
    telegram: Telegram, sqlite_database: Database, library: Library, tmp_path: Path
) -> None:
    reader = quick_reader(tmp_path, SCAM, trouble="hangs")
    settings = settings_for(telegram.api)
    parts = AnswerParts(sqlite_database, lambda: library, now, 30, reader=reader)
    dispatcher = make_dispatcher(parts, settings)
    poll = Polling(telegram_bot(settings), dispatcher, seconds=1)
    stop = asyncio.Event()
    task = asyncio.create_task(poll.run(stop))
    try:
        telegram.sends(photo=png(), date=int(now().timestamp()) - 60)
        await telegram.hears()
        telegram.sends(text="明天一起吃饭吗")
        assert "正在识别" not in (await telegram.hears(after=1)).text
        await dispatcher.emit_shutdown()
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)
    async with sqlite_database.reading() as session:
        (promise,) = (await session.scalars(select(OutboxMessage))).all()
    assert promise.state == "queued"
    assert promise.due_at > now()


PASSED_ON = ("您好我是微信支付客服", "您的百万保障今晚到期", "下载会议软件打开共享屏幕")


async def test_messages_passed_on_together_have_one_answer_also_after_a_restart(
    telegram: Telegram, database: Database, library: Library
) -> None:
    for text in PASSED_ON:
        telegram.sends(text=text, forward="微信客服小王")
    settings = settings_for(telegram.api)
    bot = telegram_bot(settings)
    updates = await bot.get_updates()
    for known in (1, 2, 3):  # killed each time, the process is given all of them again
        in_hand = InHand(partial(dispatcher_for(database, library, settings).feed_update, bot))
        in_hand.take_up(updates[:known])
        await in_hand.empty()
    await bot.session.close()
    (answer,) = telegram.api.messages(telegram.chat)
    assert "这 3 条消息放在一起看" in answer.text
    assert "“微信客服小王”，对方隐藏了账号" in answer.text
    assert await count(database, Check) == 1


async def test_an_answer_that_was_deleted_is_said_anew(
    telegram: Telegram, sqlite_database: Database, library: Library
) -> None:
    async with polling(telegram.api, sqlite_database, library):
        telegram.sends(text=PASSED_ON[0])
        await telegram.hears()
        telegram.api.fail(method="editMessageText", chat=telegram.chat, status=400, times=1)
        telegram.sends(text=PASSED_ON[1])
        assert "这 2 条" in (await telegram.hears(after=1)).text
        telegram.sends(text=PASSED_ON[2])
        await telegram.api.wait_until(
            lambda: "这 3 条" in telegram.api.messages(telegram.chat)[1].text
        )


async def test_answers_take_their_turns_in_the_tokens_budget_and_a_burst_is_not_refused(
    telegram: Telegram,
) -> None:
    flood = telegram.api.flood()
    chats = [
        telegram.api.private_chat(telegram.bot, telegram.api.add_user(f"居民{number}"))
        for number in range(45)
    ]
    limiter = Limiter()
    bot = telegram_bot(settings_for(telegram.api), limiter)
    await bot.get_me()
    await bot.send_chat_action(chats[0].id, "typing")
    begun = asyncio.get_running_loop().time()
    assert limiter.answer_at(begun) == begun
    await asyncio.gather(*(bot.send_message(chat.id, "收到") for chat in chats))
    took = asyncio.get_running_loop().time() - begun
    await bot.session.close()
    assert flood.refused == 0
    assert 1 <= took < 10


@asynccontextmanager
async def looking(
    telegram: Telegram, database: Database, library: Library, folder: Path, *lines: str
) -> AsyncIterator[None]:
    settings = settings_for(telegram.api)
    reader = quick_reader(folder, *lines)
    parts = AnswerParts(database, lambda: library, now, 30, reader=reader)
    dispatcher = make_dispatcher(parts, settings)
    poll = Polling(telegram_bot(settings), dispatcher, seconds=1)
    stop = asyncio.Event()
    task = asyncio.create_task(poll.run(stop))
    try:
        yield
        await dispatcher.emit_shutdown()
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def test_pictures_and_words_passed_on_together_are_one_case(
    telegram: Telegram, sqlite_database: Database, library: Library, tmp_path: Path
) -> None:
    async with looking(telegram, sqlite_database, library, tmp_path, "在吗"):
        for _ in range(2):
            telegram.sends(photo=png(), forward="微信客服小王")
        telegram.sends(text=SCAM, forward="微信客服小王")
        assert (await telegram.hears()).text == "正在识别图片…"
        verdict = (await telegram.hears(after=1)).text
        await asyncio.sleep(0.3)
    assert verdict.startswith("🔴 高危")
    assert "这 3 条消息放在一起看" in verdict
    assert "“微信客服小王”，对方隐藏了账号" in verdict
    assert len(telegram.api.messages(telegram.chat)) == 2
    assert await count(sqlite_database, Check) == 1


async def test_what_was_written_before_a_picture_is_judged_with_it(
    telegram: Telegram, sqlite_database: Database, library: Library, tmp_path: Path
) -> None:
    async with looking(telegram, sqlite_database, library, tmp_path, "在吗"):
        telegram.sends(text=SCAM)
        assert (await telegram.hears()).text.startswith("🔴 高危")
        telegram.sends(photo=png())
        assert (await telegram.hears(after=2)).text.startswith("🔴 高危")
