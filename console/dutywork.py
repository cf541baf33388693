"""Around the leads: the roster with its hand-over list, the areas, the daily and weekly report."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services.areas import AreaTable, add_area, import_areas, list_areas, remove_area
from bot.services.duty_report_kinds import XLSX, DutyReport, ReportKind
from bot.services.duty_report_sheets import to_workbook
from bot.services.duty_report_text import to_text
from bot.services.duty_reports import report_for, span_before
from bot.services.grid import GridWorker, area_name, list_grid_workers
from bot.services.paging import Leaf
from bot.services.permissions import Action, may
from bot.services.roster import (
    HandOverLine,
    Roster,
    add_shift,
    hand_over_list,
    remove_shift,
    see_roster,
)
from bot.storage.areas import Area
from console.casework import read_minute
from console.pages import PageNumber, View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

Typed = Annotated[str, Form(max_length=100)]
RosterReader = Annotated[Officer, Depends(needs(Action.SEE_ROSTER))]
RosterWriter = Annotated[Officer, Depends(needs(Action.EDIT_ROSTER))]
AreaReader = Annotated[Officer, Depends(needs(Action.SEE_AREAS))]
AreaWriter = Annotated[Officer, Depends(needs(Action.EDIT_AREAS))]
ReportReader = Annotated[Officer, Depends(needs(Action.SEE_DUTY_REPORTS))]


@dataclass(frozen=True, slots=True)
class RosterView(View):
    """Who is on duty and when, and what is to be handed over."""

    roster: Roster
    handed: Sequence[HandOverLine]
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class AreasView(View):
    """Which area belongs to which station and to which grid workers, for who may change it; `read`
    is what a file would add, `changed` the login of whose areas are being chosen."""

    areas: Sequence[Area]
    workers: Sequence[GridWorker]
    read: AreaTable | None = None
    changed: str = ""

    def names_of(self, worker: GridWorker) -> list[str]:
        """The names of the areas that somebody walks."""
        return [area_name(one) for one in self.areas if one.id in worker.areas]


@dataclass(frozen=True, slots=True)
class ReportView(View):
    """A daily or weekly report, and the same as a text for a chat."""

    report: DutyReport
    text: str
    kind: str


@router.get("/roster")
async def roster(
    request: Request,
    parts: Parts,
    officer: RosterReader,
    number: PageNumber = 1,
    shifts: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Who is on duty, the shifts to come, and what is to be handed over."""
    now = parts.now()
    async with parts.database.reading() as session:
        known = await see_roster(session, officer.staff, now, shifts)
        handed, leaf = await hand_over_list(session, officer.staff, now, number)
    view = RosterView(known, handed, leaf)
    return page(request, "roster.html", officer.visitor, view=view)


@router.post("/roster")
async def add_to_roster(
    request: Request,
    parts: Parts,
    officer: RosterWriter,
    login: Typed = "",
    starts_at: Typed = "",
    ends_at: Typed = "",
) -> Response:
    """Add a shift."""
    begins, ends = _moment(starts_at), _moment(ends_at)
    async with parts.database.writing() as session:
        await add_shift(session, officer.staff, login, begins, ends, parts.now())
    return go(request, "/roster")


@router.post("/roster/{shift_id}/remove")
async def take_off_roster(
    request: Request, parts: Parts, officer: RosterWriter, shift_id: int
) -> Response:
    """Remove a shift."""
    async with parts.database.writing() as session:
        await remove_shift(session, officer.staff, shift_id, parts.now())
    return go(request, "/roster")


@router.get("/areas")
async def areas(
    request: Request,
    parts: Parts,
    officer: AreaReader,
    worker: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Which area belongs to which station."""
    return await show_areas(request, parts, officer, changed=worker)


async def show_areas(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    read: AreaTable | None = None,
    changed: str = "",
) -> Response:
    """The page of areas, with what a file would add."""
    async with parts.database.reading() as session:
        areas = await list_areas(session, officer.staff)
        edits = may(officer.staff.role, Action.EDIT_AREAS)
        workers = await list_grid_workers(session, officer.staff) if edits else []
        session.expunge_all()
    return page(
        request, "areas.html", officer.visitor, view=AreasView(areas, workers, read, changed)
    )


@router.post("/areas")
async def add_one_area(
    request: Request,
    parts: Parts,
    officer: AreaWriter,
    street: Typed = "",
    community: Typed = "",
    estate: Typed = "",
    station: Typed = "",
) -> Response:
    """Add an area or change its station."""
    async with parts.database.writing() as session:
        await add_area(session, officer.staff, street, community, estate, station)
    return go(request, "/areas")


@router.post("/areas/import")
async def add_many_areas(
    request: Request,
    parts: Parts,
    officer: AreaWriter,
    table: Annotated[str, Form(max_length=400_000)] = "",
) -> Response:
    """Add areas from a table that was pasted in."""
    async with parts.database.writing() as session:
        await import_areas(session, officer.staff, table.replace("\t", ","))
    return go(request, "/areas")


@router.post("/areas/{area_id}/remove")
async def forget_area(
    request: Request, parts: Parts, officer: AreaWriter, area_id: int
) -> Response:
    """Remove an area."""
    async with parts.database.writing() as session:
        await remove_area(session, officer.staff, area_id)
    return go(request, "/areas")


@router.get("/reports")
async def reports(
    request: Request,
    parts: Parts,
    officer: ReportReader,
    kind: Annotated[str, Query(max_length=10)] = "daily",
    day: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The report of a day, or of the week that begins on it."""
    report = await _report(parts, officer, kind, day)
    view = ReportView(report, to_text(report), kind)
    return page(request, "reports.html", officer.visitor, view=view)


@router.get("/reports.xlsx")
async def reports_file(
    parts: Parts,
    officer: ReportReader,
    kind: Annotated[str, Query(max_length=10)] = "daily",
    day: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The same as a workbook."""
    report = await _report(parts, officer, kind, day)
    content = await asyncio.to_thread(to_workbook, report)
    name = f'attachment; filename="{report.name}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": name})


async def _report(parts: ConsoleParts, officer: Officer, kind: str, day: str) -> DutyReport:
    if kind not in set(ReportKind):
        raise InvalidInputError("请选择日报或周报。")
    now = parts.now()
    try:
        first = date.fromisoformat(day) if day else span_before(ReportKind(kind), now)
    except ValueError:
        raise InvalidInputError("日期要写成 2026-11-24 这样。") from None
    residents = parts.settings.residents
    async with parts.database.reading() as session:
        return await report_for(
            session, officer.staff, ReportKind(kind), first, now, residents=residents
        )


def _moment(typed: str) -> datetime:
    moment = read_minute(typed)
    if moment is None:
        raise InvalidInputError("请写明开始和结束的时间。")
    return moment
