"""Duty officers in the bot: bind the chat, pull the queue, read, sign for and work leads."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeVar

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.handlers import duty_keyboards, keyboards, views
from bot.handlers.duty_keyboards import WorkButton
from bot.handlers.filters import PRIVATE
from bot.handlers.keyboards import LeadButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff
from bot.services import leads
from bot.services.areas import known_stations
from bot.services.attempts import Refusal
from bot.services.contacts import RESULT_NAMES, WAY_NAMES, record_contact
from bot.services.desk import masked_lead, queue_page
from bot.services.handling import dispatch, take_over
from bot.services.menus import commands_of, show_menu
from bot.services.permissions import require
from bot.services.staff import bind_chat
from bot.services.transitions import move
from bot.storage.contacts import ContactWay
from bot.storage.leads import LeadState
from bot.storage.residents import Resident
from bot.storage.staff import Role, Staff

QUEUE_SHOWN = 20
Chosen = TypeVar("Chosen")


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
    await show_menu(session, resident, Role(bound.role), now)
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
    shown = await _lead(
        callback.from_user.id, session, _allowed(staff, duty_keyboards.SHOW), callback_data.number
    )
    return [acknowledge(callback.id), shown]


async def press_sign(
    callback: CallbackQuery,
    callback_data: LeadButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Sign for a lead; the second officer reads who was faster."""
    who = _allowed(staff, duty_keyboards.SIGN)
    lead = await leads.sign_for(session, who, callback_data.number, now)
    return await _done(callback, session, who, lead.number, views.signed(lead))


async def press_way(
    callback: CallbackQuery, callback_data: WorkButton, session: AsyncSession, staff: Staff | None
) -> list[Reply]:
    """Somebody was called on, phoned: ask what came of it."""
    lead = await masked_lead(session, _allowed(staff, duty_keyboards.WAY), callback_data.number)
    way = _read(ContactWay, callback_data.value)
    question = f"{lead.line.number} {WAY_NAMES[way]}：结果怎样？"
    return _asked(callback, question, duty_keyboards.contact_results(lead, way))


async def press_contact(
    callback: CallbackQuery,
    callback_data: WorkButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Write a try down."""
    who = _allowed(staff, duty_keyboards.CONTACT)
    way, result = _read(duty_keyboards.read_contact, callback_data.value)
    lead = await record_contact(
        session, who, callback_data.number, way, result, now, seen=callback_data.seen
    )
    words = f"已登记：{WAY_NAMES[way]}，{RESULT_NAMES[result]}。"
    return await _done(callback, session, who, lead.number, words)


async def press_why(
    callback: CallbackQuery, callback_data: WorkButton, session: AsyncSession, staff: Staff | None
) -> list[Reply]:
    """A state that needs a reason: ask for it."""
    lead = await masked_lead(session, _allowed(staff, duty_keyboards.WHY), callback_data.number)
    to = _read(LeadState, callback_data.value)
    question = f"{lead.line.number} 改为“{leads.STATE_NAMES[to]}”，原因是？其他原因请在值班台填写。"
    return _asked(callback, question, duty_keyboards.reasons(lead, to))


async def press_move(
    callback: CallbackQuery,
    callback_data: WorkButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Move a lead."""
    who = _allowed(staff, duty_keyboards.MOVE)
    to, why = _read(duty_keyboards.read_move, callback_data.value)
    seen = callback_data.seen
    lead = await move(session, who, callback_data.number, to, why, now, seen=seen)
    words = f"已改为“{leads.STATE_NAMES[to]}”。"
    return await _done(callback, session, who, lead.number, words)


async def press_stations(
    callback: CallbackQuery, callback_data: WorkButton, session: AsyncSession, staff: Staff | None
) -> list[Reply]:
    """Ask which station."""
    lead = await masked_lead(
        session, _allowed(staff, duty_keyboards.STATIONS), callback_data.number
    )
    if not lead.book.stations:
        raise InvalidInputError("还没有登记派出所，请在值班台转派，或请负责人先登记地区。")
    question = f"{lead.line.number} 转给哪个派出所？"
    return _asked(callback, question, duty_keyboards.stations(lead))


async def press_station(
    callback: CallbackQuery,
    callback_data: WorkButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Hand a lead to a station."""
    who = _allowed(staff, duty_keyboards.STATION)
    name = duty_keyboards.named_station(await known_stations(session), callback_data.value)
    if name is None:
        raise ConflictError(views.OLD_BUTTON)
    lead = await dispatch(
        session, who, callback_data.number, name, "", now, seen=callback_data.seen
    )
    return await _done(callback, session, who, lead.number, f"已转{name}。")


async def press_take(
    callback: CallbackQuery,
    callback_data: WorkButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Go on with a colleague's lead."""
    who = _allowed(staff, duty_keyboards.TAKE)
    lead = await take_over(session, who, callback_data.number, now, seen=callback_data.seen)
    return await _done(callback, session, who, lead.number, "已由您接手。")


def _allowed(staff: Staff | None, act: str) -> Staff:
    who = known_staff(staff)
    require(Role(who.role), duty_keyboards.ACTS[act])
    return who


async def _lead(
    chat: int, session: AsyncSession, staff: Staff, number: str, done: str = ""
) -> Reply:
    lead = await masked_lead(session, staff, number)
    words = f"{done}\n\n{views.lead_masked(lead)}" if done else views.lead_masked(lead)
    return say(chat, words, duty_keyboards.under_lead(lead, staff))


async def _done(
    callback: CallbackQuery, session: AsyncSession, staff: Staff, number: str, words: str
) -> list[Reply]:
    shown = await _lead(callback.from_user.id, session, staff, number, words)
    return [acknowledge(callback.id, words), shown]


def _asked(callback: CallbackQuery, question: str, keyboard: InlineKeyboardMarkup) -> list[Reply]:
    return [acknowledge(callback.id), say(callback.from_user.id, question, keyboard)]


def _read(read: Callable[[str], Chosen], value: str) -> Chosen:
    try:
        return read(value)
    except (ValueError, IndexError):
        raise InvalidInputError(views.OLD_BUTTON) from None


PRESSES: Mapping[str, Callable[..., Awaitable[list[Reply]]]] = {
    duty_keyboards.WAY: press_way,
    duty_keyboards.CONTACT: press_contact,
    duty_keyboards.WHY: press_why,
    duty_keyboards.MOVE: press_move,
    duty_keyboards.STATIONS: press_stations,
    duty_keyboards.STATION: press_station,
    duty_keyboards.TAKE: press_take,
}


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="duty")
    router.message.filter(PRIVATE)
    router.message.register(bind, Command("bind"))
    router.message.register(show_queue, Command("queue"))
    router.message.register(show_lead, Command("lead"))
    router.callback_query.register(press_lead, LeadButton.filter(F.act == duty_keyboards.SHOW))
    router.callback_query.register(press_sign, LeadButton.filter(F.act == duty_keyboards.SIGN))
    for act, press in PRESSES.items():
        router.callback_query.register(press, WorkButton.filter(F.act == act))
    return router
