"""Overdue steps: who has the lead in hand is reminded, then all duty officers, then the chief.

How far it has gone stands in the lead's row, so a clock that was down goes on where it was.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.holders import station_in_hand
from bot.services.leads import ENDED_STATES, RISK_NAMES, actor_name, add_event
from bot.services.limits import LIMITS, STEP_NAMES
from bot.services.notifications import tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.permissions import Action, require
from bot.services.transitions import clean_why, seen_lead, write_change
from bot.storage import overdue as rows
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.outbox import Priority
from bot.storage.residents import Resident
from bot.storage.roster import (
    chats_of_staff,
    chats_of_station,
    chats_on_duty,
    chats_to_alert,
)
from bot.storage.staff import Role, Staff, chats_of_roles

CLOCK = "clock"
"""Who acts in a trail when time does."""
ASSIGNEE, ALL_DUTY, CHIEF = 1, 2, 3
LEVEL_NAMES = {ALL_DUTY: "全体值班民警", CHIEF: "专班负责人"}
BATCH = 100


async def remind_of_overdue(session: AsyncSession, now: datetime, limit: int = BATCH) -> int:
    """Send the reminders that are due; each once. Returns how many leads were brought up."""
    leads = await rows.leads_to_remind_of(session, now, limit)
    for lead in leads:
        await _bring_up(session, lead, now)
    return len(leads)


async def escalate(
    session: AsyncSession,
    staff: Staff,
    number: str,
    why: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Lead:
    """Bring a lead to the chief by hand, with a reason; its state stays."""
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    reason = clean_why(why)
    if not reason:
        raise InvalidInputError("请写明报负责人的原因。")
    if lead.state in ENDED_STATES:
        raise InvalidInputError("这条线索已经结束，不用再报负责人。")
    await write_change(session, lead, escalated_at=now)
    await add_event(
        session, lead.id, actor=actor_name(staff), event="escalate", why=reason, now=now
    )
    text = f"{staff.name} 请您关注线索 {lead.number}({RISK_NAMES[Risk(lead.risk)]})：{reason}"
    chiefs = await chats_of_roles(session, (Role.CHIEF,))
    await _tell(session, chiefs, Outgoing(text, _buttons(lead)), f"raised:{_step(lead)}", now)
    return lead


async def _bring_up(session: AsyncSession, lead: Lead, now: datetime) -> None:
    level, chats = lead.reminded + 1, await _chats_for(session, lead, lead.reminded + 1, now)
    while not chats and level < CHIEF:
        level += 1
        chats = await _chats_for(session, lead, level, now)
    later = LIMITS[Risk(lead.risk)].reminders
    due = lead.step_due_at or lead.due_at
    kept = await rows.keep_reminder(
        session,
        lead,
        reminded=level,
        remind_at=due + later[level] if level < CHIEF else None,
        escalated_at=(lead.escalated_at or now) if level >= ALL_DUTY else lead.escalated_at,
    )
    if not kept:
        return
    step = STEP_NAMES.get(LeadState(lead.state), "处理")
    if level >= ALL_DUTY:
        why = f"{step}超时，已通知{LEVEL_NAMES[level]}"
        await add_event(session, lead.id, actor=CLOCK, event="escalate", why=why, now=now)
    await _tell(
        session, chats, overdue_words(lead, due, now), f"overdue:{_step(lead)}:{level}", now
    )


async def _chats_for(
    session: AsyncSession, lead: Lead, level: int, now: datetime
) -> Sequence[Resident]:
    if level == CHIEF:
        return await chats_of_roles(session, (Role.CHIEF,))
    if level == ALL_DUTY:
        return await chats_to_alert(session, (Role.DUTY,), now)
    if lead.assignee_id is not None:
        own = await chats_of_staff(session, [lead.assignee_id])
        station = station_in_hand(lead)
        return [*own, *(await chats_of_station(session, station) if station else ())]
    return await chats_on_duty(session, (Role.DUTY, Role.CHIEF), now)


def overdue_words(lead: Lead, due: datetime, now: datetime) -> Outgoing:
    """The reminder: which lead, what is to be done, how late it is."""
    step = STEP_NAMES.get(LeadState(lead.state), "处理")
    minutes = max(0, int((now - due).total_seconds() // 60))
    late = f"已超时 {minutes} 分钟" if minutes else "刚到时限"
    text = f"请处理线索 {lead.number}({RISK_NAMES[Risk(lead.risk)]})：{step}{late}。"
    return Outgoing(text, _buttons(lead))


def _buttons(lead: Lead) -> tuple[tuple[Button, ...], ...]:
    show = Button("查看", f"lead:show:{lead.number}")
    if lead.state == LeadState.NEW:
        return ((Button("签收", f"lead:sign:{lead.number}"), show),)
    return ((show,),)


def _step(lead: Lead) -> str:
    return f"{lead.number}:{lead.version}"


async def _tell(
    session: AsyncSession, chats: Sequence[Resident], message: Outgoing, key: str, now: datetime
) -> None:
    for chat in chats:
        await tell_resident(session, chat, message, key=key, priority=Priority.ALERT, now=now)
