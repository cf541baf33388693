"""/sent: what became of the latest notices; one's own are held, let go on, stopped, taken back."""

from collections.abc import Sequence
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers import notice_views as words
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff, staff_who_may
from bot.handlers.states import Telling
from bot.services.broadcast_course import (
    cancel_broadcast,
    check_author,
    may_change,
    pause_broadcast,
    resume_broadcast,
)
from bot.services.broadcast_lines import BroadcastLine, list_broadcasts
from bot.services.notice_templates import load_notice_templates
from bot.services.permissions import Action
from bot.services.retracting import retract_broadcast
from bot.services.runtime_settings import rules_in_force
from bot.settings import Settings
from bot.storage.broadcasts import BroadcastState
from bot.storage.staff import Staff

SENT_SHOWN = 5
ASK_CORRECTION = (
    "要撤回这条通知。能删的会删掉，删不了的会收到一条更正。请写更正的话，例如：以社区通知为准。"
)
DEEDS = {
    BroadcastState.AWAITING: ("cancel",),
    BroadcastState.SCHEDULED: ("pause", "cancel"),
    BroadcastState.SENDING: ("pause", "cancel"),
    BroadcastState.PAUSED: ("resume", "cancel"),
}
NAMES = {"pause": "暂停", "resume": "继续", "cancel": "取消", "retract": "撤回"}


class CourseButton(CallbackData, prefix="course"):
    """What is done with a notice that is on its way or has arrived."""

    act: str
    number: int


async def tell_sent(
    message: Message, session: AsyncSession, staff: Staff | None, now: datetime
) -> Reply:
    """The latest notices: which arrived, what went wrong with the others."""
    speaker = staff_who_may(staff, Action.SEND_NOTICE)
    lines = await list_broadcasts(session, speaker, now, SENT_SHOWN)
    titles = {template.id: template.title for template in load_notice_templates()}
    return say(message.chat.id, words.sent_notices(lines, titles), _deeds(speaker, lines))


def _deeds(staff: Staff, lines: Sequence[BroadcastLine]) -> InlineKeyboardMarkup | None:
    buttons = [
        keyboards.button(f"{NAMES[act]} {line.id}", CourseButton(act=act, number=line.id))
        for line in lines
        if may_change(staff, line.author_id)
        for act in (*DEEDS.get(line.state, ()), *(("retract",) if line.can_retract else ()))
    ]
    return keyboards.rows(buttons, width=3) if buttons else None


async def press_course(
    callback: CallbackQuery,
    callback_data: CourseButton,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """Held, let go on or stopped at once; to take one back, the words of the correction first."""
    speaker, number = known_staff(staff), callback_data.number
    match callback_data.act:
        case "pause":
            held = await pause_broadcast(session, speaker, number)
            told = f"已暂停通知 {number}，{held} 条还没有发。"
        case "resume":
            rules = await rules_in_force(session, settings)
            await resume_broadcast(session, speaker, number, now, rules)
            told = f"通知 {number} 继续发。"
        case "cancel":
            stopped = await cancel_broadcast(session, speaker, number, now)
            told = f"已取消通知 {number}，{stopped} 条没有发；已经发出的不变。"
        case _:
            await check_author(session, speaker, number)
            await state.set_state(Telling.correction)
            await state.set_data({"number": number})
            told = ASK_CORRECTION
    return [acknowledge(callback.id), say(callback.from_user.id, told)]


async def tell_correction(
    message: Message, session: AsyncSession, staff: Staff | None, state: FSMContext, now: datetime
) -> Reply:
    """The words that stand where nothing can be deleted."""
    number, typed = (await state.get_data())["number"], message.text or ""
    taken = await retract_broadcast(session, known_staff(staff), number, typed, now)
    await state.clear()
    deleted, corrected = taken
    return say(message.chat.id, f"已撤回：{deleted} 处删除，{corrected} 处收到更正。")


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="sent")
    router.message.filter(PRIVATE)
    router.message.register(tell_sent, Command("sent"))
    router.message.register(tell_correction, StateFilter(Telling.correction), ANSWER)
    router.callback_query.register(press_course, CourseButton.filter(F.act.in_(NAMES.keys())))
    return router
