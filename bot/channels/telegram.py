"""Telegram: polling whose offset advances only after the commits, or a webhook with a secret."""

import asyncio
import hmac
import time
from contextlib import suppress
from functools import partial
from typing import Protocol

import structlog
from aiogram import Bot, Dispatcher
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

from bot.channels.in_hand import InHand
from bot.channels.json_session import JsonSession
from bot.handlers.updates import HANDLED_UPDATES
from bot.logs import where
from bot.services.menus import GROUP_ADMIN_COMMANDS, GROUP_COMMANDS, RESIDENT_COMMANDS
from bot.settings import Settings

POLL_SECONDS = 25
MENUS = (
    (BotCommandScopeAllPrivateChats(), RESIDENT_COMMANDS),
    (BotCommandScopeAllGroupChats(), GROUP_COMMANDS),
    (BotCommandScopeAllChatAdministrators(), GROUP_ADMIN_COMMANDS),
)
WEBHOOK_PATH = "/telegram/webhook"
SLOWEST_RETRY = 30.0
CONFIRM_SECONDS = 3
"""How long a bot that ends waits for the server to hear what was answered."""
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
    session = JsonSession(api=api)
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
    """Fetches updates until stopped; each is confirmed once it and those before it are answered."""

    def __init__(self, bot: Bot, dispatcher: Dispatcher, seconds: int = POLL_SECONDS) -> None:
        self.bot = bot
        self.dispatcher = dispatcher
        self.seconds = seconds
        self._heard_at = -SILENT_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop`; trouble with the server means waiting, longer each time."""
        in_hand = InHand(partial(self.dispatcher.feed_update, self.bot))
        try:
            await self._poll(in_hand, stop)
            await in_hand.empty()
            await self._confirm(in_hand.offset)
        finally:
            await self.bot.session.close()

    async def _poll(self, in_hand: InHand, stop: asyncio.Event) -> None:
        pause, introduced = 1.0, False
        while not stop.is_set():
            try:
                if not introduced:
                    await self.bot.delete_webhook()
                    await show_commands(self.bot)
                    introduced = True
                updates = await self._fetch(in_hand.offset, stop)
                self._heard_at = time.monotonic()
                pause = 1.0
            except AiogramError as error:
                wait = error.retry_after if isinstance(error, TelegramRetryAfter) else pause
                log.warning(trouble_of(error), wait=wait, **where(error))
                pause = min(pause * 2, SLOWEST_RETRY)
                await _sleep(wait, stop)
                continue
            in_hand.take_up(updates)
            await in_hand.room()

    def works(self) -> bool:
        """Whether Telegram has answered a poll lately."""
        return time.monotonic() - self._heard_at < SILENT_SECONDS

    async def _confirm(self, offset: int) -> None:
        """What was answered last is not to come again after a restart."""
        with suppress(AiogramError):
            if offset:
                await self.bot(GetUpdates(offset=offset, limit=1, timeout=0), CONFIRM_SECONDS)

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
