"""Statistics: a month or a year from the roll-ups, charts, workbooks, and the leads behind."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bot.services.duty_report_kinds import XLSX
from bot.services.education import family_titles
from bot.services.leads import QueueLine
from bot.services.learning_figures import LearningFigures
from bot.services.learning_files import SHARE_NAMES, audience_name, learning_sheets
from bot.services.learning_kept import figures_of_span
from bot.services.permissions import Action
from bot.services.statistic_charts import Format, draw
from bot.services.statistic_files import chart_of, table_of, take_leads_behind, to_workbook
from bot.services.statistics import (
    Part,
    Span,
    Statistics,
    leads_behind,
    name_of,
    read_span,
    statistics,
)
from bot.storage.rollups import Dimension
from bot.times import SHANGHAI
from console.pages import View, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

Reader = Annotated[Officer, Depends(needs(Action.SEE_DUTY_REPORTS))]
Typed = Annotated[str, Query(max_length=40)]
MEDIA = {Format.SVG: "image/svg+xml", Format.PNG: "image/png"}


@dataclass(frozen=True, slots=True)
class StatisticsView(View):
    """The figures of a month or a year, and what learning came to; `titles` name families."""

    found: Statistics
    learned: LearningFigures
    titles: Mapping[str, str]
    shares: Mapping[str, str]

    @property
    def span(self) -> Span:
        """What the figures are of."""
        return self.found.span

    def audience_name(self, name: str) -> str:
        """An audience in words."""
        return audience_name(name)

    def family_name(self, name: str) -> str:
        """A family's title; a family that is gone by its name."""
        return self.titles.get(name, name)


@dataclass(frozen=True, slots=True)
class BehindView(View):
    """The leads that a figure counts; `more` is where the next page goes on."""

    lines: Sequence[QueueLine]
    more: int | None
    span: Span
    dimension: Dimension
    value: str
    part: Part

    @property
    def name(self) -> str:
        """The value in words."""
        return name_of(self.dimension, self.value)


@router.get("/statistics")
async def overview(request: Request, parts: Parts, officer: Reader, span: Typed = "") -> Response:
    """The figures of a month or a year."""
    found = await _read(parts, officer, span)
    learned, titles = await _learned(parts, found.span)
    view = StatisticsView(found, learned, titles, SHARE_NAMES)
    return page(request, "statistics.html", officer.visitor, view=view)


@router.get("/statistics/learning.xlsx")
async def learning_file(parts: Parts, officer: Reader, span: Typed = "") -> Response:
    """What learning came to, without identities, as a workbook."""
    chosen = read_span(span, parts.now())
    learned, titles = await _learned(parts, chosen)
    content = await asyncio.to_thread(to_workbook, *learning_sheets(learned, titles))
    name = f'attachment; filename="learning-{chosen.name}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": name})


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
    view = BehindView(lines, more, chosen, dimension, value, part)
    return page(request, "statistics_leads.html", officer.visitor, view=view)


@router.post("/statistics/leads.xlsx")
async def leads_file(
    parts: Parts,
    officer: Annotated[Officer, Depends(needs(Action.EXPORT_LEADS))],
    dimension: Annotated[Dimension, Form()] = Dimension.ALL,
    span: Annotated[str, Form(max_length=40)] = "",
    value: Annotated[str, Form(max_length=40)] = "",
    part: Annotated[Part, Form()] = Part.WHOLE,
) -> Response:
    """The leads that a figure counts as a workbook; that it was taken is noted."""
    chosen, now = read_span(span, parts.now()), parts.now()
    async with parts.database.writing() as session:
        sheet = await take_leads_behind(session, officer.staff, chosen, dimension, value, part, now)
    content = await asyncio.to_thread(to_workbook, sheet)
    name = f'attachment; filename="leads-{dimension}-{chosen.name}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": name})


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
    narrow: bool = False,
    saved: bool = False,
) -> Response:
    """One chart, to be shown in the page or saved."""
    found = await _read(parts, officer, span)
    shown = chart_of(found, dimension)
    content = await asyncio.to_thread(draw, shown, kind, dark=dark, narrow=narrow)
    name = f'attachment; filename="statistics-{dimension}-{found.span.name}.{kind}"'
    headers = {"Content-Disposition": name} if saved else {}
    return Response(content, media_type=MEDIA[kind], headers=headers)


async def _read(parts: ConsoleParts, officer: Officer, span: str) -> Statistics:
    chosen = read_span(span, parts.now())
    async with parts.database.reading() as session:
        return await statistics(session, officer.staff, chosen)


async def _learned(parts: ConsoleParts, span: Span) -> tuple[LearningFigures, dict[str, str]]:
    since, until = (datetime.combine(day, time(), SHANGHAI) for day in (span.first, span.until))
    async with parts.database.reading() as session:
        learned = await figures_of_span(session, since, until, parts.now())
    return learned, await asyncio.to_thread(family_titles)
