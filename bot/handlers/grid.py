"""Grid workers send an approved notice: which one, its blanks, to whom, when, a last look."""

import secrets
from dataclasses import asdict, dataclass, field, replace
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
from bot.handlers import keyboards, views
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.keyboards import NoticeButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff
from bot.services.broadcasts import list_broadcasts, plan_campaign
from bot.services.campaigns import Plan, check_words
from bot.services.groups import list_groups
from bot.services.notice_templates import fill, find_notice_template, load_notice_templates
from bot.services.permissions import Action, require
from bot.services.send_times import parse_send_time
from bot.services.sending_rules import rules_of
from bot.settings import Settings
from bot.storage.staff import Staff

EVERY_GROUP = "all"
OWN = "own"
"""Not one of the approved notices: the speaker's own words."""
SENT_SHOWN = 5
TEMPLATE, BLANKS, GROUP, TIME, CONFIRM = "template", "blanks", "group", "time", "confirm"
STEPS = (TEMPLATE, BLANKS, GROUP, TIME, CONFIRM)


class Noticing(StatesGroup):
    """A notice is being prepared; which question stands in the data."""

    asking = State()


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """What a grid worker has chosen so far."""

    nonce: str
    step: str = TEMPLATE
    template: str = ""
    values: dict[str, str] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)
    send_at: str = ""

    @property
    def time(self) -> datetime | None:
        """When to send; None means at once."""
        return datetime.fromisoformat(self.send_at) if self.send_at else None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is answering, with what the answer needs."""

    chat: int
    staff: Staff
    session: AsyncSession
    state: FSMContext
    now: datetime
    settings: Settings | None = None


async def start_notice(
    message: Message, session: AsyncSession, staff: Staff | None, state: FSMContext, now: datetime
) -> Reply:
    """Begin with the list of approved notices."""
    speaker = Speaker(message.chat.id, known_staff(staff), session, state, now)
    require(speaker.staff.role, Action.SEND_NOTICE)
    if not await list_groups(session, speaker.staff):
        return say(message.chat.id, views.NO_GROUPS)
    return await _ask(speaker, NoticeDraft(secrets.token_hex(4)))


async def start_with_words(speaker: Speaker, words: str) -> Reply:
    """Begin with a text that was suggested: to whom it goes is asked first."""
    require(speaker.staff.role, Action.SEND_NOTICE)
    if not await list_groups(speaker.session, speaker.staff):
        raise InvalidInputError(views.NO_GROUPS)
    draft = NoticeDraft(secrets.token_hex(4), GROUP, OWN, {OWN: check_words(words)})
    return await _ask(speaker, draft)


async def tell_sent(
    message: Message, session: AsyncSession, staff: Staff | None, now: datetime
) -> Reply:
    """The latest notices: which arrived, what went wrong with the others."""
    lines = await list_broadcasts(session, known_staff(staff), now, SENT_SHOWN)
    titles = {template.id: template.title for template in load_notice_templates()}
    return say(message.chat.id, views.sent_notices(lines, titles))


async def type_answer(
    message: Message,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    settings: Settings,
    now: datetime,
) -> Reply:
    """A blank, own words or a time in words."""
    speaker = Speaker(message.chat.id, known_staff(staff), session, state, now, settings)
    draft = NoticeDraft(**await state.get_data())
    typed = (message.text or "").strip()
    try:
        if typed == "返回":
            return await _back(speaker, draft)
        return await _answer(speaker, draft, typed)
    except InvalidInputError as wrong:
        question = await _ask(speaker, draft)
        return question.model_copy(update={"text": wrong.words, "entities": []})


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
    if callback_data.value == "cancel":
        await state.clear()
        return [acknowledge(callback.id), say(chat, views.NOTICE_CANCELLED)]
    if callback_data.step != draft.step:
        return [acknowledge(callback.id, views.OLD_BUTTON), await _ask(speaker, draft)]
    if callback_data.value == "back":
        return [acknowledge(callback.id), await _back(speaker, draft)]
    return [acknowledge(callback.id), await _answer(speaker, draft, callback_data.value)]


async def _answer(speaker: Speaker, draft: NoticeDraft, given: str) -> Reply:
    if draft.step == TEMPLATE:
        return await _ask(speaker, _after(replace(draft, template=_template_id(given))))
    if draft.step == BLANKS:
        return await _fill_blank(speaker, draft, given)
    if draft.step == GROUP:
        chosen = await _groups(speaker, given)
        return await _ask(speaker, replace(draft, groups=chosen, step=TIME))
    if draft.step == TIME:
        moment = parse_send_time(given, speaker.now)
        send_at = "" if moment == speaker.now else moment.isoformat()
        return await _ask(speaker, replace(draft, send_at=send_at, step=CONFIRM))
    if given != "send":
        raise InvalidInputError("请点“确认发送”，或点“返回”修改。")
    return await _send(speaker, draft)


def _template_id(given: str) -> str:
    return OWN if given == OWN else find_notice_template(given).id


def _after(draft: NoticeDraft) -> NoticeDraft:
    blanks = draft.template == OWN or find_notice_template(draft.template).variables
    return replace(draft, values={}, step=BLANKS if blanks else GROUP)


def _text(draft: NoticeDraft) -> str:
    """The notice as far as it is written."""
    if draft.template == OWN:
        return draft.values[OWN]
    return fill(find_notice_template(draft.template), draft.values)


async def _fill_blank(speaker: Speaker, draft: NoticeDraft, given: str) -> Reply:
    if draft.template == OWN:
        return await _ask(speaker, replace(draft, values={OWN: check_words(given)}, step=GROUP))
    template = find_notice_template(draft.template)
    blank = template.variables[len(draft.values)]
    fill(template, template.examples | {blank.name: given})
    values = draft.values | {blank.name: given}
    done = len(values) == len(template.variables)
    return await _ask(speaker, replace(draft, values=values, step=GROUP if done else BLANKS))


async def _groups(speaker: Speaker, given: str) -> list[int]:
    known = {group.id for group in await list_groups(speaker.session, speaker.staff)}
    if given == EVERY_GROUP:
        return sorted(known)
    if not given.isdecimal() or int(given) not in known:
        raise InvalidInputError("请点下面的按钮选一个群。")
    return [int(given)]


async def _send(speaker: Speaker, draft: NoticeDraft) -> Reply:
    own = draft.template == OWN
    settings = speaker.settings or Settings()
    plan = Plan(
        template="" if own else draft.template,
        values={} if own else draft.values,
        words=draft.values[OWN] if own else "",
        group_ids=frozenset(draft.groups),
        send_at=draft.time,
    )
    broadcast = await plan_campaign(
        speaker.session,
        speaker.staff,
        plan,
        now=speaker.now,
        dedupe=f"chat:{draft.nonce}",
        rules=rules_of(settings),
        district=settings.district,
    )
    await speaker.state.clear()
    return say(speaker.chat, views.notice_scheduled(broadcast, draft.time, len(draft.groups)))


async def _back(speaker: Speaker, draft: NoticeDraft) -> Reply:
    place = STEPS.index(draft.step)
    before = STEPS[max(place - 1, 0)]
    own = draft.template == OWN
    if before == BLANKS and not own and not find_notice_template(draft.template).variables:
        before = TEMPLATE
    return await _ask(
        speaker, replace(draft, step=before, values={} if place <= 2 else draft.values)
    )


async def question_under_way(speaker: Speaker) -> Reply | None:
    """The open question of a notice that somebody left to look at something else."""
    if await speaker.state.get_state() != Noticing.asking.state:
        return None
    return await _question_with_choices(speaker, NoticeDraft(**await speaker.state.get_data()))


async def _ask(speaker: Speaker, draft: NoticeDraft) -> SendMessage:
    await speaker.state.set_state(Noticing.asking)
    await speaker.state.set_data(asdict(draft))
    return await _question_with_choices(speaker, draft)


async def _question_with_choices(speaker: Speaker, draft: NoticeDraft) -> SendMessage:
    groups = await list_groups(speaker.session, speaker.staff)
    choices = {
        TEMPLATE: [
            *[(one.id, one.title) for one in load_notice_templates()],
            (OWN, "自己写（要另一个人批准）"),
        ],
        GROUP: [
            *[(str(group.id), f"{group.title}（{group.channel_name}）") for group in groups],
            (EVERY_GROUP, f"全部 {len(groups)} 个群"),
        ],
        TIME: [("现在", "现在")],
        CONFIRM: [("send", "确认发送")],
    }.get(draft.step, [])
    keyboard = keyboards.notice_step(draft.step, draft.nonce, choices, back=draft.step != TEMPLATE)
    return say(speaker.chat, _question(draft), keyboard)


def _question(draft: NoticeDraft) -> str:
    if draft.step == TEMPLATE:
        return views.CHOOSE_NOTICE
    if draft.step == BLANKS and draft.template == OWN:
        return views.ASK_WORDS
    if draft.step == BLANKS:
        template = find_notice_template(draft.template)
        return views.ask_blank(template.variables[len(draft.values)])
    if draft.step == GROUP:
        return views.notice_preview(_text(draft))
    if draft.step == TIME:
        return views.ASK_TIME
    return views.confirm_notice(_text(draft), draft.time, len(draft.groups))


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="grid")
    router.message.filter(PRIVATE)
    router.message.register(start_notice, Command("notice"))
    router.message.register(tell_sent, Command("sent"))
    router.message.register(type_answer, StateFilter(Noticing.asking), ANSWER)
    router.callback_query.register(press_answer, NoticeButton.filter())
    return router
