"""Tasks of units: from the joint meeting, joint inspections with findings, rectification."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.paging import Leaf, turn_to
from bot.services.permissions import Action, require
from bot.services.transitions import clean_why
from bot.services.units import find_unit
from bot.storage import unit_tasks as rows
from bot.storage.staff import Staff
from bot.storage.unit_tasks import TaskKind, UnitTask
from bot.storage.units import names_of_units

TASKS_SHOWN = 100
MOST_FINDINGS = 1000
KIND_NAMES: Mapping[TaskKind, str] = {
    TaskKind.MEETING: "联席会议任务",
    TaskKind.INSPECTION: "联合检查",
    TaskKind.RECTIFICATION: "整改",
}


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One thing that an inspection found, from 1; `righted` is None until it is handed out to be
    put right, then whether that is done."""

    number: int
    words: str
    righted: bool | None


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as lists show it."""

    id: int
    kind: str
    unit: str
    title: str
    due_at: datetime
    done_at: datetime | None
    result: str
    findings: int | None
    late: bool
    unit_id: int
    inspection: bool
    withdrawn: str
    found: tuple[FindingLine, ...]


async def hand_out(
    session: AsyncSession,
    staff: Staff,
    kind: TaskKind,
    unit_id: int,
    title: str,
    due_at: datetime,
    now: datetime,
    *,
    parent_id: int | None = None,
    finding: int | None = None,
    given_at: datetime | None = None,
) -> UnitTask:
    """Give a unit something to do, or enter with `given_at` what it was given before; a
    rectification names the inspection, and the line of what it found (from 1) where that is written
    down. Raises ConflictError where that is under way."""
    require(staff.role, Action.HAND_OUT_TASK)
    given = given_at or now
    unit, words = await find_unit(session, unit_id), clean_why(title)
    if not words:
        raise InvalidInputError("请写明任务内容。")
    if given > now:
        raise InvalidInputError("交办时间还没有到，请检查日期。")
    if due_at <= given:
        raise InvalidInputError("办理期限要在交办时间以后，现在交办的要在现在以后。")
    parent = await session.get(UnitTask, parent_id) if parent_id else None
    if kind is TaskKind.RECTIFICATION and (
        parent is None
        or parent.kind != TaskKind.INSPECTION
        or not parent.findings
        or parent.withdrawn_at is not None
    ):
        raise InvalidInputError("整改要选一次查出了问题的联合检查。")
    if parent is not None and finding is not None:
        if not 1 <= finding <= len(parent.found.splitlines()):
            raise InvalidInputError("没有这一条问题，请刷新后再选。")
        if (parent.id, finding) in await rows.rectifications(session, [parent.id]):
            raise ConflictError("这一条问题已经交办整改，没有重复交办。")
    task = UnitTask(
        kind=kind,
        unit_id=unit.id,
        parent_id=parent.id if parent else None,
        given_by=staff.id,
        given_at=given,
        due_at=due_at,
        finding=finding if parent is not None else None,
    )
    task.title = words
    session.add(task)
    await session.flush()
    return task


async def finish(
    session: AsyncSession,
    staff: Staff,
    task_id: int,
    result: str,
    done_at: datetime,
    now: datetime,
    *,
    findings: int | None = None,
    found: Sequence[str] = (),
) -> UnitTask:
    """Note the result, of an inspection also what it found, or only how many findings.

    Raises ConflictError if it is done already.
    """
    require(staff.role, Action.HAND_OUT_TASK)
    task, words = await session.get(UnitTask, task_id), clean_why(result)
    if task is None:
        raise NotFoundError("没有这项任务，请刷新后再看。")
    if not words:
        raise InvalidInputError("请写明办理结果。")
    if not task.given_at <= done_at <= now:
        raise InvalidInputError("办结时间要在交办以后、现在以前。")
    lines = [line for one in found if (line := clean_why(one))]
    findings = len(lines) if lines else findings
    if task.kind == TaskKind.INSPECTION and not 0 <= (findings or 0) <= MOST_FINDINGS:
        raise InvalidInputError(f"问题数要在 0 到 {MOST_FINDINGS} 之间。")
    counted = (findings or 0) if task.kind == TaskKind.INSPECTION else None
    if not await rows.claim_done(session, task.id, staff.id, counted, done_at):
        raise ConflictError("这项任务已经登记过结果，或已经撤回。")
    await session.refresh(task)
    task.result = words
    if task.kind == TaskKind.INSPECTION:
        task.found = "\n".join(lines)
    await session.flush()
    return task


async def withdraw(
    session: AsyncSession, staff: Staff, task_id: int, why: str, now: datetime
) -> UnitTask:
    """Take back a task that was handed out, or whose result was entered, by mistake: it counts for
    nothing, and what was written stays with the reason.

    Raises ConflictError where it was withdrawn, or what it found is being put right.
    """
    require(staff.role, Action.HAND_OUT_TASK)
    task, words = await session.get(UnitTask, task_id), clean_why(why)
    if task is None:
        raise NotFoundError("没有这项任务，请刷新后再看。")
    if not words:
        raise InvalidInputError("请写明撤回的原因。")
    if not await rows.claim_withdrawn(session, task.id, staff.id, now):
        raise ConflictError("这项任务已经撤回过，或者下面还有整改，请先撤回整改。")
    await session.refresh(task)
    task.why = words
    await session.flush()
    return task


async def leaf_of_tasks(session: AsyncSession, staff: Staff, page: int) -> Leaf:
    """A page of the tasks, from 1. Raises NotFoundError where it is not there."""
    require(staff.role, Action.SEE_CHAIN)
    return turn_to(page, await rows.count_tasks(session), TASKS_SHOWN)


async def list_tasks(
    session: AsyncSession, staff: Staff, now: datetime, offset: int = 0
) -> list[TaskLine]:
    """A page of the tasks: open ones first, by when they are due."""
    require(staff.role, Action.SEE_CHAIN)
    tasks: Sequence[UnitTask] = await rows.latest_tasks(session, TASKS_SHOWN, offset)
    names = await names_of_units(session)
    answered = await rows.rectifications(session, [one.id for one in tasks if one.found])
    return [
        TaskLine(
            one.id,
            KIND_NAMES[TaskKind(one.kind)],
            names.get(one.unit_id, ""),
            one.title,
            one.due_at,
            one.done_at,
            one.result,
            one.findings,
            one.withdrawn_at is None and (one.done_at or now) > one.due_at,
            one.unit_id,
            one.kind == TaskKind.INSPECTION,
            one.why if one.withdrawn_at is not None else "",
            tuple(
                FindingLine(number, words, answered.get((one.id, number)))
                for number, words in enumerate(one.found.splitlines(), 1)
            ),
        )
        for one in tasks
    ]
