"""Whether the books are as they were written, and whether they agree with each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.entries import LEDGER_NAMES, book_key, line_hash
from bot.storage import ledger_sums as sums
from bot.storage.database import vault_of
from bot.storage.entries import Ledger, entries_after

BATCH = 1000


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """How many lines stand in each book, and every problem found, in words."""

    lines: tuple[tuple[Ledger, int], ...]
    problems: tuple[str, ...]


async def check_ledgers(session: AsyncSession) -> LedgerReport:
    """Walk every book line by line, then compare what hangs together."""
    lines, problems = [], []
    for ledger in Ledger:
        count, wrong = await _walk(session, ledger)
        lines.append((ledger, count))
        problems += [wrong] if wrong else []
    return LedgerReport(tuple(lines), (*problems, *await _reconcile(session)))


async def _walk(session: AsyncSession, ledger: Ledger) -> tuple[int, str]:
    name, position, before = LEDGER_NAMES[ledger], 0, ""
    key = book_key(vault_of(session))
    while batch := await entries_after(session, ledger, position, BATCH):
        for entry in batch:
            if entry.position != position + 1:
                return position, f"{name}账第 {position + 1} 笔不见了"
            if entry.hash != line_hash(entry, before, key):
                return position, f"{name}账第 {entry.position} 笔被改动过"
            position, before = entry.position, entry.hash
        session.expunge_all()
    written = await sums.numbers_given(session, ledger)
    if written != position:
        return position, f"{name}账应有 {written} 笔，只有 {position} 笔"
    return position, ""


async def _reconcile(session: AsyncSession) -> Sequence[str]:
    found = []
    for position, frozen, planned in await sums.overplanned(session):
        words = f"冻结 {frozen / 100:.2f} 元，返还方案却有 {planned / 100:.2f} 元"
        found.append(f"冻结账第 {position} 笔：{words}")
    for position, planned, paid in await sums.wrongly_paid(session):
        words = f"方案是 {planned / 100:.2f} 元，返还却有 {paid / 100:.2f} 元"
        found.append(f"返还方案账第 {position} 笔：{words}")
    for position in await sums.paid_too_early(session):
        found.append(f"返还账第 {position} 笔：公告未满就登记了返还")
    for position in await sums.hanging_on_nothing(session):
        found.append(f"返还账或返还方案账第 {position} 笔所依据的登记已被更正")
    for number, ours, booked in await sums.avoided_otherwise(session):
        words = f"避免损失写的是 {ours / 100:.2f} 元，避免损失账却有 {booked / 100:.2f} 元"
        found.append(f"线索 {number}：{words}")
    return [*found, *await _cases(session), *await _visits(session)]


async def _cases(session: AsyncSession) -> Sequence[str]:
    """Named by their place only: the number of a case is for the crackdown role."""
    files = await sums.wrongly_filed(session)
    steps = await sums.steps_out_of_place(session)
    return [
        *(f"案件登记第 {number} 号和案件账里的立案对不上" for number in files),
        *(f"案件账第 {number} 笔：所属案件不在册、立案更晚，或重复破案" for number in steps),
    ]


async def _visits(session: AsyncSession) -> Sequence[str]:
    visits = await sums.visits_of_other_leads(session)
    leads = await sums.leads_without_a_visit(session)
    return [
        *(f"来访账第 {number} 笔：所建的线索不是来访线索" for number in visits),
        *(f"线索 {number} 在来访账里没有一笔，或不止一笔" for number in leads),
    ]
