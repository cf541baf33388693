"""/subscribe asks where one lives: from a list, level by level, or by a typed name."""

from collections.abc import Sequence

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards, views
from bot.handlers.filters import ANSWER, PRIVATE, When
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.subscribe_views import SubButton, ask_kinds
from bot.services.grid import area_name, right_inside
from bot.services.places import (
    LONGEST_NAME,
    first_places,
    places_inside,
    places_named,
    shown_names,
)
from bot.services.subscriptions import EVERYBODY
from bot.storage.areas import Area, all_areas

ASK_PLACE = "住在哪里？"
ASK_NAME = "请打字写社区或小区的名字，例如“幸福里”。不想写，点“不限”。"
ASK_INSIDE = "住在里面哪一处？"
WHICH = "是哪一个？"
NOT_FOUND = "没有找到这个名字。换个写法再试，例如只写前两三个字；不想写，点“不限”。"


class Subscribing(StatesGroup):
    """The name of a place is awaited."""

    place = State()


async def press_audience(
    callback: CallbackQuery,
    callback_data: SubButton,
    session: AsyncSession,
    state: FSMContext,
) -> list[Reply]:
    """Where one lives; without a grid that is not asked."""
    chat, chosen = callback.from_user.id, callback_data.value
    areas = await all_areas(session)
    if not areas:
        return [acknowledge(callback.id), ask_kinds(chat, f"{chosen}.0")]
    offered = first_places(areas)
    if not offered:
        return [acknowledge(callback.id), await _ask_name(chat, chosen, state)]
    buttons = [_anywhere(chosen), *_doors(offered, chosen)]
    if len(areas) > len(offered):
        buttons.append(_by_name(chosen))
    return [acknowledge(callback.id), say(chat, ASK_PLACE, keyboards.rows(buttons))]


async def press_place(
    callback: CallbackQuery,
    callback_data: SubButton,
    session: AsyncSession,
    state: FSMContext,
) -> list[Reply]:
    """Where in that place; what holds nothing else is the place."""
    chat = callback.from_user.id
    await _stop_asking(state)
    chosen, _, number = callback_data.value.partition(".")
    areas = await all_areas(session)
    place = next((area for area in areas if str(area.id) == number), None)
    if place is None or not right_inside(areas, place.id):
        return [acknowledge(callback.id), ask_kinds(chat, callback_data.value)]
    whole = keyboards.button(
        f"整个{shown_names([place])[0][1]}", SubButton(act="kinds", value=callback_data.value)
    )
    buttons = [whole, *_doors(places_inside(areas, place.id), chosen), _by_name(chosen)]
    return [acknowledge(callback.id), say(chat, ASK_INSIDE, keyboards.rows(buttons))]


async def press_by_name(
    callback: CallbackQuery, callback_data: SubButton, state: FSMContext
) -> list[Reply]:
    """The name is to be typed."""
    asked = await _ask_name(callback.from_user.id, callback_data.value, state)
    return [acknowledge(callback.id), asked]


async def hear_name(message: Message, session: AsyncSession, state: FSMContext) -> Reply:
    """The places with such a name; nothing is chosen before one of them is pressed."""
    chosen = str((await state.get_data()).get("chosen", "0"))
    found = places_named(await all_areas(session), message.text or "")
    if not found:
        return say(message.chat.id, NOT_FOUND, keyboards.rows([_anywhere(chosen)]))
    buttons = [
        keyboards.button(area_name(area), SubButton(act="in", value=f"{chosen}.{area.id}"))
        for area in found
    ]
    return say(message.chat.id, WHICH, keyboards.rows([*buttons, _anywhere(chosen)], width=1))


async def press_whole(
    callback: CallbackQuery, callback_data: SubButton, state: FSMContext
) -> list[Reply]:
    """All of a place, or anywhere: what one wants is next."""
    await _stop_asking(state)
    return [acknowledge(callback.id), ask_kinds(callback.from_user.id, callback_data.value)]


def question_under_way(chat: int, chosen: str) -> Reply:
    """The open question again."""
    return say(chat, ASK_NAME, keyboards.rows([_anywhere(chosen)]))


async def _ask_name(chat: int, chosen: str, state: FSMContext) -> Reply:
    if await state.get_state() in (None, Subscribing.place.state):
        await state.set_state(Subscribing.place)
        await state.set_data({"chosen": chosen})
        return question_under_way(chat, chosen)
    return say(chat, views.BUSY)


async def _stop_asking(state: FSMContext) -> None:
    if await state.get_state() == Subscribing.place.state:
        await state.clear()


def _doors(areas: Sequence[Area], chosen: str) -> list[InlineKeyboardButton]:
    return [
        keyboards.button(name, SubButton(act="in", value=f"{chosen}.{number}"))
        for number, name in shown_names(areas)
    ]


def _anywhere(chosen: str) -> InlineKeyboardButton:
    return keyboards.button(EVERYBODY, SubButton(act="kinds", value=f"{chosen}.0"))


def _by_name(chosen: str) -> InlineKeyboardButton:
    return keyboards.button("打字找", SubButton(act="find", value=chosen))


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="subscribe_place")
    router.message.filter(PRIVATE)
    short = When(F.text.len() <= LONGEST_NAME)
    router.message.register(hear_name, StateFilter(Subscribing.place), ANSWER, short)
    for act, handler in (
        ("place", press_audience),
        ("in", press_place),
        ("find", press_by_name),
        ("kinds", press_whole),
    ):
        router.callback_query.register(handler, SubButton.filter(F.act == act))
    return router
