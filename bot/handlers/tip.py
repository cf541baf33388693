"""/tip: the tip of the day, with the article it belongs to."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
from aiogram.utils.formatting import Bold, Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers.filters import PRIVATE
from bot.handlers.keyboards import LearnButton, StartButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.services.daily_case import case_of_day
from bot.services.education import Education
from bot.services.quizzes import local_day
from bot.services.tips import Tip, day_key


async def tell(
    message: Message, session: AsyncSession, education: Education, now: datetime
) -> Reply:
    """Today's."""
    return _tip(message.chat.id, education, await case_of_day(session, now) is not None, now)


async def press_tip(
    callback: CallbackQuery, session: AsyncSession, education: Education, now: datetime
) -> list[Reply]:
    """The same from a button."""
    has_case = await case_of_day(session, now) is not None
    return [acknowledge(callback.id), _tip(callback.from_user.id, education, has_case, now)]


def _tip(chat: int, education: Education, has_case: bool, now: datetime) -> Reply:
    tip = education.tips[day_key(local_day(now))]
    return say(chat, Text(Bold("今天一条"), f"\n{tip.text}"), _under(tip, has_case))


def _under(tip: Tip, has_case: bool) -> InlineKeyboardMarkup | None:
    buttons = []
    if tip.family:
        named = LearnButton(kind="family", name=tip.family)
        buttons.append(keyboards.button("看看这一招", named))
    if has_case:
        buttons.append(keyboards.button("看本地案例", StartButton(act="case")))
    return keyboards.rows(buttons) if buttons else None


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="tip")
    router.message.filter(PRIVATE)
    router.message.register(tell, Command("tip"))
    router.callback_query.register(press_tip, StartButton.filter(F.act == "tip"))
    return router
