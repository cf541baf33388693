"""The work report as a page and as a document, and the rows behind each of its figures."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services.duty_report_kinds import XLSX
from bot.services.permissions import Action
from bot.services.runtime_settings import district_in_force
from bot.services.statistic_charts import Format
from bot.services.statistic_files import Sheet, to_workbook
from bot.services.work_report import Figure, WorkReport, report_of_database
from bot.services.work_report_charts import charts_of
from bot.services.work_report_docx import DOCX, to_docx
from bot.services.work_report_files import chart_file, rows_sheet, sheets_of
from bot.services.work_report_prose import Section, sections
from bot.services.work_report_text import figure_words, made_of, title
from bot.services.work_rows import RowsBehind, may_see_rows, rows_of_fact
from bot.services.work_spans import Span, SpanKind, read_span
from bot.times import SHANGHAI
from console.pages import View, page
from console.parts import ConsoleParts, Parts
from console.statistics import MEDIA
from console.visitor import Officer, needs

router = APIRouter()

Reader = Annotated[Officer, Depends(needs(Action.SEE_WORK_REPORT))]
Kind = Annotated[str, Query(max_length=10)]
Typed = Annotated[str, Query(max_length=20)]
SPAN_NAMES = {"year": "年", "month": "月", "week": "周"}


@dataclass(frozen=True, slots=True)
class WorkReportView(View):
    """The report; each chart is its key, its name and a PNG file in base64. `seen` are the facts
    whose rows the reader may open, `figures` come with their words and what they are made of,
    `received` are the leads of each part of the span: its name, as it is typed, how many."""

    report: WorkReport
    title_words: str
    sections: Sequence[Section]
    charts: Sequence[tuple[str, str, str]]
    seen: frozenset[str]
    figures: Sequence[tuple[Figure, str, str]]
    received: Sequence[tuple[str, str, int]]
    kinds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowsView(View):
    """The rows that a figure counts; `report` and `asked` are the queries of the report and of
    this page."""

    found: RowsBehind
    span: Span
    report: str
    asked: str


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """Of which fact and span, or of the same the year before, which page; of activities those of
    one `part`."""

    fact: Typed = ""
    kind: Kind = "year"
    span: Typed = ""
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1
    before: bool = False
    part: Typed = ""
    of: Annotated[str, Query(max_length=60)] = ""

    def query(self, counted: Span) -> str:
        """The same as it stands in an address, without the page."""
        asked = {"fact": self.fact, "kind": self.kind, "span": counted.typed}
        asked |= {"before": "1"} if self.before else {}
        asked |= {"part": self.part, "of": self.of} if self.part else {}
        return urlencode(asked)


@router.get("/work-report")
async def work_report_page(
    request: Request, parts: Parts, officer: Reader, kind: Kind = "year", span: Typed = ""
) -> Response:
    """The report of a year, a month or a week; each figure leads to its rows."""
    chosen = _span(parts, kind, span)
    report = await _report(parts, officer, chosen)
    charts = await asyncio.to_thread(charts_of, report)
    facts = {one.fact for one in report.figures.values()}
    view = WorkReportView(
        report,
        title(report),
        sections(report),
        [(one.key, one.name, b64encode(one.png).decode()) for one in charts],
        frozenset(one for one in facts if may_see_rows(officer.staff, one)),
        [(one, figure_words(one), made_of(one)) for one in report.figures.values()],
        [
            (name, part.typed, count)
            for (name, count), part in zip(report.leads_by_part, chosen.parts(), strict=False)
        ],
        SPAN_NAMES,
    )
    return page(request, "work_report.html", officer.visitor, view=view)


@router.get("/work-report.docx")
async def work_report_file(
    request: Request, parts: Parts, officer: Reader, kind: Kind = "year", span: Typed = ""
) -> Response:
    """The same as an editable document; its figures lead to their rows in this console."""
    report = await _report(parts, officer, _span(parts, kind, span))
    rows_at = str(
        request.url.replace(path=f"{request.url.path.removesuffix('.docx')}/rows", query="")
    )
    content = await asyncio.to_thread(to_docx, report, rows_at.rstrip("?"))
    name = f"attachment; filename*=UTF-8''{quote(title(report))}.docx"
    return Response(content, media_type=DOCX, headers={"Content-Disposition": name})


@router.get("/work-report.xlsx")
async def work_report_tables(
    parts: Parts, officer: Reader, kind: Kind = "year", span: Typed = ""
) -> Response:
    """Its tables as a workbook."""
    report = await _report(parts, officer, _span(parts, kind, span))
    return await _workbook(f"work-report-{report.span.typed}", *sheets_of(report))


@router.get("/work-report/chart")
async def work_report_chart(
    parts: Parts,
    officer: Reader,
    chart: Typed,
    form: Format = Format.SVG,
    kind: Kind = "year",
    span: Typed = "",
) -> Response:
    """One of its charts, to be saved."""
    report = await _report(parts, officer, _span(parts, kind, span))
    content = await asyncio.to_thread(chart_file, report, chart, form)
    name = f'attachment; filename="work-report-{chart}-{report.span.typed}.{form}"'
    return Response(content, media_type=MEDIA[form], headers={"Content-Disposition": name})


@router.get("/work-report/rows")
async def work_report_rows(
    request: Request, parts: Parts, officer: Reader, asked: Annotated[RowsAsked, Depends()]
) -> Response:
    """A page of the rows that a figure counts, or counted the year before; of cases only for the
    crackdown role."""
    counted = _counted(parts, asked)
    found, chosen = await _rows(parts, officer, asked)
    query = f"kind={counted.kind}&span={counted.typed}"
    view = RowsView(found, chosen, query, asked.query(counted))
    return page(request, "work_rows.html", officer.visitor, view=view)


@router.get("/work-report/rows.xlsx")
async def work_report_rows_file(
    parts: Parts, officer: Reader, asked: Annotated[RowsAsked, Depends()]
) -> Response:
    """The same page of rows as a workbook."""
    found, chosen = await _rows(parts, officer, asked)
    name = f"work-report-{asked.fact}-{chosen.typed}-{found.page}"
    return await _workbook(name, rows_sheet(found))


async def _rows(parts: ConsoleParts, officer: Officer, asked: RowsAsked) -> tuple[RowsBehind, Span]:
    counted = _counted(parts, asked)
    chosen = counted.year_before() if asked.before else counted
    part = (asked.part, asked.of) if asked.part else None
    async with parts.database.reading() as session:
        found = await rows_of_fact(
            session, officer.staff, asked.fact, chosen, asked.number, part=part
        )
    return found, chosen


def _counted(parts: ConsoleParts, asked: RowsAsked) -> Span:
    return _span(parts, asked.kind, asked.span).so_far(parts.now())


async def _workbook(name: str, *sheets: Sheet) -> Response:
    content = await asyncio.to_thread(to_workbook, *sheets)
    saved = f'attachment; filename="{name}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": saved})


def _span(parts: ConsoleParts, kind: str, typed: str) -> Span:
    """The span asked for; without one the one that today lies in."""
    if kind not in set(SpanKind):
        raise InvalidInputError("请选择年、月或周。")
    if typed.strip():
        return read_span(SpanKind(kind), typed)
    today = parts.now().astimezone(SHANGHAI)
    if kind == SpanKind.YEAR:
        return read_span(SpanKind.YEAR, str(today.year))
    return read_span(SpanKind(kind), today.strftime("%Y-%m" if kind == "month" else "%Y-%m-%d"))


async def _report(parts: ConsoleParts, officer: Officer, span: Span) -> WorkReport:
    async with parts.database.reading() as session:
        district = await district_in_force(session, parts.settings)
        return await report_of_database(session, officer.staff, span, district, parts.now())
