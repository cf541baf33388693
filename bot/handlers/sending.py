"""Replies on their way out: in order, and what Telegram does not take now goes to the outbox."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.methods import EditMessageText, SendMessage, TelegramMethod
from aiogram.types import Update

from bot.handlers import views
from bot.handlers.bundles import Bundle
from bot.handlers.replies import Drawing, Reply, Spoken, said_anew
from bot.logs import where
from bot.services.notifications import put_reply_off
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.updates import note_standing_answer

NOT_MODIFIED = "message is not modified"
LONGEST_PAUSE = 3.0
"""Seconds for which an edit waits that Telegram finds too early; after that it is said anew."""

log = structlog.get_logger(__name__)


class Sending:
    """Sends the replies of every channel."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.database = database
        self.now = now

    async def send(
        self,
        bot: Bot,
        update: Update,
        replies: Sequence[Reply],
        bundle: Bundle | None,
        *,
        lasting: bool,
    ) -> None:
        """Send replies in order; a bundle learns which message its answer stands in.

        Where messages are `lasting`, that of something passed on is noted at once: more follows.
        """
        for place, reply in enumerate(replies):
            sent = await self.send_one(bot, update, place, reply)
            if bundle is None:
                continue
            before = bundle.answer
            bundle.answered(update.update_id, reply, sent)
            if lasting and bundle.passed_on and bundle.answer not in (None, before):
                await self._note(bot, bundle)

    async def _note(self, bot: Bot, bundle: Bundle) -> None:
        answer = bundle.answer
        if answer is None:
            return
        try:
            async with self.database.writing() as session:
                await note_standing_answer(session, bot.id, answer.update_id, answer.message_id)
        except DatabaseUnavailableError as outage:
            log.error("database unavailable", **where(outage.__cause__ or outage))

    async def deliver(self, bot: Bot, update: Update, place: int, reply: Reply) -> None:
        """Send what comes later than the others."""
        await self.send_one(bot, update, place, reply)

    async def send_one(self, bot: Bot, update: Update, place: int, reply: Reply) -> Any:
        """What the channel answers; None where it did not take the reply."""
        method = await reply.drawn() if isinstance(reply, (Drawing, Spoken)) else reply
        try:
            return await _call(bot, method)
        except (TelegramForbiddenError, TelegramBadRequest) as refused:
            if isinstance(method, EditMessageText) and isinstance(refused, TelegramBadRequest):
                return await self._in_another_place(bot, update, place, method, refused)
            log.warning("reply refused", method=method.__api_method__, **where(refused))
        except AiogramError as failed:
            log.warning("reply put off", method=method.__api_method__, **where(failed))
            if isinstance(method, EditMessageText):
                method = said_anew(method)
            if isinstance(method, SendMessage):
                await self._put_off(bot, update, place, method)
        return None

    async def _in_another_place(
        self,
        bot: Bot,
        update: Update,
        place: int,
        edit: EditMessageText,
        refused: TelegramBadRequest,
    ) -> Any:
        """The message is gone: say it anew. One that stands there already is left alone."""
        if NOT_MODIFIED in refused.message:
            return None
        return await self.send_one(bot, update, place, said_anew(edit))

    async def _put_off(self, bot: Bot, update: Update, place: int, reply: SendMessage) -> None:
        try:
            async with self.database.writing() as session:
                await put_reply_off(
                    session,
                    key=f"reply:{bot.id}:{update.update_id}:{place}",
                    chat_id=int(reply.chat_id),
                    message=views.outgoing_of(reply),
                    now=self.now(),
                )
        except DatabaseUnavailableError as outage:
            log.error("reply lost", **where(outage.__cause__ or outage))


async def _call(bot: Bot, method: TelegramMethod[Any]) -> Any:
    """An edit that comes too early is tried once more after a pause."""
    try:
        return await bot(method)
    except TelegramRetryAfter as early:
        if not isinstance(method, EditMessageText) or early.retry_after > LONGEST_PAUSE:
            raise
        await asyncio.sleep(early.retry_after)
    return await bot(method)
