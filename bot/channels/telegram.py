"""Telegram: polling whose offset advances only after the commits, or a webhook with a secret."""

import asyncio
import hmac
import time
from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetUpdates, Response, SendChatAction, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    Message,
    Update,
)
from pydantic import ValidationError

from bot.handlers.updates import HANDLED_UPDATES, chat_of, kind_of
from bot.logs import where
from bot.services.menus import GROUP_ADMIN_COMMANDS, GROUP_COMMANDS, RESIDENT_COMMANDS
from bot.settings import Settings

POLL_SECONDS = 25
MENUS = (
    (BotCommandScopeAllPrivateChats(), RESIDENT_COMMANDS),
    (BotCommandScopeAllGroupChats(), GROUP_COMMANDS),
    (BotCommandScopeAllChatAdministrators(), GROUP_ADMIN_COMMANDS),
)
AT_ONCE = 20
"""Updates of different people answered side by side."""
WEBHOOK_PATH = "/telegram/webhook"
SLOWEST_RETRY = 30.0
SILENT_SECONDS = 90.0
"""Longer than a poll and the slowest retry together; whoever hears nothing so long is cut off."""
COUNTED = ("send", "edit", "copy", "forward")
"""What of Telegram's methods makes or changes a message, and counts against the token."""
ANSWERS = (Response[bool], Response[Message], Response[list[Update]])
"""Held so that pydantic does not make each model anew at every call: it forgets unused ones."""

log = structlog.get_logger()


class AnswerPlaces(Protocol):
    """The budget of a token as answers see it; all times are the event loop's."""

    def answer_at(self, now: float) -> float:
        """When an answer may go, by what is known now."""

    def take_answer(self, moment: float) -> None:
        """An answer goes at that moment."""

    def landed(self, begun: float, ended: float) -> None:
        """How long it was on its way."""


class AnswersInTurn(BaseRequestMiddleware):
    """Answers take their places in the token's one budget, in the order in which they come."""

    def __init__(self, places: AnswerPlaces) -> None:
        self._places = places
        self._asking = asyncio.Lock()

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        if isinstance(method, SendChatAction) or not method.__api_method__.startswith(COUNTED):
            return await make_request(bot, method)
        clock = asyncio.get_running_loop().time
        async with self._asking:
            while (at := self._places.answer_at(begun := clock())) > begun:  # noqa: ASYNC110
                await asyncio.sleep(at - begun)
            self._places.take_answer(begun)
        try:
            return await make_request(bot, method)
        finally:
            self._places.landed(begun, clock())


def telegram_bot(settings: Settings, places: AnswerPlaces | None = None) -> Bot:
    """The bot of the token, at the Bot API server of the settings; answers take `places`."""
    api = TelegramAPIServer.from_base(settings.telegram_api)
    session = AiohttpSession(api=api)
    if places is not None:
        session.middleware(AnswersInTurn(places))
    return Bot(settings.telegram_token.get_secret_value(), session=session)


async def show_commands(bot: Bot) -> None:
    """Put the commands of residents, of groups and of their administrators into their menus.

    An officer's own chat has a menu of its own (`services/menus.py`), which goes before these.
    """
    for scope, menu in MENUS:
        commands = [BotCommand(command=name, description=words) for name, words in menu]
        await bot.set_my_commands(commands, scope=scope)


class Polling:
    """Fetches updates until stopped; a batch is confirmed once every update of it is answered."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, seconds: int = POLL_SECONDS) -> None:
        self.bot = bot
        self.dispatcher = dispatcher
        self.seconds = seconds
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._heard_at = -SILENT_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop`; trouble with the server means waiting, longer each time."""
        try:
            await self._poll(stop)
        finally:
            await self.bot.session.close()

    async def _poll(self, stop: asyncio.Event) -> None:
        offset, pause, introduced = 0, 1.0, False
        while not stop.is_set():
            try:
                if not introduced:
                    await self.bot.delete_webhook()
                    await show_commands(self.bot)
                    introduced = True
                updates = await self._fetch(offset, stop)
                self._heard_at = time.monotonic()
                pause = 1.0
            except AiogramError as error:
                wait = error.retry_after if isinstance(error, TelegramRetryAfter) else pause
                log.warning(trouble_of(error), wait=wait, **where(error))
                pause = min(pause * 2, SLOWEST_RETRY)
                await _sleep(wait, stop)
                continue
            if updates:
                await self.answer(updates)
                offset = updates[-1].update_id + 1

    def works(self) -> bool:
        """Whether Telegram has answered a poll lately."""
        return time.monotonic() - self._heard_at < SILENT_SECONDS

    async def answer(self, updates: Sequence[Update]) -> None:
        """Answer a batch: people side by side, the updates of one person in order."""
        known = [update for update in updates if kind_of(update) is not None]
        ordered = sorted(known, key=lambda update: (chat_of(update), update.update_id))
        people = [list(group) for _, group in groupby(ordered, key=chat_of)]
        await asyncio.gather(*(self._answer_one(person) for person in people))

    async def _answer_one(self, updates: Sequence[Update]) -> None:
        async with self._gate:
            for update in updates:
                await self.dispatcher.feed_update(self.bot, update)

    async def _fetch(self, offset: int, stop: asyncio.Event) -> list[Update]:
        request = GetUpdates(
            offset=offset, timeout=self.seconds, allowed_updates=list(HANDLED_UPDATES)
        )
        fetching = asyncio.ensure_future(self.bot(request, request_timeout=self.seconds + 10))
        stopping = asyncio.ensure_future(stop.wait())
        done, _ = await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if fetching in done:
            return fetching.result()
        fetching.cancel()
        return []


def trouble_of(error: AiogramError) -> str:
    """What to look into: a token that Telegram does not know mends itself by no waiting."""
    if isinstance(error, (TelegramUnauthorizedError, TelegramNotFound)):
        return "telegram refuses the token: check FANZHA_TELEGRAM_TOKEN"
    return "telegram unavailable"


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def secret_matches(settings: Settings, given: str | None) -> bool:
    """Whether a webhook call carries the secret that Telegram was told."""
    secret = settings.telegram_webhook_secret.get_secret_value()
    return bool(secret) and hmac.compare_digest(secret.encode(), (given or "").encode())


def read_update(bot: Bot, body: bytes) -> Update | None:
    """The update of a webhook call; None for a body that is none."""
    try:
        return Update.model_validate_json(body, context={"bot": bot})
    except ValidationError:
        return None


async def serve_webhook(bot: Bot, settings: Settings, stop: asyncio.Event) -> None:
    """Tell Telegram where to push updates and the secret to show there, trying until it hears."""
    pause = 1.0
    try:
        while not stop.is_set():
            try:
                await bot.set_webhook(
                    f"{settings.public_url}{WEBHOOK_PATH}",
                    secret_token=settings.telegram_webhook_secret.get_secret_value(),
                    allowed_updates=list(HANDLED_UPDATES),
                )
                await show_commands(bot)
                await stop.wait()
            except AiogramError as error:
                log.warning(trouble_of(error), wait=pause, **where(error))
                await _sleep(pause, stop)
                pause = min(pause * 2, SLOWEST_RETRY)
    finally:
        await bot.session.close()
