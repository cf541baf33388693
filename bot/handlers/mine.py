"""/my: one's own leads in plain words; add to them, withdraw them, delete what is personal."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError
from bot.handlers import report_keyboards as keyboards
from bot.handlers import report_views as words
from bot.handlers import views
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.keyboards import StartButton
from bot.handlers.replies import Reply, acknowledge, say, words_of
from bot.handlers.report_keyboards import OwnButton
from bot.handlers.states import STOPPING, Adding
from bot.matching.result import ActionCode
from bot.services import own_leads
from bot.services.news import paid_since
from bot.services.report_answers import DESCRIPTION_LENGTH, despairs, kept_of
from bot.storage.residents import Resident


async def show_mine(message: Message, session: AsyncSession, resident: Resident) -> Reply:
    """One's leads."""
    return await _mine(message.chat.id, session, resident)


async def press_mine(
    callback: CallbackQuery, session: AsyncSession, resident: Resident
) -> list[Reply]:
    """The same from the greeting."""
    return [acknowledge(callback.id), await _mine(callback.from_user.id, session, resident)]


async def _mine(chat: int, session: AsyncSession, resident: Resident) -> Reply:
    leads = await own_leads.own_leads(session, resident)
    if not leads:
        return say(chat, words.NO_LEADS)
    return say(chat, words.own_leads(leads), keyboards.own_leads(leads))


async def press_show(
    callback: CallbackQuery, callback_data: OwnButton, session: AsyncSession, resident: Resident
) -> list[Reply]:
    """One of them."""
    lead = await own_leads.own_lead(session, resident, callback_data.number)
    chat = callback.from_user.id
    shown = say(chat, words.own_lead(lead), keyboards.own_lead(lead))
    return [acknowledge(callback.id), shown]


async def press_add(
    callback: CallbackQuery,
    callback_data: OwnButton,
    session: AsyncSession,
    resident: Resident,
    state: FSMContext,
) -> list[Reply]:
    """Wait for more; a report that is being written goes first."""
    chat = callback.from_user.id
    lead = await own_leads.open_own_lead(session, resident, callback_data.number)
    if await state.get_state() not in (None, Adding.words.state):
        return [acknowledge(callback.id, views.BUSY), say(chat, views.BUSY)]
    await state.set_state(Adding.words)
    await state.set_data({"number": lead.number})
    return [acknowledge(callback.id), say(chat, words.SEND_MORE)]


async def add(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """Add what was written to the lead, and wait for more."""
    number, typed = (await state.get_data())["number"], words_of(message)
    try:
        lead, hidden = await own_leads.add_to_lead(session, resident, number, typed, now)
    except ConflictError as ended:
        await state.clear()
        return [say(message.chat.id, words.ended_meanwhile(ended.words))]
    told = words.noticed(hidden, kept_of(typed.strip(), DESCRIPTION_LENGTH))
    first: list[Text | str] = [views.DESPAIR] if despairs(typed) else []
    if paid_since(lead, typed):
        first.append(words.action(ActionCode.PAID))
    return [say(message.chat.id, one) for one in (*first, *told, words.added(lead))]


async def press_withdraw(callback: CallbackQuery, callback_data: OwnButton) -> list[Reply]:
    """Ask once more."""
    keyboard = keyboards.sure("withdraw", "确定撤回", callback_data.number)
    asked = say(callback.from_user.id, words.WITHDRAW_SURE, keyboard)
    return [acknowledge(callback.id), asked]


async def press_erase(callback: CallbackQuery, callback_data: OwnButton) -> list[Reply]:
    """Ask once more, saying what goes and what stays."""
    keyboard = keyboards.sure("erase", "确定删除", callback_data.number)
    return [acknowledge(callback.id), say(callback.from_user.id, words.ERASE_SURE, keyboard)]


async def press_withdraw_sure(
    callback: CallbackQuery,
    callback_data: OwnButton,
    session: AsyncSession,
    resident: Resident,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """Withdraw it."""
    lead = await own_leads.withdraw(session, resident, callback_data.number, now)
    await _forget(state, lead.number)
    return [acknowledge(callback.id), say(callback.from_user.id, words.withdrawn(lead))]


async def press_erase_sure(
    callback: CallbackQuery,
    callback_data: OwnButton,
    session: AsyncSession,
    resident: Resident,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """Delete what is personal."""
    lead = await own_leads.erase(session, resident, callback_data.number, now)
    await _forget(state, lead.number)
    return [acknowledge(callback.id), say(callback.from_user.id, words.erased(lead))]


async def press_undo(
    callback: CallbackQuery,
    callback_data: OwnButton,
    session: AsyncSession,
    resident: Resident,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """Take a false tap or a test back."""
    trying = callback_data.act == "test"
    number = callback_data.number
    await own_leads.undo(session, resident, number, now, only_trying=trying)
    await _forget(state, number)
    told = words.ONLY_TRYING if trying else words.UNDONE
    return [acknowledge(callback.id), say(callback.from_user.id, told)]


async def _forget(state: FSMContext, number: str) -> None:
    """Leave the questions about a lead that is no more."""
    asking = await state.get_state() in (*STOPPING, Adding.words.state)
    if asking and (await state.get_data()).get("number") == number:
        await state.clear()


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="mine")
    router.message.filter(PRIVATE)
    router.message.register(show_mine, Command("my"))
    router.callback_query.register(press_mine, StartButton.filter(F.act == "mine"))
    router.message.register(add, StateFilter(Adding.words), ANSWER)
    for acts, handler in (
        ({"show"}, press_show),
        ({"add"}, press_add),
        ({"withdraw"}, press_withdraw),
        ({"erase"}, press_erase),
        ({"withdraw_sure"}, press_withdraw_sure),
        ({"erase_sure"}, press_erase_sure),
        ({"undo", "test"}, press_undo),
    ):
        router.callback_query.register(handler, OwnButton.filter(F.act.in_(acts)))
    return router
