"""Telegram, through python-telegram-bot's bot, held back by the one budget; plain text only."""

import asyncio
import base64
import os
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram import (
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import BaseRateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.services.outgoing import Outgoing, PollOrder, PosterOrder
from bot.services.poster import phone_poster
from bot.services.splitting import CAPTION_LENGTH, LIMITS, split_text
from bot.storage.groups import GroupChannel
from scheduler.budget import Limiter
from scheduler.senders.base import (
    NO_POSTER,
    Blocked,
    Delivered,
    Failed,
    Migrated,
    PutOff,
    SendResult,
    quiet_http_logs,
)

MOST_REMOTE_ID = 64
LIMIT = LIMITS[GroupChannel.TELEGRAM]
POSTERS_KNOWN = 2000
"""One for each area of a campaign, and for elders there."""
TIMEOUT = 10.0
TOKEN_REFUSED = timedelta(minutes=1)
GONE = ("chat not found", "not enough rights", "user is deactivated", "have no rights", "kicked")
"""What a 400 says when the chat, not the message, is at fault."""
GONE_ALREADY = "message to delete not found"


class BudgetLimiter(BaseRateLimiter[int]):
    """Holds every request back until the budget has a place for it; repeats none."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to give back."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | dict[str, Any] | list[dict[str, Any]]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> bool | dict[str, Any] | list[dict[str, Any]]:
        """Wait for the chat's turn, then for a place among all."""
        clock = asyncio.get_running_loop().time
        if (chat := data.get("chat_id")) is not None:
            await asyncio.sleep(self._limiter.chat_turn(clock(), str(chat)) - clock())
        moment = self._limiter.turn(clock())
        await asyncio.sleep(moment - clock())
        try:
            return await callback(*args, **kwargs)
        finally:
            self._limiter.landed(moment, clock())


class TelegramSender:
    """Sends with one token. At most `concurrency` at a time: more makes httpx slower."""

    channel = "telegram"
    concurrency = 5

    def __init__(
        self, token: str, api: str = "https://api.telegram.org", limiter: Limiter | None = None
    ) -> None:
        os.environ.setdefault("PTB_TIMEDELTA", "true")  # waits as timedelta, as PTB will have it
        quiet_http_logs()
        self._drawing = asyncio.Lock()
        self._posters: dict[PosterOrder, str] = {}
        self._request = HTTPXRequest(
            connection_pool_size=self.concurrency,
            connect_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
            write_timeout=TIMEOUT,
            pool_timeout=TIMEOUT,
        )
        self._bot: ExtBot[int] = ExtBot(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=self._request,
            get_updates_request=self._request,
            rate_limiter=BudgetLimiter(limiter or Limiter()),
        )

    async def send(self, address: str, message: Outgoing) -> SendResult:
        """Send one message; a long one goes as several, the buttons under the last.

        A poster has the text under it, or where that is too long goes before it.
        """
        if message.menu is not None:
            return await self._show_menu(address, message.menu)
        if message.poll is not None:
            return await self._ask(address, message.poll)
        if message.stop_poll is not None:
            return await self._stop_asking(address, message.stop_poll)
        if message.delete:
            deleted = await self._delete(address, message.delete)
            if deleted is not None and not (message.anyway and isinstance(deleted, Delivered)):
                return deleted
        parts = split_text(message.text, LIMIT.most, LIMIT.size)
        if not parts:
            return Failed("empty text")
        sent: list[str] = []
        without: str | None = None
        try:
            if message.poster is not None:
                fits = len(parts) == 1 and LIMIT.size(parts[0]) <= CAPTION_LENGTH
                caption = parts[0] if fits else None
                if shown := await self._show(address, message, message.poster, caption):
                    sent.append(shown)
                    parts = [] if fits else parts
                else:
                    without = NO_POSTER
            for number, part in enumerate(parts, 1):
                said = await self._bot.send_message(
                    int(address),
                    part,
                    reply_markup=_keyboard(message) if number == len(parts) else None,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
                sent.append(str(said.message_id))
            if message.document is not None:
                await self._bot.send_document(
                    int(address),
                    base64.b64decode(message.document.content),
                    filename=message.document.name,
                )
        except TelegramError as error:
            return _result_of(error)
        return Delivered(",".join(sent)[:MOST_REMOTE_ID], without=without)

    async def _show(
        self, address: str, message: Outgoing, poster: PosterOrder, caption: str | None
    ) -> str | None:
        """Send a poster, uploaded once for each area; None where the chat takes no pictures."""
        picture: str | bytes = self._posters.get(poster, "")
        if not picture:
            async with self._drawing:
                picture = self._posters.get(poster, "") or await self._draw(poster)
        try:
            said = await self._bot.send_photo(
                int(address),
                picture,
                caption=caption,
                reply_markup=_keyboard(message) if caption else None,
            )
        except BadRequest as error:
            if "photo" in error.message.lower():
                return None
            raise
        if len(self._posters) >= POSTERS_KNOWN:
            del self._posters[next(iter(self._posters))]
        self._posters[poster] = said.photo[-1].file_id
        return str(said.message_id)

    async def _draw(self, poster: PosterOrder) -> str | bytes:
        return await asyncio.to_thread(phone_poster, poster)

    async def _show_menu(self, address: str, menu: tuple[tuple[str, str], ...]) -> SendResult:
        scope = BotCommandScopeChat(int(address))
        try:
            if menu:
                await self._bot.set_my_commands(menu, scope=scope)
            else:
                await self._bot.delete_my_commands(scope=scope)
        except TelegramError as error:
            return _result_of(error)
        return Delivered()

    async def _ask(self, address: str, poll: PollOrder) -> SendResult:
        """Ask a group a question, anonymously."""
        try:
            said = await self._bot.send_poll(
                int(address),
                poll.question,
                poll.options,
                is_anonymous=True,
                type="quiz",
                correct_option_ids=[poll.answer],  # type: ignore[list-item]
                explanation=poll.explanation,
                open_period=poll.seconds,
            )
        except BadRequest as error:
            if "polls" in error.message.lower():
                return Failed("400 no polls")
            return _result_of(error)
        except TelegramError as error:
            return _result_of(error)
        return Delivered(str(said.message_id), said.poll.id if said.poll else None)

    async def _stop_asking(self, address: str, message_id: int) -> SendResult:
        """End a poll; what was chosen comes as an update."""
        try:
            await self._bot.stop_poll(int(address), message_id)
        except TelegramError as error:
            return _result_of(error)
        return Delivered()

    async def _delete(self, address: str, ids: tuple[str, ...]) -> SendResult | None:
        """Delete messages of ours; None where one could not be, so that words must do."""
        left = False
        for message_id in ids:
            try:
                await self._bot.delete_message(int(address), int(message_id))
            except BadRequest as error:
                if isinstance(known := _result_of(error), Blocked):
                    return known
                left = left or GONE_ALREADY not in error.message.lower()
            except TelegramError as error:
                return _result_of(error)
        return None if left else Delivered()

    async def close(self) -> None:
        """Give the connections back."""
        await self._request.shutdown()


def _keyboard(message: Outgoing) -> InlineKeyboardMarkup | None:
    if not message.rows:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.label, callback_data=button.data) for button in row]
            for row in message.rows
        ]
    )


def _result_of(error: TelegramError) -> SendResult:
    """How an error of the Bot API ends a send; only fixed words of its text are kept."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            return PutOff("429", wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
        case ChatMigrated():
            return Migrated(str(error.new_chat_id))
        case Forbidden():
            return Blocked("403")
        case InvalidToken():
            return PutOff("token refused", TOKEN_REFUSED)
        case BadRequest():
            gone = next((words for words in GONE if words in error.message.lower()), None)
            return Blocked(f"400 {gone}") if gone else Failed("400")
        case TimedOut():
            return PutOff("timed out")
        case NetworkError():
            return PutOff("network or server error")
        case _:
            return Failed(type(error).__name__)
