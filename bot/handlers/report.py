"""The report dialogue: triage, then one question at a time; every answer is saved at once."""

import secrets
from dataclasses import replace
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.handlers import report_keyboards as keyboards
from bot.handlers import report_views as words
from bot.handlers import urgent, views
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.replies import Reply, acknowledge, say, words_of
from bot.handlers.report_keyboards import EDIT, ReportButton
from bot.handlers.report_place import TYPED_TO_FILE, WAYS, Place
from bot.handlers.states import STOPPING, Reporting
from bot.matching.result import ActionCode, Verdict
from bot.services.checks import is_warning
from bot.services.circle import PAID, tell_circle
from bot.services.notifications import desk_now
from bot.services.report_answers import (
    answer,
    despairs,
    read_rest_from_story,
    tells_story,
    with_story,
)
from bot.services.reports import (
    SKIPPABLE,
    Draft,
    ReportStep,
    action_of,
    file_report,
    skip,
    step_after,
    step_before,
    steps_of,
    with_verdict,
)
from bot.services.runtime_settings import district_in_force
from bot.services.triage import FILED_AT_ONCE, money_gone_in
from bot.settings import Settings
from bot.storage.evidence import discard_draft_evidence
from bot.storage.residents import Resident


async def start_report(
    message: Message, session: AsyncSession, state: FSMContext, now: datetime
) -> list[Reply]:
    """Begin with an empty draft."""
    return await begin_report(message.chat.id, session, state, Draft(), now)


async def begin_report(
    chat: int, session: AsyncSession, state: FSMContext, draft: Draft, now: datetime
) -> list[Reply]:
    """Ask how far it went, unless that is known.

    A report under way that tells something goes on, with its files; once money is gone it goes on
    as the urgent one.
    """
    gone = draft.happened in FILED_AT_ONCE
    known = await _told_so_far(state)
    if known and not gone:
        return [say(chat, words.STILL_WRITING), known.ask(chat)]
    if known:
        found = draft if draft.category else known.draft
        told = replace(
            known.draft,
            happened=draft.happened,
            level=found.level,
            category=found.category,
            family=found.family,
        )
        return [await urgent.begin(chat, state, told, known.nonce)]
    await leave(session, state, now)
    if gone:
        return [await urgent.begin(chat, state, draft)]
    first = ReportStep.HAPPENED
    step = step_after(draft, first) if draft.happened else first
    place = Place(draft, step, secrets.token_hex(4))
    await place.save(state)
    return [place.ask(chat, first=True)]


async def _told_so_far(state: FSMContext) -> Place | None:
    """The report under way, where it tells something; in another dialogue there is none."""
    if await state.get_state() != Reporting.asking.state:
        return None
    place = await Place.of(state)
    return place if place.draft.description else None


async def leave(session: AsyncSession, state: FSMContext, now: datetime) -> str:
    """Leave whatever report is under way; returns what to say of it."""
    current, data = await state.get_state(), await state.get_data()
    await state.clear()
    if current in (Reporting.asking.state, *STOPPING):
        await discard_draft_evidence(session, data.get("nonce", ""), now)
    if current in STOPPING and data.get("number"):
        return words.stopped_at(data["number"], nameless=data.get("nameless", False))
    return views.CANCELLED if current else views.NOTHING_TO_CANCEL


