"""Case files and what came of them, for the crackdown role alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.entries import Line, book, hold_books
from bot.services.leads import read_lead_number
from bot.services.paging import Leaf, turn_to
from bot.services.permissions import Action, require
from bot.storage import cases as rows
from bot.storage.cases import NUMBER, CaseFile, CaseLead
from bot.storage.database import vault_of
from bot.storage.entries import Ledger, LedgerEntry, count_standing, standing
from bot.storage.leads import lead_by_number
from bot.storage.staff import Staff

NUMBER_LENGTH, CATEGORY_LENGTH = 40, 32
MOST_PERSONS = 10_000
CASES_SHOWN, MEASURES_SHOWN = 100, 100
WITHOUT_CASE = LedgerEntry.case_id.is_(None)


class CaseStep(StrEnum):
    """A kind of line in the book of cases; of measures `count` is how many persons."""

    FILED = "filed"
    SOLVED = "solved"
    CRIMINAL = "criminal"
    HANDLED = "handled"
    PENALTY = "penalty"
    COERCIVE = "coercive"


STEP_NAMES: Mapping[CaseStep, str] = {
    CaseStep.FILED: "立案",
    CaseStep.SOLVED: "破案",
    CaseStep.CRIMINAL: "刑事打击",
    CaseStep.HANDLED: "行政处理",
    CaseStep.PENALTY: "行政处罚",
    CaseStep.COERCIVE: "强制措施",
}
MEASURES = (CaseStep.CRIMINAL, CaseStep.HANDLED, CaseStep.PENALTY, CaseStep.COERCIVE)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A line of the book of cases; of measures `count` is how many persons."""

    id: int
    step: CaseStep
    count: int
    at: datetime

    @property
    def name(self) -> str:
        """What was done."""
        return STEP_NAMES[self.step]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as the crackdown role's list shows it, with the numbers of its leads."""

    id: int
    number: str
    category: str
    filed_at: datetime
    loss_fen: int
    steps: tuple[StepLine, ...]
    leads: tuple[str, ...]


async def file_case(
    session: AsyncSession,
    staff: Staff,
    number: str,
    category: str,
    loss_fen: int,
    filed_at: datetime,
    now: datetime,
    *,
    leads: Sequence[str] = (),
) -> CaseFile:
    """Enter a case with its loss and the leads it came from; the number is sealed.

    Raises InvalidInputError for a number that a case has already, unless that was cancelled.
    """
    require(staff.role, Action.KEEP_CASES)
    number, category = " ".join(number.split()), read_category(category)
    if not 0 < len(number) <= NUMBER_LENGTH:
        raise InvalidInputError(f"请写明案号，最多 {NUMBER_LENGTH} 个字。")
    await hold_books(session, Ledger.CASE)
    case = await _case_of(session, staff, number, category, filed_at, now)
    line = Line(CaseStep.FILED, filed_at, amount_fen=loss_fen, words=category, case_id=case.id)
    await book(session, staff, Ledger.CASE, line, now)
    linked = await rows.lead_ids_of(session, case.id)
    for typed in leads:
        lead = await lead_by_number(session, read_lead_number(typed))
        if lead is None:
            raise NotFoundError("没有这个编号的线索，请检查后重新输入。")
        if lead.id not in linked:
            linked.add(lead.id)
            session.add(CaseLead(case_id=case.id, lead_id=lead.id))
    await session.flush()
    return case


async def note_step(
    session: AsyncSession,
    staff: Staff,
    step: CaseStep,
    at: datetime,
    now: datetime,
    *,
    number: str = "",
    persons: int = 1,
    words: str = "",
) -> LedgerEntry:
    """Note that a case was solved, or a measure taken against so many persons.

    A measure may stand without a case of ours, as in a campaign. Raises NotFoundError.
    """
    require(staff.role, Action.KEEP_CASES)
    refuse_wrong_step(step, persons)
    await hold_books(session, Ledger.CASE)
    case = await find_case(session, number) if number.strip() else None
    if case is None and step is CaseStep.SOLVED:
        raise InvalidInputError("请写明破的是哪一起案件。")
    if case is not None:
        await _refuse_out_of_order(session, case, step, at)
    line = Line(
        step,
        at,
        count=1 if step is CaseStep.SOLVED else persons,
        words=" ".join(words.split()),
        case_id=case.id if case else None,
    )
    return await book(session, staff, Ledger.CASE, line, now)


async def leaf_of_cases(session: AsyncSession, staff: Staff, page: int) -> Leaf:
    """A page of the cases, from 1, cancelled ones counted. Raises NotFoundError."""
    require(staff.role, Action.KEEP_CASES)
    return turn_to(page, await rows.count_cases(session), CASES_SHOWN)


