"""/call: is this call real? A few taps, each carrying the answers before it; nothing is stored."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import call_views, keyboards, views
from bot.handlers.filters import PRIVATE
from bot.handlers.keyboards import StartButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.matching.result import ActionCode, Level
from bot.services.call_check import (
    Call,
    Numbers,
    judge_call,
    next_question,
    numbers_for,
    read_call,
)
from bot.services.circle import PAID, tell_circle
from bot.storage.residents import Resident

VERSION = 1
"""Goes up whenever a letter or the order of the questions changes."""
TRICK = "诈骗电话"
"""What the family circle is told of a call found to be a scam."""
LOST = frozenset({ActionCode.PAID, ActionCode.CASH_HANDED_OVER})


class CallButton(CallbackData, prefix="call"):
    """One more answer: `answers` are the letters of all so far, this one last."""

    version: int
    answers: str


class NumbersButton(CallbackData, prefix="numbers"):
    """The official numbers of those."""

    whose: Numbers


async def begin(message: Message) -> Reply:
    """The first question."""
    return _ask(message.chat.id, "", Call())


async def press_begin(callback: CallbackQuery) -> list[Reply]:
    """The same from the greeting."""
    return [acknowledge(callback.id), _ask(callback.from_user.id, "", Call())]


async def press_answer(
    callback: CallbackQuery,
    callback_data: CallButton,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """The next question, or the verdict; trusted people hear of a scam or that money is gone."""
    chat, letters = callback.from_user.id, callback_data.answers
    call = read_call(letters) if callback_data.version == VERSION else None
    if call is None:
        return [acknowledge(callback.id, views.OLD_BUTTON), say(chat, views.OLD_BUTTON)]
    judged = judge_call(call)
    if judged.action in LOST:
        await tell_circle(session, resident, PAID, None, now)
    elif judged.level is Level.HIGH and next_question(call) is None:
        await tell_circle(session, resident, TRICK, None, now)
    return [acknowledge(callback.id), _ask(chat, letters, call)]


async def press_numbers(callback: CallbackQuery, callback_data: NumbersButton) -> list[Reply]:
    """Official numbers to call back."""
    words = call_views.numbers(callback_data.whose)
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


def _ask(chat: int, letters: str, call: Call) -> Reply:
    asked = next_question(call)
    if asked is None:
        return _conclude(chat, call)
    buttons = [
        keyboards.button(label, CallButton(version=VERSION, answers=letters + value))
        for value, label in call_views.LABELS[asked].items()
    ]
    return say(chat, call_views.question(asked), keyboards.rows(buttons))


def _conclude(chat: int, call: Call) -> Reply:
    judged = judge_call(call)
    words = call_views.verdict(call, judged)
    if judged.action in LOST:
        return say(chat, words, keyboards.report_now())
    whose = numbers_for(call)
    more = [keyboards.button(call_views.LISTS[whose], NumbersButton(whose=whose))] if whose else []
    return say(chat, words, keyboards.under_call(more))


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="call")
    router.message.filter(PRIVATE)
    router.message.register(begin, Command("call"))
    router.callback_query.register(press_begin, StartButton.filter(F.act == "call"))
    router.callback_query.register(press_answer, CallButton.filter())
    router.callback_query.register(press_numbers, NumbersButton.filter())
    return router
