"""The report dialogue: one question at a time, every answer saved by the update that brings it."""

import secrets
from datetime import datetime
from typing import TypeGuard

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.handlers import keyboards, views
from bot.handlers.keyboards import ReportButton
from bot.handlers.middlewares import COMMAND
from bot.handlers.replies import Reply, acknowledge, say
from bot.matching.result import Level, Verdict
from bot.services.reports import (
    SKIPPABLE,
    Draft,
    ReportStep,
    answer,
    file_report,
    skip,
    step_after,
    step_before,
    with_verdict,
)
from bot.storage.residents import Resident


class Reporting(StatesGroup):
    """A report is being written; which question stands in the data."""

    asking = State()


async def start_report(message: Message, state: FSMContext) -> Reply:
    """Begin with an empty draft."""
    return await begin_report(message.chat.id, state, Draft())


def is_warning(verdict: Verdict | None) -> TypeGuard[Verdict]:
    """Whether a text is at least suspicious."""
    return verdict is not None and verdict.level in (Level.HIGH, Level.SUSPICIOUS)


async def begin_report(chat: int, state: FSMContext, draft: Draft) -> Reply:
    """Ask the first question that has no answer yet; a report under way is replaced."""
    step = ReportStep.HAPPENED
    if draft.happened:
        step = step_after(draft, step)
    nonce = secrets.token_hex(4)
    await _save(state, draft, step, nonce)
    return _ask(chat, draft, step, nonce, first=True)


async def type_answer(message: Message, state: FSMContext, verdict: Verdict | None) -> list[Reply]:
    """An answer in words; 返回 and 跳过 work typed, too. A scam pasted here is told as one."""
    draft, step, nonce = await _load(state)
    chat, typed = message.chat.id, (message.text or "").strip()
    told: list[Reply] = [say(chat, views.verdict(verdict))] if is_warning(verdict) else []
    ways = {"返回": "back", "跳过": "skip"}
    try:
        if typed in ways:
            return [await _go(chat, state, draft, step, nonce, ways[typed])]
        draft = with_verdict(answer(draft, step, typed), step, verdict)
        return [*told, await _advance(chat, state, draft, step, nonce)]
    except InvalidInputError as wrong:
        again = keyboards.report_step(draft, step, nonce)
        return [*told, say(chat, wrong.words, again)]


async def press_answer(
    callback: CallbackQuery,
    callback_data: ReportButton,
    state: FSMContext,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """A pressed choice; a button of another dialogue or an earlier question changes nothing."""
    chat = callback.from_user.id
    draft, step, nonce = await _load(state)
    if await state.get_state() is None or callback_data.nonce != nonce:
        return [acknowledge(callback.id, views.OLD_BUTTON), say(chat, views.OLD_BUTTON)]
    if callback_data.step != step:
        repeated = _ask(chat, draft, step, nonce)
        return [acknowledge(callback.id, views.OLD_BUTTON), repeated]
    if callback_data.value == "file" and step is ReportStep.CONFIRM:
        lead = await file_report(session, resident, draft, now)
        await state.clear()
        return [acknowledge(callback.id), say(chat, views.receipt(lead))]
    if callback_data.value in ("back", "skip", "cancel"):
        went = await _go(chat, state, draft, step, nonce, callback_data.value)
        return [acknowledge(callback.id), went]
    draft = answer(draft, step, callback_data.value)
    return [acknowledge(callback.id), await _advance(chat, state, draft, step, nonce)]


async def question_under_way(chat: int, state: FSMContext) -> Reply | None:
    """The open question of a report that somebody left to look at something else."""
    if await state.get_state() != Reporting.asking.state:
        return None
    return _ask(chat, *await _load(state))


async def _go(
    chat: int, state: FSMContext, draft: Draft, step: ReportStep, nonce: str, way: str
) -> Reply:
    if way == "cancel":
        await state.clear()
        return say(chat, views.CANCELLED)
    if way == "back":
        target = step_before(draft, step) or step
        await _save(state, draft, target, nonce)
        return _ask(chat, draft, target, nonce)
    if step not in SKIPPABLE:
        raise InvalidInputError("这一步不能跳过，请选一项或写几个字。")
    return await _advance(chat, state, skip(draft, step), step, nonce)


async def _advance(
    chat: int, state: FSMContext, draft: Draft, step: ReportStep, nonce: str
) -> Reply:
    following = step_after(draft, step)
    await _save(state, draft, following, nonce)
    return _ask(chat, draft, following, nonce)


def _ask(chat: int, draft: Draft, step: ReportStep, nonce: str, *, first: bool = False) -> Reply:
    question = views.report_question(draft, step, first=first)
    return say(chat, question, keyboards.report_step(draft, step, nonce))


async def _save(state: FSMContext, draft: Draft, step: ReportStep, nonce: str) -> None:
    await state.set_state(Reporting.asking)
    await state.set_data({"draft": draft.to_data(), "step": step, "nonce": nonce})


async def _load(state: FSMContext) -> tuple[Draft, ReportStep, str]:
    data = await state.get_data()
    draft = Draft.from_data(data.get("draft", {}))
    return draft, ReportStep(data.get("step", ReportStep.HAPPENED)), data.get("nonce", "")


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="report")
    router.message.filter(F.chat.type == "private")
    router.message.register(start_report, Command("report"))
    router.message.register(
        type_answer,
        StateFilter(Reporting.asking),
        F.text,
        ~F.text.regexp(COMMAND),
        F.text != "取消",
    )
    router.callback_query.register(press_answer, ReportButton.filter())
    return router
