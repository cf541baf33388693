"""Drafts of /notice: listed, gone on with, thrown away; a refused notice taken up as one."""

import secrets
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers.grid import ask
from bot.handlers.keyboards import DraftButton
from bot.handlers.notice_answers import Speaker
from bot.handlers.notice_resumed import resumed
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import staff_who_may
from bot.services.grid import areas_within
from bot.services.kept_drafts import draft_of_refused, drop_draft, open_draft
from bot.services.permissions import Action
from bot.settings import Settings
from bot.storage.staff import Staff


async def press_open(
    callback: CallbackQuery,
    callback_data: DraftButton,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """On with a draft at the first question that it does not answer."""
    sender = staff_who_may(staff, Action.SEND_NOTICE)
    speaker = Speaker(callback.from_user.id, sender, session, state, now, settings)
    return [acknowledge(callback.id), await _go_on(speaker, callback_data.number)]


async def press_again(
    callback: CallbackQuery,
    callback_data: DraftButton,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """A notice that was not approved becomes a draft again."""
    sender = staff_who_may(staff, Action.SEND_NOTICE)
    speaker = Speaker(callback.from_user.id, sender, session, state, now, settings)
    number = await draft_of_refused(session, sender, callback_data.number, now)
    return [acknowledge(callback.id), await _go_on(speaker, number)]


async def press_drop(
    callback: CallbackQuery,
    callback_data: DraftButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Thrown away."""
    sender = staff_who_may(staff, Action.SEND_NOTICE)
    await drop_draft(session, sender, callback_data.number, now)
    return [acknowledge(callback.id), say(callback.from_user.id, "草稿已删掉。")]


async def _go_on(speaker: Speaker, draft_id: int) -> Reply:
    kept = await open_draft(speaker.session, speaker.staff, draft_id)
    placed = bool(await areas_within(speaker.session, speaker.staff))
    return await ask(speaker, resumed(kept, secrets.token_hex(4), speaker.now, placed=placed))


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="notice_drafts")
    router.callback_query.register(press_open, DraftButton.filter(F.act == "open"))
    router.callback_query.register(press_again, DraftButton.filter(F.act == "again"))
    router.callback_query.register(press_drop, DraftButton.filter(F.act == "drop"))
    return router
