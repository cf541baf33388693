"""Duty officers in the bot: bind the chat, pull the queue, read and sign for leads."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards, views
from bot.handlers.keyboards import LeadButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff
from bot.handlers.staff_commands import commands_of
from bot.services import leads
from bot.services.attempts import Refusal
from bot.services.desk import masked_lead, queue_page
from bot.services.permissions import Action, may
from bot.services.staff import bind_chat
from bot.storage.leads import LeadState
from bot.storage.residents import Resident
from bot.storage.staff import Staff

QUEUE_SHOWN = 20


async def bind(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """Let this chat speak for whoever the one-time code was made for."""
    chat, code = message.chat.id, (command.args or "").strip()
    if not code:
        return [say(chat, views.ASK_CODE)]
    bound = await bind_chat(session, resident, code, now)
    if isinstance(bound, Refusal):
        return [say(chat, bound.words)]
    return [say(chat, views.bound(bound)), say(chat, views.staff_help(commands_of(bound.role)))]


async def show_queue(
    message: Message, session: AsyncSession, staff: Staff | None, now: datetime
) -> Reply:
    """Open leads, most pressing first."""
    found = await queue_page(session, known_staff(staff), now, limit=QUEUE_SHOWN)
    return say(message.chat.id, views.queue_lines(found, now), keyboards.queue(found.lines))


async def show_lead(
    message: Message, command: CommandObject, session: AsyncSession, staff: Staff | None
) -> Reply:
    """One lead, masked."""
    return await _lead(message.chat.id, session, known_staff(staff), command.args or "")


async def press_lead(
    callback: CallbackQuery,
    callback_data: LeadButton,
    session: AsyncSession,
    staff: Staff | None,
) -> list[Reply]:
    """The same from the queue."""
    shown = await _lead(callback.from_user.id, session, known_staff(staff), callback_data.number)
    return [acknowledge(callback.id), shown]


async def press_sign(
    callback: CallbackQuery,
    callback_data: LeadButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Sign for a lead; the second officer reads who was faster."""
    lead = await leads.sign_for(session, known_staff(staff), callback_data.number, now)
    return [acknowledge(callback.id), say(callback.from_user.id, views.signed(lead))]


async def _lead(chat: int, session: AsyncSession, staff: Staff, number: str) -> Reply:
    lead = await masked_lead(session, staff, number)
    can_sign = lead.line.state is LeadState.NEW and may(staff.role, Action.SIGN_FOR_LEAD)
    keyboard = keyboards.sign_for(lead.line.number) if can_sign else None
    return say(chat, views.lead_masked(lead), keyboard)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="duty")
    router.message.filter(F.chat.type == "private")
    router.message.register(bind, Command("bind"))
    router.message.register(show_queue, Command("queue"))
    router.message.register(show_lead, Command("lead"))
    router.callback_query.register(press_lead, LeadButton.filter(F.act == "show"))
    router.callback_query.register(press_sign, LeadButton.filter(F.act == "sign"))
    return router