async def list_cases(session: AsyncSession, staff: Staff, offset: int = 0) -> list[CaseLine]:
    """A page of the cases, the newest first, with what came of them; cancelled ones left out."""
    require(staff.role, Action.KEEP_CASES)
    cases = await rows.latest_cases(session, CASES_SHOWN, offset)
    ids = [case.id for case in cases]
    lines = await standing(session, Ledger.CASE, CASES_SHOWN * 50, LedgerEntry.case_id.in_(ids))
    of_case, leads = defaultdict[int, list[LedgerEntry]](list), await rows.leads_of(session, ids)
    for line in reversed(lines):
        of_case[line.case_id or 0].append(line)
    shown = []
    for case in cases:
        filed = next((one for one in of_case[case.id] if one.kind == CaseStep.FILED), None)
        if filed is not None:
            shown.append(_line(case, filed, of_case[case.id], leads.get(case.id, ())))
    return shown


async def leaf_of_measures(session: AsyncSession, staff: Staff, page: int) -> Leaf:
    """A page of list_measures, from 1. Raises NotFoundError where it is not there."""
    require(staff.role, Action.KEEP_CASES)
    count = await count_standing(session, Ledger.CASE, WITHOUT_CASE)
    return turn_to(page, count, MEASURES_SHOWN)


async def list_measures(session: AsyncSession, staff: Staff, offset: int = 0) -> list[StepLine]:
    """A page of the measures without a case of ours, as in a campaign, the newest first."""
    require(staff.role, Action.KEEP_CASES)
    found = await standing(session, Ledger.CASE, MEASURES_SHOWN, WITHOUT_CASE, offset=offset)
    return [_step(one) for one in found]


async def find_case(session: AsyncSession, number: str) -> CaseFile:
    """The case of that number. Raises NotFoundError."""
    hashed = vault_of(session).fingerprint(" ".join(number.split()), NUMBER)
    case = await rows.case_by_hash(session, hashed)
    if case is None:
        raise NotFoundError("没有这个案号，请先登记案件。")
    return case


async def filed_line(session: AsyncSession, case: CaseFile) -> LedgerEntry | None:
    """The line that a case stands by; None where it was cancelled."""
    of = (LedgerEntry.case_id == case.id, LedgerEntry.kind == CaseStep.FILED)
    return next(iter(await standing(session, Ledger.CASE, 1, *of)), None)


def read_category(typed: str) -> str:
    """The type of a case. Raises InvalidInputError where it is empty or too long."""
    category = " ".join(typed.split())
    if not 0 < len(category) <= CATEGORY_LENGTH:
        raise InvalidInputError(f"请写明案件类型，最多 {CATEGORY_LENGTH} 个字。")
    return category


def refuse_wrong_step(step: CaseStep, persons: int) -> None:
    """Raises InvalidInputError for what is no step of its own, or so many persons."""
    if step is CaseStep.FILED or not 0 < persons <= MOST_PERSONS:
        raise InvalidInputError(f"人数要在 1 到 {MOST_PERSONS} 之间。")


async def _case_of(
    session: AsyncSession,
    staff: Staff,
    number: str,
    category: str,
    filed_at: datetime,
    now: datetime,
) -> CaseFile:
    hashed = vault_of(session).fingerprint(number, NUMBER)
    known = await rows.case_by_hash(session, hashed)
    if known is not None:
        if await filed_line(session, known) is not None:
            raise InvalidInputError("这个案号已经登记过了；内容有变请在案件列表里点“更正”。")
        return known
    case = CaseFile(
        number_hash=hashed,
        category=category,
        filed_at=filed_at,
        staff_id=staff.id,
        recorded_at=now,
    )
    case.number = number
    session.add(case)
    await session.flush()
    return case


async def _refuse_out_of_order(
    session: AsyncSession, case: CaseFile, step: CaseStep, at: datetime
) -> None:
    filed = await filed_line(session, case)
    if filed is None:
        raise NotFoundError("这起案件已被撤销，请先重新登记案件。")
    if at < filed.happened_at:
        raise InvalidInputError("时间早于立案时间，请检查日期，或先更正案件的立案时间。")
    again = (LedgerEntry.case_id == case.id, LedgerEntry.kind == CaseStep.SOLVED)
    if step is CaseStep.SOLVED and await standing(session, Ledger.CASE, 1, *again):
        raise ConflictError("这起案件已经登记破案；日期不对请更正那一条。")


def _line(
    case: CaseFile, filed: LedgerEntry, lines: Sequence[LedgerEntry], leads: Sequence[str]
) -> CaseLine:
    return CaseLine(
        case.id,
        case.number,
        filed.words or case.category,
        filed.happened_at,
        filed.amount_fen,
        tuple(_step(one) for one in lines if one.kind != CaseStep.FILED),
        tuple(leads),
    )


def _step(entry: LedgerEntry) -> StepLine:
    return StepLine(entry.id, CaseStep(entry.kind), entry.count, entry.happened_at)