async def type_answer(
    message: Message,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    verdict: Verdict | None,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """An answer in words; buttons work typed, too. A scam pasted here is told as one."""
    place = await Place.of(state)
    chat, typed = message.chat.id, words_of(message).strip()
    told: list[Reply] = [say(chat, views.verdict_in_short(verdict))] if is_warning(verdict) else []
    if despairs(typed):
        told.insert(0, say(chat, views.DESPAIR))
    try:
        if typed in TYPED_TO_FILE and place.step is ReportStep.CONFIRM:
            return await _file(chat, session, state, resident, place, settings, now)
        if typed in WAYS and (WAYS[typed] != "test" or place.step is ReportStep.HAPPENED):
            return await _go(chat, session, state, resident, place, WAYS[typed], now)
        if place.step is ReportStep.HAPPENED and not place.editing and tells_story(typed):
            answered = await _story_first(chat, state, place, typed, verdict)
            return _in_order(told, answered, typed)
        answered = await _answer(chat, session, state, resident, place, typed, now, verdict)
        return _in_order(told, answered, typed)
    except InvalidInputError as wrong:
        return [*told, say(chat, wrong.words, place.keyboard())]


def _in_order(told: list[Reply], answered: list[Reply], typed: str) -> list[Reply]:
    """What to do comes before the verdict where money is gone."""
    gone = int(len(answered) > 1 and money_gone_in(typed) and not despairs(typed))
    return [*answered[:gone], *told, *answered[gone:]]


async def press_answer(
    callback: CallbackQuery,
    callback_data: ReportButton,
    state: FSMContext,
    session: AsyncSession,
    resident: Resident,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """A pressed choice; a button of another dialogue or an earlier question changes nothing."""
    chat, value = callback.from_user.id, callback_data.value
    old = [acknowledge(callback.id, views.OLD_BUTTON), say(chat, views.OLD_BUTTON)]
    if await state.get_state() != Reporting.asking.state:
        return old
    place = await Place.of(state)
    if callback_data.nonce != place.nonce:
        return old
    if callback_data.step != place.step:
        return [acknowledge(callback.id, views.OLD_BUTTON), place.ask(chat)]
    try:
        if value == "file" and place.step is ReportStep.CONFIRM:
            replies = await _file(chat, session, state, resident, place, settings, now)
        elif value in ("back", "skip", "cancel", "test", "finish") or value.startswith(EDIT):
            replies = await _go(chat, session, state, resident, place, value, now)
        else:
            replies = await _answer(chat, session, state, resident, place, value, now)
    except InvalidInputError as wrong:
        replies = [say(chat, wrong.words, place.keyboard())]
    return [acknowledge(callback.id), *replies]


async def question_under_way(chat: int, state: FSMContext) -> Reply | None:
    """The open question of a report that somebody left to look at something else."""
    current = await state.get_state()
    if current in STOPPING:
        return await urgent.question_under_way(chat, state)
    return (await Place.of(state)).ask(chat) if current == Reporting.asking.state else None


async def _answer(
    chat: int,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    place: Place,
    typed: str,
    now: datetime,
    verdict: Verdict | None = None,
) -> list[Reply]:
    answered = answer(place.draft, place.step, typed)
    draft = with_verdict(answered.draft, place.step, verdict)
    noticed = words.noticed(answered.hidden, answered.kept)
    told: list[Reply] = [say(chat, one) for one in noticed]
    if place.step is ReportStep.HAPPENED:
        told.append(say(chat, words.action(action_of(draft))))
        if draft.happened in FILED_AT_ONCE:
            await tell_circle(session, resident, PAID, None, now)
            if not place.editing:
                return [*told, await urgent.begin(chat, state, draft, place.nonce)]
    elif _pays_though_untold(place, draft):
        told.insert(0, say(chat, words.action(ActionCode.PAID)))
    return [*told, await _advance(chat, state, place, draft)]


async def _story_first(
    chat: int, state: FSMContext, place: Place, typed: str, verdict: Verdict | None
) -> list[Reply]:
    """Keep what somebody tells before he says how far it went, and ask that again."""
    answered = with_story(place.draft, typed)
    draft = with_verdict(answered.draft, ReportStep.DESCRIPTION, verdict)
    going_on = Place(draft, place.step, place.nonce)
    await going_on.save(state)
    gone = [words.action(ActionCode.PAID)] if money_gone_in(draft.description) else []
    said: list[Text | str] = [
        *gone,
        *words.noticed(answered.hidden, answered.kept),
        words.STORY_KEPT,
    ]
    return [*(say(chat, one) for one in said), going_on.ask(chat)]


def _pays_though_untold(place: Place, draft: Draft) -> bool:
    """Whether the story says that money is gone where the button said something else."""
    is_story = place.step is ReportStep.DESCRIPTION
    return is_story and draft.happened not in FILED_AT_ONCE and money_gone_in(draft.description)


async def _advance(chat: int, state: FSMContext, place: Place, draft: Draft) -> Reply:
    step = step_after(draft, place.step)
    if place.editing and step is not ReportStep.GUARDIAN:
        step = ReportStep.CONFIRM
    editing = place.editing and step is not ReportStep.CONFIRM
    following = Place(draft, step, place.nonce, editing=editing)
    await following.save(state)
    return following.ask(chat)


async def _go(
    chat: int,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    place: Place,
    way: str,
    now: datetime,
) -> list[Reply]:
    if way == "cancel":
        return [say(chat, await leave(session, state, now))]
    if way == "test":
        resident.tested_at = now
        await leave(session, state, now)
        return [say(chat, words.ONLY_TRYING)]
    if way == "skip":
        if place.step not in SKIPPABLE:
            raise InvalidInputError("这一步不能跳过，请选一项或写几个字。")
        return [await _advance(chat, state, place, skip(place.draft, place.step))]
    there = _elsewhere(place, way)
    await there.save(state)
    return [there.ask(chat)]


def _elsewhere(place: Place, way: str) -> Place:
    """The question to which a button leads: the one before, the preview, one to answer again."""
    draft, nonce = place.draft, place.nonce
    if way.startswith(EDIT):
        target = way.removeprefix(EDIT)
        if place.step is not ReportStep.CONFIRM or target not in set(steps_of(draft)):
            raise InvalidInputError("请点下面的按钮。")
        return Place(draft, ReportStep(target), nonce, editing=True)
    if way == "finish":
        if not draft.description:
            raise InvalidInputError("请先写几句发生了什么。")
        return Place(read_rest_from_story(draft), ReportStep.CONFIRM, nonce)
    if place.editing:
        return Place(draft, ReportStep.CONFIRM, nonce)
    return Place(draft, step_before(draft, place.step) or place.step, nonce)


async def _file(
    chat: int,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    place: Place,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    draft = read_rest_from_story(place.draft)
    desk, district = await desk_now(session, now), await district_in_force(session, settings)
    lead = await file_report(session, resident, draft, now, evidence_of=place.nonce)
    await state.clear()
    text = words.receipt(lead, desk, draft.area, district)
    keyboard = keyboards.just_filed(lead.number) if lead.resident_id is not None else None
    return [say(chat, text, keyboard)]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="report")
    router.message.filter(PRIVATE)
    router.message.register(start_report, Command("report"))
    router.message.register(type_answer, StateFilter(Reporting.asking), ANSWER)
    router.callback_query.register(press_answer, ReportButton.filter())
    return router
