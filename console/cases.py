"""Cases and what came of them, for the crackdown role alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services.case_corrections import cancel_case, correct_case, correct_step
from bot.services.cases import (
    MEASURES,
    STEP_NAMES,
    CaseLine,
    CaseStep,
    StepLine,
    file_case,
    leaf_of_cases,
    leaf_of_measures,
    list_cases,
    list_measures,
    note_step,
)
from bot.services.paging import Leaf
from bot.services.permissions import Action
from console.books import read_fen, read_time
from console.casework import read_minute
from console.pages import PageNumber, View, go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter(prefix="/cases")

Typed = Annotated[str, Form(max_length=100)]
Crackdown = Annotated[Officer, Depends(needs(Action.KEEP_CASES))]


@dataclass(frozen=True, slots=True)
class CasesView(View):
    """A page of cases, one of the measures of no one case, and the steps that can be noted."""

    lines: Sequence[CaseLine]
    leaf: Leaf
    measures: Sequence[StepLine]
    below: Leaf
    steps: Mapping[CaseStep, str]


@router.get("")
async def cases(
    request: Request,
    parts: Parts,
    officer: Crackdown,
    number: PageNumber = 1,
    measures: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Case files and what came of them."""
    async with parts.database.reading() as session:
        leaf = await leaf_of_cases(session, officer.staff, number)
        lines = await list_cases(session, officer.staff, leaf.offset)
        below = await leaf_of_measures(session, officer.staff, measures)
        taken = await list_measures(session, officer.staff, below.offset)
    steps = {step: STEP_NAMES[step] for step in (CaseStep.SOLVED, *MEASURES)}
    view = CasesView(lines, leaf, taken, below, steps)
    return page(request, "cases.html", officer.visitor, view=view)


@router.post("")
async def add_case(
    request: Request,
    parts: Parts,
    officer: Crackdown,
    number: Typed = "",
    category: Typed = "",
    loss: Typed = "",
    filed_at: Typed = "",
    leads: Typed = "",
) -> Response:
    """Enter a case."""
    at, lost = read_time(filed_at), _loss(loss)
    async with parts.database.writing() as session:
        linked, now = leads.split(), parts.now()
        await file_case(session, officer.staff, number, category, lost, at, now, leads=linked)
    return go(request, "/cases")


@router.post("/{case_id}/correct")
async def correct_one(
    request: Request,
    parts: Parts,
    officer: Crackdown,
    case_id: int,
    category: Typed = "",
    loss: Typed = "",
    filed_at: Typed = "",
) -> Response:
    """Another type, loss or day, as a new line."""
    at, lost = read_time(filed_at), _loss(loss)
    async with parts.database.writing() as session:
        await correct_case(session, officer.staff, case_id, category, lost, at, parts.now())
    return go(request, "/cases")


@router.post("/{case_id}/cancel")
async def cancel_one(request: Request, parts: Parts, officer: Crackdown, case_id: int) -> Response:
    """Take back a case that was entered by mistake."""
    async with parts.database.writing() as session:
        await cancel_case(session, officer.staff, case_id, parts.now())
    return go(request, "/cases")


@router.post("/step")
async def add_step(
    request: Request,
    parts: Parts,
    officer: Crackdown,
    step: Typed = "",
    number: Typed = "",
    persons: Typed = "1",
    at: Typed = "",
) -> Response:
    """A case was solved, or a measure taken."""
    if step not in set(CaseStep):
        raise InvalidInputError("请选择事项并写明人数。")
    when, count = read_time(at), _persons(persons)
    async with parts.database.writing() as session:
        now, chosen = parts.now(), CaseStep(step)
        await note_step(session, officer.staff, chosen, when, now, number=number, persons=count)
    return go(request, "/cases")


@router.post("/step/{entry_id}/correct")
async def correct_one_step(
    request: Request,
    parts: Parts,
    officer: Crackdown,
    entry_id: int,
    persons: Typed = "",
    at: Typed = "",
) -> Response:
    """So many persons, at another time; 0 takes the line back."""
    count, when = _persons(persons), read_minute(at)
    async with parts.database.writing() as session:
        await correct_step(session, officer.staff, entry_id, count, when, parts.now())
    return go(request, "/cases")


def _loss(typed: str) -> int:
    return read_fen(typed) if typed.strip() else 0


def _persons(typed: str) -> int:
    plain = typed.strip()
    if not (plain.isascii() and plain.isdecimal()):
        raise InvalidInputError("请选择事项并写明人数。")
    return int(plain[:6])
