"""Grid workers send a notice: which one, its blanks, to whom, when, a last look."""

import secrets
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from aiogram import Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.handlers import notice_views as words
from bot.handlers import views
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.keyboards import NoticeButton
from bot.handlers.notice_answers import (
    Speaker,
    begun,
    filled,
    look,
    poster_order,
    to_areas,
    to_audience,
    to_groups,
)
from bot.handlers.notice_choices import MORE_WANTED, keyboard_of, question_of
from bot.handlers.notice_draft import (
    OWN,
    NoticeDraft,
    Step,
    timed,
)
from bot.handlers.notice_extras import added, written
from bot.handlers.notice_keeping import CANCEL, KEEP, leave_notice, stored
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff
from bot.services.broadcasts import send_test
from bot.services.campaigns import check_words
from bot.services.grid import area_name, areas_within, in_street
from bot.services.groups import list_groups
from bot.services.kept_drafts import Origin, list_drafts, submit
from bot.services.permissions import Action, require
from bot.services.runtime_settings import district_in_force, rules_in_force
from bot.settings import Settings
from bot.storage.drafts import Ref
from bot.storage.staff import Staff

DRAFTS_SHOWN = 5
OF_A_SEASON = "建议：这一季常见的骗术"


class Noticing(StatesGroup):
    """A notice is being prepared; which question stands in the data."""

    asking = State()


async def start_notice(
    message: Message, session: AsyncSession, staff: Staff | None, state: FSMContext, now: datetime
) -> Reply:
    """Begin with the list of approved notices."""
    speaker = Speaker(message.chat.id, known_staff(staff), session, state, now)
    require(speaker.staff.role, Action.SEND_NOTICE)
    if not await list_groups(session, speaker.staff):
        return say(message.chat.id, words.NO_GROUPS)
    return await ask(speaker, NoticeDraft(secrets.token_hex(4)))


async def start_with_words(speaker: Speaker, text: str, street: str, kept: Ref) -> Reply:
    """Begin with a text that was suggested, of which `kept` is the draft: to whom it goes is asked
    first, its street chosen."""
    require(speaker.staff.role, Action.SEND_NOTICE)
    if not await list_groups(speaker.session, speaker.staff):
        raise InvalidInputError(words.NO_GROUPS)
    written = {OWN: check_words(text)}
    draft = NoticeDraft(secrets.token_hex(4), Step.GROUP, OWN, written)
    draft = replace(draft, kept=kept.id, version=kept.version, opened=True)
    chosen = in_street(await areas_within(speaker.session, speaker.staff), street)
    if chosen:
        draft = replace(draft, step=Step.AREA, by_choice=True, placed=True, areas=chosen)
    return await ask(speaker, draft)


async def start_with_template(speaker: Speaker, name: str) -> Reply:
    """Begin with an approved notice that was suggested, stored at once: its blanks come first."""
    require(speaker.staff.role, Action.SEND_NOTICE)
    if not await list_groups(speaker.session, speaker.staff):
        raise InvalidInputError(words.NO_GROUPS)
    draft = begun(NoticeDraft(secrets.token_hex(4), opened=True), name)
    return await ask(speaker, await stored(speaker, draft, Origin(OF_A_SEASON)))


