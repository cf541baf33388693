"""Tables of the statistics and the leads behind them as workbooks, and what their charts show."""

import io
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.exports import MOST_ROWS, happened_name, unformula
from bot.services.knowledge import category_name
from bot.services.leads import RISK_NAMES, STATE_NAMES, QueueLine, actor_name
from bot.services.looks import log_looks
from bot.services.permissions import Action, require
from bot.services.statistic_charts import Chart
from bot.services.statistics import (
    TITLES,
    Line,
    Part,
    Span,
    Statistics,
    Table,
    leads_behind,
    name_of,
)
from bot.services.workbooks import bold, new_workbook
from bot.storage.rollups import Dimension
from bot.storage.staff import Staff
from bot.times import on_screen

LYING = {Dimension.CATEGORY, Dimension.STREET, Dimension.CHANNEL}
HEAD = (
    "条数",
    "占比",
    "有损失",
    "损失（元）",
    "上期条数",
    "去年同期条数",
    "上期损失（元）",
    "去年同期损失（元）",
)
LEAD_HEAD = (
    "编号",
    "接收时间",
    "风险",
    "状态",
    "下一步时限",
    "情况",
    "类别",
    "金额（元）",
    "签收人",
    "派出所",
)
RATE_HEAD = ("指标", "分子", "分母", "比率", "上期比率", "去年同期比率", "口径")

SUBJECT = 40
"""Signs of what a line of the looks can name."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it goes into a workbook."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def table_of(found: Statistics, dimension: Dimension) -> Sheet:
    """One table of the page. Raises InvalidInputError where there is none."""
    if dimension is Dimension.RATE:
        rows = tuple(
            (
                one.name,
                one.now.part,
                one.now.count,
                *(_share(of.part, of.count) for of in (one.now, one.before, one.year_before)),
                one.meaning,
            )
            for one in found.rates
        )
        return Sheet(f"指标 {found.span.name}", RATE_HEAD, rows)
    table = _table(found, dimension)
    whole = found.total.now.count
    lines = (*table.lines, found.total)
    return Sheet(
        f"{table.title} {found.span.name}",
        (table.title, *HEAD),
        tuple(_row(line, whole) for line in lines),
    )


async def take_leads_behind(
    session: AsyncSession,
    staff: Staff,
    span: Span,
    dimension: Dimension,
    value: str,
    part: Part,
    now: datetime,
) -> Sheet:
    """The leads that a figure counts, newest first, with what a list shows of each and nothing
    sealed; that they were taken away is noted. Raises InvalidInputError where they are too many.
    """
    require(staff.role, Action.EXPORT_LEADS)
    asked = span, dimension, value, part
    lines, more = await leads_behind(session, staff, *asked, None, MOST_ROWS)
    if more is not None:
        words = f"这个数字下超过 {MOST_ROWS} 条，一个文件放不下。请换一个月，或选更细的一项再导出。"
        raise InvalidInputError(words)
    taken = f"统计 {span.name} {name_of(dimension, value)}"[:SUBJECT]
    await log_looks(session, actor_name(staff), [taken], "export", now)
    return Sheet(f"线索 {span.name}", LEAD_HEAD, tuple(_lead_row(line) for line in lines))


def to_workbook(*sheets: Sheet) -> bytes:
    """Tables as XLSX, each on a page of its own."""
    book = new_workbook()
    assert book.active is not None
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        for row in (sheet.head, *sheet.rows):
            page.append([unformula(cell) if isinstance(cell, str) else cell for cell in row])
        for cell in page[1]:
            cell.font = bold()
        page.column_dimensions["A"].width = 24
        page.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def chart_of(found: Statistics, dimension: Dimension) -> Chart:
    """What the chart of a table shows. Raises InvalidInputError where there is none."""
    table = _table(found, dimension)
    lines = [line for line in table.lines if line.now.count or dimension is Dimension.HOUR]
    return Chart(
        f"{table.title} · {found.span.name} · 共 {found.total.now.count:,} 条",
        tuple(line.name for line in lines),
        tuple(line.now.count for line in lines),
        lying=dimension in LYING,
    )


def _table(found: Statistics, dimension: Dimension) -> Table:
    if dimension not in TITLES:
        raise InvalidInputError("没有这张表。")
    return next(one for one in found.tables if one.dimension is dimension)


def _row(line: Line, whole: int) -> tuple[object, ...]:
    now = line.now
    share = _share(now.count, whole)
    earlier = (line.before, line.year_before)
    compared = (*(one.count for one in earlier), *(one.fen / 100 for one in earlier))
    return (line.name, now.count, share, now.part, now.fen / 100, *compared)


def _lead_row(line: QueueLine) -> tuple[object, ...]:
    return (
        line.number,
        on_screen(line.received_at),
        RISK_NAMES[line.risk],
        STATE_NAMES[line.state],
        on_screen(line.step_due_at),
        happened_name(line.happened),
        category_name(line.category or ""),
        "" if line.amount_fen is None else line.amount_fen / 100,
        line.assignee,
        line.station,
    )


def _share(part: int, whole: int) -> float | str:
    return round(part / whole, 4) if whole else "—"
