"""/tip: the tip of the day, with the article it belongs to."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
from aiogram.utils.formatting import Bold, Text

from bot.handlers import keyboards
from bot.handlers.filters import PRIVATE
from bot.handlers.keyboards import LearnButton, StartButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.services.education import Education
from bot.services.quizzes import local_day
from bot.services.tips import Tip, day_key


async def tell(message: Message, education: Education, now: datetime) -> Reply:
    """Today's."""
    return _tip(message.chat.id, education, now)


async def press_tip(callback: CallbackQuery, education: Education, now: datetime) -> list[Reply]:
    """The same from a button."""
    return [acknowledge(callback.id), _tip(callback.from_user.id, education, now)]


def _tip(chat: int, education: Education, now: datetime) -> Reply:
    tip = education.tips[day_key(local_day(now))]
    return say(chat, Text(Bold("今天一条"), f"\n{tip.text}"), _under(tip))


def _under(tip: Tip) -> InlineKeyboardMarkup | None:
    if not tip.family:
        return None
    label = "看看这一招"
    return keyboards.rows([keyboards.button(label, LearnButton(kind="family", name=tip.family))])


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="tip")
    router.message.filter(PRIVATE)
    router.message.register(tell, Command("tip"))
    router.callback_query.register(press_tip, StartButton.filter(F.act == "tip"))
    return router
