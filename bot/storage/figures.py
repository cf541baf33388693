"""Counts for the daily and weekly report: what became of the leads received in a span of time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.storage.contacts import Contact, ContactResult
from bot.storage.follow_ups import said_defrauded
from bot.storage.leads import OPEN, Lead, LeadEvent, LeadState
from bot.storage.outcomes import LeadOutcome
from bot.storage.stop_payments import StopPayment, StopResult

Condition = ColumnElement[bool]


def received(since: datetime, until: datetime) -> Condition:
    """Leads received from `since` up to and without `until`; merged ones count once, elsewhere."""
    return (
        (Lead.received_at >= since) & (Lead.received_at < until) & (Lead.state != LeadState.MERGED)
    )


def went_to(*states: LeadState) -> Condition:
    """Leads that have been in one of these states."""
    lines = select(LeadEvent.id).where(LeadEvent.lead_id == Lead.id, LeadEvent.to_state.in_(states))
    return lines.exists()


def noted(*events: str) -> Condition:
    """Leads whose trail has a line of one of these kinds."""
    lines = select(LeadEvent.id).where(LeadEvent.lead_id == Lead.id, LeadEvent.event.in_(events))
    return lines.exists()


def was_reached() -> Condition:
    """Leads whose person was spoken to."""
    tries = select(Contact.id).where(
        Contact.lead_id == Lead.id, Contact.result == ContactResult.REACHED
    )
    return tries.exists()


def defrauded_after_meeting(within: timedelta, sqlite: bool) -> Condition:
    """Leads that went to defrauded within a span after the person was first met, or whose person
    said so when followed up.

    Where money had gone before the report, only a loss after it was stopped counts.
    """
    met, lost = aliased(LeadEvent), aliased(LeadEvent)
    lines = select(met.id).join(lost, lost.lead_id == met.lead_id)
    lines = lines.where(
        met.lead_id == Lead.id,
        met.to_state == LeadState.MET,
        lost.to_state == LeadState.DEFRAUDED,
        lost.position > met.position,
        or_(Lead.transferred.is_(False), went_to(LeadState.STOPPED)),
    )
    if sqlite:
        days = within.total_seconds() / 86400
        lines = lines.where(func.julianday(lost.at) - func.julianday(met.at) <= days)
    else:
        lines = lines.where(lost.at - met.at <= within)
    return or_(lines.exists(), said_defrauded())


def stayed_stopped() -> Condition:
    """Leads whose transfer was stopped, unless the person lost money later, as the follow-up
    heard."""
    return went_to(LeadState.STOPPED) & ~said_defrauded()


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Leads that meet every condition, also where there is none."""
    return and_(true(), *conditions)


async def count_leads(session: AsyncSession, *where: Condition) -> int:
    """How many leads meet every condition."""
    return await session.scalar(select(func.count()).select_from(Lead).where(*where)) or 0


async def count_open(session: AsyncSession, now: datetime) -> tuple[int, int]:
    """Open leads now, and how many of them are overdue."""
    query = select(func.count(), func.count().filter(Lead.step_due_at < now))
    row = (await session.execute(query.where(Lead.state.in_(OPEN)))).one()
    return row[0], row[1]


async def bases(session: AsyncSession, *where: Condition) -> Sequence[str]:
    """On what basis avoided losses were reckoned."""
    query = select(LeadOutcome).join(Lead, Lead.id == LeadOutcome.lead_id)
    rows = await session.scalars(query.where(*where, LeadOutcome.avoided_fen > 0))
    return sorted({row.basis for row in rows if row.basis})


async def stopped_amounts(
    session: AsyncSession, since: datetime, until: datetime
) -> dict[StopResult, tuple[int, int]]:
    """Stop-payments asked for in a span by result: how many, and fen; ASKED holds all of them."""
    span = (StopPayment.asked_at >= since, StopPayment.asked_at < until)
    query = select(
        StopPayment.result,
        func.count(),
        func.coalesce(func.sum(StopPayment.amount_fen), 0),
        func.coalesce(func.sum(StopPayment.done_fen), 0),
    ).where(*span)
    found = {result: (0, 0) for result in StopResult}
    for result, count, asked, done in await session.execute(query.group_by(StopPayment.result)):
        all_count, all_asked = found[StopResult.ASKED]
        found[StopResult.ASKED] = (all_count + count, all_asked + int(asked or 0))
        if result != StopResult.ASKED:
            found[StopResult(result)] = (count, int(done or 0))
    return found


async def sealed_areas(
    session: AsyncSession, limit: int, *where: Condition
) -> Sequence[bytes | None]:
    """The sealed places of leads that have not been placed yet, for counting streets."""
    query = select(Lead.area_sealed).where(*where, Lead.street.is_(None))
    return (await session.scalars(query.limit(limit))).all()
