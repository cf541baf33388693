"""Queries of the duty desk: the filtered queue, its counts, what goes into an export."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.leads import (
    MONEY_FIRST,
    OPEN,
    RISK_ORDER,
    Lead,
    LeadState,
    Risk,
    SuspectIdentifier,
)
from bot.storage.partner_requests import PartnerRequest
from bot.storage.staff import Staff
from bot.storage.stop_payments import StopPayment

Columns = TypeVarTuple("Columns")
MOST_LOOKED_AT = 100_000
"""A search by word goes through the newest leads only, years of a district's."""
COUNT_LIMIT = 300
"""Nobody counts further: a list of more says so, and stays fast however long it is."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which leads a list shows; an empty part leaves nothing out."""

    states: tuple[LeadState, ...]
    risk: Risk | None = None
    assignee_id: int | None = None
    station: str | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """What awaits the desk at a moment; none counts beyond COUNT_LIMIT."""

    urgent: int
    unsigned: int
    overdue: int
    open: int


async def filtered_leads(
    session: AsyncSession, chosen: QueueFilter, limit: int, offset: int
) -> Sequence[Lead]:
    """Open leads by when their step is due, what has no limit last; ended ones newest first.

    Before all other open ones those about money that may still be stopped.
    """
    if not set(chosen.states) <= set(OPEN):
        return (await session.scalars(queue_query(chosen).limit(limit).offset(offset))).all()
    money = queue_query(chosen).where(MONEY_FIRST)
    first = (await session.scalars(money.limit(limit).offset(offset))).all()
    if len(first) == limit:
        return first
    before = offset
    if offset and not first:
        passed = narrowed(select(Lead.id), chosen).where(MONEY_FIRST).limit(offset).subquery()
        before = await session.scalar(select(func.count()).select_from(passed)) or 0
    rest = queue_query(chosen).where(text(f"NOT ({MONEY_FIRST.text})"))
    rest = rest.limit(limit - len(first)).offset(offset - before)
    return [*first, *(await session.scalars(rest)).all()]


async def money_first(session: AsyncSession, station: str | None, limit: int) -> Sequence[Lead]:
    """Leads about money that may still be stopped, by when their step is due."""
    query = queue_query(QueueFilter(OPEN, station=station)).where(MONEY_FIRST)
    return (await session.scalars(query.limit(limit))).all()


async def newest_urgent(session: AsyncSession, station: str | None, limit: int) -> Sequence[str]:
    """Numbers of urgent leads that nobody has signed for, the one to be signed last first."""
    chosen = QueueFilter((LeadState.NEW,), Risk.URGENT, station=station)
    query = narrowed(select(Lead.number), chosen).where(Lead.step_due_at.is_not(None))
    query = query.order_by(Lead.step_due_at.desc(), Lead.id.desc())
    return (await session.scalars(query.limit(limit))).all()


def queue_query(chosen: QueueFilter) -> Select[Any]:
    """The query of one list, without its place; indexes `ix_lead_queue…` serve it."""
    query = narrowed(select(Lead), chosen)
    if set(chosen.states) <= set(OPEN):
        return query.order_by(Lead.step_due_at.asc().nulls_last(), Lead.id)
    return query.order_by(Lead.id.desc())


async def count_filtered(session: AsyncSession, chosen: QueueFilter) -> int:
    """How many leads the filter shows, up to COUNT_LIMIT."""
    return await session.scalar(_count_of(chosen)) or 0


def _count_of(chosen: QueueFilter) -> Select[Any]:
    few = narrowed(select(Lead.id), chosen).limit(COUNT_LIMIT).subquery()
    return select(func.count()).select_from(few)


async def desk_counts(
    session: AsyncSession,
    open_states: Sequence[LeadState],
    station: str | None,
    now: datetime,
) -> DeskCounts:
    """Urgent, unsigned, overdue and all open leads."""
    states = tuple(open_states)
    counted = (
        QueueFilter(states, Risk.URGENT, None, station),
        QueueFilter((LeadState.NEW,), None, None, station),
        QueueFilter(states, None, None, station, now),
        QueueFilter(states, None, None, station),
    )
    query = select(*(_count_of(chosen).scalar_subquery() for chosen in counted))
    return DeskCounts(*(await session.execute(query)).one())


