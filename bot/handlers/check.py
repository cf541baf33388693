"""Checking a message, and the buttons under a verdict."""

from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards, learn, views
from bot.handlers.bundles import Bundle
from bot.handlers.filters import COMMAND, PRIVATE, WORDS, When
from bot.handlers.first_help import TOLD_WITH_VERDICT, help_for, tell_circle_of
from bot.handlers.hidden_links import words_to_judge
from bot.handlers.keyboards import CheckButton, StartButton
from bot.handlers.looking import Visit
from bot.handlers.one_answer import Found, answer
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.report import begin_report
from bot.matching.library import Library
from bot.matching.plea import Plea, plea_in
from bot.matching.result import Verdict
from bot.services.checks import (
    dispute_check,
    is_warning,
    own_check,
)
from bot.services.circle import PAID, tell_circle, tell_of_verdict
from bot.services.education import Education
from bot.services.library_review import keep_disputed
from bot.services.reading import note_opened
from bot.services.reported import with_reports
from bot.services.reports import Draft
from bot.services.triage import Happened
from bot.storage.checks import Check
from bot.storage.residents import Resident

REPORTS = {"report", *(f"report_{one}" for one in Happened)}
"""What buttons that begin a report are called."""
CONSENT_ENDS = timedelta(minutes=15)
"""A message sent later than this after 可以 is checked like any other and not kept."""


class Reviewing(StatesGroup):
    """A disputed message may be kept, and is awaited."""

    text = State()


async def tell_paid(
    message: Message, session: AsyncSession, resident: Resident, now: datetime
) -> Reply:
    """110 and 96110 first; the family circle is told."""
    await tell_circle(session, resident, PAID, None, now)
    return help_for(message.chat.id, Plea.PAID)[0]


async def press_paid_at_start(
    callback: CallbackQuery, session: AsyncSession, resident: Resident, now: datetime
) -> list[Reply]:
    """The same from the greeting."""
    await tell_circle(session, resident, PAID, None, now)
    return [acknowledge(callback.id), *help_for(callback.from_user.id, Plea.PAID)]


async def unknown_command(message: Message) -> Reply:
    """A command nobody knows."""
    return say(message.chat.id, views.UNKNOWN_COMMAND)


async def check(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    verdict: Verdict,
    library: Library,
    now: datetime,
    bundle: Bundle | None = None,
) -> list[Reply]:
    """Any text is checked; who says that it has happened is helped first."""
    text = words_to_judge(message)
    together = bundle is not None and bundle.joined
    if together and bundle is not None:
        verdict = bundle.verdict or verdict
    said = bundle.text if together and bundle is not None else text
    verdict = await with_reports(session, said, verdict, library)
    found = Found(text, verdict)
    judged, reference = await answer(
        message, message.chat.id, session, resident, found, now, bundle
    )
    plea = plea_in(text)
    if not await tell_circle_of(session, resident, plea, now):
        await tell_of_verdict(session, resident, verdict, now)
    if plea is None or (plea is Plea.ASKED and is_warning(verdict)):
        return [judged]
    first = help_for(message.chat.id, plea, reference)
    both = together or is_warning(verdict) or plea in TOLD_WITH_VERDICT
    return [*first, judged] if both else [*first]


async def not_a_text(message: Message, visit: Visit | None = None) -> Reply:
    """Voice, stickers, and pictures where none are read: say what can be sent instead."""
    return say(message.chat.id, views.ONLY_TEXT if visit is None else views.TEXT_OR_PICTURE)


