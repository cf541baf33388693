"""Voice notes while they are listened to, after their update has been answered."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import SendMessage
from aiogram.types import Audio, Document, Message, Update, Voice
from aiogram.utils.formatting import Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError, InvalidInputError
from bot.handlers import elder_views, keyboards, views
from bot.handlers.elder import for_elder
from bot.handlers.origins import origin_of, with_origins
from bot.handlers.pictures import help_for
from bot.handlers.promises import Promise
from bot.handlers.replies import say
from bot.logs import where
from bot.matching.library import Library
from bot.matching.normalize import normalize
from bot.matching.plea import LONGEST_PLEA, Plea, find_plea
from bot.services.checks import judge_text, keep_check
from bot.services.circle import PAID, tell_circle, tell_of_verdict
from bot.services.hearing import MOST_BYTES, MOST_SECONDS, NOT_HEARD, TOO_LONG, Listener
from bot.services.reported import with_reports
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.residents import find_or_add_resident

APOLOGY_AFTER = timedelta(minutes=6)
PLACE = 100
"""Of what is said later, behind all that is said at once."""
WORDS_SHOWN = 120

log = structlog.get_logger(__name__)
Deliver = Callable[[Bot, Update, int, SendMessage], Awaitable[None]]


@dataclass(frozen=True)
class Listening:
    """Listens to the voice notes of every channel; one for each dispatcher."""

    listener: Listener
    database: Database
    library: Callable[[], Library]
    now: Callable[[], datetime]
    deliver: Deliver
    going_on: set[asyncio.Task[None]] = field(default_factory=set)

    def ear(self, bot: Bot, update: Update, channel: str) -> "Ear":
        """What one update's handler and its middleware need."""
        message = update.message
        chat = message.chat.id if message is not None else 0
        key = f"voice:{bot.id}:{update.update_id}"
        return Ear(self, bot, update, Promise(self.database, self.now, channel, chat, key))


@dataclass
class Ear:
    """One update with a voice note, on its way through the handlers and afterwards."""

    listening: Listening
    bot: Bot
    update: Update
    promise: Promise
    taken: Message | None = None

    async def take(self, message: Message, session: AsyncSession, now: datetime) -> None:
        """Take a voice note, to be listened to once the update is committed and answered.

        Raises InvalidInputError for one that is too long.
        """
        note = note_of(message)
        seconds = getattr(note, "duration", 0)
        if note is None or seconds > MOST_SECONDS or (note.file_size or 0) > MOST_BYTES:
            raise InvalidInputError(TOO_LONG)
        self.taken = message
        await self.promise.give(session, NOT_HEARD, APOLOGY_AFTER, now)

    async def go_on(self) -> None:
        """Listen to what was taken. Where nobody can be written to later, who asked waits."""
        if self.taken is None:
            return
        task = asyncio.create_task(self._tell(self.taken))
        self.listening.going_on.add(task)
        task.add_done_callback(self.listening.going_on.discard)
        if self.promise.channel != "telegram":
            await asyncio.shield(task)

    async def _tell(self, message: Message) -> None:
        try:
            replies = await self._answer(message)
        except ExpectedError as refused:
            replies = [say(message.chat.id, refused.words)]
        except Exception as error:  # the one place where the unexpected ends
            log.error("voice note failed", **where(error))
            replies = [say(message.chat.id, views.WENT_WRONG)]
        for place, reply in enumerate(replies, PLACE):
            await self.listening.deliver(self.bot, self.update, place, reply)
        await self.promise.keep()

    async def _answer(self, message: Message) -> list[SendMessage]:
        """The verdict; before it, for who says that it has happened, what helps."""
        words = await self.listening.listener.words_of(await _fetch(self.bot, message))
        verdict = await judge_text(words, self.listening.library())
        plea = find_plea(normalize(words).text) if len(words) <= LONGEST_PLEA else None
        heard = f"\n\n听到的是（可能有听错的字）：{_shown(words)}"
        chat, person = message.chat.id, message.from_user.id if message.from_user else 0
        try:
            async with self.listening.database.writing() as session:
                now, channel = self.listening.now(), self.promise.channel
                resident = await find_or_add_resident(session, channel, person, now)
                verdict = await with_reports(session, words, verdict, self.listening.library())
                reference = await keep_check(session, resident, words, verdict, now)
                if plea is Plea.PAID:
                    await tell_circle(session, resident, PAID, None, now)
                else:
                    await tell_of_verdict(session, resident, verdict, now)
        except DatabaseUnavailableError as outage:
            log.error("database unavailable", **where(outage.__cause__ or outage))
            unsaved = say(chat, Text(views.verdict_unsaved(verdict), heard))
            return [*help_for(chat, plea), unsaved]
        keyboard = keyboards.under_verdict(verdict, reference)
        if resident.elder:
            told = Text(elder_views.verdict_for_elders(verdict))
        else:
            told = Text(views.verdict(verdict), heard)
        judged = say(chat, with_origins(told, [origin_of(message)]), keyboard)
        replies = [*help_for(chat, plea), judged]
        return [for_elder(one) for one in replies] if resident.elder else replies


def note_of(message: Message) -> Voice | Audio | Document | None:
    """The recording of a message."""
    return message.voice or message.audio or message.document


def _shown(words: str) -> str:
    """What was heard, in lines that cannot be tapped."""
    length = views.QUOTE_LENGTH
    parts = [views.quoted(words[at : at + length]) for at in range(0, WORDS_SHOWN, length)]
    return "".join(parts) + ("…" if len(words) > WORDS_SHOWN else "")


async def _fetch(bot: Bot, message: Message) -> bytes:
    note, content = note_of(message), io.BytesIO()
    if note is None:
        raise InvalidInputError(NOT_HEARD)
    try:
        await bot.download(note.file_id, destination=content)
    except (AiogramError, OSError, TimeoutError):
        raise InvalidInputError(NOT_HEARD) from None
    return content.getvalue()