async def leads_with_phone(
    session: AsyncSession, phone_hash: str, station: str | None, limit: int
) -> Sequence[Lead]:
    """Leads whose reporter has that phone, newest first."""
    return await _newest_where(session, Lead.phone_hash == phone_hash, station, limit)


async def leads_naming(
    session: AsyncSession, value_hashes: Sequence[str], station: str | None, limit: int
) -> Sequence[Lead]:
    """Leads that name one of these suspects' identifiers, newest first."""
    named = select(SuspectIdentifier.lead_id).where(SuspectIdentifier.value_hash.in_(value_hashes))
    return await _newest_where(session, Lead.id.in_(named), station, limit)


async def leads_with_receipt(
    session: AsyncSession, typed: str, receipt_hash: str, station: str | None, limit: int
) -> Sequence[Lead]:
    """Leads with a stop-payment or a partner's answer under that receipt, or with a request to a
    partner of that number, newest first."""
    stops = select(StopPayment.lead_id).where(StopPayment.receipt_hash == receipt_hash)
    answered = PartnerRequest.receipt_hash == receipt_hash
    asked = select(PartnerRequest.lead_id).where(or_(answered, PartnerRequest.number == typed))
    return await _newest_where(session, Lead.id.in_(stops.union(asked)), station, limit)


async def leads_about(
    session: AsyncSession, word: str, categories: Sequence[str], station: str | None, limit: int
) -> Sequence[Lead]:
    """Leads of these categories, of a street or a station so named, or in the hands of somebody
    so named, newest first: what a list shows in the clear, and nothing sealed."""
    holders = select(Staff.id).where(Staff.name == word)
    newest = select(func.max(Lead.id)).scalar_subquery()
    condition = (Lead.id > newest - MOST_LOOKED_AT) & or_(
        Lead.category.in_(categories),
        Lead.station == word,
        Lead.area_station == word,
        Lead.street == word,
        Lead.assignee_id.in_(holders),
    )
    return await _newest_where(session, condition, station, limit)


async def _newest_where(
    session: AsyncSession, condition: ColumnElement[bool], station: str | None, limit: int
) -> Sequence[Lead]:
    query = select(Lead).where(condition)
    if station is not None:
        query = query.where(of_station(station))
    return (await session.scalars(query.order_by(Lead.id.desc()).limit(limit))).all()


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
    session: AsyncSession,
    states: Sequence[LeadState],
    here: Collection[int],
    limit: int,
    offset: int = 0,
) -> tuple[list[Lead], int]:
    """Leads in these states that somebody holds, those of people who are not `here` first, each
    most pressing first; and how many there are in all."""
    query = select(Lead, func.count().over())
    query = query.where(Lead.state.in_(states), Lead.assignee_id.is_not(None))
    left = (case((Lead.assignee_id.in_(here), 1), else_=0),) if here else ()
    query = query.order_by(*left, RISK_ORDER, Lead.step_due_at, Lead.id)
    rows = (await session.execute(query.limit(limit).offset(offset))).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def narrowed(
    query: Select[*Columns], chosen: QueueFilter, of: type[Lead] = Lead
) -> Select[*Columns]:
    """The query with what the filter leaves out left out; `of` may be an alias."""
    query = query.where(of.state.in_(chosen.states))
    if chosen.risk is not None:
        query = query.where(of.risk == chosen.risk)
    if chosen.assignee_id is not None:
        query = query.where(of.assignee_id == chosen.assignee_id)
    if chosen.station is not None:
        query = query.where(of_station(chosen.station, of))
    if chosen.overdue_at is not None:
        query = query.where(of.step_due_at < chosen.overdue_at)
    return query


def of_station(station: str, of: type[Lead] = Lead) -> ColumnElement[bool]:
    """Leads that were handed to a station, or whose place lies in its areas."""
    return or_(of.station == station, of.area_station == station)
