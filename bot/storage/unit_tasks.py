"""Tasks of units: handed out in the joint meeting, joint inspections, rectification."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed
from bot.storage.sealed_words import SealedWords, keep_sealed

TITLE, RESULT, FOUND = "unit_task.title", "unit_task.result", "unit_task.found"
WHY = "unit_task.why"


class TaskKind(StrEnum):
    """What a task is."""

    MEETING = "meeting"
    INSPECTION = "inspection"
    RECTIFICATION = "rectification"


class UnitTask(Base):
    """A task with its due date and, once done, its result; `parent_id` of a rectification is the
    inspection whose `findings` (how many) it answers, `finding` which line of `found`, from 1.

    One that was withdrawn, `why` says why, counts for nothing and stays as it was.
    """

    __tablename__ = "unit_task"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[TaskKind] = mapped_column(String(16))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit_task.id"))
    title_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    given_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    given_at: Mapped[datetime]
    due_at: Mapped[datetime]
    result_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    findings: Mapped[int | None]
    found_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    finding: Mapped[int | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    withdrawn_at: Mapped[datetime | None]
    why_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    title = SealedWords(TITLE)
    result = SealedWords(RESULT)
    found = SealedWords(FOUND)
    why = SealedWords(WHY)


keep_sealed(UnitTask)
STANDS = UnitTask.withdrawn_at.is_(None)
"""Tasks that were not withdrawn."""


async def count_tasks(session: AsyncSession) -> int:
    """How many tasks there are."""
    return await session.scalar(select(func.count()).select_from(UnitTask)) or 0


async def latest_tasks(session: AsyncSession, limit: int, offset: int = 0) -> Sequence[UnitTask]:
    """Tasks, open ones first by when they are due, then the newest done, withdrawn ones last."""
    query = select(UnitTask).order_by(
        UnitTask.withdrawn_at.is_not(None),
        UnitTask.done_at.is_not(None),
        case((UnitTask.done_at.is_(None), UnitTask.due_at)),
        UnitTask.done_at.desc(),
        UnitTask.id.desc(),
    )
    return (await session.scalars(query.limit(limit).offset(offset))).all()


async def rectifications(
    session: AsyncSession, task_ids: Sequence[int]
) -> dict[tuple[int, int], bool]:
    """Lines of inspections that were handed out to be put right, and whether that is done."""
    query = select(UnitTask.parent_id, UnitTask.finding, UnitTask.done_at.is_not(None)).where(
        UnitTask.parent_id.in_(task_ids), UnitTask.finding.is_not(None), STANDS
    )
    rows = await session.execute(query.order_by(UnitTask.id))
    return {(row[0] or 0, row[1] or 0): bool(row[2]) for row in rows}


async def inspected(
    session: AsyncSession, since: datetime, until: datetime
) -> dict[int, tuple[int, int, int]]:
    """By unit: inspections done in a span, their findings, and rectifications that are open."""
    inspection = (UnitTask.kind == TaskKind.INSPECTION) & (UnitTask.done_at >= since)
    inspection &= UnitTask.done_at < until
    opened = (UnitTask.kind == TaskKind.RECTIFICATION) & UnitTask.done_at.is_(None)
    found = func.coalesce(func.sum(case((inspection, UnitTask.findings), else_=0)), 0)
    counts = (func.count(case((inspection, 1))), found, func.count(case((opened, 1))))
    query = (
        select(UnitTask.unit_id, *counts)
        .where(inspection | opened, STANDS)
        .group_by(UnitTask.unit_id)
    )
    return {row[0]: (row[1], int(row[2]), row[3]) for row in await session.execute(query)}


async def claim_done(
    session: AsyncSession, task_id: int, staff_id: int, findings: int | None, done_at: datetime
) -> bool:
    """Note that a task is done; False where it is already."""
    query = update(UnitTask).where(UnitTask.id == task_id, UnitTask.done_at.is_(None), STANDS)
    values = {"done_at": done_at, "done_by": staff_id, "findings": findings}
    statement = query.values(values).execution_options(synchronize_session=False)
    return bool(await count_changed(session, statement))


async def claim_withdrawn(
    session: AsyncSession, task_id: int, staff_id: int, now: datetime
) -> bool:
    """Note that a task is withdrawn; False where it is already, or what it found is being put
    right."""
    righting = aliased(UnitTask)
    below = select(righting.id).where(
        righting.parent_id == UnitTask.id, righting.withdrawn_at.is_(None)
    )
    query = update(UnitTask).where(UnitTask.id == task_id, STANDS, ~below.exists())
    values = {"withdrawn_at": now, "withdrawn_by": staff_id}
    statement = query.values(values).execution_options(synchronize_session=False)
    return bool(await count_changed(session, statement))
