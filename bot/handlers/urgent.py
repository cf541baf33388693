"""Money is gone: 110 first, then only what stops a payment; the first answer is filed at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.handlers import report_keyboards as keyboards
from bot.handlers import report_views as words
from bot.handlers import views
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.replies import Reply, acknowledge, say, words_of
from bot.handlers.report_keyboards import StopButton
from bot.handlers.states import STOPPING, Stopping
from bot.services import own_leads
from bot.services.evidence import Arrived, attach_to_draft
from bot.services.notifications import desk_now
from bot.services.report_answers import DO_NOT_KNOW, GUARDIAN_FIRST, UNSURE, Guardian
from bot.services.reports import OUTSIDE, Draft
from bot.services.runtime_settings import district_in_force
from bot.services.stop_answers import Told, read_told
from bot.services.stop_steps import YES, Course, StopStep
from bot.services.urgent import complete_urgent, file_urgent
from bot.settings import Settings
from bot.storage.leads import Reporter
from bot.storage.residents import Resident


@dataclass(slots=True)
class Place:
    """Where the questions stand; `number` is the lead's once there is one.

    `child`, `guardian` and `nameless` are those of the course of questions.
    """

    begun: Draft
    step: StopStep
    nonce: str
    number: str = ""
    child: bool = False
    guardian: str = ""
    nameless: bool = False

    @classmethod
    async def of(cls, state: FSMContext) -> "Place":
        """Where the dialogue stands."""
        data = await state.get_data()
        return cls(
            Draft.from_data(data.get("begun", {})),
            StopStep(data.get("step", StopStep.PHONE)),
            data.get("nonce", ""),
            data.get("number", ""),
            child=data.get("child", False),
            guardian=data.get("guardian", ""),
            nameless=data.get("nameless", False),
        )

    @property
    def course(self) -> Course:
        """Which questions are put."""
        return Course(self.begun.happened, self.child, self.guardian, self.nameless)

    async def save(self, state: FSMContext) -> None:
        """Keep it in the dialogue."""
        standing = Stopping.nameless if self.number and self.nameless else Stopping.asking
        if await state.get_state() != standing.state:
            await state.set_state(standing)
        await state.set_data(
            {
                "begun": self.begun.to_data(),
                "step": self.step,
                "nonce": self.nonce,
                "number": self.number,
                "child": self.child,
                "guardian": self.guardian,
                "nameless": self.nameless,
            }
        )

    def ask(self, chat: int, *, first: bool = False) -> Reply:
        """The question with its buttons."""
        question = words.stop_question(self.begun.happened, self.step, first=first)
        return say(chat, question, self.keyboard())

    def keyboard(self) -> InlineKeyboardMarkup:
        """The buttons of the question."""
        filed = bool(self.number)
        return keyboards.stop_step(self.course, self.step, self.nonce, filed=filed)


async def begin(chat: int, state: FSMContext, draft: Draft, nonce: str = "") -> Reply:
    """The notice of what is kept, and the first question; `nonce` names the files sent before."""
    place = Place(
        draft,
        StopStep.PHONE,
        nonce or secrets.token_hex(4),
        child=draft.minor,
        guardian=draft.guardian,
        nameless=draft.who == Reporter.ANONYMOUS,
    )
    await place.save(state)
    return place.ask(chat, first=True)


async def type_answer(
    message: Message,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """An answer in words; 返回 and 跳过 work typed, too."""
    place = await Place.of(state)
    chat, typed = message.chat.id, words_of(message).strip()
    ways = {"返回": "back", "跳过": "skip", "先到这里": "end"}
    ways |= dict.fromkeys(DO_NOT_KNOW if place.step is not StopStep.STILL else UNSURE, "skip")
    try:
        if typed in ways:
            return await _go(chat, state, place, ways[typed])
        return await _answer(chat, session, state, resident, place, typed, settings, now)
    except InvalidInputError as wrong:
        return [say(chat, wrong.words, place.keyboard())]


async def press_answer(
    callback: CallbackQuery,
    callback_data: StopButton,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """A pressed choice; a button of another dialogue or an earlier question changes nothing."""
    chat, value = callback.from_user.id, callback_data.value
    old = [acknowledge(callback.id, views.OLD_BUTTON), say(chat, views.OLD_BUTTON)]
    if await state.get_state() not in STOPPING:
        return old
    place = await Place.of(state)
    if callback_data.nonce != place.nonce:
        return old
    if callback_data.step != place.step:
        return [acknowledge(callback.id, views.OLD_BUTTON), place.ask(chat)]
    if value in ("back", "skip", "end", "cancel"):
        return [acknowledge(callback.id), *await _go(chat, state, place, value)]
    try:
        replies = await _answer(chat, session, state, resident, place, value, settings, now)
    except InvalidInputError as wrong:
        replies = [say(chat, wrong.words, place.keyboard())]
    return [acknowledge(callback.id), *replies]


async def question_under_way(chat: int, state: FSMContext) -> Reply:
    """The open question."""
    return (await Place.of(state)).ask(chat)


async def attach(
    chat: int,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    settings: Settings,
    arrived: Arrived,
    now: datetime,
) -> list[Reply]:
    """A picture is an answer, too: the first one makes the lead."""
    place = await Place.of(state)
    if place.number:
        lead = await own_leads.lead_under_way(session, resident, place.number)
        count = await own_leads.add_file_to(session, resident, lead, arrived, now)
        return [say(chat, words.file_kept(arrived, count))]
    count = await attach_to_draft(session, arrived, place.nonce)
    receipt = await _file(chat, session, resident, place, Told(), settings, now)
    await place.save(state)
    return [say(chat, words.file_kept(arrived, count)), receipt]


async def _file(
    chat: int,
    session: AsyncSession,
    resident: Resident,
    place: Place,
    told: Told,
    settings: Settings,
    now: datetime,
) -> Reply:
    desk, district = await desk_now(session, now), await district_in_force(session, settings)
    lead = await file_urgent(session, resident, place.begun, told, now, place.nonce)
    place.number = lead.number
    text = words.stop_receipt(lead, desk, told.area, district)
    mine = lead.resident_id is not None
    return say(chat, text, keyboards.just_filed(lead.number) if mine else None)


async def _answer(
    chat: int,
    session: AsyncSession,
    state: FSMContext,
    resident: Resident,
    place: Place,
    typed: str,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    told = read_told(place.step, typed)
    replies: list[Reply] = [say(chat, views.DESPAIR)] if told.despair else []
    replies += [say(chat, one) for one in words.noticed(told.hidden, told.kept)]
    if told.guardian is Guardian.CHILD and place.guardian == Guardian.CHILD:
        return [say(chat, GUARDIAN_FIRST, place.keyboard())]
    if place.number:
        try:
            await complete_urgent(session, resident, place.number, place.step, told, now)
        except ConflictError as ended:
            await state.clear()
            return [*replies, say(chat, words.ended_meanwhile(ended.words))]
        if told.area == OUTSIDE:
            replies.append(say(chat, words.outside(await district_in_force(session, settings))))
    else:
        replies.append(await _file(chat, session, resident, place, told, settings, now))
    if told.elements and told.elements.get(StopStep.STILL) == YES:
        replies.append(say(chat, words.hang_up()))
    _note(place, told)
    if told.guardian is Guardian.CHILD:
        await place.save(state)
        return [*replies, say(chat, GUARDIAN_FIRST, place.keyboard())]
    if told.reporter is Reporter.ANONYMOUS:
        replies.append(say(chat, words.NAMELESS))
    step = _step_after(place, told)
    return [*replies, *await _ask_or_end(chat, state, place, step)]


def _note(place: Place, told: Told) -> None:
    """What an answer changes in the course of the questions."""
    if told.reporter is not None:
        place.nameless = told.reporter is Reporter.ANONYMOUS
    place.child = place.child or told.child
    if told.guardian is not None:
        place.guardian = told.guardian


def _step_after(place: Place, told: Told) -> StopStep | None:
    """The next question; the same again where a story was told instead of an answer."""
    if told.story and not told.phone:
        return place.step
    return place.course.after(place.step)


async def _go(chat: int, state: FSMContext, place: Place, way: str) -> list[Reply]:
    if way == "cancel":
        await state.clear()
        return [say(chat, words.NOTHING_FILED)]
    if way == "end":
        return await _ask_or_end(chat, state, place, None)
    if way == "back":
        return await _ask_or_end(chat, state, place, place.course.before(place.step) or place.step)
    return await _ask_or_end(chat, state, place, place.course.after(place.step))


async def _ask_or_end(
    chat: int, state: FSMContext, place: Place, step: StopStep | None
) -> list[Reply]:
    if step is not None:
        place.step = step
        await place.save(state)
        return [place.ask(chat)]
    await state.clear()
    if not place.number:
        return [say(chat, words.NOTHING_FILED)]
    ended = words.stop_end(place.number, nameless=place.nameless)
    return [say(chat, ended, None if place.nameless else keyboards.finished(place.number))]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="urgent")
    router.message.filter(PRIVATE)
    router.message.register(type_answer, StateFilter(Stopping.asking, Stopping.nameless), ANSWER)
    router.callback_query.register(press_answer, StopButton.filter())
    return router
