"""Checking a message, and the buttons under a verdict."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards, learn, views
from bot.handlers.keyboards import CheckButton, StartButton
from bot.handlers.middlewares import COMMAND
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.report import begin_report
from bot.matching.library import Library
from bot.matching.result import Verdict
from bot.services.checks import dispute_check, keep_check, own_check
from bot.services.reports import Draft, Happened
from bot.storage.checks import Check
from bot.storage.residents import Resident


async def tell_paid(message: Message) -> Reply:
    """110 and 96110 first."""
    return say(message.chat.id, views.paid(), keyboards.report_now())


async def press_paid_at_start(callback: CallbackQuery) -> list[Reply]:
    """The same from the greeting."""
    told = say(callback.from_user.id, views.paid(), keyboards.report_now())
    return [acknowledge(callback.id), told]


async def unknown_command(message: Message) -> Reply:
    """A command nobody knows."""
    return say(message.chat.id, views.UNKNOWN_COMMAND)


async def check(
    message: Message, session: AsyncSession, resident: Resident, verdict: Verdict, now: datetime
) -> Reply:
    """Any text is checked."""
    text = message.text or message.caption or ""
    reference = await keep_check(session, resident, text, verdict, now)
    keyboard = keyboards.under_verdict(verdict, reference)
    return say(message.chat.id, views.verdict(verdict), keyboard)


async def not_a_text(message: Message) -> Reply:
    """Pictures, voice, stickers: say what can be sent instead."""
    return say(message.chat.id, views.ONLY_TEXT)


async def press_paid(callback: CallbackQuery, callback_data: CheckButton) -> list[Reply]:
    """110 and 96110 first, then one button to tell the duty team; an old button works too."""
    keyboard = keyboards.report_now(callback_data.reference)
    return [acknowledge(callback.id), say(callback.from_user.id, views.paid(), keyboard)]


async def press_report(
    callback: CallbackQuery,
    callback_data: CheckButton,
    session: AsyncSession,
    resident: Resident,
    state: FSMContext,
) -> list[Reply]:
    """Begin a report that knows what the check found."""
    check = await own_check(session, resident, callback_data.reference)
    happened = Happened.PAID if callback_data.act == "report_paid" else ""
    draft = _draft_of(check, happened)
    return [acknowledge(callback.id), await begin_report(callback.from_user.id, state, draft)]


def _draft_of(check: Check, happened: str) -> Draft:
    return Draft(happened=happened, level=check.level, category=check.category, family=check.family)


async def press_report_at_start(
    callback: CallbackQuery, callback_data: StartButton, state: FSMContext
) -> list[Reply]:
    """Begin a report without a check before it."""
    happened = Happened.PAID if callback_data.act == "report_paid" else ""
    begun = await begin_report(callback.from_user.id, state, Draft(happened=happened))
    return [acknowledge(callback.id), begun]


async def press_learn(
    callback: CallbackQuery,
    callback_data: CheckButton,
    session: AsyncSession,
    resident: Resident,
    library: Library,
) -> list[Reply]:
    """Read about the trick; without one, choose."""
    check = await own_check(session, resident, callback_data.reference)
    chat = callback.from_user.id
    return [acknowledge(callback.id), learn.article_or_choice(chat, library, check.family)]


async def press_wrong(
    callback: CallbackQuery,
    callback_data: CheckButton,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """Note that the verdict was wrong."""
    await dispute_check(session, resident, callback_data.reference, now)
    return [acknowledge(callback.id), say(callback.from_user.id, views.WRONG_NOTED)]


async def press_unknown(callback: CallbackQuery) -> list[Reply]:
    """A button that nobody knows any more."""
    words = say(callback.from_user.id, views.OLD_BUTTON)
    return [acknowledge(callback.id, views.OLD_BUTTON), words]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="check")
    router.message.filter(F.chat.type == "private")
    router.message.register(tell_paid, Command("paid"))
    router.callback_query.register(press_paid_at_start, StartButton.filter(F.act == "paid"))
    router.message.register(unknown_command, F.text.regexp(COMMAND))
    router.message.register(check, F.text | F.caption)
    router.message.register(not_a_text)
    router.callback_query.register(press_paid, CheckButton.filter(F.act == "paid"))
    router.callback_query.register(
        press_report, CheckButton.filter(F.act.in_({"report", "report_paid"}))
    )
    router.callback_query.register(
        press_report_at_start, StartButton.filter(F.act.in_({"report", "report_paid"}))
    )
    router.callback_query.register(press_learn, CheckButton.filter(F.act == "learn"))
    router.callback_query.register(press_wrong, CheckButton.filter(F.act == "wrong"))
    router.callback_query.register(press_unknown)
    return router
