"""Sums across the books, for `fanzha ledger check`: what must agree and does not."""

from collections.abc import Sequence

from sqlalchemy import CTE, ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.storage.counters import Counter
from bot.storage.entries import Ledger, LedgerEntry, renewed

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
