"""Statistics: a month or a year from the roll-ups, charts, workbooks, and the leads behind."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from bot.services.duty_reports import XLSX
from bot.services.permissions import Action
from bot.services.statistic_charts import Format, draw
from bot.services.statistic_files import chart_of, table_of, to_workbook
from bot.services.statistics import (
    Part,
    Statistics,
    leads_behind,
    name_of,
    read_span,
    statistics,
)
from bot.storage.rollups import Dimension
from console.pages import page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

Reader = Annotated[Officer, Depends(needs(Action.SEE_DUTY_REPORTS))]
Typed = Annotated[str, Query(max_length=40)]
MEDIA = {Format.SVG: "image/svg+xml", Format.PNG: "image/png"}


@router.get("/statistics")
async def overview(request: Request, parts: Parts, officer: Reader, span: Typed = "") -> Response:
    """The figures of a month or a year."""
    found = await _read(parts, officer, span)
    return page(request, "statistics.html", officer.visitor, found=found, span=found.span)


@router.get("/statistics/leads")
async def behind(
    request: Request,
    parts: Parts,
    officer: Reader,
    dimension: Dimension,
    span: Typed = "",
    value: Typed = "",
    part: Part = Part.WHOLE,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The leads that a figure counts."""
    chosen = read_span(span, parts.now())
    async with parts.database.reading() as session:
        lines, more = await leads_behind(
            session, officer.staff, chosen, dimension, value, part, before
        )
    return page(
        request,
        "statistics_leads.html",
        officer.visitor,
        lines=lines,
        more=more,
        span=chosen,
        dimension=dimension,
        value=value,
        part=part,
        name=name_of(dimension, value),
    )


@router.get("/statistics/table.xlsx")
async def table(parts: Parts, officer: Reader, dimension: Dimension, span: Typed = "") -> Response:
    """One table as a workbook."""
    found = await _read(parts, officer, span)
    content = await asyncio.to_thread(to_workbook, table_of(found, dimension))
    name = f'attachment; filename="statistics-{dimension}-{found.span.name}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": name})


@router.get("/statistics/chart")
async def chart(
    parts: Parts,
    officer: Reader,
    dimension: Dimension,
    span: Typed = "",
    kind: Format = Format.SVG,
    dark: bool = False,
    saved: bool = False,
) -> Response:
    """One chart, to be shown in the page or saved."""
    found = await _read(parts, officer, span)
    content = await asyncio.to_thread(draw, chart_of(found, dimension), kind, dark=dark)
    name = f'attachment; filename="statistics-{dimension}-{found.span.name}.{kind}"'
    headers = {"Content-Disposition": name} if saved else {}
    return Response(content, media_type=MEDIA[kind], headers=headers)


async def _read(parts: ConsoleParts, officer: Officer, span: str) -> Statistics:
    chosen = read_span(span, parts.now())
    async with parts.database.reading() as session:
        return await statistics(session, officer.staff, chosen)
