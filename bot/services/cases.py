"""Case files and what came of them, for the crackdown role alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.entries import Line, book
from bot.services.leads import read_lead_number
from bot.services.permissions import Action, require
from bot.storage import cases as rows
from bot.storage.cases import NUMBER, CaseFile, CaseLead
from bot.storage.database import vault_of
from bot.storage.entries import Ledger, LedgerEntry, standing
from bot.storage.leads import lead_by_number
from bot.storage.staff import Staff

NUMBER_LENGTH, CATEGORY_LENGTH = 40, 32
MOST_PERSONS = 10_000
CASES_SHOWN = 200


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
class CaseLine:
    """A case as the crackdown role's list shows it."""

    number: str
    category: str
    filed_at: datetime
    loss_fen: int
    steps: tuple[tuple[str, int], ...]


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
    """Enter a case with its loss and the leads it came from; the number is sealed."""
    require(staff.role, Action.KEEP_CASES)
    number, category = " ".join(number.split()), " ".join(category.split())
    if not 0 < len(number) <= NUMBER_LENGTH or not 0 < len(category) <= CATEGORY_LENGTH:
        raise InvalidInputError(f"请写明案号（最多 {NUMBER_LENGTH} 个字）和类型。")
    hashed = vault_of(session).fingerprint(number, NUMBER)
    if await rows.case_by_hash(session, hashed) is not None:
        raise InvalidInputError("这个案号已经登记过了。")
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
    line = Line(CaseStep.FILED, filed_at, amount_fen=loss_fen, case_id=case.id)
    await book(session, staff, Ledger.CASE, line, now)
    for typed in leads:
        lead = await lead_by_number(session, read_lead_number(typed))
        if lead is None:
            raise NotFoundError("没有这个编号的线索，请检查后重新输入。")
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
    if step is CaseStep.FILED or not 0 < persons <= MOST_PERSONS:
        raise InvalidInputError(f"人数要在 1 到 {MOST_PERSONS} 之间。")
    case = await _case(session, number) if number.strip() else None
    if case is None and step is CaseStep.SOLVED:
        raise InvalidInputError("请写明破的是哪一起案件。")
    line = Line(
        step,
        at,
        count=1 if step is CaseStep.SOLVED else persons,
        words=" ".join(words.split()),
        case_id=case.id if case else None,
    )
    return await book(session, staff, Ledger.CASE, line, now)


async def list_cases(session: AsyncSession, staff: Staff) -> list[CaseLine]:
    """The newest cases with what came of them."""
    require(staff.role, Action.KEEP_CASES)
    cases = await rows.latest_cases(session, CASES_SHOWN)
    ids = [case.id for case in cases]
    lines = await standing(session, Ledger.CASE, CASES_SHOWN * 10, LedgerEntry.case_id.in_(ids))
    return [
        CaseLine(
            case.number,
            case.category,
            case.filed_at,
            sum(one.amount_fen for one in lines if one.case_id == case.id),
            tuple(
                (STEP_NAMES[CaseStep(one.kind)], one.count)
                for one in reversed(lines)
                if one.case_id == case.id and one.kind != CaseStep.FILED
            ),
        )
        for case in cases
    ]


async def _case(session: AsyncSession, number: str) -> CaseFile:
    hashed = vault_of(session).fingerprint(" ".join(number.split()), NUMBER)
    case = await rows.case_by_hash(session, hashed)
    if case is None:
        raise NotFoundError("没有这个案号，请先登记案件。")
    return case
