"""Approving notices and taking up suggestions in the bot."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import deeds, groups, sent
from bot.handlers.filters import ANSWER, PRIVATE
from bot.handlers.grid import start_with_template, start_with_words
from bot.handlers.notice_answers import Speaker
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff
from bot.handlers.states import Telling
from bot.services.approvals import approve_broadcast, refuse_broadcast
from bot.services.grid import areas_within, in_street
from bot.services.kept_drafts import draft_of_surge
from bot.services.permissions import Action, require
from bot.services.runtime_settings import rules_in_force
from bot.services.season_offers import take_season_up
from bot.services.surges import decide_surge
from bot.settings import Settings
from bot.storage.staff import Staff
from bot.times import on_screen

ASK_WHY = "为什么不批准？写一句，作者会看到。"


class CastButton(CallbackData, prefix="cast"):
    """A decision on a notice that waits for a second person."""

    act: str
    number: int


class SurgeButton(CallbackData, prefix="surge"):
    """A suggested notice: taken up, or not."""

    act: str
    number: int


class SeasonButton(CallbackData, prefix="season"):
    """An approved notice suggested for a season that began on a day: taken up, or none of them."""

    act: str
    begin: str
    notice: str


async def press_approve(
    callback: CallbackQuery,
    callback_data: CastButton,
    session: AsyncSession,
    staff: Staff | None,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """One tap of a second person."""
    officer = known_staff(staff)
    require(officer.role, Action.APPROVE_NOTICE)
    rules = await rules_in_force(session, settings)
    made = await approve_broadcast(session, officer, callback_data.number, now, rules)
    when = "马上发" if made.send_at <= now else f"{on_screen(made.send_at)} 发"
    note = f"（{made.note}）" if made.note else ""
    return [acknowledge(callback.id), say(callback.from_user.id, f"已批准，{when}{note}。")]


async def press_refuse(
    callback: CallbackQuery, callback_data: CastButton, staff: Staff | None, state: FSMContext
) -> list[Reply]:
    """Ask for the reason."""
    require(known_staff(staff).role, Action.APPROVE_NOTICE)
    await state.set_state(Telling.why)
    await state.set_data({"number": callback_data.number})
    return [acknowledge(callback.id), say(callback.from_user.id, ASK_WHY)]


async def tell_why(
    message: Message, session: AsyncSession, staff: Staff | None, state: FSMContext, now: datetime
) -> Reply:
    """The reason of a refusal."""
    number = (await state.get_data())["number"]
    await refuse_broadcast(session, known_staff(staff), number, message.text or "", now)
    await state.clear()
    return say(message.chat.id, "已告诉作者。")


async def press_surge(
    callback: CallbackQuery,
    callback_data: SurgeButton,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    now: datetime,
) -> list[Reply]:
    """The suggested text becomes a draft, for which groups are chosen next; or it is dropped."""
    chat, officer = callback.from_user.id, known_staff(staff)
    line = await decide_surge(session, officer, callback_data.number)
    if callback_data.act != "draft":
        return [acknowledge(callback.id), say(chat, "好，这条建议不用了。")]
    speaker = Speaker(chat, officer, session, state, now)
    chosen = in_street(await areas_within(session, officer), line.street)
    kept = await draft_of_surge(session, officer, line, chosen, now)
    asked = await start_with_words(speaker, line.draft, line.street, kept)
    return [acknowledge(callback.id), asked]


async def press_season(
    callback: CallbackQuery,
    callback_data: SeasonButton,
    session: AsyncSession,
    staff: Staff | None,
    state: FSMContext,
    settings: Settings,
    now: datetime,
) -> list[Reply]:
    """The suggested notice is filled in and addressed next; or none is taken up."""
    chat, officer = callback.from_user.id, known_staff(staff)
    given = callback_data.begin, callback_data.notice
    notice = await take_season_up(session, officer, *given, now)
    if callback_data.act != "use":
        return [acknowledge(callback.id), say(chat, "好，这一季的建议不用了。")]
    speaker = Speaker(chat, officer, session, state, now, settings)
    return [acknowledge(callback.id), await start_with_template(speaker, notice)]


async def question_under_way(chat: int, state: FSMContext, now: datetime) -> Reply | None:
    """The line that is still awaited from somebody who left to look at something else."""
    current = await state.get_state()
    asked = {
        Telling.why.state: ASK_WHY,
        Telling.size.state: groups.ASK_SIZE,
        Telling.correction.state: sent.ASK_CORRECTION,
    }
    if current in asked:
        return say(chat, asked[current])
    return deeds.open_question(chat, current, await state.get_data(), now)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="publicity")
    router.message.filter(PRIVATE)
    router.message.register(tell_why, StateFilter(Telling.why), ANSWER)
    router.callback_query.register(press_approve, CastButton.filter(F.act == "approve"))
    router.callback_query.register(press_refuse, CastButton.filter(F.act == "refuse"))
    router.callback_query.register(press_season, SeasonButton.filter(F.act.in_({"use", "drop"})))
    router.callback_query.register(press_surge, SurgeButton.filter(F.act.in_({"draft", "drop"})))
    return router
