"""The rows behind a figure of the work report, with nothing personal in them."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.services.activities import KINDS
from bot.services.permissions import Action, may, require
from bot.services.work_report import CASE_FACTS, COUNTS, NO_AREA, NO_STATION, RATES
from bot.services.work_report_text import money
from bot.services.work_row_cells import table_of
from bot.services.work_spans import Span
from bot.storage.activities import Activity
from bot.storage.staff import Staff
from bot.storage.work_facts import ACTIVITY_PARTS, FACTS, count_rows, measure, rows_query

ROWS_SHOWN = 500
OTHERS = {"visitors": ("来访登记", "本期登记的来访人次")}
SUMMED = frozenset({"loss", "frozen_fen", "returned", "avoided"})


@dataclass(frozen=True, slots=True)
class RowsBehind:
    """What a figure counts: the figure again, a page of its rows, the newest first, and how many
    there are; `leads` is which cell is a lead's number, -1 for none. `query` is the statement that
    found them, `of` the station, street or kind that they are of."""

    name: str
    meaning: str
    total: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    leads: int
    count: int
    page: int
    pages: int
    query: str
    of: str


async def rows_of_fact(
    session: AsyncSession,
    staff: Staff,
    name: str,
    span: Span,
    page: int = 1,
    *,
    part: tuple[str, str] | None = None,
) -> RowsBehind:
    """A page of the rows of a fact, from 1; those of cases need the crackdown role.

    `part` keeps of activities those of one ("station", …), ("street", …) or ("kind", …), named as
    in the report. Raises NotFoundError for a fact, a part or a page that is not there.
    """
    require(staff.role, Action.SEE_WORK_REPORT)
    if name not in FACTS:
        raise NotFoundError("没有这一项，请从报告里点进来。")
    require(staff.role, _needed(name))
    fact = FACTS[name]
    if part is not None and (part[0] not in ACTIVITY_PARTS or fact.entity is not Activity):
        raise NotFoundError("没有这一部分，请从报告里点进来。")
    query = rows_query(session, fact, span.since, span.until, part and _as_stored(*part))
    count = await count_rows(session, query)
    total = count if part else await measure(session, fact, span.since, span.until)
    pages = max(1, -(-count // ROWS_SHOWN))
    if not 1 <= page <= pages:
        raise NotFoundError(f"没有第 {page} 页，一共 {pages} 页。")
    found = await session.scalars(query.limit(ROWS_SHOWN).offset((page - 1) * ROWS_SHOWN))
    header, rows, leads = await table_of(session, fact.entity, found.all())
    words, meaning = _named(name)
    return RowsBehind(
        words,
        meaning,
        money(total) if name in SUMMED else str(total),
        header,
        rows,
        leads,
        count,
        page,
        pages,
        str(query.compile(session.get_bind())),
        part[1] if part else "",
    )


def _as_stored(part: str, value: str) -> tuple[str, str]:
    """A part as its rows name it."""
    if part == "kind":
        kinds = {words: kind for kind, words in KINDS.items()}
        return part, kinds.get(value, value)
    return part, "" if value in (NO_STATION, NO_AREA) else value


def may_see_rows(staff: Staff, name: str) -> bool:
    """Whether somebody may see the rows of a fact."""
    return may(staff.role, _needed(name))


def _needed(name: str) -> Action:
    return Action.KEEP_CASES if name in CASE_FACTS else Action.SEE_CHAIN


def _named(name: str) -> tuple[str, str]:
    for words, fact, _, meaning, _ in COUNTS.values():
        if fact == name:
            return words, meaning
    for words, part, whole, meaning in RATES.values():
        if name in (part, whole):
            return f"{words}的{'分子' if name == part else '分母'}", meaning
    return OTHERS.get(name, (name, ""))
