"""Pictures, recordings, files and forwarded messages that belong to a report."""

from datetime import datetime

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError
from bot.handlers import mine, report, urgent
from bot.handlers import report_views as words
from bot.handlers.filters import PRIVATE
from bot.handlers.replies import Reply, say
from bot.handlers.report_place import Place
from bot.handlers.states import STOPPING, Adding
from bot.matching.result import Verdict
from bot.services import own_leads
from bot.services.evidence import Arrived, attach_to_draft
from bot.settings import Settings
from bot.storage.residents import Resident


async def came(message: Message, arrived: Arrived | None = None) -> bool:
    """Whether a file came with the message and is in the store."""
    return arrived is not None


async def attach(
    message: Message,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    settings: Settings,
    verdict: Verdict | None,
    arrived: Arrived,
    now: datetime,
) -> list[Reply]:
    """Give the file to the report, then take its caption as an answer or ask again."""
    chat = message.chat.id
    try:
        replies = await _keep(chat, session, state, resident, settings, arrived, now)
    except ConflictError as ended:
        await state.clear()
        return [say(chat, words.ended_meanwhile(ended.words))]
    if message.caption:
        return [*replies, *await _answer(message, session, state, resident, settings, verdict, now)]
    question = await report.question_under_way(chat, state)
    if question is None or message.media_group_id is not None:
        return replies
    return [*replies, question]


async def _keep(
    chat: int,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    settings: Settings,
    arrived: Arrived,
    now: datetime,
) -> list[Reply]:
    """Give the file to what is under way. Raises ConflictError for a lead that has ended."""
    current = await state.get_state()
    if current in STOPPING:
        return await urgent.attach(chat, session, state, resident, settings, arrived, now)
    if current == Adding.words.state:
        number = (await state.get_data())["number"]
        count = await own_leads.add_file(session, resident, number, arrived, now)
    else:
        count = await attach_to_draft(session, arrived, (await Place.of(state)).nonce)
    return [say(chat, words.file_kept(arrived, count))]


async def _answer(
    message: Message,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    settings: Settings,
    verdict: Verdict | None,
    now: datetime,
) -> list[Reply]:
    current = await state.get_state()
    if current in STOPPING:
        return await urgent.type_answer(message, session, state, resident, settings, now)
    if current == Adding.words.state:
        return await mine.add(message, session, resident, state, now)
    return await report.type_answer(message, session, state, resident, verdict, settings, now)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="evidence")
    router.message.filter(PRIVATE)
    router.message.register(attach, came)
    return router
