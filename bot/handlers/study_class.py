"""/class joins a class by its code; /newclass and /classes keep classes."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers.drill_offer import invite_button
from bot.handlers.filters import PRIVATE
from bot.handlers.learn_keyboards import QuizButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff
from bot.services import study_classes
from bot.services.attempts import Refusal
from bot.services.retention import LEARNING_KEPT
from bot.services.study_classes import KIND_NAMES, Totals
from bot.settings import Settings
from bot.storage.residents import Resident
from bot.storage.staff import Staff
from bot.storage.study_classes import ClassKind, StudyClass

START = "class_"
HOW = "学校或单位发了口令的，这样发给我：/class 口令，例如 /class 7KQM-9XRD"
JOINED = (
    "已加入“{name}”。您在这里答题、演练只计入合计：联系人看不到您的名字、做没做、对几道。\n"
    "想演练，发 /drill；要退出，发 /class。"
)
CONTACT = "您是“{name}”的联系人了。发 /class 看合计；不到 5 人的数不显示，更看不到是谁。"
LEFT = "已退出班级。以后做的不再计入。"
NOT_IN = "您现在不在班级里。"
NO_CLASSES = f"还没有班级。{study_classes.HOW_TO_MAKE}"
SHOWN = 10


class ClassButton(CallbackData, prefix="class"):
    """`act` leave, close or contact; `number` the class, 0 for one's own."""

    act: str
    number: int


async def show(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> Reply:
    """With a code: join; without: where one learns, and what one sees as contact."""
    if command.args and command.args.strip():
        return await _enter(message.chat.id, session, resident, command.args, now)
    parts = [HOW]
    seen = await study_classes.sees(session, resident)
    parts += [_totals(await study_classes.totals_of(session, one, now)) for one in seen[:SHOWN]]
    buttons = []
    own = await study_classes.own_class(session, resident)
    if own is not None:
        parts[0] = f"您在“{own.name}”里学。"
        buttons.append(keyboards.button("退出班级", ClassButton(act="leave", number=0)))
    buttons += [invite_button(one.id, one.name) for one in seen[:SHOWN] if one.closed_at is None]
    keyboard = keyboards.rows(buttons, width=1) if buttons else None
    return say(message.chat.id, "\n\n".join(parts), keyboard)


async def follow_link(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> Reply:
    """The same from a link or QR code."""
    typed = (command.args or "").removeprefix(START)
    return await _enter(message.chat.id, session, resident, typed, now)


async def _enter(
    chat: int, session: AsyncSession, resident: Resident, typed: str, now: datetime
) -> Reply:
    entered = await study_classes.enter(session, resident, typed, now)
    if isinstance(entered, Refusal):
        return say(chat, entered.words)
    found, as_contact = entered
    if as_contact:
        return say(chat, CONTACT.format(name=found.name))
    begin = keyboards.button("做五道题", QuizButton(act="begin"))
    return say(chat, JOINED.format(name=found.name), keyboards.rows([begin]))


def _totals(totals: Totals) -> str:
    closed = "（已结束）" if totals.closed else ""
    return "\n".join([f"“{totals.name}”{closed}，截至昨天：", *totals.lines])


async def make(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    staff: Staff | None,
    settings: Settings,
    now: datetime,
) -> Reply:
    """A new class with its two codes."""
    made = await study_classes.make(session, known_staff(staff), command.args or "", now)
    found = made.study_class
    words = (
        f"已建{KIND_NAMES[ClassKind(found.kind)]}班级“{found.name}”。\n"
        f"发给大家：/class {found.code}{_link(settings, found)}\n"
        f"{_for_contact(made.contact_code)}"
    )
    return say(message.chat.id, words)


def _link(settings: Settings, found: StudyClass) -> str:
    if not settings.telegram_name:
        return ""
    code = found.code.replace("-", "")
    return f"\n或用链接：https://t.me/{settings.telegram_name}?start={START}{code}"


def _for_contact(code: str) -> str:
    return f"只给联系人（看合计用，7 天内有效，只能用一次）：/class {code}"


async def tell_classes(
    message: Message, session: AsyncSession, staff: Staff | None, now: datetime
) -> list[Reply]:
    """Each class with its totals and what can be done with it."""
    found = await study_classes.classes_for(session, known_staff(staff))
    if not found:
        return [say(message.chat.id, NO_CLASSES)]
    told: list[Reply] = []
    for one in found[:SHOWN]:
        words = _totals(await study_classes.totals_of(session, one, now))
        if one.closed_at is not None:
            told.append(say(message.chat.id, words))
            continue
        buttons = [
            invite_button(one.id),
            keyboards.button("结束班级", ClassButton(act="close", number=one.id)),
            keyboards.button("换联系人", ClassButton(act="contact", number=one.id)),
        ]
        words = f"{words}\n口令：{one.code}"
        told.append(say(message.chat.id, words, keyboards.rows(buttons)))
    return told


async def press_leave(
    callback: CallbackQuery, session: AsyncSession, resident: Resident
) -> list[Reply]:
    """Out of one's class."""
    left = await study_classes.leave(session, resident)
    return [acknowledge(callback.id), say(callback.from_user.id, LEFT if left else NOT_IN)]


async def press_close(
    callback: CallbackQuery,
    callback_data: ClassButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """End a class."""
    found = await study_classes.close(session, known_staff(staff), callback_data.number, now)
    days = LEARNING_KEPT.days
    words = f"“{found.name}”已结束：口令不能再用；合计还能看，{days} 天前做的不再算。"
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def press_contact(
    callback: CallbackQuery,
    callback_data: ClassButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """A code for another contact."""
    known, number = known_staff(staff), callback_data.number
    found, code = await study_classes.new_contact(session, known, number, now)
    words = f"“{found.name}”原来的联系人不再看得到合计。\n{_for_contact(code)}"
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="study_class")
    router.message.filter(PRIVATE)
    linked = F.args.regexp(r"^class_[0-9A-Za-z]{8}$")
    router.message.register(follow_link, CommandStart(deep_link=True, magic=linked))
    router.message.register(show, Command("class"))
    router.message.register(make, Command("newclass"))
    router.message.register(tell_classes, Command("classes"))
    for act, handler in (
        ("leave", press_leave),
        ("close", press_close),
        ("contact", press_contact),
    ):
        router.callback_query.register(handler, ClassButton.filter(F.act == act))
    return router
