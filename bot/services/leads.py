"""Leads: numbers, time limits, states and their transitions, the audit trail."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, NotFoundError
from bot.services.limits import step_due
from bot.services.permissions import Action, require
from bot.services.progress import tell_progress
from bot.services.time_limits import limits_in_force
from bot.storage import leads as rows
from bot.storage.counters import numbers_given
from bot.storage.database import vault_of
from bot.storage.lead_changes import take_lead
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.new_lines import NewLine, append_line
from bot.storage.staff import Look, Role, Staff, names_of_staff
from bot.storage.vault import Vault
from bot.times import SHANGHAI

TRANSITIONS: dict[LeadState, frozenset[LeadState]] = {
    LeadState.NEW: frozenset({LeadState.SIGNED, LeadState.MERGED, LeadState.WITHDRAWN}),
    LeadState.SIGNED: frozenset(
        {
            LeadState.CALLING,
            LeadState.DISPATCHED,
            LeadState.MERGED,
            LeadState.WITHDRAWN,
            LeadState.FALSE_ALARM,
        }
    ),
    LeadState.CALLING: frozenset(
        {
            LeadState.DISPATCHED,
            LeadState.STOPPED,
            LeadState.UNREACHABLE,
            LeadState.REFUSED,
            LeadState.DEFRAUDED,
            LeadState.FALSE_ALARM,
        }
    ),
    LeadState.UNREACHABLE: frozenset(
        {LeadState.CALLING, LeadState.DISPATCHED, LeadState.DEFRAUDED}
    ),
    LeadState.REFUSED: frozenset({LeadState.CALLING, LeadState.DISPATCHED, LeadState.DEFRAUDED}),
    LeadState.DISPATCHED: frozenset(
        {LeadState.MET, LeadState.UNREACHABLE, LeadState.REFUSED, LeadState.DEFRAUDED}
    ),
    LeadState.MET: frozenset(
        {LeadState.STOPPED, LeadState.REFUSED, LeadState.DEFRAUDED, LeadState.FALSE_ALARM}
    ),
    LeadState.STOPPED: frozenset({LeadState.FOLLOWUP, LeadState.CLOSED}),
    LeadState.DEFRAUDED: frozenset({LeadState.FOLLOWUP, LeadState.CLOSED}),
    LeadState.FOLLOWUP: frozenset({LeadState.CALLING, LeadState.DEFRAUDED, LeadState.CLOSED}),
    LeadState.FALSE_ALARM: frozenset({LeadState.CLOSED}),
    LeadState.WITHDRAWN: frozenset({LeadState.CLOSED}),
    LeadState.CLOSED: frozenset({LeadState.SIGNED, LeadState.FOLLOWUP}),
    LeadState.MERGED: frozenset(),
}
"""From practice.md, "States and transitions"; anything else is refused."""

ENDED_STATES = frozenset(rows.ENDED)
OPEN_STATES = rows.OPEN


RISK_NAMES = {Risk.URGENT: "紧急", Risk.HIGH: "高", Risk.MEDIUM: "中", Risk.LOW: "低"}
STATE_NAMES = {
    LeadState.NEW: "待签收",
    LeadState.SIGNED: "已签收",
    LeadState.CALLING: "联系中",
    LeadState.UNREACHABLE: "联系不上",
    LeadState.REFUSED: "拒绝配合",
    LeadState.DISPATCHED: "已派出所",
    LeadState.MET: "已见面",
    LeadState.STOPPED: "已劝阻",
    LeadState.DEFRAUDED: "已被骗",
    LeadState.FOLLOWUP: "回访中",
    LeadState.FALSE_ALARM: "误报",
    LeadState.WITHDRAWN: "已撤回",
    LeadState.MERGED: "已合并",
    LeadState.CLOSED: "已办结",
}


def check_digit(digits: str) -> str:
    """The check digit of a decimal string, by ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)


async def new_lead_number(session: AsyncSession, now: datetime) -> str:
    """A lead number such as FZ261124-0007-3: local date, number of the day, check digit."""
    day = now.astimezone(SHANGHAI).strftime("%y%m%d")
    (number,) = await numbers_given(session, f"lead:{day}", 1)
    serial = f"{number:04d}"
    return f"FZ{day}-{serial}-{check_digit(day + serial)}"


def read_lead_number(typed: str) -> str:
    """The lead number somebody typed, in its usual form. Raises NotFoundError on a typing slip."""
    digits = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    if len(digits) < 11 or check_digit(digits[:-1]) != digits[-1]:
        raise NotFoundError("线索编号不对，请检查后重新输入，例如 FZ261124-0007-3。")
    return f"FZ{digits[:6]}-{digits[6:-1]}-{digits[-1]}"


async def add_event(
    session: AsyncSession,
    lead_id: int,
    *,
    actor: str,
    event: str,
    now: datetime,
    from_state: LeadState | None = None,
    to_state: LeadState | None = None,
    why: str = "",
    first: bool = False,
) -> None:
    """Append a line to a lead's audit trail; `why` must hold no personal data.

    For the `first` line of a lead just made no line before it is looked for.
    """
    last = None if first else await rows.last_event(session, lead_id)
    position = last.position + 1 if last else 1
    line = NewLine(lead_id, position, now, actor, event, from_state, to_state, why)
    hashed = hash_of(line, last.hash if last else "", trail_key(vault_of(session)))
    await append_line(session, line, hashed)


