"""/start, /help, /privacy, /cancel."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import drill, grid, keyboards, views
from bot.handlers.filters import PRIVATE, When
from bot.handlers.keyboards import StartButton
from bot.handlers.notice_answers import Speaker
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.report import leave
from bot.handlers.resume import open_question
from bot.services import drills
from bot.services.education import Education
from bot.services.menus import commands_of
from bot.services.quizzes import abandon_quizzes
from bot.services.runtime_settings import district_in_force
from bot.settings import Settings
from bot.storage.residents import Resident
from bot.storage.staff import Staff


async def greet(
    message: Message,
    settings: Settings,
    resident: Resident,
    staff: Staff | None,
    state: FSMContext,
    session: AsyncSession,
    now: datetime,
) -> list[Reply]:
    """What the bot does and keeps; staff see their commands, a dialogue under way its question."""
    chat = message.chat.id
    district = await district_in_force(session, settings)
    replies: list[Reply] = [say(chat, views.greeting(district), keyboards.under_greeting())]
    if staff is not None:
        replies.append(say(chat, views.staff_help(commands_of(staff.role))))
    question = await open_question(chat, session, resident, staff, state, now)
    if question is not None:
        replies.append(question)
    return replies


async def tell_privacy(message: Message, settings: Settings) -> Reply:
    """What is kept, for how long."""
    return say(message.chat.id, views.privacy(settings.check_retention_days))


async def press_privacy(callback: CallbackQuery, settings: Settings) -> list[Reply]:
    """The same from a button."""
    words = views.privacy(settings.check_retention_days)
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def cancel(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    staff: Staff | None,
    education: Education,
    state: FSMContext,
    now: datetime,
) -> Reply:
    """Leave whatever dialogue is under way; answers that were not filed are deleted."""
    if staff is not None:
        speaker = Speaker(message.chat.id, staff, session, state, now)
        if (told := await grid.cancelled(speaker)) is not None:
            return told
    left_quiz = await abandon_quizzes(session, education, resident, now)
    left_drill = await drills.leave(session, resident, now)
    words = await leave(session, state, now)
    if words == views.NOTHING_TO_CANCEL and left_drill:
        words = drill.LEFT
    elif words == views.NOTHING_TO_CANCEL and left_quiz:
        words = views.CANCELLED
    return say(message.chat.id, words)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="start")
    router.message.filter(PRIVATE)
    router.message.register(greet, CommandStart())
    router.message.register(greet, Command("help"))
    router.message.register(tell_privacy, Command("privacy"))
    router.callback_query.register(press_privacy, StartButton.filter(F.act == "privacy"))
    router.message.register(cancel, Command("cancel"))
    router.message.register(cancel, When(F.text == "取消"))
    return router
