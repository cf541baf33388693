"""Local cases for the public board: written, approved by a second officer, taken down."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.errors import InvalidInputError
from bot.services.board_cases import (
    LONGEST,
    CaseLine,
    decide_case,
    list_cases,
    take_down,
    write_case,
)
from bot.services.education import tricks_by_category
from bot.services.permissions import Action
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

Typed = Annotated[str, Form(max_length=2000)]
Writer = Annotated[Officer, Depends(needs(Action.WRITE_BOARD))]
Approver = Annotated[Officer, Depends(needs(Action.APPROVE_BOARD))]


@dataclass(frozen=True, slots=True)
class BoardCasesView(View):
    """Every case, how long each part may be, tricks by category, and what a refused form held."""

    cases: Sequence[CaseLine]
    longest: Mapping[str, int]
    tricks: Mapping[str, Sequence[tuple[str, str]]]
    problem: str
    typed: Mapping[str, str]


@router.get("/board-cases")
async def board_cases(request: Request, parts: Parts, officer: Writer) -> Response:
    """Every case and a form for a new one."""
    return await _form(request, parts, officer)


@router.post("/board-cases")
async def write(
    request: Request,
    parts: Parts,
    officer: Writer,
    category: Typed = "",
    family: Typed = "",
    title: Typed = "",
    story: Typed = "",
    antidote: Typed = "",
) -> Response:
    """Keep a case until it is approved; a wrong one comes back as it was typed."""
    typed = (title, story, antidote)
    try:
        async with parts.database.writing() as session:
            known = list(parts.categories)
            await write_case(session, officer.staff, category, typed, known, parts.now(), family)
    except InvalidInputError as error:
        values = {"category": category, "family": family, "title": title}
        values |= {"story": story, "antidote": antidote}
        return await _form(request, parts, officer, error.words, values)
    return go(request, "/board-cases")


@router.post("/board-cases/{case_id}/approve")
async def approve(request: Request, parts: Parts, officer: Approver, case_id: int) -> Response:
    """Show a case on the board."""
    async with parts.database.writing() as session:
        await decide_case(session, officer.staff, case_id, True, parts.now())
    return go(request, "/board-cases")


@router.post("/board-cases/{case_id}/refuse")
async def refuse(request: Request, parts: Parts, officer: Approver, case_id: int) -> Response:
    """Refuse a case."""
    async with parts.database.writing() as session:
        await decide_case(session, officer.staff, case_id, False, parts.now())
    return go(request, "/board-cases")


@router.post("/board-cases/{case_id}/take-down")
async def remove(request: Request, parts: Parts, officer: Approver, case_id: int) -> Response:
    """Take a case off the board."""
    async with parts.database.writing() as session:
        await take_down(session, officer.staff, case_id, parts.now())
    return go(request, "/board-cases")


async def _form(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    problem: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    async with parts.database.reading() as session:
        lines = await list_cases(session, officer.staff)
    tricks = await asyncio.to_thread(tricks_by_category)
    return page(
        request,
        "board_cases.html",
        officer.visitor,
        status=400 if problem else 200,
        view=BoardCasesView(lines, LONGEST, tricks, problem, typed or {}),
    )
