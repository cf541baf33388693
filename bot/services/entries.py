"""The books: money as integers of fen, each line hashed over the one before it, none edited."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.storage import entries as rows
from bot.storage.counters import next_number
from bot.storage.entries import Ledger, LedgerEntry
from bot.storage.staff import Staff

WORDS_LENGTH = 400
LEDGER_NAMES = {
    Ledger.VISITOR: "来访",
    Ledger.FREEZE: "冻结",
    Ledger.SHARE: "返还方案",
    Ledger.RETURN: "返还",
    Ledger.CASE: "案件",
    Ledger.TWO_CARD: "两卡",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What goes into a line; see LedgerEntry for the meaning of each value."""

    kind: str
    happened_at: datetime
    count: int = 1
    amount_fen: int = 0
    words: str = ""
    until: datetime | None = None
    unit_id: int | None = None
    lead_id: int | None = None
    case_id: int | None = None
    entry_id: int | None = None
    subject_hash: str | None = None


async def book(
    session: AsyncSession,
    staff: Staff,
    ledger: Ledger,
    line: Line,
    now: datetime,
    *,
    corrects: int | None = None,
) -> LedgerEntry:
    """Append a line to a book; who may is for the caller to ask.

    Raises InvalidInputError on a time to come, a negative amount or words that are too long.
    """
    if line.happened_at > now:
        raise InvalidInputError("登记的时间还没有到，请检查日期。")
    if line.amount_fen < 0 or line.count < 0:
        raise InvalidInputError("金额和数量不能是负数；写错了请用更正。")
    if len(line.words) > WORDS_LENGTH:
        raise InvalidInputError(f"说明最多 {WORDS_LENGTH} 个字，请缩短。")
    position = await next_number(session, f"ledger:{ledger}")  # holds the book until the commit
    before = await rows.last_hash(session, ledger)
    entry = LedgerEntry(
        ledger=ledger,
        position=position,
        kind=line.kind,
        happened_at=line.happened_at,
        recorded_at=now,
        staff_id=staff.id,
        unit_id=line.unit_id,
        lead_id=line.lead_id,
        case_id=line.case_id,
        entry_id=line.entry_id,
        corrects_id=corrects,
        count=line.count,
        amount_fen=line.amount_fen,
        until=line.until,
        subject_hash=line.subject_hash,
    )
    entry.words = line.words
    entry.hash = line_hash(entry, before)
    session.add(entry)
    await session.flush()
    return entry


async def correct(
    session: AsyncSession,
    staff: Staff,
    ledger: Ledger,
    entry_id: int,
    line: Line,
    now: datetime,
) -> LedgerEntry:
    """Replace a line by a new one; a count of 0 cancels it.

    Raises NotFoundError where the line does not stand (any more), ConflictError where other lines
    hang on it.
    """
    if await rows.entry_of(session, ledger, entry_id) is None:
        raise NotFoundError("没有这条登记，或已被更正过，请刷新后再看。")
    for below in (Ledger.SHARE, Ledger.RETURN):
        if await rows.standing(session, below, 1, LedgerEntry.entry_id == entry_id):
            raise ConflictError(f"这条登记下面还有{LEDGER_NAMES[below]}，请先更正那一条。")
    return await book(session, staff, ledger, line, now, corrects=entry_id)


def line_hash(entry: LedgerEntry, before: str) -> str:
    """The hash a line must have, given the hash of the line before it in its book."""
    kept = [
        entry.ledger,
        entry.position,
        entry.kind,
        _moment(entry.happened_at),
        _moment(entry.recorded_at),
        entry.staff_id,
        entry.unit_id,
        entry.lead_id,
        entry.case_id,
        entry.entry_id,
        entry.corrects_id,
        entry.count,
        entry.amount_fen,
        _moment(entry.until),
        entry.subject_hash,
        entry.words,
    ]
    return sha256((before + json.dumps(kept)).encode()).hexdigest()


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
