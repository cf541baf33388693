"""Tables of the statistics as workbooks, and what their charts show."""

import io
from dataclasses import dataclass

from bot.errors import InvalidInputError
from bot.services.exports import unformula
from bot.services.statistic_charts import Chart
from bot.services.statistics import TITLES, Line, Statistics, Table
from bot.services.workbooks import bold, new_workbook
from bot.storage.rollups import Dimension

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
RATE_HEAD = ("指标", "分子", "分母", "比率", "上期比率", "去年同期比率", "口径")


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
        f"{table.title} · {found.span.name} · 共 {found.total.now.count} 条",
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


def _share(part: int, whole: int) -> float | str:
    return round(part / whole, 4) if whole else "—"
