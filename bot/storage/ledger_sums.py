"""Sums across the books, for `fanzha ledger check`: what must agree and does not."""

from collections.abc import Sequence

from sqlalchemy import CTE, ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.storage.cases import CaseFile
from bot.storage.counters import Counter
from bot.storage.entries import Ledger, LedgerEntry, renewed
from bot.storage.leads import Lead, LeadKind
from bot.storage.outcomes import LeadOutcome

FILED, SOLVED = "filed", "solved"
Upper, Lower = aliased(LedgerEntry), aliased(LedgerEntry)


def _stands(line: type[LedgerEntry]) -> ColumnElement[bool]:
    later = aliased(LedgerEntry)
    return ~select(later.id).where(later.corrects_id == line.id).exists() & (line.count > 0)


async def numbers_given(session: AsyncSession, ledger: Ledger) -> int:
    """How many lines a book has been given numbers for."""
    query = select(Counter.value).where(Counter.name == f"ledger:{ledger}")
    return await session.scalar(query) or 0


async def overplanned(session: AsyncSession) -> Sequence[tuple[int, int, int]]:
    """Freezes whose planned returns exceed them: position, fen frozen, fen planned."""
    planned = func.sum(Lower.amount_fen)
    query = _pairs(Ledger.FREEZE, Ledger.SHARE).having(planned > Upper.amount_fen)
    rows = await session.execute(query)
    return [(position, int(frozen), int(total)) for position, frozen, total in rows]


async def wrongly_paid(session: AsyncSession) -> Sequence[tuple[int, int, int]]:
    """Shares paid otherwise than planned: position, fen planned, fen paid."""
    paid = func.sum(Lower.amount_fen)
    query = _pairs(Ledger.SHARE, Ledger.RETURN).having(paid != Upper.amount_fen)
    rows = await session.execute(query)
    return [(position, int(planned), int(total)) for position, planned, total in rows]


async def paid_too_early(session: AsyncSession) -> Sequence[int]:
    """Payments before the end of their notice."""
    query = select(Lower.position).join(Upper, Upper.id == Lower.entry_id)
    query = query.where(Lower.ledger == Ledger.RETURN, _stands(Lower))
    return (await session.scalars(query.where(Lower.happened_at < Upper.until))).all()


async def hanging_on_nothing(session: AsyncSession) -> Sequence[int]:
    """Standing shares and payments whose line above does not stand, nor a renewal of it."""
    above = select(_standing_above().c.id)
    query = select(Lower.position).where(_stands(Lower), Lower.entry_id.is_not(None))
    return (await session.scalars(query.where(Lower.entry_id.not_in(above)))).all()


async def wrongly_filed(session: AsyncSession) -> Sequence[int]:
    """Case files that were never in the book, stand there twice, or were first filed at another
    time than the file says: their ids."""
    first = select(func.min(Upper.position)).where(*_filing(Upper), Upper.case_id == CaseFile.id)
    when = select(Lower.happened_at).where(
        Lower.ledger == Ledger.CASE, Lower.position == first.correlate(CaseFile).scalar_subquery()
    )
    stand = select(func.count()).where(
        *_filing(Lower), Lower.case_id == CaseFile.id, _stands(Lower)
    )
    began = when.correlate(CaseFile).scalar_subquery()
    wrong = began.is_(None) | (began != CaseFile.filed_at)
    wrong |= stand.correlate(CaseFile).scalar_subquery() > 1
    return (await session.scalars(select(CaseFile.id).where(wrong).order_by(CaseFile.id))).all()


async def steps_out_of_place(session: AsyncSession) -> Sequence[int]:
    """Steps of a case that does not stand, or was filed later, and a case solved once more."""
    filed = select(Upper.id).where(
        *_filing(Upper),
        _stands(Upper),
        Upper.case_id == Lower.case_id,
        Upper.happened_at <= Lower.happened_at,
    )
    other = aliased(LedgerEntry)
    again = select(other.id).where(
        other.ledger == Ledger.CASE,
        other.kind == SOLVED,
        Lower.kind == SOLVED,
        other.case_id == Lower.case_id,
        other.position < Lower.position,
        _stands(other),
    )
    query = select(Lower.position).where(
        Lower.ledger == Ledger.CASE,
        Lower.kind != FILED,
        Lower.case_id.is_not(None),
        _stands(Lower),
        ~filed.exists() | again.exists(),
    )
    return (await session.scalars(query.order_by(Lower.position))).all()


async def visits_of_other_leads(session: AsyncSession) -> Sequence[int]:
    """Visits whose lead is none of a visitor's."""
    query = select(Lower.position).join(Lead, Lead.id == Lower.lead_id)
    query = query.where(Lower.ledger == Ledger.VISITOR, _stands(Lower))
    return (await session.scalars(query.where(Lead.kind != LeadKind.VISITOR))).all()


async def leads_without_a_visit(session: AsyncSession) -> Sequence[str]:
    """Leads of visitors with no visit in the book, or more than one: their numbers."""
    visits = select(func.count()).where(
        Lower.ledger == Ledger.VISITOR, Lower.lead_id == Lead.id, _stands(Lower)
    )
    query = select(Lead.number).where(Lead.kind == LeadKind.VISITOR)
    query = query.where(visits.correlate(Lead).scalar_subquery() != 1)
    return (await session.scalars(query.order_by(Lead.id))).all()


async def avoided_otherwise(session: AsyncSession) -> Sequence[tuple[str, int, int]]:
    """Leads whose avoided loss is not the book's: number, fen of the outcome, fen of the book."""
    booked = select(func.coalesce(func.sum(Lower.amount_fen), 0)).where(
        Lower.ledger == Ledger.AVOIDED, Lower.lead_id == Lead.id, _stands(Lower)
    )
    fen = booked.correlate(Lead).scalar_subquery()
    kept = func.coalesce(LeadOutcome.avoided_fen, 0)
    has = select(Lower.id).where(Lower.ledger == Ledger.AVOIDED, Lower.lead_id == Lead.id)
    query = select(Lead.number, kept, fen).outerjoin(LeadOutcome, LeadOutcome.lead_id == Lead.id)
    query = query.where(LeadOutcome.lead_id.is_not(None) | has.exists(), kept != fen)
    rows = await session.execute(query.order_by(Lead.id))
    return [(number, int(ours), int(theirs)) for number, ours, theirs in rows]


def _filing(line: type[LedgerEntry]) -> tuple[ColumnElement[bool], ...]:
    return (line.ledger == Ledger.CASE, line.kind == FILED)


def _pairs(upper: Ledger, lower: Ledger) -> Select[int, int, int]:
    above = _standing_above()
    return (
        select(Upper.position, Upper.amount_fen, func.sum(Lower.amount_fen))
        .join(above, above.c.last == Upper.id)
        .join(Lower, Lower.entry_id == above.c.id)
        .where(Upper.ledger == upper, Lower.ledger == lower, _stands(Lower))
        .group_by(Upper.id, Upper.position, Upper.amount_fen)
    )


def _standing_above() -> CTE:
    line = aliased(LedgerEntry)
    return renewed(line.ledger.in_((Ledger.FREEZE, Ledger.SHARE)), _stands(line), line=line)
