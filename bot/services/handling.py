"""What else an officer does with a lead: to a station, take it over, prank, appeal, chief."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.services.contacts import refuse_unsigned
from bot.services.holders import tell_handed, tell_left, tell_station, tell_taken
from bot.services.leads import actor_name, add_event
from bot.services.limits import step_due
from bot.services.permissions import Action, may, require
from bot.services.risk_rules import stepped
from bot.services.time_limits import limits_in_force
from bot.services.transitions import change_state, clean_why, seen_lead, write_change
from bot.storage.leads import Appeal, Lead, LeadState, Risk
from bot.storage.staff import Staff, all_staff, staff_by_login

STATION_LENGTH = 60
APPEAL_NAMES: Mapping[Appeal, str] = {
    Appeal.ASKED: "已申诉",
    Appeal.EXAMINED: "核查中",
    Appeal.LIFTED: "已解除",
    Appeal.KEPT: "维持",
}
APPEAL_STEPS: Mapping[Appeal | None, frozenset[Appeal]] = {
    None: frozenset({Appeal.ASKED}),
    Appeal.ASKED: frozenset({Appeal.EXAMINED}),
    Appeal.EXAMINED: frozenset({Appeal.LIFTED, Appeal.KEPT}),
    Appeal.LIFTED: frozenset({Appeal.ASKED}),
    Appeal.KEPT: frozenset({Appeal.ASKED}),
}
"""An appeal is a request of its own beside the state (practice.md)."""


async def dispatch(
    session: AsyncSession,
    staff: Staff,
    number: str,
    station: str,
    why: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Lead:
    """Hand a lead to a police station, whose officers see it and are told of it.

    One that was handed over goes to another station with a limit of its own; its state stays.
    """
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    name = " ".join(station.split())[:STATION_LENGTH]
    if not name:
        raise InvalidInputError("请写明转给哪个派出所。")
    if lead.state == LeadState.DISPATCHED:
        await _redirect(session, staff, lead, name, why, now)
    else:
        words = f"{name}；{why}" if why.strip() else name
        also = {"station": name}
        await change_state(session, staff, lead, LeadState.DISPATCHED, words, now, also=also)
    await tell_station(session, staff, lead, now)
    return lead


async def _redirect(
    session: AsyncSession, staff: Staff, lead: Lead, station: str, why: str, now: datetime
) -> None:
    before = lead.station or ""
    if before == station:
        raise ConflictError(f"这条线索已经转给{station}。")
    limits = await limits_in_force(session)
    due = step_due(LeadState.DISPATCHED, Risk(lead.risk), lead.received_at, now, limits)
    await write_change(session, lead, station=station, step_due_at=due, remind_at=due, reminded=0)
    reason = clean_why("；".join(one for one in (f"{before}→{station}", why) if one.strip()))
    event = "redispatched"
    await add_event(session, lead.id, actor=actor_name(staff), event=event, why=reason, now=now)
    await tell_left(session, lead, before, now)


async def take_over(
    session: AsyncSession, staff: Staff, number: str, now: datetime, *, seen: int | None = None
) -> Lead:
    """Go on with a lead that a colleague signed for, as at a change of shift."""
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    refuse_unsigned(lead)
    if lead.assignee_id == staff.id:
        raise ConflictError("这条线索已经由您办理。")
    before = lead.assignee_id
    await write_change(session, lead, assignee_id=staff.id)
    await add_event(session, lead.id, actor=actor_name(staff), event="take_over", now=now)
    await tell_taken(session, lead, staff, before, now)
    return lead


async def colleagues(session: AsyncSession) -> list[tuple[str, str]]:
    """Login and name of everybody who works leads."""
    return [
        (one.login, one.name)
        for one in await all_staff(session)
        if one.active and may(one.role, Action.WORK_LEAD)
    ]


async def hand_over(
    session: AsyncSession,
    staff: Staff,
    number: str,
    login: str,
    why: str,
    now: datetime,
    *,
    seen: int | None = None,
    tell: bool = True,
) -> Lead:
    """Give a lead that somebody signed for into a colleague's hands; whose it is, is written down.

    Without `tell` the colleague is to be told of many at once.
    Raises InvalidInputError for somebody who works no leads, ConflictError where it is his already.
    """
    require(staff.role, Action.WORK_LEAD)
    colleague = await staff_by_login(session, login.strip().lower())
    if colleague is None or not colleague.active or not may(colleague.role, Action.WORK_LEAD):
        raise InvalidInputError("请选择一位在用账号的值班民警或负责人。")
    lead = await seen_lead(session, staff, number, seen)
    refuse_unsigned(lead)
    if lead.assignee_id == colleague.id:
        raise ConflictError(f"这条线索已经由{colleague.name}办理。")
    await write_change(session, lead, assignee_id=colleague.id)
    reason = clean_why(f"{colleague.name}；{why}" if why.strip() else colleague.name)
    event = "hand_over"
    await add_event(session, lead.id, actor=actor_name(staff), event=event, why=reason, now=now)
    if tell:
        await tell_handed(session, lead, staff, colleague.id, now)
    return lead


async def mark_prank(
    session: AsyncSession,
    staff: Staff,
    number: str,
    why: str,
    now: datetime,
    *,
    prank: bool = True,
    seen: int | None = None,
) -> Lead:
    """Mark a lead as a prank, or take the mark back; either needs a reason and hides nothing."""
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    if lead.prank == prank:
        raise ConflictError("这条线索的标记没有变化。")
    reason = clean_why(why)
    if not reason:
        raise InvalidInputError("请写明标记的原因。")
    await write_change(session, lead, prank=prank)
    event = "prank" if prank else "prank_undone"
    await add_event(session, lead.id, actor=actor_name(staff), event=event, why=reason, now=now)
    return lead


def risk_after_prank(risk: Risk, *, money_moved: bool) -> Risk:
    """The risk of a new lead whose sender was only trying before or has a prank to his name: one
    lower. Where money has moved it is never below medium.
    """
    lowered = stepped(risk, -1)
    return Risk.MEDIUM if money_moved and lowered is Risk.LOW else lowered


async def appeal(
    session: AsyncSession,
    staff: Staff,
    number: str,
    to: Appeal,
    why: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Lead:
    """Note an objection, then examine it, then lift or keep; deciding is the chief's."""
    require(staff.role, Action.WORK_LEAD if to is Appeal.ASKED else Action.DECIDE_APPEAL)
    lead = await seen_lead(session, staff, number, seen)
    before = Appeal(lead.appeal) if lead.appeal else None
    if to not in APPEAL_STEPS[before]:
        ways = "、".join(APPEAL_NAMES[step] for step in Appeal if step in APPEAL_STEPS[before])
        raise ConflictError(f"申诉现在不能改为“{APPEAL_NAMES[to]}”，可以改为：{ways}。")
    reason = clean_why(why)
    if not reason:
        raise InvalidInputError("请写明申诉的理由或核查的结论。")
    await write_change(session, lead, appeal=to)
    await add_event(
        session, lead.id, actor=actor_name(staff), event=f"appeal_{to}", why=reason, now=now
    )
    return lead
