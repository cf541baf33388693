"""Moving a lead from state to state: one table, every move written down, the resident told."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotAllowedError
from bot.services.leads import (
    STATE_NAMES,
    TRANSITIONS,
    actor_name,
    add_event,
    find_lead,
    in_hand,
    sign_for,
)
from bot.services.limits import step_due
from bot.services.masking import mask_numbers
from bot.services.notifications import alert_staff
from bot.services.outgoing import Button, Outgoing
from bot.services.permissions import Action, may, require
from bot.services.progress import tell_progress
from bot.services.time_limits import limits_in_force
from bot.storage.lead_changes import change_lead
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.staff import Staff

WHY_LENGTH = 200
CHANGED = "这条线索刚被更新过，您的改动没有保存。请看过最新内容再操作。"
REASONS: Mapping[LeadState, tuple[str, ...]] = {
    LeadState.FALSE_ALARM: ("误触或测试", "核实后暂无诈骗情形", "重复提交"),
    LeadState.WITHDRAWN: ("群众要求撤回",),
    LeadState.SIGNED: ("又有新情况", "群众再次求助", "上级交办"),
}
"""States that need a reason, with the usual ones; SIGNED only when it reopens a closed lead."""
OPENED_BY_SIGNING = frozenset({LeadState.NEW})
STATION_MOVES = frozenset(
    {
        LeadState.MET,
        LeadState.UNREACHABLE,
        LeadState.REFUSED,
        LeadState.STOPPED,
        LeadState.DEFRAUDED,
        LeadState.FALSE_ALARM,
    }
)
"""What a station may report back; everything else is the duty team's."""
HELD_BY_STATION = frozenset({LeadState.DISPATCHED, LeadState.MET})


def moves_from(state: LeadState) -> list[LeadState]:
    """Where an officer can move a lead from here; signing and merging have ways of their own."""
    possible = TRANSITIONS[state] - {LeadState.MERGED}
    if state in OPENED_BY_SIGNING:
        possible -= {LeadState.SIGNED}
    return [target for target in LeadState if target in possible]


def moves_for(staff: Staff, state: LeadState) -> list[LeadState]:
    """Where this member of staff can move a lead from here."""
    if may(staff.role, Action.WORK_LEAD):
        return moves_from(state)
    if may(staff.role, Action.REPORT_BACK) and state in HELD_BY_STATION:
        return [target for target in moves_from(state) if target in STATION_MOVES]
    return []


async def move(
    session: AsyncSession,
    staff: Staff,
    number: str,
    to: LeadState,
    why: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Lead:
    """Move a lead to another state; `seen` is the version the officer was looking at.

    Raises ConflictError where the table has no such move or the lead has changed since,
    InvalidInputError where a reason is missing.
    """
    require(staff.role, Action.REPORT_BACK)
    lead = await seen_lead(session, staff, number, seen)
    if to is LeadState.SIGNED and lead.state == LeadState.NEW:
        return await sign_for(session, staff, number, now)
    refuse_others(staff, lead)
    if not may(staff.role, Action.WORK_LEAD) and to not in moves_for(staff, LeadState(lead.state)):
        raise NotAllowedError("派出所只登记见面和劝阻的结果，其他状态由专班修改。")
    if to is LeadState.MERGED:
        raise InvalidInputError("合并要指明并入哪一条线索，请在线索页面操作。")
    await change_state(session, staff, lead, to, why, now)
    if not may(staff.role, Action.WORK_LEAD):
        await _tell_who_handed_over(session, lead, to, now)
    return lead


async def _tell_who_handed_over(
    session: AsyncSession, lead: Lead, to: LeadState, now: datetime
) -> None:
    """Tell the officer of a lead what its station has reported back."""
    if lead.assignee_id is None:
        return
    words = f"线索 {lead.number}：{lead.station}已反馈，现在是“{STATE_NAMES[to]}”。"
    message = Outgoing(words, ((Button("查看", f"lead:show:{lead.number}"),),))
    key = f"back:{lead.number}:{lead.version}"
    await alert_staff(session, [lead.assignee_id], message, key=key, now=now)


def refuse_others(staff: Staff, lead: Lead) -> None:
    """Raises NotAllowedError for a station whose area it is, but to which it was not handed."""
    if not in_hand(staff, lead):
        raise NotAllowedError("这条线索还没有转给您所里，只能查看；需要办理请联系专班。")


async def seen_lead(session: AsyncSession, staff: Staff, number: str, seen: int | None) -> Lead:
    """The lead as the officer saw it. Raises ConflictError where it has changed since."""
    lead = await find_lead(session, staff, number)
    if seen is not None and seen != lead.version:
        raise ConflictError(CHANGED)
    return lead


async def change_state(
    session: AsyncSession,
    staff: Staff,
    lead: Lead,
    to: LeadState,
    why: str,
    now: datetime,
    *,
    also: Mapping[str, object] | None = None,
) -> None:
    """Make one allowed move of a lead at hand, together with other columns, and write it down."""
    before = LeadState(lead.state)
    reason = clean_why(why)
    refuse_impossible(before, to)
    if to in REASONS and not reason:
        raise InvalidInputError(f"请写明{STATE_NAMES[to]}的原因。")
    limits = await limits_in_force(session)
    due = step_due(to, Risk(lead.risk), lead.received_at, now, limits)
    values: dict[str, object] = {"state": to, "step_due_at": due, "remind_at": due, "reminded": 0}
    if to is LeadState.SIGNED:
        due = step_due(to, Risk(lead.risk), now, now, limits)
        values |= {"assignee_id": staff.id, "step_due_at": due, "remind_at": due}
    await write_change(session, lead, **(values | dict(also or {})))
    await add_event(
        session,
        lead.id,
        actor=actor_name(staff),
        event="reopen" if before is LeadState.CLOSED else "move",
        from_state=before,
        to_state=to,
        why=reason,
        now=now,
    )
    await tell_progress(session, lead, now)


def refuse_impossible(before: LeadState, to: LeadState) -> None:
    """Raises ConflictError that says where the lead can go instead."""
    if to in TRANSITIONS[before]:
        return
    possible = "、".join(STATE_NAMES[target] for target in moves_from(before))
    ways = f"可以改为：{possible}。" if possible else "它不能再改状态。"
    raise ConflictError(f"线索现在是“{STATE_NAMES[before]}”，不能改为“{STATE_NAMES[to]}”。{ways}")


async def write_change(session: AsyncSession, lead: Lead, **values: object) -> None:
    """Change columns of a lead. Raises ConflictError where somebody else has just done so."""
    if not await change_lead(session, lead, **values):
        raise ConflictError(CHANGED)


def clean_why(why: str) -> str:
    """A reason as trails keep it: one line, long numbers masked."""
    return mask_numbers(" ".join(why.split()))[:WHY_LENGTH]
