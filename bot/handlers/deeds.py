"""What grid workers did: forwards confirmed, activities filed, each with a photo where wanted."""

from datetime import datetime, timedelta
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers.arrivals import still_open
from bot.handlers.evidence import came
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.replies import Reply, acknowledge, say, words_of
from bot.handlers.speakers import known_staff, staff_who_may
from bot.handlers.states import Telling
from bot.services import activities
from bot.services.evidence import Arrived
from bot.services.field_pictures import Deed, attach_picture
from bot.services.forwarding import confirm_forward, say_members
from bot.services.grid import read_members
from bot.services.permissions import Action, require
from bot.storage.staff import Staff
from bot.times import on_screen

ASK_MEMBERS = "群里有多少人？写个数，例如 320；不清楚就写“取消”。"
ASK_KIND = "登记哪一类宣传活动？"
ASK_PICTURE = "要附照片，十分钟内发一张来；不用就点“不用照片”。"
PICTURE_KEPT = "照片已附上。"
PICTURE_GONE = "照片没有留住，请再发一次。"
PICTURE_WITHIN = timedelta(minutes=10)


class ForwardButton(CallbackData, prefix="fwd"):
    """A notice that was forwarded by hand."""

    act: str
    number: int


class ActivityButton(CallbackData, prefix="activity"):
    """The kind of an activity."""

    kind: str


class JudgeButton(CallbackData, prefix="deed"):
    """An activity is approved, or not."""

    act: str
    number: int


class PictureButton(CallbackData, prefix="photo"):
    """No photo."""

    act: str


