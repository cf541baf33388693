"""Buttons under the bot's follow-up: what has happened since, how satisfied, never ask again."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardMarkup
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import follow_up_views as words
from bot.handlers import keyboards
from bot.handlers.keyboards import StartButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.services import follow_ups
from bot.storage.follow_ups import FollowAnswer
from bot.storage.residents import Resident


class FollowButton(CallbackData, prefix="follow"):
    """An answer about a lead, asked after `days`; `act` also stop, go_on, satisfied 1 to 3."""

    act: str
    number: str
    days: int


async def press_answer(
    callback: CallbackQuery,
    callback_data: FollowButton,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """What has happened since."""
    answer = FollowAnswer(callback_data.act)
    number, days = callback_data.number, callback_data.days
    await follow_ups.answer_follow_up(session, resident, number, days, answer, now)
    told = say(callback.from_user.id, words.ANSWERS[answer], _under(answer, callback_data))
    return [acknowledge(callback.id), told]


async def press_satisfied(
    callback: CallbackQuery,
    callback_data: FollowButton,
    session: AsyncSession,
    resident: Resident,
) -> list[Reply]:
    """How satisfied one is."""
    number, days = callback_data.number, callback_data.days
    await follow_ups.rate_help(session, resident, number, days, int(callback_data.act))
    return [acknowledge(callback.id), say(callback.from_user.id, words.RATED)]


async def press_stop(
    callback: CallbackQuery, callback_data: FollowButton, resident: Resident
) -> list[Reply]:
    """Never ask again, unless a second tap takes that back."""
    follow_ups.stop_asking(resident)
    back = FollowButton(act=follow_ups.GO_ON, number=callback_data.number, days=callback_data.days)
    under = keyboards.rows([keyboards.button(follow_ups.GO_ON_NAME, back)])
    return [acknowledge(callback.id), say(callback.from_user.id, words.STOPPED, under)]


async def press_go_on(callback: CallbackQuery, resident: Resident) -> list[Reply]:
    """Ask again."""
    follow_ups.go_on_asking(resident)
    return [acknowledge(callback.id), say(callback.from_user.id, words.GOES_ON)]


def _under(answer: FollowAnswer, asked: FollowButton) -> InlineKeyboardMarkup | None:
    if answer is FollowAnswer.FINE:
        made = [
            keyboards.button(
                name, FollowButton(act=str(value), number=asked.number, days=asked.days)
            )
            for value, name in follow_ups.SATISFACTION_NAMES.items()
        ]
        return keyboards.rows(made, width=3)
    return keyboards.rows([keyboards.button("我已转账", StartButton(act="paid"))])


def make_router() -> Router:
    """Which button goes to which handler."""
    router = Router(name="follow_up")
    press = router.callback_query.register
    press(press_answer, FollowButton.filter(F.act.in_({one.value for one in FollowAnswer})))
    press(press_satisfied, FollowButton.filter(F.act.in_({"1", "2", "3"})))
    press(press_stop, FollowButton.filter(F.act == follow_ups.STOP))
    press(press_go_on, FollowButton.filter(F.act == follow_ups.GO_ON))
    return router
