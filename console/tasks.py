"""Tasks of units: handed out with a due date, results, findings of inspections, rectification."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.errors import InvalidInputError
from bot.services.paging import Leaf
from bot.services.permissions import Action
from bot.services.unit_tasks import (
    KIND_NAMES,
    TaskLine,
    finish,
    hand_out,
    leaf_of_tasks,
    list_tasks,
    withdraw,
)
from bot.services.units import list_units
from bot.storage.unit_tasks import TaskKind
from console.casework import read_minute
from console.pages import PageNumber, View, go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter(prefix="/tasks")

Typed = Annotated[str, Form(max_length=100)]
Words = Annotated[str, Form(max_length=1000)]
Reader = Annotated[Officer, Depends(needs(Action.SEE_CHAIN))]
Giver = Annotated[Officer, Depends(needs(Action.HAND_OUT_TASK))]


@dataclass(frozen=True, slots=True)
class TasksView(View):
    """A page of tasks; `units` are ids and names."""

    lines: Sequence[TaskLine]
    units: Sequence[tuple[int, str]]
    kinds: Mapping[TaskKind, str]
    leaf: Leaf


@router.get("")
async def tasks(
    request: Request, parts: Parts, officer: Reader, number: PageNumber = 1
) -> Response:
    """Tasks, open ones first by when they are due."""
    async with parts.database.reading() as session:
        leaf = await leaf_of_tasks(session, officer.staff, number)
        lines = await list_tasks(session, officer.staff, parts.now(), leaf.offset)
        units = [(one.id, one.name) for one in await list_units(session, officer.staff)]
    view = TasksView(lines, units, KIND_NAMES, leaf)
    return page(request, "tasks.html", officer.visitor, view=view)


@router.post("")
async def give(
    request: Request,
    parts: Parts,
    officer: Giver,
    kind: Typed = "",
    unit: Typed = "",
    title: Words = "",
    due_at: Typed = "",
    given_at: Typed = "",
    parent: Typed = "",
    finding: Typed = "",
) -> Response:
    """Give a unit something to do, or enter what it was given before."""
    at = read_minute(due_at)
    if kind not in set(TaskKind) or not _whole(unit):
        raise InvalidInputError("请选择任务的类别和单位。")
    if at is None:
        raise InvalidInputError("请写明办理期限。")
    async with parts.database.writing() as session:
        await hand_out(
            session,
            officer.staff,
            TaskKind(kind),
            int(unit),
            title,
            at,
            parts.now(),
            parent_id=int(parent) if _whole(parent) else None,
            finding=int(finding) if _whole(finding) else None,
            given_at=read_minute(given_at),
        )
    return go(request, "/tasks")


@router.post("/{task_id}/finish")
async def end(
    request: Request,
    parts: Parts,
    officer: Giver,
    task_id: int,
    result: Words = "",
    done_at: Typed = "",
    findings: Typed = "",
    found: Words = "",
) -> Response:
    """Note the result; of an inspection also what it found, a line each."""
    if findings.strip() and not _whole(findings):
        raise InvalidInputError("问题数要写整数，没有问题写 0。")
    async with parts.database.writing() as session:
        now = parts.now()
        await finish(
            session,
            officer.staff,
            task_id,
            result,
            read_minute(done_at) or now,
            now,
            findings=int(findings) if findings.strip() else None,
            found=found.splitlines(),
        )
    return go(request, "/tasks")


@router.post("/{task_id}/withdraw")
async def take_back(
    request: Request, parts: Parts, officer: Giver, task_id: int, why: Words = ""
) -> Response:
    """Withdraw a task that was entered by mistake."""
    async with parts.database.writing() as session:
        await withdraw(session, officer.staff, task_id, why, parts.now())
    return go(request, "/tasks")


def _whole(typed: str) -> bool:
    plain = typed.strip()
    return plain.isascii() and plain.isdecimal() and len(plain) <= 9
