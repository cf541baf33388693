"""The chat page: one page, one small script, no account; a cookie is who one is."""

import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import structlog
from aiogram import Bot, Dispatcher
from aiogram.methods import SendMessage
from fastapi import Body, Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, Field, field_validator

from bot.channels.local import (
    LONGEST_TEXT,
    Client,
    LocalChannel,
    Shown,
    from_outgoing,
    shown,
    storable,
)
from bot.channels.telegram import WEBHOOK_PATH, read_update, secret_matches
from bot.channels.web_limits import OPENINGS, POLLS, Visits
from bot.channels.web_problems import TOO_LONG, add_problems
from bot.errors import NotAllowedError, TooManyAttemptsError
from bot.handlers import keyboards, views
from bot.handlers.replies import say
from bot.handlers.resume import question_of
from bot.handlers.turns import Pace, Throttle
from bot.logs import where
from bot.services.evidence import MOST_BYTES, TOO_LARGE
from bot.services.inbox import drop_messages, waiting_messages
from bot.services.knowledge import Contact, local_contact
from bot.services.runtime_settings import in_force
from bot.settings import Settings
from bot.storage.database import Database, DatabaseUnavailableError
from bot.web_guard import Guard, check_origin, client_address, comes_by_https
from bot.web_static import VersionedFiles, version_of

BOT_ID = 1
COOKIE = "fanzha_chat"
COOKIE_DAYS = 180
"""From the last visit, for who asked to be kept; everybody else's ends with the browser."""
SHORTEST_COOKIE = 32
MOST_BODY = 1024 * 1024
"""Bytes of the largest request: 100,000 characters and their JSON."""
FILES = "/chat/files"
MESSAGE_ID = r"^[A-Za-z0-9-]{8,64}$"
ALBUM = r"^([A-Za-z0-9-]{8,64}:\d{1,2})?$"
"""A name and how many files belong together."""
AlbumName = Annotated[str, Query(pattern=ALBUM)]
FileEnding = Annotated[str, Query(pattern=r"^[A-Za-z0-9]{0,12}$")]
MessageId = Annotated[str, Query(pattern=MESSAGE_ID)]
HERE = Path(__file__).parent
STATIC = HERE / "static"
STATIC_VERSION = version_of(STATIC)
PEOPLE_BEHIND_AN_ADDRESS = 20
"""How many people may write at full pace from one address: a hall or a street shares one."""
TOO_MANY_HERE = "这个网络发来的消息太多，请等一分钟再发。情况紧急请直接拨打 110。"

log = structlog.get_logger(__name__)


