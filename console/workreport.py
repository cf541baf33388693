"""The work report as a page and as a document, and the rows behind each of its figures."""

import asyncio
from base64 import b64encode
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services.permissions import Action
from bot.services.runtime_settings import district_in_force
from bot.services.work_report import WorkReport, report_of_database
from bot.services.work_report_charts import charts_of
from bot.services.work_report_docx import DOCX, to_docx
from bot.services.work_report_prose import sections
from bot.services.work_report_text import figure_words, made_of, title
from bot.services.work_rows import may_see_rows, rows_of_fact
from bot.services.work_spans import Span, SpanKind, read_span
from bot.times import SHANGHAI
from console.pages import page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

Reader = Annotated[Officer, Depends(needs(Action.SEE_WORK_REPORT))]
Kind = Annotated[str, Query(max_length=10)]
Typed = Annotated[str, Query(max_length=20)]


@router.get("/work-report")
async def work_report_page(
    request: Request, parts: Parts, officer: Reader, kind: Kind = "year", span: Typed = ""
) -> Response:
    """The report of a year, a month or a week; each figure leads to its rows."""
    chosen = _span(parts, kind, span)
    report = await _report(parts, officer, chosen)
    charts = await asyncio.to_thread(charts_of, report)
    seen = {one.fact for one in report.figures.values() if may_see_rows(officer.staff, one.fact)}
    return page(
        request,
        "work_report.html",
        officer.visitor,
        report=report,
        title_words=title(report),
        sections=sections(report),
        charts=[(one.name, b64encode(one.png).decode()) for one in charts],
        seen=seen,
        figures=[(one, figure_words(one), made_of(one)) for one in report.figures.values()],
        received=[
            (name, part.typed, count)
            for (name, count), part in zip(report.leads_by_part, chosen.parts(), strict=False)
        ],
        kinds={"year": "年", "month": "月", "week": "周"},
    )


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


@router.get("/work-report/rows")
async def work_report_rows(
    request: Request,
    parts: Parts,
    officer: Reader,
    fact: Typed = "",
    kind: Kind = "year",
    span: Typed = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    before: bool = False,
    part: Typed = "",
    of: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """A page of the rows that a figure counts, or counted the year before; of cases only for the
    crackdown role."""
    counted = _span(parts, kind, span).so_far(parts.now())
    chosen = counted.year_before() if before else counted
    async with parts.database.reading() as session:
        found = await rows_of_fact(
            session, officer.staff, fact, chosen, number, part=(part, of) if part else None
        )
    asked = {"fact": fact, "kind": kind, "span": counted.typed}
    asked |= {"before": "1"} if before else {}
    asked |= {"part": part, "of": of} if part else {}
    return page(
        request,
        "work_rows.html",
        officer.visitor,
        found=found,
        span=chosen,
        report=f"kind={counted.kind}&span={counted.typed}",
        asked=urlencode(asked),
    )


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
