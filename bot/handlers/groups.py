"""/groups: the groups one may send to; each gets its area, its audiences and its size, or goes."""

from collections.abc import Sequence
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.handlers import keyboards
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff
from bot.handlers.states import Telling
from bot.services.grid import (
    AUDIENCES,
    amend_group,
    areas_within,
    name_of,
    read_members,
    right_inside,
)
from bot.services.groups import GroupLine, add_wechat_group, find_group, list_groups, remove_group
from bot.services.permissions import Action, may, require
from bot.storage.areas import Area
from bot.storage.staff import Staff

GROUPS_SHOWN = 30
AREAS_SHOWN = 40
ASK_SIZE = "这个群有多少人？写个数，例如 320。"
NONE = "还没有群。把我拉进群后，在群里发 /register；机器人进不去的微信群发 /wechat 群名。"


class GroupButton(CallbackData, prefix="grp"):
    """What is to be done with a group; `value` is the area or audience in question."""

    act: str
    group: int
    value: int = 0


async def tell_groups(
    message: Message, command: CommandObject, session: AsyncSession, staff: Staff | None
) -> Reply:
    """The groups one may send to, with what is known of each; words behind it pick some."""
    speaker, words = known_staff(staff), (command.args or "").strip()
    lines = await list_groups(session, speaker)
    found = [line for line in lines if words in line.title or words in line.area]
    if not found:
        return say(message.chat.id, f"没有名字里有“{words}”的群。" if lines else NONE)
    shown = "\n".join(_line(line) for line in found[:GROUPS_SHOWN])
    more = len(found) - GROUPS_SHOWN
    rest = f"\n还有 {more} 个：发 /groups 和群名里的字，只列那几个。" if more > 0 else ""
    buttons = [
        keyboards.button(line.title, GroupButton(act="show", group=line.id))
        for line in found[:GROUPS_SHOWN]
    ]
    changes = may(speaker.role, Action.ADD_GROUP)
    keyboard = keyboards.rows(buttons) if changes else None
    ask = "\n点群名，改地区、人群、人数。" if changes else ""
    return say(message.chat.id, shown + rest + ask, keyboard)


def _line(line: GroupLine) -> str:
    parts = (
        line.title,
        line.channel_name,
        line.area,
        "、".join(line.audiences),
        f"{line.members} 人" if line.members else "",
    )
    return " · ".join(part for part in parts if part)


async def press_group(
    callback: CallbackQuery,
    callback_data: GroupButton,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """A button of a group's card; what is chosen is kept at once and the card shown again."""
    speaker, chat, group = known_staff(staff), callback.from_user.id, callback_data.group
    require(speaker.role, Action.ADD_GROUP)
    line = await find_group(session, speaker, group)
    value, reply = callback_data.value, None
    match callback_data.act:
        case "areas":
            areas = await areas_within(session, speaker)
            reply = _ask_area(chat, line, areas, value)
        case "tags":
            reply = _ask_tags(chat, line)
        case "size":
            await state.set_state(Telling.size)
            await state.set_data({"group": group})
            reply = say(chat, ASK_SIZE)
        case "area":
            await amend_group(session, speaker, group, area_id=value or None)
        case "tag":
            line = await _toggle(session, speaker, line, value)
            reply = _ask_tags(chat, line)
        case "remove":
            button = keyboards.button("确认移除", GroupButton(act="removed", group=group))
            words = f"移除“{line.title}”？以后的通知不再发到那里。"
            reply = say(chat, words, keyboards.rows([button]))
        case "removed":
            await remove_group(session, speaker, group, now)
            reply = say(chat, f"已移除“{line.title}”。")
    return [acknowledge(callback.id), reply or await _card(session, speaker, chat, group)]


async def _toggle(session: AsyncSession, staff: Staff, line: GroupLine, value: int) -> GroupLine:
    if not 0 <= value < len(AUDIENCES):
        raise InvalidInputError("请点下面的按钮选人群。")
    tag = AUDIENCES[value]
    kept = [one for one in AUDIENCES if (one in line.audiences) != (one == tag)]
    await amend_group(session, staff, line.id, audiences=kept)
    return await find_group(session, staff, line.id)


async def tell_size(
    message: Message, session: AsyncSession, staff: Staff | None, state: FSMContext
) -> Reply:
    """How many are in the group."""
    speaker, group = known_staff(staff), (await state.get_data())["group"]
    await amend_group(session, speaker, group, members=read_members(message.text or ""))
    await state.clear()
    return await _card(session, speaker, message.chat.id, group)


async def _card(session: AsyncSession, staff: Staff, chat: int, group: int) -> Reply:
    line = await find_group(session, staff, group)
    names = {"areas": "地区", "tags": "人群", "size": "人数", "remove": "移除"}
    buttons = [
        keyboards.button(name, GroupButton(act=act, group=group)) for act, name in names.items()
    ]
    known = f"地区：{line.area or '没选'}\n人群：{'、'.join(line.audiences) or '没选'}"
    words = f"{line.title}（{line.channel_name}）\n{known}\n人数：{line.members or '不清楚'}"
    return say(chat, words, keyboards.rows(buttons))


def _ask_area(chat: int, line: GroupLine, areas: Sequence[Area], inside: int) -> Reply:
    if not areas:
        return say(chat, "还没有地区。请专班负责人在值班台“地区”里导入。")
    choices = []
    for area in areas:
        if area.id == inside:
            choices.append(_area_button(line, "area", area.id, f"就选{name_of(area)}"))
    for area in right_inside(areas, inside)[:AREAS_SHOWN]:
        opens = bool(right_inside(areas, area.id))
        label = f"{name_of(area)} ›" if opens else name_of(area)
        choices.append(_area_button(line, "areas" if opens else "area", area.id, label))
    if not inside:
        choices.append(_area_button(line, "area", 0, "不属于哪个地区"))
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[one] for one in choices])
    return say(chat, f"“{line.title}”在哪个地区？", keyboard)


def _area_button(line: GroupLine, act: str, value: int, label: str) -> InlineKeyboardButton:
    return keyboards.button(label, GroupButton(act=act, group=line.id, value=value))


def _ask_tags(chat: int, line: GroupLine) -> Reply:
    buttons = [
        keyboards.button(
            f"✓ {tag}" if tag in line.audiences else tag,
            GroupButton(act="tag", group=line.id, value=number),
        )
        for number, tag in enumerate(AUDIENCES)
    ]
    buttons.append(keyboards.button("好了", GroupButton(act="show", group=line.id)))
    return say(chat, f"“{line.title}”里是哪些人？可以选几类。", keyboards.rows(buttons))


async def add_wechat(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> Reply:
    """Register a WeChat group that the speaker forwards to."""
    group = await add_wechat_group(session, known_staff(staff), command.args or "", now)
    return say(
        message.chat.id,
        f"已登记微信群“{group.title}”。有通知时，文字会发给您，请转发后点“已转发”。",
    )


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="groups")
    router.message.filter(PRIVATE)
    router.message.register(tell_groups, Command("groups"))
    router.message.register(add_wechat, Command("wechat"))
    router.message.register(tell_size, StateFilter(Telling.size), ANSWER)
    acts = {"show", "areas", "area", "tags", "tag", "size", "remove", "removed"}
    router.callback_query.register(press_group, GroupButton.filter(F.act.in_(acts)))
    return router