async def press_forwarded(
    callback: CallbackQuery,
    callback_data: ForwardButton,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """已转发; the size of the group is asked for next."""
    keeper = known_staff(staff)
    require(keeper.role, Action.ADD_GROUP)
    group = await confirm_forward(session, keeper, callback_data.number, now)
    await state.set_state(Telling.members)
    await state.set_data({"number": callback_data.number})
    words = f"已记下：转发到“{group.title}”。{ASK_MEMBERS}"
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def tell_members(
    message: Message,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    now: datetime,
    arrived: Arrived | None = None,
) -> Reply:
    """How many read in the group; a photo may come first, or with the number below it."""
    data = await state.get_data()
    number, typed = data["number"], words_of(message)
    pictured = bool(data.get("pictured"))
    if arrived is not None:
        pictured = await attach_picture(
            session, known_staff(staff), Deed.FORWARD, number, arrived.id
        )
        if not typed:
            await state.set_data({**data, "pictured": pictured})
            return say(message.chat.id, PICTURE_KEPT + ASK_MEMBERS)
    members = read_members(typed) or 0
    await say_members(session, known_staff(staff), number, members)
    done = f"已记下：{members} 人。"
    if pictured:
        await state.clear()
        return say(message.chat.id, f"{done}{PICTURE_KEPT}辛苦了。")
    return await _ask_for_picture(message.chat.id, state, Deed.FORWARD, number, done, now)


async def start_activity(message: Message, staff: Staff | None) -> Reply:
    """Which kind of activity."""
    staff_who_may(staff, Action.FILE_ACTIVITY)
    buttons = [
        keyboards.button(title, ActivityButton(kind=kind))
        for kind, title in activities.KINDS.items()
    ]
    return say(message.chat.id, ASK_KIND, keyboards.rows(buttons))


async def press_kind(
    callback: CallbackQuery, callback_data: ActivityButton, staff: Staff | None, state: FSMContext
) -> list[Reply]:
    """Place and people are asked for in one line."""
    staff_who_may(staff, Action.FILE_ACTIVITY)
    await state.set_state(Telling.activity)
    await state.set_data({"kind": callback_data.kind})
    return [acknowledge(callback.id), say(callback.from_user.id, activities.HOW)]


async def tell_activity(
    message: Message,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    now: datetime,
    arrived: Arrived | None = None,
) -> Reply:
    """The one line, below a photo or alone; it is filed."""
    data, typed = await state.get_data(), words_of(message)
    piece = arrived.id if arrived is not None else data.get("piece")
    if not typed:
        await state.set_data({**data, "piece": piece})
        return say(message.chat.id, f"收到照片。{activities.HOW}")
    worker, kind = known_staff(staff), data["kind"]
    filed = await activities.file_activity(session, worker, kind, typed, now)
    judge = "派出所" if filed.area_id else "专班"
    day = "" if filed.filed_at == now else on_screen(filed.filed_at, "%m月%d日，")
    done = (
        f"已登记：{day}{activities.KINDS[kind]}，{filed.place}，{filed.people} 人，等{judge}审核。"
    )
    pictured = False
    if piece:
        pictured = await attach_picture(session, worker, Deed.ACTIVITY, filed.id, piece)
    await activities.tell_station(session, filed, worker, now)
    if pictured:
        await state.clear()
        return say(message.chat.id, done + PICTURE_KEPT)
    return await _ask_for_picture(message.chat.id, state, Deed.ACTIVITY, filed.id, done, now)


async def press_judge(
    callback: CallbackQuery,
    callback_data: JudgeButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """The station's one tap."""
    approved, number = callback_data.act == "approve", callback_data.number
    await activities.decide_activity(session, known_staff(staff), number, approved, now)
    words = "已通过，计入全年。" if approved else "已记为不通过。"
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def _ask_for_picture(
    chat: int, state: FSMContext, deed: Deed, number: int, done: str, now: datetime
) -> Reply:
    """For some minutes a photo is taken for it; any other message goes its ordinary way."""
    until = (now + PICTURE_WITHIN).isoformat()
    await state.set_state(Telling.picture)
    await state.set_data({"deed": deed, "number": number, "until": until})
    return _without(chat, done + ASK_PICTURE)


def _without(chat: int, words: str) -> Reply:
    button = keyboards.button("不用照片", PictureButton(act="none"))
    return say(chat, words, keyboards.rows([button]))


async def tell_picture(
    message: Message,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    arrived: Arrived,
) -> list[Reply]:
    """The photo; of an album the first one, the others are let go without a word each."""
    data, album = await state.get_data(), message.media_group_id
    if album is not None and data.get("album") == album:
        return []
    deed = Deed(data["deed"])
    kept = await attach_picture(session, known_staff(staff), deed, data["number"], arrived.id)
    if album is None:
        await state.clear()
    else:
        await state.set_data({**data, "album": album})
    return [say(message.chat.id, PICTURE_KEPT if kept else PICTURE_GONE)]


async def press_no_picture(
    callback: CallbackQuery, staff: Staff | None, state: FSMContext
) -> list[Reply]:
    """It stays without a photo."""
    require(known_staff(staff).role, Action.FILE_ACTIVITY)
    if await state.get_state() == Telling.picture.state:
        await state.clear()
    return [acknowledge(callback.id), say(callback.from_user.id, "好，不附照片。辛苦了。")]


def open_question(
    chat: int, state: str | None, data: dict[str, Any], now: datetime
) -> Reply | None:
    """What is still awaited of somebody who left to look at something else."""
    if state == Telling.members.state:
        return say(chat, ASK_MEMBERS)
    if state == Telling.activity.state:
        return say(chat, activities.HOW)
    if state == Telling.picture.state and still_open(data, now):
        return _without(chat, ASK_PICTURE)
    return None


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="deeds")
    router.message.filter(PRIVATE)
    router.message.register(start_activity, Command("activity"))
    for handler, state in ((tell_members, Telling.members), (tell_activity, Telling.activity)):
        router.message.register(handler, StateFilter(state), came)
        router.message.register(handler, StateFilter(state), ANSWER)
    router.message.register(tell_picture, StateFilter(Telling.picture), came)
    router.callback_query.register(press_forwarded, ForwardButton.filter(F.act == "done"))
    router.callback_query.register(press_kind, ActivityButton.filter())
    router.callback_query.register(
        press_judge, JudgeButton.filter(F.act.in_({"approve", "refuse"}))
    )
    router.callback_query.register(press_no_picture, PictureButton.filter())
    return router
