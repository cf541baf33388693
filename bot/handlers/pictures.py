"""Pictures sent outside a report: each one, or the album that it belongs to, is a check."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import picture_views
from bot.handlers.filters import PRIVATE, When
from bot.handlers.first_help import help_for, tell_circle_of
from bot.handlers.looking import Visit
from bot.handlers.replies import Reply, say, words_of
from bot.matching.plea import plea_in
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
    await tell_circle_of(session, resident, plea_in(words_of(message)), now)
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
    await tell_circle_of(session, resident, plea_in(words_of(message)), now)
    return help_first(message)


def help_first(message: Message) -> list[Reply]:
    """What somebody reads first who says below a picture that it has happened."""
    return [*help_for(message.chat.id, plea_in(words_of(message)))]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="pictures")
    router.message.filter(PRIVATE)
    router.message.register(look, IMAGE, can_look)
    router.message.register(add_words, StateFilter(None), When(F.text), goes_on)
    return router
