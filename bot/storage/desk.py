"""Queries of the duty desk: the filtered queue, its counts, what goes into an export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.leads import RISK_ORDER, Lead, LeadState, Risk, SuspectIdentifier


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which leads a list shows; an empty part leaves nothing out."""

    states: tuple[LeadState, ...]
    risk: Risk | None = None
    assignee_id: int | None = None


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """What awaits the desk at a moment."""

    urgent: int
    unsigned: int
    overdue: int
    open: int


async def filtered_leads(
    session: AsyncSession, chosen: QueueFilter, limit: int, offset: int
) -> Sequence[Lead]:
    """Leads of the filter: unsigned ones first, then by risk, then longest due."""
    unsigned_first = case((Lead.state == LeadState.NEW, 0), else_=1)
    query = _narrowed(select(Lead), chosen)
    query = query.order_by(unsigned_first, RISK_ORDER, Lead.due_at, Lead.id)
    return (await session.scalars(query.limit(limit).offset(offset))).all()


async def count_filtered(session: AsyncSession, chosen: QueueFilter) -> int:
    """How many leads the filter shows."""
    query = _narrowed(select(func.count()).select_from(Lead), chosen)
    return await session.scalar(query) or 0


async def newest_leads(session: AsyncSession, limit: int) -> Sequence[Lead]:
    """The leads received last."""
    return (await session.scalars(select(Lead).order_by(Lead.id.desc()).limit(limit))).all()


async def desk_counts(
    session: AsyncSession, open_states: Sequence[LeadState], now: datetime
) -> DeskCounts:
    """Urgent and open ones by state; overdue means unsigned past the time limit."""
    unsigned = Lead.state == LeadState.NEW
    query = select(
        func.count().filter(Lead.risk == Risk.URGENT),
        func.count().filter(unsigned),
        func.count().filter(unsigned, Lead.due_at < now),
        func.count(),
    ).where(Lead.state.in_(open_states))
    return DeskCounts(*(await session.execute(query)).one())


async def leads_between(
    session: AsyncSession, since: datetime | None, until: datetime | None, limit: int
) -> Sequence[Lead]:
    """Leads received from `since` up to and without `until`, oldest first."""
    query = select(Lead).order_by(Lead.received_at, Lead.id).limit(limit)
    if since is not None:
        query = query.where(Lead.received_at >= since)
    if until is not None:
        query = query.where(Lead.received_at < until)
    return (await session.scalars(query)).all()


async def identifiers_of_leads(
    session: AsyncSession, lead_ids: Sequence[int]
) -> dict[int, list[SuspectIdentifier]]:
    """The suspects' identifiers of several leads, by lead id."""
    query = select(SuspectIdentifier).where(SuspectIdentifier.lead_id.in_(lead_ids))
    found: dict[int, list[SuspectIdentifier]] = {}
    for row in await session.scalars(query.order_by(SuspectIdentifier.id)):
        found.setdefault(row.lead_id, []).append(row)
    return found


async def assigned_leads(
    session: AsyncSession, states: Sequence[LeadState], limit: int
) -> Sequence[Lead]:
    """Leads in these states that somebody holds, most pressing first."""
    query = select(Lead).where(Lead.state.in_(states), Lead.assignee_id.is_not(None))
    query = query.order_by(RISK_ORDER, Lead.step_due_at, Lead.id)
    return (await session.scalars(query.limit(limit))).all()


def _narrowed(query: Select[Any], chosen: QueueFilter) -> Select[Any]:
    query = query.where(Lead.state.in_(chosen.states))
    if chosen.risk is not None:
        query = query.where(Lead.risk == chosen.risk)
    if chosen.assignee_id is not None:
        query = query.where(Lead.assignee_id == chosen.assignee_id)
    return query
