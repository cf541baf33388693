"""Duplicates and repeat victims: two leads of one person become one, and more pressing."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.leads import (
    ENDED_STATES,
    RISK_NAMES,
    STATE_NAMES,
    QueueLine,
    actor_name,
    add_event,
    find_lead,
    lines_of,
)
from bot.services.limits import Limits, step_due
from bot.services.permissions import Action, require
from bot.services.progress import tell_progress
from bot.services.risk_rules import PRESSING, stepped
from bot.services.time_limits import limits_in_force
from bot.services.transitions import (
    WHY_LENGTH,
    clean_why,
    refuse_impossible,
    seen_lead,
    write_change,
)
from bot.storage import linking as rows
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.linking import LeadMerge
from bot.storage.staff import Staff

SUGGESTED = 5


async def same_person(session: AsyncSession, lead: Lead) -> list[QueueLine]:
    """Other leads with the same phone or account: duplicates, or a person who is back."""
    return await lines_of(session, await rows.leads_of_same_person(session, lead, SUGGESTED))


async def merge(
    session: AsyncSession,
    staff: Staff,
    number: str,
    into: str,
    why: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Lead:
    """Merge a lead into another, which goes on with a higher risk; returns that one.

    Raises ConflictError where the lead's state does not allow it, InvalidInputError where the
    other has ended or is the same.
    """
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    survivor = await find_lead(session, staff, into)
    before = LeadState(lead.state)
    if survivor.id == lead.id:
        raise InvalidInputError("不能并入自己，请填另一条线索的编号。")
    refuse_impossible(before, LeadState.MERGED)
    if survivor.state in ENDED_STATES:
        name = STATE_NAMES[LeadState(survivor.state)]
        raise InvalidInputError(f"要并入的线索{name}，请先重新打开它，或反过来合并。")
    earlier = Risk(survivor.risk)
    raised = stepped(min(Risk(lead.risk), earlier, key=PRESSING.index), 1)
    values: dict[int, dict[str, object]] = {
        lead.id: {"state": LeadState.MERGED, "step_due_at": None, "remind_at": None},
        survivor.id: pressed(survivor, raised, now, await limits_in_force(session)),
    }
    for one in sorted((lead, survivor), key=lambda one: one.id):
        await write_change(session, one, **values[one.id])
    await rows.repoint_merges(session, lead.id, survivor.id)
    session.add(LeadMerge(lead_id=lead.id, into_id=survivor.id, at=now))
    who, reason = actor_name(staff), clean_why(why)
    await add_event(
        session,
        lead.id,
        actor=who,
        event="merge",
        from_state=before,
        to_state=LeadState.MERGED,
        why=joined(survivor.number, reason),
        now=now,
    )
    change = f"风险 {RISK_NAMES[earlier]}→{RISK_NAMES[raised]}" if raised is not earlier else ""
    await add_event(
        session,
        survivor.id,
        actor=who,
        event="merged_in",
        why=joined(lead.number, change, reason),
        now=now,
    )
    await tell_progress(session, lead, now)
    return survivor


def pressed(
    survivor: Lead, risk: Risk, now: datetime, limits: Mapping[Risk, Limits]
) -> dict[str, object]:
    """The survivor's columns: its limits may only come nearer."""
    state = LeadState(survivor.state)
    values: dict[str, object] = {"risk": risk}
    due = step_due(state, risk, now, now, limits)
    if due is not None and (survivor.step_due_at is None or due < survivor.step_due_at):
        values |= {"step_due_at": due, "remind_at": due, "reminded": 0}
    if state is LeadState.NEW:
        values["due_at"] = min(survivor.due_at, now + limits[risk].sign)
    return values


def joined(*parts: str) -> str:
    """What a trail says of a merge, without what is empty."""
    return "；".join(part for part in parts if part)[:WHY_LENGTH]
