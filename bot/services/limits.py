"""Time limits by risk and state, and when an overdue step is brought up again.

Every figure is a default of practice.md, "Default time limits"; none is a rule of any authority.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.storage.leads import LeadState, Risk

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """`sign` and `call` count from the moment of receipt, the others from the state's beginning.

    `gap` is the least time for the first call after a late signature. `decide` is how long a lead
    may stay in somebody's hands without a result, `visit` how long a station has for the visit.
    Without a value nothing is overdue.
    """

    sign: timedelta
    call: timedelta
    gap: timedelta
    decide: timedelta | None
    visit: timedelta | None
    reminders: tuple[timedelta, timedelta, timedelta]


LIMITS: Mapping[Risk, Limits] = {
    Risk.URGENT: Limits(
        sign=3 * MINUTE,
        call=5 * MINUTE,
        gap=2 * MINUTE,
        decide=10 * MINUTE,
        visit=60 * MINUTE,
        reminders=(0 * MINUTE, 2 * MINUTE, 5 * MINUTE),
    ),
    Risk.HIGH: Limits(
        sign=10 * MINUTE,
        call=15 * MINUTE,
        gap=5 * MINUTE,
        decide=30 * MINUTE,
        visit=4 * HOUR,
        reminders=(0 * MINUTE, 5 * MINUTE, 15 * MINUTE),
    ),
    Risk.MEDIUM: Limits(
        sign=2 * HOUR,
        call=2 * HOUR,
        gap=30 * MINUTE,
        decide=DAY,
        visit=DAY,
        reminders=(0 * HOUR, 1 * HOUR, 4 * HOUR),
    ),
    Risk.LOW: Limits(
        sign=DAY,
        call=DAY,
        gap=2 * HOUR,
        decide=None,
        visit=None,
        reminders=(0 * HOUR, 12 * HOUR, 24 * HOUR),
    ),
}
"""`reminders`: how long after a limit the assignee, all duty officers and the chief are told."""

FOLLOW_UP_AFTER = 7 * DAY
STEP_NAMES: Mapping[LeadState, str] = {
    LeadState.NEW: "签收",
    LeadState.SIGNED: "首次联系",
    LeadState.CALLING: "登记结果",
    LeadState.UNREACHABLE: "再次联系",
    LeadState.REFUSED: "再次联系",
    LeadState.DISPATCHED: "上门见面",
    LeadState.FOLLOWUP: "回访",
}
"""What is to be done in a state that has a limit."""


def step_due(
    state: LeadState,
    risk: Risk,
    received_at: datetime,
    now: datetime,
    by_risk: Mapping[Risk, Limits] = LIMITS,
) -> datetime | None:
    """By when the step of a state that begins now is to be done; None where nothing presses."""
    limits = by_risk[risk]
    if state is LeadState.NEW:
        return received_at + limits.sign
    if state is LeadState.SIGNED:
        return max(received_at + limits.call, now + limits.gap)
    if state is LeadState.FOLLOWUP:
        return now + FOLLOW_UP_AFTER
    span = None
    if state in (LeadState.CALLING, LeadState.UNREACHABLE, LeadState.REFUSED):
        span = limits.decide
    elif state is LeadState.DISPATCHED:
        span = limits.visit
    return now + span if span is not None else None
