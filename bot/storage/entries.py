"""Ledger entries: written once, never changed; a correction is an entry that replaces another."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    event,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.sealed_words import SealedWords, keep_sealed

WORDS, SUBJECT = "ledger_entry.words", "ledger_entry.subject"


class Ledger(StrEnum):
    """Which book an entry stands in."""

    VISITOR = "visitor"
    FREEZE = "freeze"
    SHARE = "share"
    RETURN = "return"
    CASE = "case"
    TWO_CARD = "two_card"
    AVOIDED = "avoided"


class LedgerEntry(Base):
    """One line of a book.

    `kind` says what within the book, `count` how many (cards, persons; 0 cancels what it
    corrects), `amount_fen` how much, `until` when a freeze or a notice ends. `entry_id` is the
    line it belongs to: a share of a freeze, a payment of a share. `corrects_id` is the line that
    it replaces. Each hash covers the line before it in the same book
    and is keyed; the database itself refuses to change a line (bot.storage.append_only).
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("ledger", "position"),
        Index("ix_ledger_entry_ledger_happened_at", "ledger", "happened_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ledger: Mapped[Ledger] = mapped_column(String(12))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    count: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime | None]
    subject_hash: Mapped[str | None] = mapped_column(String(32), index=True)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))
    words = SealedWords(WORDS)


keep_sealed(LedgerEntry)


class LedgerEditedError(RuntimeError):
    """Somebody's code tried to change a line instead of writing a new one."""


def _refuse(_: Any, __: Any, ___: Any) -> None:
    raise LedgerEditedError


event.listen(LedgerEntry, "before_update", _refuse)
event.listen(LedgerEntry, "before_delete", _refuse)
_LATER = aliased(LedgerEntry)
STANDS: ColumnElement[bool] = (
    ~select(_LATER.id).where(_LATER.corrects_id == LedgerEntry.id).exists()
) & (LedgerEntry.count > 0)
"""Entries that no other has replaced or cancelled."""


async def last_hash(session: AsyncSession, ledger: Ledger) -> str:
    """The hash of a book's newest line; empty for a new book."""
    query = select(LedgerEntry.hash).where(LedgerEntry.ledger == ledger)
    return await session.scalar(query.order_by(LedgerEntry.position.desc()).limit(1)) or ""


async def entries_after(
    session: AsyncSession, ledger: Ledger, position: int, limit: int
) -> Sequence[LedgerEntry]:
    """Lines of a book after a position, in order."""
    query = select(LedgerEntry).where(LedgerEntry.ledger == ledger, LedgerEntry.position > position)
    return (await session.scalars(query.order_by(LedgerEntry.position).limit(limit))).all()


async def standing(
    session: AsyncSession,
    ledger: Ledger,
    limit: int,
    *where: ColumnElement[bool],
    first: ColumnElement[int] | None = None,
    offset: int = 0,
) -> Sequence[LedgerEntry]:
    """Lines of a book that stand, the newest first, before that by `first`."""
    query = select(LedgerEntry).where(LedgerEntry.ledger == ledger, STANDS, *where)
    order = (LedgerEntry.happened_at.desc(), LedgerEntry.id.desc())
    query = query.order_by(*(() if first is None else (first,)), *order)
    return (await session.scalars(query.limit(limit).offset(offset))).all()


async def count_standing(session: AsyncSession, ledger: Ledger, *where: ColumnElement[bool]) -> int:
    """How many lines of a book stand."""
    query = select(func.count()).select_from(LedgerEntry)
    return await session.scalar(query.where(LedgerEntry.ledger == ledger, STANDS, *where)) or 0


async def entry_of(session: AsyncSession, ledger: Ledger, entry_id: int) -> LedgerEntry | None:
    """A line that stands in that book."""
    query = select(LedgerEntry).where(LedgerEntry.ledger == ledger, LedgerEntry.id == entry_id)
    return await session.scalar(query.where(STANDS))


async def standing_entry(session: AsyncSession, entry_id: int) -> LedgerEntry | None:
    """A line that stands, in whichever book."""
    return await session.scalar(select(LedgerEntry).where(LedgerEntry.id == entry_id, STANDS))


def renewed(*where: ColumnElement[bool], line: type[LedgerEntry] = LedgerEntry) -> CTE:
    """Lines, and for a freeze all that it replaced: `id`, and the line that stands for it, `last`.

    What hangs on a freeze goes on hanging on its renewal by this.
    """
    lines = select(line.id.label("id"), line.id.label("last")).where(*where)
    found = lines.cte("renewed", recursive=True)
    newer = aliased(LedgerEntry)
    older = (
        select(newer.corrects_id, found.c.last)
        .join(found, newer.id == found.c.id)
        .where(newer.ledger == Ledger.FREEZE, newer.corrects_id.is_not(None))
    )
    return found.union_all(older)


async def renewals(session: AsyncSession, ids: Sequence[int]) -> dict[int, int]:
    """These lines and what they replaced, each with the one of `ids` that stands for it."""
    found = renewed(LedgerEntry.id.in_(ids))
    return {row.id: row.last for row in await session.execute(select(found))}


async def sum_below(session: AsyncSession, ledger: Ledger, entry_id: int) -> int:
    """Fen of the standing lines of a book that belong to a line or to what it replaced."""
    above = select(renewed(LedgerEntry.id == entry_id).c.id)
    query = select(func.coalesce(func.sum(LedgerEntry.amount_fen), 0)).where(
        LedgerEntry.ledger == ledger, LedgerEntry.entry_id.in_(above), STANDS
    )
    return int(await session.scalar(query) or 0)