async def type_answer(
    message: Message,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """A blank, own words, the name of an area, a time or a rule."""
    speaker = Speaker(message.chat.id, known_staff(staff), session, state, now, settings)
    draft = NoticeDraft(**await state.get_data())
    typed = (message.text or "").strip()
    try:
        if typed == "返回":
            return [await _back(speaker, draft)]
        return await _answer(speaker, draft, typed)
    except InvalidInputError as wrong:
        question = await ask(speaker, draft)
        return [question.model_copy(update={"text": wrong.words, "entities": []})]


async def press_answer(
    callback: CallbackQuery,
    callback_data: NoticeButton,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """A pressed choice; a button of another dialogue or question changes nothing."""
    chat = callback.from_user.id
    speaker = Speaker(chat, known_staff(staff), session, state, now, settings)
    stored: dict[str, Any] = await state.get_data()
    if await state.get_state() != Noticing.asking.state or stored["nonce"] != callback_data.nonce:
        return [acknowledge(callback.id, views.OLD_BUTTON), say(chat, views.OLD_BUTTON)]
    draft = NoticeDraft(**stored)
    if callback_data.value in (CANCEL, KEEP):
        return [acknowledge(callback.id), await leave_notice(speaker, draft, callback_data.value)]
    if callback_data.step != draft.step:
        return [acknowledge(callback.id, views.OLD_BUTTON), await ask(speaker, draft)]
    if callback_data.value == "back":
        return [acknowledge(callback.id), await _back(speaker, draft)]
    return [acknowledge(callback.id), *await _answer(speaker, draft, callback_data.value)]


async def _answer(speaker: Speaker, draft: NoticeDraft, given: str) -> list[Reply]:
    match draft.step:
        case Step.TEMPLATE:
            return [await ask(speaker, begun(draft, given))]
        case Step.BLANKS:
            return [await ask(speaker, filled(draft, given))]
        case Step.GROUP:
            return [await ask(speaker, await to_groups(speaker, draft, given))]
        case Step.AREA:
            return [await ask(speaker, await to_areas(speaker, draft, given))]
        case Step.AUDIENCE:
            return [await ask(speaker, await to_audience(speaker, draft, given))]
        case Step.TIME:
            rules = await rules_in_force(speaker.session, speaker.settings or Settings())
            return [await ask(speaker, timed(draft, given, speaker.now, rules))]
        case Step.MORE:
            return [await ask(speaker, added(draft, given))]
        case Step.WRITE:
            return [await ask(speaker, written(draft, given))]
        case _:
            return await _last_look(speaker, draft, given)


async def _last_look(speaker: Speaker, draft: NoticeDraft, given: str) -> list[Reply]:
    if given == "test":
        looked = await look(speaker, draft)
        told = await send_test(
            speaker.session,
            speaker.staff,
            looked.tests,
            speaker.now,
            order=await poster_order(speaker, looked),
        )
        sent = say(speaker.chat, f"已发到您绑定的 {told} 个聊天，只有您能看到。")
        return [sent, await ask(speaker, draft)]
    if given == MORE_WANTED:
        return [await ask(speaker, replace(draft, step=Step.MORE))]
    if given not in ("send", "urgent"):
        raise InvalidInputError("请点“确认发送”，或点“返回”修改。")
    return [await _send(speaker, draft, emergency=given == "urgent")]


async def _send(speaker: Speaker, draft: NoticeDraft, *, emergency: bool) -> Reply:
    settings = speaker.settings or Settings()
    district = await district_in_force(speaker.session, settings)
    broadcast = await submit(
        speaker.session,
        speaker.staff,
        draft.ref,
        draft.plan(emergency=emergency),
        now=speaker.now,
        dedupe=f"chat:{draft.nonce}",
        rules=await rules_in_force(speaker.session, settings),
        district=district,
        bot_name=settings.telegram_name,
    )
    await speaker.state.clear()
    return say(speaker.chat, words.notice_scheduled(broadcast, draft.time, len(draft.groups)))


async def _back(speaker: Speaker, draft: NoticeDraft) -> Reply:
    if draft.step == Step.AREA and draft.inside:
        return await ask(speaker, replace(draft, inside=0))
    return await ask(speaker, draft.before())


async def cancelled(speaker: Speaker) -> Reply | None:
    """Out of a notice that is under way, if one is, as by its own button."""
    if await speaker.state.get_state() != Noticing.asking.state:
        return None
    return await leave_notice(speaker, NoticeDraft(**await speaker.state.get_data()), CANCEL)


async def question_under_way(speaker: Speaker) -> Reply | None:
    """The open question of a notice that somebody left to look at something else."""
    if await speaker.state.get_state() != Noticing.asking.state:
        return None
    return await _question_with_choices(speaker, NoticeDraft(**await speaker.state.get_data()))


async def ask(speaker: Speaker, draft: NoticeDraft) -> SendMessage:
    """Store a notice as far as it has got, and ask the next question of it."""
    if draft.is_worth_keeping:
        draft = await stored(speaker, draft)
    await speaker.state.set_state(Noticing.asking)
    await speaker.state.set_data(asdict(draft))
    return await _question_with_choices(speaker, draft)


async def _question_with_choices(speaker: Speaker, draft: NoticeDraft) -> SendMessage:
    match draft.step:
        case Step.TEMPLATE:
            mine = await list_drafts(speaker.session, speaker.staff, DRAFTS_SHOWN, own=True)
            drafts = [one for one in mine if one.id != draft.kept]
            keyboard = keyboard_of(draft, drafts=drafts)
            return say(speaker.chat, words.choose_notice(len(drafts)), keyboard)
        case Step.GROUP:
            groups = await list_groups(speaker.session, speaker.staff)
            return say(speaker.chat, question_of(draft), keyboard_of(draft, groups=groups))
        case Step.AREA:
            areas = await areas_within(speaker.session, speaker.staff)
            chosen = [area_name(area) for area in areas if area.id in draft.areas]
            keyboard = keyboard_of(draft, areas=areas)
            return say(speaker.chat, words.ask_area(chosen), keyboard)
        case Step.CONFIRM:
            looked = await look(speaker, draft)
            question = words.confirm_notice(
                looked, draft.time, draft.rule, skip_late=draft.skip_late
            )
            keyboard = keyboard_of(draft, role=speaker.staff.role, sound=not looked.problems)
            return say(speaker.chat, question, keyboard)
        case _:
            return say(speaker.chat, question_of(draft), keyboard_of(draft))


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="grid")
    router.message.filter(PRIVATE)
    router.message.register(start_notice, Command("notice"))
    router.message.register(type_answer, StateFilter(Noticing.asking), ANSWER)
    router.callback_query.register(press_answer, NoticeButton.filter())
    return router
