"""The books: money as integers of fen, each line hashed over the one before it, none edited."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.storage import entries as rows
from bot.storage.counters import next_numbers
from bot.storage.database import vault_of
from bot.storage.entries import Ledger, LedgerEntry
from bot.storage.staff import Staff
from bot.storage.vault import Vault

WORDS_LENGTH = 400
LEDGER_NAMES = {
    Ledger.VISITOR: "来访",
    Ledger.FREEZE: "冻结",
    Ledger.SHARE: "返还方案",
    Ledger.RETURN: "返还",
    Ledger.CASE: "案件",
    Ledger.TWO_CARD: "两卡",
    Ledger.AVOIDED: "避免损失",
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
    return (await book_many(session, staff, ledger, [line], now, corrects=corrects))[0]


async def hold_books(session: AsyncSession, *ledgers: Ledger) -> None:
    """Hold books until the commit, so that what is then checked in them stays so.

    They are taken in one order, that no two transactions wait for each other.
    """
    for ledger in sorted(ledgers, key=list(Ledger).index):
        await next_numbers(session, f"ledger:{ledger}", 0)


async def book_many(
    session: AsyncSession,
    staff: Staff,
    ledger: Ledger,
    lines: Sequence[Line],
    now: datetime,
    *,
    corrects: int | None = None,
) -> list[LedgerEntry]:
    """The same for lines that belong together, such as a day's visitors; all or none."""
    for line in lines:
        _refuse_wrong(line, now)
    # the book is held until the commit, so that no two lines get the same position
    positions = await next_numbers(session, f"ledger:{ledger}", len(lines))
    before, entries = await rows.last_hash(session, ledger), []
    key = book_key(vault_of(session))
    for position, line in zip(positions, lines, strict=True):
        entry = _entry(staff, ledger, position, line, now, corrects)
        entry.hash = before = line_hash(entry, before, key)
        entries.append(entry)
    session.add_all(entries)
    await session.flush()
    return entries


def _refuse_wrong(line: Line, now: datetime) -> None:
    if line.happened_at > now:
        raise InvalidInputError("登记的时间还没有到，请检查日期。")
    if line.amount_fen < 0 or line.count < 0:
        raise InvalidInputError("金额和数量不能是负数；写错了请用更正。")
    if len(line.words) > WORDS_LENGTH:
        raise InvalidInputError(f"说明最多 {WORDS_LENGTH} 个字，请缩短。")


def _entry(
    staff: Staff, ledger: Ledger, position: int, line: Line, now: datetime, corrects: int | None
) -> LedgerEntry:
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
    hang on it and it is more than a freeze that ends at another time.
    """
    await hold_books(session, ledger)
    old = await rows.entry_of(session, ledger, entry_id)
    if old is None:
        raise NotFoundError("没有这条登记，或已被更正过，请刷新后再看。")
    above = [] if _only_renews(old, line) else list(await rows.renewals(session, [entry_id]))
    for below in (Ledger.SHARE, Ledger.RETURN):
        if await rows.standing(session, below, 1, LedgerEntry.entry_id.in_(above)):
            raise ConflictError(f"这条登记下面还有{LEDGER_NAMES[below]}，请先更正那一条。")
    return await book(session, staff, ledger, line, now, corrects=entry_id)


def line_of(
    entry: LedgerEntry,
    *,
    kind: str | None = None,
    until: datetime | None = None,
    count: int | None = None,
) -> Line:
    """What a line says, for the one that takes its place."""
    kept = {one.name: getattr(entry, one.name) for one in fields(Line)}
    changed = {"kind": kind, "until": until, "count": count}
    return Line(**kept | {name: value for name, value in changed.items() if value is not None})


def _only_renews(old: LedgerEntry, line: Line) -> bool:
    same = (one.name for one in fields(line) if one.name != "until")
    return old.ledger == Ledger.FREEZE and all(
        getattr(old, name) == getattr(line, name) for name in same
    )


def book_key(vault: Vault) -> bytes:
    """The key of the books' hashes: who can only write the database cannot make a line fit."""
    return vault.derive("ledger_entry.hash")


def line_hash(entry: LedgerEntry, before: str, key: bytes) -> str:
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
    return hmac.new(key, (before + json.dumps(kept)).encode(), sha256).hexdigest()


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