class Sent(BaseModel):
    """What the page sends: its own id for the message, and a text or a button's data."""

    id: str = Field(pattern=MESSAGE_ID)
    text: str | None = Field(None, min_length=1)
    data: str | None = Field(None, min_length=1, max_length=64)

    @field_validator("text", "data", mode="before")
    @classmethod
    def _storable(cls, value: object) -> object:
        return storable(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class ChatView:
    """What the chat page shows when it opens; `opening` are the bot's first messages."""

    district: str
    numbers: Sequence[Contact]
    csrf: str
    static_version: str
    opening: Sequence[Shown]

    @property
    def first_words(self) -> list[dict[str, object]]:
        """The first messages as the page's script reads them."""
        return [_shown(message) for message in self.opening]


@dataclass(frozen=True)
class WebParts:
    """What the chat page needs; `telegram` is there when updates come by webhook."""

    settings: Settings
    database: Database
    dispatcher: Dispatcher
    now: Callable[[], datetime]
    telegram: Bot | None = None


def csrf_token(parts: WebParts, cookie: str) -> str:
    """The token of the page shown to the browser with that cookie."""
    return parts.database.vault.fingerprint(cookie, "chat.csrf")


def chat_app(parts: WebParts) -> FastAPI:
    """The app of the chat page."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    channel = LocalChannel(parts.dispatcher, BOT_ID)
    addresses = Throttle(parts.settings.messages_per_minute * PEOPLE_BEHIND_AN_ADDRESS)
    openings, polls = Visits(OPENINGS), Visits(POLLS)
    templates = Jinja2Templates(HERE / "templates")
    app.add_middleware(Guard, most_body=MOST_BODY, larger={FILES: MOST_BYTES})
    app.mount("/static", VersionedFiles(STATIC), name="static")
    add_problems(app, templates, STATIC_VERSION, too_large={FILES: TOO_LARGE})

    def known_client(request: Request) -> Client:
        return _client(request, parts)

    def speaking_client(request: Request) -> Client:
        """A client who writes; whoever drops the cookie is still known by the address."""
        client = _client(request, parts)
        address = client_address(request, parts.settings)
        if addresses.pace(address, time.monotonic()) is not Pace.ANSWER:
            raise TooManyAttemptsError(TOO_MANY_HERE)
        return client

    def polling_client(request: Request) -> Client:
        """A client whose page asks by itself what waits."""
        client = _client(request, parts)
        polls.admit(client.secret, client_address(request, parts.settings), time.monotonic())
        return client

    Known = Annotated[Client, Depends(known_client)]
    Polling = Annotated[Client, Depends(polling_client)]
    Speaking = Annotated[Client, Depends(speaking_client)]

    @app.api_route("/", methods=["GET", "HEAD"], response_class=HTMLResponse)
    async def page(request: Request) -> Response:
        cookie = request.cookies.get(COOKIE, "")
        known = len(cookie) >= SHORTEST_COOKIE
        address = client_address(request, parts.settings)
        openings.admit(cookie if known else "", address, time.monotonic())
        cookie = cookie if known else secrets.token_urlsafe(32)
        view = {"view": await _page(parts, cookie)}
        response = templates.TemplateResponse(request, "chat.html", view)
        if not known:
            set_cookie(request, response, cookie, kept=False)
        return response

    def set_cookie(request: Request, response: Response, cookie: str, *, kept: bool) -> None:
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=COOKIE_DAYS * 86400 if kept else None,
            httponly=True,
            samesite="lax",  # by "strict", who follows a link to us would come as somebody new
            secure=comes_by_https(request, parts.settings),
        )

    @app.post("/chat/keep")
    async def keep(
        request: Request, client: Known, on: Annotated[bool, Body(embed=True)]
    ) -> JSONResponse:
        """Whether this browser is still the same person's after it was closed."""
        response = JSONResponse({"ok": True})
        set_cookie(request, response, client.secret, kept=on)
        return response

    @app.post("/chat/messages")
    async def receive(sent: Sent, client: Speaking) -> JSONResponse:
        if sent.text is not None and len(sent.text) > LONGEST_TEXT:
            return _answer([Shown(TOO_LONG, (), ())])
        if sent.text is not None:
            return _answer(await channel.send_text(client, sent.id, sent.text))
        return _answer(await channel.press(client, sent.id, sent.data or ""))

    @app.post(FILES)
    async def take_file(
        request: Request,
        client: Speaking,
        id: MessageId,
        album: AlbumName = "",
        ending: FileEnding = "",
    ) -> StreamingResponse:
        content = await request.body()
        said = channel.send_file(client, id, content, album, ending)
        return StreamingResponse(_lines(said), media_type="application/x-ndjson")

    @app.get("/chat/inbox")
    async def inbox(client: Polling, after: int = 0) -> JSONResponse:
        async with parts.database.reading() as session:
            waiting = await waiting_messages(session, "web", client.user_id, after)
        messages = [_shown(from_outgoing(message)) for _, message in waiting]
        last = waiting[-1][0] if waiting else after
        return JSONResponse({"last": last, "messages": messages})

    @app.post("/chat/inbox/seen")
    async def seen(client: Polling, upto: Annotated[int, Body(embed=True, ge=0)]) -> JSONResponse:
        async with parts.database.writing() as session:
            await drop_messages(session, "web", client.user_id, upto)
        return JSONResponse({"ok": True})

    @app.post("/chat/leave")
    async def leave(client: Known) -> JSONResponse:
        """Who used a shared computer is unknown here from now on."""
        response = JSONResponse({"ok": True})
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        async with parts.database.reading():
            return JSONResponse({"ok": True})

    if parts.telegram is not None:
        _add_webhook(app, parts, parts.telegram)
    return app


def _add_webhook(app: FastAPI, parts: WebParts, bot: Bot) -> None:
    @app.post(WEBHOOK_PATH)
    async def webhook(request: Request) -> Response:
        given = request.headers.get("x-telegram-bot-api-secret-token")
        if not secret_matches(parts.settings, given):
            return Response(status_code=403)
        update = read_update(bot, await request.body())
        if update is None:
            return Response(status_code=400)
        await parts.dispatcher.feed_update(bot, update)
        return Response(status_code=200)


def _client(request: Request, parts: WebParts) -> Client:
    cookie = request.cookies.get(COOKIE, "")
    check_origin(request, parts.settings)
    token = request.headers.get("x-csrf-token", "")
    wanted = csrf_token(parts, cookie)
    if len(cookie) < SHORTEST_COOKIE or not hmac.compare_digest(wanted.encode(), token.encode()):
        raise NotAllowedError("页面已过期，请刷新后再发。")
    return Client(cookie)


async def _page(parts: WebParts, cookie: str) -> ChatView:
    settings, question = await _kept(parts, Client(cookie))
    greeting = say(0, views.greeting(settings.district), keyboards.under_greeting())
    opening = [shown(greeting), *question]
    return ChatView(
        settings.district,
        [local_contact(one) for one in settings.local_numbers],
        csrf_token(parts, cookie),
        STATIC_VERSION,
        opening,
    )


async def _kept(parts: WebParts, client: Client) -> tuple[Settings, list[Shown]]:
    """The settings in force, and the question that was open before the page was reloaded; without
    a database the page opens all the same, as configured."""
    try:
        async with parts.database.reading() as session:
            settings = await in_force(session, parts.settings)
            question = await question_of(session, "web", BOT_ID, client.user_id, parts.now())
    except DatabaseUnavailableError as outage:
        log.error("database unavailable", **where(outage.__cause__ or outage))
        return parts.settings, []
    if not isinstance(question, SendMessage):
        return settings, []
    return settings, [shown(say(0, views.GO_ON)), shown(question)]


def _answer(messages: list[Shown]) -> JSONResponse:
    return JSONResponse({"messages": [_shown(message) for message in messages]})


async def _lines(said: AsyncIterator[Shown]) -> AsyncIterator[str]:
    """One line of JSON a message, as soon as it is said."""
    async for message in said:
        yield json.dumps({"messages": [_shown(message)]}, ensure_ascii=False) + "\n"


def _shown(message: Shown) -> dict[str, object]:
    return asdict(message)
