"""/case: the local case of the day, with the article of its trick."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold, Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers.filters import PRIVATE
from bot.handlers.keyboards import LearnButton, StartButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.services.daily_case import LocalCase, case_of_day
from bot.services.education import Education

NONE_YET = "最近没有可以公开的本地案例。可以先看今天的提醒，或者了解一种骗局。"


async def tell(
    message: Message, session: AsyncSession, education: Education, now: datetime
) -> Reply:
    """Today's."""
    return _reply(message.chat.id, await case_of_day(session, now), education)


async def press_case(
    callback: CallbackQuery, session: AsyncSession, education: Education, now: datetime
) -> list[Reply]:
    """The same from a button."""
    found = await case_of_day(session, now)
    return [acknowledge(callback.id), _reply(callback.from_user.id, found, education)]


def _reply(chat: int, found: LocalCase | None, education: Education) -> Reply:
    if found is None:
        buttons = [
            keyboards.button("今天一条", StartButton(act="tip")),
            keyboards.button("了解骗局", StartButton(act="learn")),
        ]
        return say(chat, NONE_YET, keyboards.rows(buttons))
    words = Text(
        Bold(f"本地案例：{found.title}"), f"\n{found.story}\n\n", Bold(f"记住：{found.antidote}")
    )
    if found.family in education.articles:
        button = keyboards.button("看看这一招", LearnButton(kind="family", name=found.family))
    else:
        named = LearnButton(kind="category", name=found.category)
        button = keyboards.button("看看这一类", named)
    return say(chat, words, keyboards.rows([button]))


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="case")
    router.message.filter(PRIVATE)
    router.message.register(tell, Command("case"))
    router.callback_query.register(press_case, StartButton.filter(F.act == "case"))
    return router
