"""Taking back what was entered by mistake among freezes, plans, payments and visitors.

Each is a new line in the place of the old one, after which the right one is entered as ever.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.entries import correct, hold_books, line_of
from bot.services.freezes import ReturnMethod
from bot.services.permissions import Action, require
from bot.services.visitors import MATTERS
from bot.storage.entries import Ledger, LedgerEntry, entry_of, standing, standing_entry
from bot.storage.staff import Staff

MOST_SHARES = 10_000
GONE = "没有这条登记，或已被更正过，请刷新后再看。"


async def take_back(
    session: AsyncSession, staff: Staff, entry_id: int, now: datetime
) -> Sequence[LedgerEntry]:
    """Cancel a freeze, a planned share or a payment; returns the lines that say so.

    Of a plan pro rata every share goes, since each follows from the others. Raises NotFoundError
    where the line does not stand, ConflictError where others hang on it.
    """
    require(staff.role, Action.KEEP_LEDGER)
    await hold_books(session, Ledger.FREEZE, Ledger.SHARE, Ledger.RETURN)
    entry = await standing_entry(session, entry_id)
    if entry is None or entry.ledger not in (Ledger.FREEZE, Ledger.SHARE, Ledger.RETURN):
        raise NotFoundError(GONE)
    lines, ledger = await _together(session, entry), Ledger(entry.ledger)
    paid = LedgerEntry.entry_id.in_([one.id for one in lines])
    if ledger is Ledger.SHARE and await standing(session, Ledger.RETURN, 1, paid):
        raise ConflictError("这个方案里已有登记返还的，请先撤销那一笔返还。")
    return [
        await correct(session, staff, ledger, one.id, line_of(one, count=0), now) for one in lines
    ]


async def correct_visitor(
    session: AsyncSession, staff: Staff, entry_id: int, matter: str, now: datetime
) -> LedgerEntry:
    """Another matter of a visit; an empty one takes it back.

    Raises ConflictError for a visit that a lead was made of: the lead says that somebody came.
    """
    require(staff.role, Action.WORK_LEAD)
    if matter and matter not in MATTERS:
        raise InvalidInputError("请选择来访的事由。")
    await hold_books(session, Ledger.VISITOR)
    entry = await entry_of(session, Ledger.VISITOR, entry_id)
    if entry is None:
        raise NotFoundError(GONE)
    if not matter and entry.lead_id is not None:
        raise ConflictError("这次来访已经建了线索，不能撤销；不需要办理时请在线索页改状态。")
    line = line_of(entry, kind=matter or entry.kind, count=1 if matter else 0)
    return await correct(session, staff, Ledger.VISITOR, entry_id, line, now)


async def _together(session: AsyncSession, entry: LedgerEntry) -> Sequence[LedgerEntry]:
    if entry.ledger != Ledger.SHARE or entry.kind != ReturnMethod.PRO_RATA:
        return [entry]
    same = (
        LedgerEntry.kind == entry.kind,
        LedgerEntry.entry_id == entry.entry_id,
        LedgerEntry.until == entry.until,
        LedgerEntry.recorded_at == entry.recorded_at,
    )
    return await standing(session, Ledger.SHARE, MOST_SHARES, *same)
