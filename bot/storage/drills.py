"""Drills that somebody takes: where each stands, and how it ended."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed


class DrillRun(Base):
    """One drill of one resident, counting for the class `class_id` and, where an invitation led to
    it, for the offer `offer_id`. `node` is where it stands,
    `missed` the marks missed so far, one a line; `result` is how it ended, empty while it goes on,
    `left` where somebody stopped it."""

    __tablename__ = "drill_run"
    __table_args__ = (Index("ix_drill_run_resident_id_ended_at", "resident_id", "ended_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id", ondelete="SET NULL"))
    drill: Mapped[str] = mapped_column(String(24))
    family: Mapped[str] = mapped_column(String(32))
    guarded: Mapped[bool]
    node: Mapped[str] = mapped_column(String(32))
    missed: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(String(12))
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    class_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    offer_id: Mapped[int | None] = mapped_column(BigInteger, index=True)


async def run_under_way(session: AsyncSession, resident_id: int) -> DrillRun | None:
    """The drill that somebody is in."""
    return await session.scalar(
        select(DrillRun)
        .where(DrillRun.resident_id == resident_id, DrillRun.ended_at.is_(None))
        .order_by(DrillRun.id.desc())
        .limit(1)
    )


async def own_run(session: AsyncSession, run_id: int, resident_id: int) -> DrillRun | None:
    """Somebody's own drill; anybody else's is not found."""
    return await session.scalar(
        select(DrillRun).where(DrillRun.id == run_id, DrillRun.resident_id == resident_id)
    )


async def step(
    session: AsyncSession,
    run: DrillRun,
    *,
    node: str,
    missed: str,
    result: str,
    ended_at: datetime | None,
) -> bool:
    """Go on from where the drill stands; False where it has gone on meanwhile."""
    query = update(DrillRun).where(
        DrillRun.id == run.id, DrillRun.node == run.node, DrillRun.ended_at.is_(None)
    )
    values = {"node": node, "missed": missed, "result": result, "ended_at": ended_at}
    return bool(await count_changed(session, query.values(values)))


async def count_runs(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[str, str, int]]:
    """Drill, result (empty: not ended) and how many were begun in the span."""
    query = (
        select(DrillRun.drill, DrillRun.result, func.count())
        .where(DrillRun.started_at >= since, DrillRun.started_at < until)
        .group_by(DrillRun.drill, DrillRun.result)
        .order_by(DrillRun.drill, DrillRun.result)
    )
    return [(drill, result, count) for drill, result, count in await session.execute(query)]


async def count_drill_people(session: AsyncSession, since: datetime, until: datetime) -> int:
    """How many different people began a drill in the span."""
    query = select(func.count(DrillRun.resident_id.distinct())).where(
        DrillRun.started_at >= since, DrillRun.started_at < until
    )
    return await session.scalar(query) or 0


async def detach_runs(session: AsyncSession, before: datetime) -> int:
    """Let drills begun before that belong to nobody; returns how many."""
    query = update(DrillRun).where(DrillRun.started_at < before, DrillRun.resident_id.is_not(None))
    return await count_changed(session, query.values(resident_id=None))
