"""Corrections in the book of cases: each a new line in the place of the old one."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.cases import CaseStep, filed_line, read_category, refuse_wrong_step
from bot.services.entries import Line, correct, hold_books
from bot.services.permissions import Action, require
from bot.storage.cases import CaseFile, case_by_id
from bot.storage.entries import Ledger, LedgerEntry, entry_of, standing
from bot.storage.staff import Staff


async def correct_case(
    session: AsyncSession,
    staff: Staff,
    case_id: int,
    category: str,
    loss_fen: int,
    filed_at: datetime,
    now: datetime,
) -> LedgerEntry:
    """Another type, loss or day of filing, in place of what was entered.

    Raises NotFoundError where the case does not stand, InvalidInputError for a day after something
    that came of it.
    """
    require(staff.role, Action.KEEP_CASES)
    category = read_category(category)
    await hold_books(session, Ledger.CASE)
    case, old = await _standing_case(session, case_id)
    filed_at = _kept(old.happened_at, filed_at)
    earlier = (LedgerEntry.case_id == case.id, LedgerEntry.happened_at < filed_at)
    if await standing(session, Ledger.CASE, 1, *earlier, LedgerEntry.kind != CaseStep.FILED):
        raise InvalidInputError("立案时间晚于已登记的破案或措施，请检查日期，或先更正那一条。")
    line = Line(CaseStep.FILED, filed_at, amount_fen=loss_fen, words=category, case_id=case.id)
    return await correct(session, staff, Ledger.CASE, old.id, line, now)


async def cancel_case(
    session: AsyncSession, staff: Staff, case_id: int, now: datetime
) -> LedgerEntry:
    """Take back a case that was entered by mistake; its number may be entered anew.

    Raises ConflictError while something that came of it stands.
    """
    require(staff.role, Action.KEEP_CASES)
    await hold_books(session, Ledger.CASE)
    case, old = await _standing_case(session, case_id)
    below = (LedgerEntry.case_id == case.id, LedgerEntry.kind != CaseStep.FILED)
    if await standing(session, Ledger.CASE, 1, *below):
        raise ConflictError("这起案件下面还有破案或措施，请先撤销那些登记。")
    line = Line(CaseStep.FILED, old.happened_at, count=0, words=old.words, case_id=case.id)
    return await correct(session, staff, Ledger.CASE, old.id, line, now)


async def correct_step(
    session: AsyncSession,
    staff: Staff,
    entry_id: int,
    persons: int,
    at: datetime | None,
    now: datetime,
) -> LedgerEntry:
    """So many persons, at another time; 0 persons takes the line back.

    Raises NotFoundError where the line does not stand.
    """
    require(staff.role, Action.KEEP_CASES)
    await hold_books(session, Ledger.CASE)
    old = await entry_of(session, Ledger.CASE, entry_id)
    if old is None or old.kind == CaseStep.FILED:
        raise NotFoundError("没有这条登记，或已被更正过，请刷新后再看。")
    step, when = CaseStep(old.kind), _kept(old.happened_at, at)
    if persons:
        refuse_wrong_step(step, persons)
    if old.case_id is not None:
        _, filed = await _standing_case(session, old.case_id)
        if when < filed.happened_at:
            raise InvalidInputError("时间早于立案时间，请检查日期，或先更正案件的立案时间。")
    count = min(persons, 1) if step is CaseStep.SOLVED else persons
    line = Line(step, when, count=count, words=old.words, case_id=old.case_id)
    return await correct(session, staff, Ledger.CASE, entry_id, line, now)


def _kept(old: datetime, new: datetime | None) -> datetime:
    """The old moment where none or the same minute is given: forms show no seconds."""
    same = new is None or new == old.replace(second=0, microsecond=0)
    return old if same or new is None else new


async def _standing_case(session: AsyncSession, case_id: int) -> tuple[CaseFile, LedgerEntry]:
    case = await case_by_id(session, case_id)
    filed = await filed_line(session, case) if case is not None else None
    if case is None or filed is None:
        raise NotFoundError("没有这起案件，或已被撤销，请刷新后再看。")
    return case, filed