class TrailLine(Protocol):
    """What a line of a trail says; LeadEvent and NewLine are such."""

    @property
    def lead_id(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def from_state(self) -> str | None: ...
    @property
    def to_state(self) -> str | None: ...
    @property
    def why(self) -> str: ...


def trail_key(vault: Vault) -> bytes:
    """The key of the trails' hashes: who can only write the database cannot make a line fit."""
    return vault.derive("lead_event.hash")


def hash_of(line: TrailLine, before: str, key: bytes) -> str:
    """The hash a line of a trail must have, given the hash of the line before it."""
    kept = [
        line.lead_id,
        line.position,
        line.at.astimezone(UTC).isoformat(),
        line.actor,
        line.event,
        line.from_state,
        line.to_state,
        line.why,
    ]
    return hmac.new(key, (before + json.dumps(kept)).encode(), sha256).hexdigest()


def actor_name(staff: Staff) -> str:
    """How a member of staff stands in audit trails."""
    return f"staff:{staff.login}"


async def find_lead(session: AsyncSession, staff: Staff, number: str) -> Lead:
    """A lead for an officer who may see it; a station sees its area's and those handed to it."""
    require(staff.role, Action.SEE_LEAD)
    lead = await rows.lead_by_number(session, read_lead_number(number))
    if lead is None or not in_scope(staff, lead):
        raise NotFoundError("没有这个编号的线索，请检查后重新输入。")
    return lead


def in_scope(staff: Staff, lead: Lead) -> bool:
    """Whether the lead is one that this member of staff may see."""
    if staff.role != Role.STATION:
        return True
    return bool(staff.station) and staff.station in (lead.station, lead.area_station)


def in_hand(staff: Staff, lead: Lead) -> bool:
    """Whether the lead is one that this member of staff may work: a station's, if handed to it."""
    return staff.role != Role.STATION or (bool(staff.station) and staff.station == lead.station)


async def sign_for(session: AsyncSession, staff: Staff, number: str, now: datetime) -> Lead:
    """Sign for a lead. Raises ConflictError where another officer was faster."""
    require(staff.role, Action.SIGN_FOR_LEAD)
    lead = await find_lead(session, staff, number)
    limits = await limits_in_force(session)
    due = step_due(LeadState.SIGNED, Risk(lead.risk), lead.received_at, now, limits)
    if not await take_lead(session, lead.id, staff.id, now, due):
        await session.refresh(lead)
        state = STATE_NAMES[LeadState(lead.state)]
        holder = await assignee_name(session, lead)
        if not holder:
            raise ConflictError(f"这条线索{state}，不用再签收。")
        who = "您" if lead.assignee_id == staff.id else holder
        raise ConflictError(f"这条线索已由{who}签收，当前状态：{state}。")
    await session.refresh(lead)
    await add_event(
        session,
        lead.id,
        actor=actor_name(staff),
        event="sign",
        from_state=LeadState.NEW,
        to_state=LeadState.SIGNED,
        now=now,
    )
    await tell_progress(session, lead, now)
    return lead


async def assignee_name(session: AsyncSession, lead: Lead) -> str:
    """Who signed for a lead; empty where nobody has."""
    if lead.assignee_id is None:
        return ""
    return (await names_of_staff(session, [lead.assignee_id])).get(lead.assignee_id, "")


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A lead as a list shows it: nothing personal in it."""

    number: str
    risk: Risk
    state: LeadState
    category: str | None
    happened: str
    amount_fen: int | None
    assignee: str
    received_at: datetime
    due_at: datetime
    step_due_at: datetime | None
    escalated: bool
    version: int
    station: str
    prank: bool


async def lines_of(session: AsyncSession, leads: Sequence[Lead]) -> list[QueueLine]:
    """Leads as list lines."""
    names = await names_of_staff(session, [lead.assignee_id for lead in leads if lead.assignee_id])
    return [
        QueueLine(
            lead.number,
            Risk(lead.risk),
            LeadState(lead.state),
            lead.category,
            lead.happened,
            lead.amount_fen,
            names.get(lead.assignee_id or 0, ""),
            lead.received_at,
            lead.due_at,
            lead.step_due_at,
            lead.escalated_at is not None,
            lead.version,
            lead.station or "",
            lead.prank,
        )
        for lead in leads
    ]


async def log_look(
    session: AsyncSession, actor: str, subject: str, way: str, now: datetime
) -> None:
    """Note that somebody opened full personal data."""
    session.add(Look(at=now, actor=actor, subject=subject, way=way))
    await session.flush()


def open_value(session: AsyncSession, sealed: bytes | None, purpose: str) -> str:
    """A sealed column in the clear; empty where nothing was given."""
    return vault_of(session).open(sealed, purpose) if sealed else ""
