"""Pictures sent outside a report: each one, or the album that it belongs to, is a check."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.methods import SendMessage
from aiogram.types import Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards, picture_views, views
from bot.handlers.filters import PRIVATE, When
from bot.handlers.looking import Visit
from bot.handlers.replies import Reply, say, words_of
from bot.matching.normalize import normalize
from bot.matching.plea import LONGEST_PLEA, Plea, find_plea
from bot.services.circle import PAID, tell_circle
from bot.storage.residents import Resident

IMAGE = When(F.photo | F.document.mime_type.startswith("image/"))


async def can_look(message: Message, visit: Visit | None = None) -> bool:
    """Whether pictures are read here."""
    return visit is not None


async def look(
    message: Message, visit: Visit, session: AsyncSession, resident: Resident, now: datetime
) -> list[Reply]:
    """Say that it has begun; the answer comes when it has been read. Who says below a picture that
    it has happened is helped first."""
    first = help_first(message)
    await _tell_paid(message, session, resident, now)
    if not await visit.take(message, session, now):
        return first
    return [*first, say(message.chat.id, picture_views.reading(visit.waiting))]


async def goes_on(message: Message, visit: Visit | None = None) -> bool:
    """Whether words belong to pictures that are being looked at."""
    return visit is not None and visit.open_case(message) is not None


async def add_words(
    message: Message, visit: Visit, session: AsyncSession, resident: Resident, now: datetime
) -> list[Reply]:
    """Words that come with pictures are judged with them, in their one answer."""
    case = visit.open_case(message)
    if case is not None:
        case.add_words(message)
    await _tell_paid(message, session, resident, now)
    return help_first(message)


def help_first(message: Message) -> list[Reply]:
    """What somebody reads first who says below a picture that it has happened."""
    return [*help_for(message.chat.id, _plea_of(message))]


def help_for(chat: int, plea: Plea | None) -> list[SendMessage]:
    """What somebody reads first who says that it has happened; nothing without a plea."""
    match plea:
        case None:
            return []
        case Plea.DESPAIR:
            return [say(chat, views.DESPAIR)]
        case _:
            return [say(chat, views.paid(), keyboards.report_now())]


async def _tell_paid(
    message: Message, session: AsyncSession, resident: Resident, now: datetime
) -> None:
    """The family circle hears that money is gone."""
    if _plea_of(message) is Plea.PAID:
        await tell_circle(session, resident, PAID, None, now)


def _plea_of(message: Message) -> Plea | None:
    return find_plea(normalize(words_of(message)[:LONGEST_PLEA]).text)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="pictures")
    router.message.filter(PRIVATE)
    router.message.register(look, IMAGE, can_look)
    router.message.register(add_words, StateFilter(None), When(F.text), goes_on)
    return router
