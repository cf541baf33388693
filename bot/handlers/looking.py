"""Pictures while they are looked at: gathered by album, read after the update has been answered.

The transaction that answers "正在识别图片…" also leaves an apology to the outbox, due later, which
the answer takes back: so a killed bot does not mean silence.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import SendMessage, SendPhoto
from aiogram.types import BufferedInputFile, Message, Update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError, InvalidInputError
from bot.handlers import keyboards, picture_views, views
from bot.handlers.albums import Case
from bot.handlers.bundles import Bundle, gravest
from bot.handlers.elder import for_elder
from bot.handlers.one_answer import with_notes
from bot.handlers.origins import with_origins
from bot.handlers.promises import Promise
from bot.handlers.replies import say
from bot.logs import where
from bot.matching.library import Library
from bot.services.checks import keep_check
from bot.services.circle import tell_of_verdict
from bot.services.pictures import (
    MOST_BYTES,
    TOO_LARGE,
    Judged,
    Marked,
    check_pictures,
)
from bot.services.reported import with_reports
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.residents import find_or_add_resident
from bot.vision.reader import PictureReader

APOLOGY_AFTER = timedelta(minutes=6)
"""Longer than a full queue of pictures takes."""
REMEMBERED_SECONDS = 120.0
"""How long an answer stays in memory for a page that lost its connection and asks again."""

log = structlog.get_logger(__name__)
Said = SendMessage | SendPhoto
Deliver = Callable[[Bot, Update, int, Said], Awaitable[None]]
"""Sends the reply with that place among the replies to an update."""


class Looking:
    """Reads the pictures of every channel; one for each dispatcher."""

    def __init__(
        self,
        reader: PictureReader,
        database: Database,
        library: Callable[[], Library],
        now: Callable[[], datetime],
        deliver: Deliver,
    ) -> None:
        self.reader = reader
        self.database = database
        self.library = library
        self.now = now
        self.deliver = deliver
        self.cases: dict[Hashable, Case] = {}
        """Those to which more may come, by person or album."""
        self.answers: dict[tuple[int, int], asyncio.Task[list[Said]]] = {}

    def visit(self, bot: Bot, update: Update, channel: str) -> "Visit":
        """What one update's handler and its middleware need."""
        return Visit(self, bot, update, channel)

    async def close(self) -> None:
        """Stop looking; who waits gets the apology."""
        tasks = list(self.answers.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.reader.close()

    def begin(self, visit: "Visit", message: Message, case: Case) -> asyncio.Task[list[Said]]:
        """Look at the picture of a message, alone or with the case that it joined."""
        first = not visit.joins
        if first and (place := visit.place_of(message)) is not None:
            self.cases[place] = case
        key = visit.bot.id, visit.update.update_id
        task = asyncio.create_task(self._look(visit, message, case, first))
        self.answers[key] = task
        task.add_done_callback(lambda _: self._forget_later(key))
        return task

    def _forget_later(self, key: tuple[int, int]) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(REMEMBERED_SECONDS, lambda: self.answers.pop(key, None))

    async def _look(self, visit: "Visit", message: Message, case: Case, first: bool) -> list[Said]:
        fetching = asyncio.create_task(_fetch_into(case, visit.bot, message))
        told = await self._tell(visit, case) if first else []
        await fetching
        if first and self.cases.get(place := visit.place_of(message)) is case:
            del self.cases[place]
        return told

    async def _tell(self, visit: "Visit", case: Case) -> list[Said]:
        told: list[Said] = []

        async def tell(reply: Said) -> None:
            told.append(reply)
            await self.deliver(visit.bot, visit.update, visit.place + len(told), reply)

        try:
            async for part in check_pictures(self.reader, case, self.library()):
                await tell(await self._reply(visit, case, part))
                if isinstance(part, Judged) and not part.partial:
                    await visit.keep_promise()
            return told
        except ExpectedError as refused:
            await tell(await self._without_pictures(visit, case, refused.words))
        except Exception as error:  # the one place where the unexpected ends
            log.error("picture failed", **where(error))
            await tell(say(visit.chat, views.WENT_WRONG))
        finally:
            case.closed = True
        await visit.keep_promise()
        return told

    async def _without_pictures(self, visit: "Visit", case: Case, words: str) -> Said:
        """Why no picture was read, with the verdict on what came beside them."""
        if not case.verdicts:
            return say(visit.chat, with_notes(words, case.notes))
        beside = gravest(*case.verdicts)
        return await self._reply(visit, case, Judged("", beside, (), (), troubles=(words,)))

    async def _reply(self, visit: "Visit", case: Case, part: Judged | Marked) -> Said:
        if isinstance(part, Marked):
            photo = BufferedInputFile(part.content, "marked.jpg")
            return SendPhoto(chat_id=visit.chat, photo=photo, caption=picture_views.MARKED)
        if part.partial:
            return say(visit.chat, picture_views.partly(part))
        part = replace(part, verdict=gravest(part.verdict, *case.verdicts))
        try:
            async with self.database.writing() as session:
                now = self.now()
                resident = await find_or_add_resident(session, visit.channel, visit.person, now)
                known = await with_reports(session, part.text, part.verdict, self.library())
                part = replace(part, verdict=known)
                reference = await keep_check(session, resident, part.text, known, now)
                await tell_of_verdict(session, resident, known, now)
        except DatabaseUnavailableError as outage:
            log.error("database unavailable", **where(outage.__cause__ or outage))
            return say(visit.chat, picture_views.answer(part, saved=False))
        keyboard = keyboards.under_verdict(part.verdict, reference)
        words = with_notes(picture_views.answer(part, elder=resident.elder), case.notes)
        told = say(visit.chat, with_origins(words, case.origins, case.together), keyboard)
        return for_elder(told) if resident.elder else told


@dataclass
class Visit:
    """One update on its way through the handlers, and afterwards."""

    looking: Looking
    bot: Bot
    update: Update
    channel: str
    before: Bundle | None = None
    """What was written just before."""
    taken: tuple[Message, Case] | None = None
    joins: bool = False
    alone: bool = False
    """Whether the picture is another's, asked about in a group: then nothing joins it."""
    place: int = 100
    """Of the first reply that comes later, behind all that are sent at once."""

    @property
    def chat(self) -> int:
        """Where the answer goes: in private, whoever asks."""
        message = self.update.message
        if message is None:
            return 0
        return message.chat.id if message.chat.type == "private" else self.person

    @property
    def person(self) -> int:
        message = self.update.message
        return message.from_user.id if message is not None and message.from_user else 0

    @property
    def waiting(self) -> int:
        """How many pictures are before this one."""
        return self.looking.reader.waiting

    def place_of(self, message: Message) -> Hashable | None:
        """Under what the case of a message is found: the person; on the chat page the album."""
        if self.alone:
            return None
        if self.channel == "telegram":
            return (self.bot.id, self.person)
        album = message.media_group_id
        return (self.bot.id, self.person, album) if album else None

    def open_case(self, message: Message) -> Case | None:
        """The case that a message goes on with, where there is one."""
        case = self.looking.cases.get(self.place_of(message))
        return case if case is not None and case.belongs(message) else None

    async def take(self, message: Message, session: AsyncSession, now: datetime) -> bool:
        """Take the message's picture, to be looked at once the update is committed and answered.

        False where it joins a case that is being gathered. On a channel that can be written to
        at any time an apology is left for the case that the bot is killed meanwhile.
        """
        case = self.open_case(message)
        self.joins = case is not None
        if case is None:
            more_may_come = self.channel == "telegram" and not self.alone
            case = Case.of(message, more_may_come=more_may_come)
            if self.before is not None:
                case.begin_with(self.before)
        case.join(message)
        self.taken = message, case
        if self.joins:
            return False
        await self._promise.give(session, picture_views.LEFT_OPEN, APOLOGY_AFTER, now)
        return True

    async def go_on(self) -> None:
        """Look at what was taken. Where nobody can be written to later, who asked waits for it.

        A repeated update whose answer is still known gets that.
        """
        if self.taken is not None:
            task = self.looking.begin(self, *self.taken)
            if self.channel != "telegram":
                await asyncio.shield(task)
            return
        known = self.looking.answers.get((self.bot.id, self.update.update_id))
        if known is not None and self.channel != "telegram":
            for reply in await asyncio.shield(known):
                await self.bot(reply)

    async def keep_promise(self) -> None:
        """Take the apology back."""
        await self._promise.keep()

    @property
    def _promise(self) -> Promise:
        key = f"picture:{self.bot.id}:{self.update.update_id}"
        looking = self.looking
        return Promise(looking.database, looking.now, self.channel, self.chat, key)


async def _fetch_into(case: Case, bot: Bot, message: Message) -> None:
    try:
        case.add(await _fetch(bot, message))
    except InvalidInputError as refused:
        case.miss(refused.words)


async def _fetch(bot: Bot, message: Message) -> bytes:
    """The picture of a message. Raises InvalidInputError."""
    file = message.photo[-1] if message.photo else message.document
    if file is None:
        raise InvalidInputError(picture_views.NOT_FETCHED)
    if (file.file_size or 0) > MOST_BYTES:
        raise InvalidInputError(TOO_LARGE)
    content = io.BytesIO()
    try:
        await bot.download(file.file_id, destination=content)
    except (AiogramError, OSError, TimeoutError):
        raise InvalidInputError(picture_views.NOT_FETCHED) from None
    return content.getvalue()
