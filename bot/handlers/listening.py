"""Voice notes while they are listened to, after their update has been answered."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Audio, Document, Message, Update, Voice
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError, InvalidInputError
from bot.handlers import views
from bot.handlers.albums import Case
from bot.handlers.bundles import Bundle
from bot.handlers.elder import for_elder
from bot.handlers.first_help import help_for, tell_circle_of
from bot.handlers.one_answer import Found, answer, found_together, with_notes
from bot.handlers.promises import Promise
from bot.handlers.replies import Reply, say
from bot.handlers.sending import Sending
from bot.handlers.turns import Turns
from bot.logs import where
from bot.matching.library import Library
from bot.matching.plea import plea_in
from bot.services.checks import judge_text
from bot.services.circle import tell_of_verdict
from bot.services.hearing import MOST_BYTES, MOST_SECONDS, NOT_HEARD, TOO_LONG, Listener
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.residents import find_or_add_resident

APOLOGY_AFTER = timedelta(minutes=6)
PLACE = 100
"""Of what is said later, behind all that is said at once."""
WORDS_SHOWN = 120
HEARD = "语音里听到的是（可能有听错的字）："

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Listening:
    """Listens to the voice notes of every channel; one for each dispatcher."""

    listener: Listener
    database: Database
    library: Callable[[], Library]
    now: Callable[[], datetime]
    sending: Sending
    turns: Turns
    going_on: set[asyncio.Task[None]] = field(default_factory=set)

    def ear(self, bot: Bot, update: Update, channel: str) -> "Ear":
        """What one update's handler and its middleware need."""
        message = update.message
        person = message.from_user.id if message is not None and message.from_user else 0
        private = message is not None and message.chat.type == "private"
        chat = message.chat.id if message is not None and private else person
        key = f"voice:{bot.id}:{update.update_id}"
        promise = Promise(self.database, self.now, channel, chat, key)
        return Ear(self, bot, update, person, promise)


@dataclass
class Ear:
    """One update with a voice note, on its way through the handlers and afterwards."""

    listening: Listening
    bot: Bot
    update: Update
    person: int
    promise: Promise
    taken: Message | None = None
    bundle: Bundle | None = None
    case: Case | None = None

    async def take(
        self,
        message: Message,
        session: AsyncSession,
        now: datetime,
        bundle: Bundle | None = None,
        case: Case | None = None,
    ) -> None:
        """Take a voice note, to be listened to once the update is committed and answered. It is
        told in the answer to the bundle, or to the case of pictures, that it belongs to.

        Raises InvalidInputError for one that is too long.
        """
        note = note_of(message)
        seconds = getattr(note, "duration", 0)
        if note is None or seconds > MOST_SECONDS or (note.file_size or 0) > MOST_BYTES:
            raise InvalidInputError(TOO_LONG)
        self.taken, self.bundle, self.case = message, bundle, case
        if case is not None:
            case.await_voice(message)
        elif bundle is not None:
            bundle.heard_later += 1
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
        words, trouble = "", ""
        try:
            words = await self.listening.listener.words_of(await _fetch(self.bot, message))
        except ExpectedError as refused:
            trouble = refused.words
        except Exception as error:  # the one place where the unexpected ends
            log.error("voice note failed", **where(error))
            trouble = views.WENT_WRONG
        note = trouble or f"{HEARD}{_shown(words)}"
        case = self.case or (self.bundle.case if self.bundle is not None else None)
        if case is None or not case.heard(words, note):
            async with self.listening.turns.of((self.bot.id, self.person)):
                await self._say(message, words, note, trouble)
        await self.promise.keep()

    async def _say(self, message: Message, words: str, note: str, trouble: str) -> None:
        chat = self.promise.chat
        try:
            replies = [say(chat, trouble)] if trouble else await self._answer(message, words, note)
        except Exception as error:  # the one place where the unexpected ends
            log.error("voice note failed", **where(error))
            replies = [say(chat, views.WENT_WRONG)]
        if self.bundle is not None and self.case is None:
            self.bundle.heard_later -= 1
        for place, reply in enumerate(replies, PLACE):
            sent = await self.listening.sending.send_one(self.bot, self.update, place, reply)
            if self.bundle is not None:
                self.bundle.answered(self.update.update_id, reply, sent)

    async def _answer(self, message: Message, words: str, note: str) -> list[Reply]:
        """The verdict, in the place of the one on what came before; before it, for who says that
        it has happened, what helps."""
        listening, library = self.listening, self.listening.library()
        verdict = await judge_text(words, library)
        plea = plea_in(words)
        chat = self.promise.chat
        try:
            async with listening.database.writing() as session:
                now, channel = listening.now(), self.promise.channel
                resident = await find_or_add_resident(session, channel, self.person, now)
                found = Found(words, verdict, "" if resident.elder else note)
                found = await found_together(
                    session, found, self.bundle, self.update.update_id, library
                )
                judged, _ = await answer(message, chat, session, resident, found, now, self.bundle)
                if not await tell_circle_of(session, resident, plea, now):
                    await tell_of_verdict(session, resident, found.verdict, now)
        except DatabaseUnavailableError as outage:
            log.error("database unavailable", **where(outage.__cause__ or outage))
            unsaved = say(chat, with_notes(views.verdict_unsaved(verdict), [note]))
            return [*help_for(chat, plea), unsaved]
        replies: list[Reply] = [*help_for(chat, plea), judged]
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
