"""Training sessions: planned, the code for the room, who came, the coverage and its workbooks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services import training_room
from bot.services.certificate import draw_certificate
from bot.services.duty_report_kinds import XLSX
from bot.services.paging import Leaf
from bot.services.permissions import Action
from bot.services.statistic_files import Sheet, to_workbook
from bot.services.statistics import Span, read_span
from bot.services.training_coverage import (
    TeamCoverage,
    coverage_by_team,
    coverage_sheet,
    people_sheet,
    sessions_sheet,
)
from bot.services.training_sessions import (
    SessionSheet,
    cancel_session,
    leaf_of_sessions,
    list_sessions,
    mark_came,
    plan_session,
    see_session,
    teams,
)
from bot.storage.training_sessions import SessionCounts
from bot.times import SHANGHAI
from console.casework import read_minute
from console.pages import PageNumber, View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, district_of, needs

router = APIRouter(prefix="/training")

Typed = Annotated[str, Form(max_length=100)]
Chosen = Annotated[list[str], Form(max_length=2000)]
Asked = Annotated[str, Query(max_length=10)]
Keeper = Annotated[Officer, Depends(needs(Action.KEEP_TRAINING))]


@dataclass(frozen=True, slots=True)
class TrainingView(View):
    """A page of sessions, the coverage of a span, and how many people each team has."""

    sessions: Sequence[SessionCounts]
    leaf: Leaf
    covered: Sequence[TeamCoverage]
    teams: Mapping[str, int]
    span: Span


@dataclass(frozen=True, slots=True)
class SessionView(View):
    """One session with its people; `open` while they can sign in."""

    sheet: SessionSheet
    open: bool

    def passed(self, right: int | None, asked: int | None) -> bool:
        """Whether a test with so many right answers was passed."""
        return training_room.passed(right, asked)


@dataclass(frozen=True, slots=True)
class RoomView(View):
    """The code for the room's screen, empty while nobody can sign in."""

    sheet: SessionSheet
    code: str


@router.get("")
async def overview(
    request: Request, parts: Parts, officer: Keeper, span: Asked = "", number: PageNumber = 1
) -> Response:
    """The sessions, and the coverage of a year or month."""
    chosen = _span(parts, span)
    async with parts.database.reading() as session:
        leaf = await leaf_of_sessions(session, officer.staff, number)
        sessions = await list_sessions(session, officer.staff, leaf)
        covered = await coverage_by_team(session, officer.staff, *_moments(chosen))
        known = await teams(session)
        session.expunge_all()
    view = TrainingView(sessions, leaf, covered, known, chosen)
    return page(request, "training.html", officer.visitor, view=view)


@router.post("")
async def plan(
    request: Request,
    parts: Parts,
    officer: Keeper,
    subject: Typed = "",
    held_at: Typed = "",
    place: Typed = "",
    teacher: Typed = "",
    expected: Chosen = [],  # noqa: B006 the framework copies it
) -> Response:
    """Announce a session."""
    at = read_minute(held_at)
    if at is None:
        raise InvalidInputError("请写明时间。")
    async with parts.database.writing() as session:
        held = await plan_session(
            session,
            officer.staff,
            subject,
            at,
            parts.now(),
            place=place,
            teacher=teacher,
            expected=expected,
        )
        number = held.id
    return go(request, f"/training/{number}")


@router.get("/coverage.xlsx")
async def coverage_file(parts: Parts, officer: Keeper, span: Asked = "") -> Response:
    """The coverage as a workbook."""
    chosen = _span(parts, span)
    async with parts.database.reading() as session:
        covered = await coverage_by_team(session, officer.staff, *_moments(chosen))
    return await _workbook(coverage_sheet(covered, chosen.name), f"training-{chosen.name}")


@router.get("/sessions.xlsx")
async def sessions_file(parts: Parts, officer: Keeper) -> Response:
    """The sessions as a workbook."""
    async with parts.database.reading() as session:
        sheet = sessions_sheet(await list_sessions(session, officer.staff))
    return await _workbook(sheet, "training-sessions")


@router.get("/{session_id}")
async def one_session(request: Request, parts: Parts, officer: Keeper, session_id: int) -> Response:
    """One session with its people."""
    async with parts.database.reading() as session:
        sheet = await see_session(session, officer.staff, session_id)
        session.expunge_all()
    view = SessionView(sheet, training_room.is_open(sheet.held, parts.now()))
    return page(request, "training_session.html", officer.visitor, view=view)


@router.get("/{session_id}/people.xlsx")
async def people_file(parts: Parts, officer: Keeper, session_id: int) -> Response:
    """Who came, as a workbook."""
    async with parts.database.reading() as session:
        sheet = people_sheet(await see_session(session, officer.staff, session_id))
    return await _workbook(sheet, f"training-{session_id}")


@router.get("/{session_id}/{login}/picture")
async def certificate(
    request: Request, parts: Parts, officer: Keeper, session_id: int, login: str
) -> Response:
    """Somebody's certificate, where the test was passed."""
    district = district_of(request)
    async with parts.database.reading() as session:
        made = await training_room.certificate_of(
            session, officer.staff, session_id, login, district=district
        )
    picture = await asyncio.to_thread(draw_certificate, made)
    saved = f'attachment; filename="certificate-{session_id}.png"'
    return Response(picture, media_type="image/png", headers={"Content-Disposition": saved})


@router.get("/{session_id}/room")
async def room(request: Request, parts: Parts, officer: Keeper, session_id: int) -> Response:
    """The code, large, for the room's screen; it renews itself."""
    async with parts.database.reading() as session:
        sheet = await see_session(session, officer.staff, session_id)
        code = await training_room.code_shown(session, officer.staff, session_id, parts.now())
        session.expunge_all()
    return page(request, "training_room.html", officer.visitor, view=RoomView(sheet, code))


@router.post("/{session_id}/came")
async def mark(
    request: Request,
    parts: Parts,
    officer: Keeper,
    session_id: int,
    login: Chosen = [],  # noqa: B006 the framework copies it
) -> Response:
    """Enter by hand who came."""
    async with parts.database.writing() as session:
        await mark_came(session, officer.staff, session_id, login, parts.now())
    return go(request, f"/training/{session_id}")


@router.post("/{session_id}/cancel")
async def cancel(request: Request, parts: Parts, officer: Keeper, session_id: int) -> Response:
    """Take back a session to which nobody came."""
    async with parts.database.writing() as session:
        await cancel_session(session, officer.staff, session_id)
    return go(request, "/training")


def _span(parts: ConsoleParts, typed: str) -> Span:
    return read_span(typed or f"{parts.now().astimezone(SHANGHAI):%Y}", parts.now())


def _moments(span: Span) -> tuple[datetime, datetime]:
    first, until = (datetime.combine(day, time(), SHANGHAI) for day in (span.first, span.until))
    return first, until


async def _workbook(sheet: Sheet, name: str) -> Response:
    content = await asyncio.to_thread(to_workbook, sheet)
    saved = f'attachment; filename="{name}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": saved})
