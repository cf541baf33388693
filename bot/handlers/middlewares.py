"""One transaction an update: answer, store the replies, commit, then send them in order."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.base import StorageKey
from aiogram.types import Poll, TelegramObject, Update, User
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError
from bot.handlers import views
from bot.handlers.arrivals import Arrivals, brings_file, file_of
from bot.handlers.bundles import Bundle, Bundles
from bot.handlers.digests import digest_of, is_file
from bot.handlers.elder import for_elder
from bot.handlers.fsm import DialogueStorage, name_of
from bot.handlers.group_quiz import count_poll
from bot.handlers.group_sight import GroupSight, from_group, speaks_as_channel
from bot.handlers.listening import Listening
from bot.handlers.looking import Looking
from bot.handlers.one_answer import judge_together
from bot.handlers.replies import Reply, dump_replies, load_replies, say
from bot.handlers.sending import Sending
from bot.handlers.turns import Pace, Throttle, Turns
from bot.handlers.updates import asked_about, chat_of, kind_of, refuse, text_to_judge
from bot.logs import where
from bot.matching.library import Library
from bot.services.checks import judge_text
from bot.services.evidence import Arrived
from bot.services.evidence_store import EvidenceStore
from bot.services.hearing import Hearing, Listener
from bot.services.newcomers import Newcomers
from bot.storage.answers import keep_answer
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.residents import meet_resident
from bot.storage.standing import Standing, find_standing
from bot.storage.updates import keep_refusal, note_standing_answer
from bot.vision.reader import PictureReader

LOCAL_CHANNELS = {1: "web", 2: "terminal"}
"""Bot ids of the channels that are not Telegram."""

log = structlog.get_logger()
Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


def channel_of(bot_id: int) -> str:
    """The channel a bot id stands for."""
    return LOCAL_CHANNELS.get(bot_id, "telegram")


@dataclass(frozen=True)
class AnswerParts:
    """What answering needs: database, the library in service, the clock, the throttle.

    Without a store for evidence no files are taken, without a reader no pictures are checked,
    without a plug-in that hears no voice notes.
    """

    database: Database
    library: Callable[[], Library]
    now: Callable[[], datetime]
    messages_per_minute: int
    evidence: EvidenceStore | None = None
    reader: PictureReader | None = None
    hearing: Hearing | None = None


class AnswerOnce(BaseMiddleware):
    """Answers every update once, in one transaction, by what `ask` says (an update and what goes
    with it); a repeated one gets the stored replies."""

    def __init__(self, parts: AnswerParts, ask: Handler) -> None:
        self.parts = parts
        self.ask = ask
        self.turns = Turns()
        self.throttle = Throttle(parts.messages_per_minute)
        self.arrivals: Arrivals | None = None
        if parts.evidence is not None:
            self.arrivals = Arrivals(parts.database, parts.evidence, parts.now)
        self.sight = GroupSight(parts.library, Newcomers(parts.database, parts.now))
        self.bundles = Bundles()
        self.sending = Sending(parts.database, parts.now)
        self.looking: Looking | None = None
        if parts.reader is not None:
            who = parts.database, parts.library, parts.now
            self.looking = Looking(parts.reader, *who, self.sending.deliver)

        self.listening: Listening | None = None
        if parts.hearing is not None:
            who, listener = (parts.database, parts.library, parts.now), Listener(parts.hearing)
            self.listening = Listening(listener, *who, self.sending, self.turns)

    async def __call__(self, _: Handler, event: TelegramObject, data: dict[str, Any]) -> None:
        update, bot = _update_of(event), data["bot"]
        if update.poll is not None:
            await self._count(update.poll)
            return
        user: User | None = data.get("event_from_user")
        if kind_of(update) is None or user is None:
            return
        if user.is_bot and not speaks_as_channel(update.message or update.edited_message):
            return
        if from_group(update):
            data["sight"] = await self.sight.look(bot, update)
            if data["sight"] is None:
                return
        channel = channel_of(bot.id)
        visit = self.looking.visit(bot, update, channel) if self.looking else None
        ear = self.listening.ear(bot, update, channel) if self.listening else None
        async with self.turns.of((bot.id, user.id)):
            pace, bundle = self._pace(bot, user, update), None
            if pace is Pace.ANSWER:
                bundle = self._bundle(bot, user, update)
                if visit is not None and update.message is not None:
                    visit.before = self.bundles.before((bot.id, user.id), update.message)
                about = {"visit": visit, "ear": ear, "bundle": bundle}
                replies = await self._answer_or_excuse(update, data | about)
            elif pace is Pace.WARN:
                replies = refuse(update, views.TOO_FAST)
            else:
                return
            lasting = bot.id not in LOCAL_CHANNELS
            await self.sending.send(bot, update, replies, bundle, lasting=lasting)
        for later in (visit, ear):
            if later is not None:
                await later.go_on()

    async def _count(self, poll: Poll) -> None:
        """Votes of a group's quiz; what goes wrong with them stops no other update."""
        try:
            await count_poll(self.parts.database, poll, self.parts.now())
        except DatabaseUnavailableError as outage:
            log.error("poll not counted", **where(outage.__cause__ or outage))
        except Exception as error:
            log.error("update failed", kind="poll", **where(error))

    def _pace(self, bot: Bot, user: User, update: Update) -> Pace:
        """Texts to judge and files count; buttons and commands, 我已转账 among them, always answer.

        Who waits for an answer on a page is told each time, since silence looks like a fault.
        """
        about = asked_about(update)
        looks = about is not None and (brings_file(about) or file_of(about) is not None)
        if text_to_judge(update) is None and not looks:
            return Pace.ANSWER
        pace = self.throttle.pace((bot.id, user.id), time.monotonic())
        return Pace.WARN if pace is Pace.IGNORE and bot.id in LOCAL_CHANNELS else pace

    def _bundle(self, bot: Bot, user: User, update: Update) -> Bundle | None:
        """What the update goes on with; at a terminal a line is a message of its own."""
        if channel_of(bot.id) == "terminal":
            return None
        return self.bundles.of((bot.id, user.id), update)

    async def _answer_or_excuse(self, update: Update, data: dict[str, Any]) -> list[Reply]:
        text = text_to_judge(update)
        verdict = await judge_text(text, self.parts.library()) if text else None
        if verdict is not None:
            await judge_together(data["bundle"], verdict, self.parts.library())
        try:
            return await self._answer_or_refuse(update, data | {"verdict": verdict})
        except DatabaseUnavailableError as outage:
            log.error("database unavailable", **where(outage.__cause__ or outage))
            if verdict is not None:
                return [say(chat_of(update), views.verdict_unsaved(verdict))]
            return refuse(update, outage.words)
        except Exception as error:  # the one place where the unexpected ends
            log.error("update failed", kind=kind_of(update), **where(error))
            return refuse(update, views.WENT_WRONG)

    async def _answer_or_refuse(self, update: Update, data: dict[str, Any]) -> list[Reply]:
        try:
            arrived = await self._arrived(update, data)
            digest, about = "", asked_about(update)
            if arrived is None and about is not None and is_file(about):
                digest = await digest_of(data["bot"], about)
            brought = {"arrived": arrived, "digest": digest}
            return await self._answer(update, data | brought)
        except DatabaseUnavailableError:
            raise
        except ExpectedError as expected:
            return await self._refuse(update, data["bot"], expected.words)

    async def _arrived(self, update: Update, data: dict[str, Any]) -> Arrived | None:
        bot, user = data["bot"], data["event_from_user"]
        if self.arrivals is None:
            return None
        key = StorageKey(bot_id=bot.id, chat_id=chat_of(update), user_id=user.id)
        return await self.arrivals.of(bot, update, key)

    async def _answer(self, update: Update, data: dict[str, Any]) -> list[Reply]:
        bot, user, database = data["bot"], data["event_from_user"], self.parts.database
        now = self.parts.now()
        async with database.writing(f"dialogue:{bot.id}:{user.id}") as session:
            person = (channel_of(bot.id), user.id)
            key = StorageKey(bot_id=bot.id, chat_id=chat_of(update), user_id=user.id)
            name = name_of(key)
            known = await find_standing(session, bot.id, update.update_id, person, name)
            if known.replies is not None:
                return _once_more(known, update, data["bundle"])
            dialogues = DialogueStorage(session, {name: (known.state, known.data)})
            state = FSMContext(dialogues, key)
            data |= {
                "session": session,
                "resident": await meet_resident(session, known.resident, person, now),
                "staff": known.staff,
                "now": now,
                "library": self.parts.library(),
                "state": state,
                "raw_state": known.state,
            }
            replies = as_list(await self.ask(update, data))
            if data["resident"].elder and update.my_chat_member is None:
                replies = [for_elder(reply) for reply in replies]
            await _note_where_it_stands(session, bot, data["bundle"])
            answered = bot.id, update.update_id
            await keep_answer(session, answered, dump_replies(replies), dialogues.changed, now)
        return replies

    async def _refuse(self, update: Update, bot: Bot, words: str) -> list[Reply]:
        """Nothing of the update is kept but its refusal, so that a repeat hears the same."""
        replies = refuse(update, words)
        told, now = dump_replies(replies), self.parts.now()
        async with self.parts.database.writing() as session:
            await keep_refusal(session, bot.id, update.update_id, told, now)
        return replies


def _once_more(known: Standing, update: Update, bundle: Bundle | None) -> list[Reply]:
    """The stored replies; none where the verdict is known to have arrived."""
    replies = load_replies(known.replies or "[]")
    if known.stands_as is None or bundle is None:
        return replies
    bundle.stands(update.update_id, known.stands_as, replies)
    return []


async def _note_where_it_stands(session: AsyncSession, bot: Bot, bundle: Bundle | None) -> None:
    """Once more belongs to an answer, it is known to have arrived. What a page showed, it may have
    lost."""
    answer = bundle.answer if bundle is not None and bundle.joined else None
    if answer is not None and bot.id not in LOCAL_CHANNELS:
        await note_standing_answer(session, bot.id, answer.update_id, answer.message_id)


def _update_of(event: TelegramObject) -> Update:
    if not isinstance(event, Update):
        raise TypeError("AnswerOnce belongs on the update observer")
    return event


def as_list(answer: Any) -> list[Reply]:
    """What a handler returned, as a list of methods."""
    if answer is None or answer is UNHANDLED:
        return []
    return list(answer) if isinstance(answer, (list, tuple)) else [answer]
