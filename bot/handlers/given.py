"""Contact cards and places while a report is written: they answer what is asked.

Outside a report `things` looks at them.
"""

from collections.abc import Mapping
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import Contact, Location, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.handlers import mine, report, urgent
from bot.handlers.filters import PRIVATE, When
from bot.handlers.replies import Reply, say
from bot.handlers.states import STOPPING, Adding, Reporting, Stopping
from bot.handlers.things import NO_NUMBER, number_of
from bot.services.reports import ReportStep
from bot.services.stop_steps import StopStep
from bot.settings import Settings
from bot.storage.residents import Resident

HOW_TO_CALL = frozenset({str(StopStep.PHONE), str(ReportStep.PHONE)})
OF_THE_SUSPECT = frozenset({str(ReportStep.SUSPECTS), str(StopStep.PAYEE), str(StopStep.PLATE)})
WHERE = frozenset({str(StopStep.WHERE), str(ReportStep.AREA)})
OWN_CARD = "这是您自己的名片。这里要的是对方的，请发对方的名片或号码。"
NO_CARD_NOW = "这一步用不上名片，没有保存。问到电话或对方信息时可以再发。"
NO_PLACE_NOW = "这一步用不上位置，没有保存。"
GIVEN = When(F.contact | F.location | F.venue)
_STATES = (Reporting.asking, Stopping.asking, Stopping.nameless, Adding.words)
_SIDES: Mapping[str, tuple[str, str]] = {
    "latitude": ("北纬", "南纬"),
    "longitude": ("东经", "西经"),
}


async def take(
    message: Message,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """Take it as the answer in words that it is; what is not asked for is said so, and asked."""
    current, chat = await state.get_state(), message.chat.id
    adding = current == Adding.words.state
    step = "" if adding else str((await state.get_data()).get("step", ""))
    try:
        typed = words_given(message, step, adding=adding)
    except InvalidInputError as wrong:
        question = await report.question_under_way(chat, state)
        return [say(chat, wrong.words), *([question] if question else [])]
    written = message.model_copy(update={"text": typed})
    if adding:
        return await mine.add(written, session, resident, state, now)
    if current in STOPPING:
        return await urgent.type_answer(written, session, state, resident, settings, now)
    return await report.type_answer(written, session, state, resident, None, settings, now)


def words_given(message: Message, step: str, *, adding: bool = False) -> str:
    """What a card or a place says to the question of `step`.

    Raises InvalidInputError where it is not what was asked for.
    """
    if message.contact is not None:
        return _of_card(message.contact, message, step, adding=adding)
    if not adding and step not in WHERE:
        raise InvalidInputError(NO_PLACE_NOW)
    venue = message.venue
    if venue is not None:
        return "，".join(part for part in (venue.title, venue.address) if part)
    assert message.location is not None
    return place_in_words(message.location)


def _of_card(card: Contact, message: Message, step: str, *, adding: bool) -> str:
    number, sender = number_of(card), message.from_user
    if not number:
        raise InvalidInputError(NO_NUMBER)
    if step in HOW_TO_CALL:
        return number
    if not adding and step not in OF_THE_SUSPECT:
        raise InvalidInputError(NO_CARD_NOW)
    if sender is not None and card.user_id == sender.id:
        raise InvalidInputError(OWN_CARD)
    return f"对方名片 {card.first_name} {card.last_name or ''}，电话 {number}"


def place_in_words(place: Location) -> str:
    """Degrees and minutes to about twenty metres, as maps take them."""
    parts = []
    for name, (positive, negative) in _SIDES.items():
        value = float(getattr(place, name))
        hundredths = round(abs(value) * 6000)
        side = positive if value >= 0 else negative
        parts.append(f"{side}{hundredths // 6000}度{hundredths % 6000 / 100:.2f}分")
    return f"位置：{'，'.join(parts)}"


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="given")
    router.message.filter(PRIVATE)
    router.message.register(take, StateFilter(*_STATES), GIVEN)
    return router