async def press_paid(
    callback: CallbackQuery,
    callback_data: CheckButton,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """110 and 96110 first, then one button to tell the duty team; an old button works too."""
    await tell_circle(session, resident, PAID, None, now)
    told = help_for(callback.from_user.id, Plea.PAID, callback_data.reference)
    return [acknowledge(callback.id), *told]


async def press_report(
    callback: CallbackQuery,
    callback_data: CheckButton,
    session: AsyncSession,
    resident: Resident,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """Begin a report that knows what the check found."""
    check = await own_check(session, resident, callback_data.reference)
    draft = _draft_of(check, _happened_in(callback_data.act))
    begun = await begin_report(callback.from_user.id, session, state, draft, now)
    return [acknowledge(callback.id), *begun]


def _happened_in(act: str) -> str:
    """How far it went, as the button that begins a report knows it."""
    return act.removeprefix("report").removeprefix("_")


def _draft_of(check: Check, happened: str) -> Draft:
    return Draft(
        happened=happened,
        level=check.level,
        category=check.category,
        family=check.family,
        action=check.action or "",
    )


async def press_report_at_start(
    callback: CallbackQuery,
    callback_data: StartButton,
    session: AsyncSession,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """Begin a report without a check before it."""
    draft = Draft(happened=_happened_in(callback_data.act))
    begun = await begin_report(callback.from_user.id, session, state, draft, now)
    return [acknowledge(callback.id), *begun]


async def press_learn(
    callback: CallbackQuery,
    callback_data: CheckButton,
    session: AsyncSession,
    resident: Resident,
    library: Library,
    education: Education,
    now: datetime,
) -> list[Reply]:
    """Read about the trick; without one, choose."""
    check = await own_check(session, resident, callback_data.reference)
    if check.family in education.articles:
        note_opened(check, now)
    chat, whole = callback.from_user.id, not resident.elder
    article = learn.article_or_choice(chat, library, education, check.family, whole=whole)
    return [acknowledge(callback.id), article]


async def press_wrong(
    callback: CallbackQuery,
    callback_data: CheckButton,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """Note that the verdict was wrong, and ask whether the message may be kept."""
    await dispute_check(session, resident, callback_data.reference, now)
    keyboard = keyboards.may_keep(callback_data.reference)
    asked = say(callback.from_user.id, views.WRONG_NOTED, keyboard)
    return [acknowledge(callback.id), asked]


async def press_keep(
    callback: CallbackQuery,
    callback_data: CheckButton,
    session: AsyncSession,
    resident: Resident,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """The message may be kept: ask for it again, since we do not have it."""
    check = await own_check(session, resident, callback_data.reference)
    chat = callback.from_user.id
    if await state.get_state() not in (None, Reviewing.text.state):
        return [acknowledge(callback.id, views.BUSY), say(chat, views.BUSY)]
    await state.set_state(Reviewing.text)
    ends = now + CONSENT_ENDS
    await state.set_data({"reference": check.reference, "ends": ends.isoformat()})
    return [acknowledge(callback.id), say(chat, views.SEND_AGAIN)]


async def press_keep_not(callback: CallbackQuery, state: FSMContext) -> list[Reply]:
    """The message may not be kept."""
    if await state.get_state() == Reviewing.text.state:
        await state.clear()
    return [acknowledge(callback.id), say(callback.from_user.id, views.NOT_KEPT)]


async def send_again(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    verdict: Verdict,
    library: Library,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """Keep the message that was agreed on, masked; any other one is checked, not kept."""
    chat, text = message.chat.id, words_to_judge(message)
    data = await state.get_data()
    await state.clear()
    if now > datetime.fromisoformat(data["ends"]):
        return await check(message, session, resident, verdict, library, now)
    if await keep_disputed(session, resident, data["reference"], text, now):
        return [say(chat, views.KEPT_FOR_REVIEW)]
    checked = await check(message, session, resident, verdict, library, now)
    return [*checked, say(chat, views.NOT_THE_SAME)]


async def press_unknown(callback: CallbackQuery) -> list[Reply]:
    """A button that nobody knows any more."""
    words = say(callback.from_user.id, views.OLD_BUTTON)
    return [acknowledge(callback.id, views.OLD_BUTTON), words]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="check")
    router.message.filter(PRIVATE)
    router.message.register(tell_paid, Command("paid"))
    router.callback_query.register(press_paid_at_start, StartButton.filter(F.act == "paid"))
    router.message.register(unknown_command, When(F.text.regexp(COMMAND)))
    router.message.register(send_again, StateFilter(Reviewing.text), WORDS)
    router.message.register(check, WORDS)
    router.message.register(not_a_text)
    router.callback_query.register(press_paid, CheckButton.filter(F.act == "paid"))
    router.callback_query.register(press_report, CheckButton.filter(F.act.in_(REPORTS)))
    router.callback_query.register(press_report_at_start, StartButton.filter(F.act.in_(REPORTS)))
    router.callback_query.register(press_learn, CheckButton.filter(F.act == "learn"))
    router.callback_query.register(press_wrong, CheckButton.filter(F.act == "wrong"))
    router.callback_query.register(press_keep, CheckButton.filter(F.act == "keep"))
    router.callback_query.register(press_keep_not, CheckButton.filter(F.act == "keep_not"))
    router.callback_query.register(press_unknown)
    return router
