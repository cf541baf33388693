"""The open question of whatever dialogue somebody left, for a new start or a reloaded page."""

from datetime import datetime

from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.base import StorageKey
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import (
    ask,
    check,
    drill,
    grid,
    publicity,
    quiz,
    report,
    report_views,
    subscribe_place,
    views,
)
from bot.handlers.fsm import DialogueStorage
from bot.handlers.notice_answers import Speaker
from bot.handlers.replies import Reply, say
from bot.handlers.states import Adding
from bot.services import drills, quizzes
from bot.services.education import education
from bot.services.staff import staff_of
from bot.storage.residents import Resident, find_resident
from bot.storage.staff import Staff


async def open_question(
    chat: int,
    session: AsyncSession,
    resident: Resident,
    staff: Staff | None,
    state: FSMContext,
    now: datetime,
) -> Reply | None:
    """The question that waits for an answer; asking it again changes nothing."""
    if (question := await report.question_under_way(chat, state)) is not None:
        return question
    if await state.get_state() == check.Reviewing.text.state:
        return say(chat, views.SEND_AGAIN)
    if await state.get_state() == Adding.words.state:
        return say(chat, report_views.SEND_MORE)
    if await state.get_state() == ask.Asking.words.state:
        return say(chat, ask.WHAT)
    if await state.get_state() == subscribe_place.Subscribing.place.state:
        chosen = str((await state.get_data()).get("chosen", "0"))
        return subscribe_place.question_under_way(chat, chosen)
    if staff is not None and (question := await publicity.question_under_way(chat, state, now)):
        return question
    if staff is not None:
        speaker = Speaker(chat, staff, session, state, now)
        if (question := await grid.question_under_way(speaker)) is not None:
            return question
    if (step := await drills.open_step(session, education(), resident, now)) is not None:
        return drill.step_reply(chat, step)
    asked = await quizzes.open_question(session, education(), resident, now)
    return quiz.question(chat, asked) if asked else None


async def question_of(
    session: AsyncSession, channel: str, bot_id: int, user_id: int, now: datetime
) -> Reply | None:
    """The same for somebody who has not said anything yet; only looks."""
    resident = await find_resident(session, channel, user_id)
    if resident is None:
        return None
    key = StorageKey(bot_id=bot_id, chat_id=user_id, user_id=user_id)
    state = FSMContext(DialogueStorage(session), key)
    staff = await staff_of(session, resident)
    return await open_question(user_id, session, resident, staff, state, now)
