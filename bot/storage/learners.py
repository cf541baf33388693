"""What the bot remembers of who learns with it: habits and, by family, what they know."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    case,
    delete,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.dialects import count_changed, insert


class Learner(Base):
    """How one resident learns; `streak` counts days in a row up to `last_day`."""

    __tablename__ = "learner"

    resident_id: Mapped[int] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    audience: Mapped[str] = mapped_column(String(12), default="")
    streak: Mapped[int] = mapped_column(default=0)
    best: Mapped[int] = mapped_column(default=0)
    last_day: Mapped[date | None]


class FamilyMemory(Base):
    """What one resident knows of one family.

    `first_*` is the very first answer, `latest_*` the newest one; `right_at` the newest right one,
    `forgot_days` how many days later it was known no more. The family comes back on `due_on`;
    `step` says which of the intervals that was, `due_on` is None once it is learned.
    """

    __tablename__ = "family_memory"
    __table_args__ = (Index("ix_family_memory_family_audience", "family", "audience"),)

    resident_id: Mapped[int] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    family: Mapped[str] = mapped_column(String(32), primary_key=True)
    audience: Mapped[str] = mapped_column(String(12))
    first_correct: Mapped[bool]
    first_at: Mapped[datetime]
    latest_correct: Mapped[bool]
    latest_at: Mapped[datetime] = mapped_column(index=True)
    right_at: Mapped[datetime | None]
    forgot_days: Mapped[int | None]
    step: Mapped[int] = mapped_column(SmallInteger)
    due_on: Mapped[date | None]


async def learner_of(session: AsyncSession, resident_id: int) -> Learner | None:
    """What is known of how somebody learns; only looks."""
    return await session.get(Learner, resident_id)


async def learner_for(session: AsyncSession, resident_id: int) -> Learner:
    """The same, known from now on."""
    found = await session.get(Learner, resident_id)
    if found is None:
        found = Learner(resident_id=resident_id, audience="", streak=0, best=0)
        session.add(found)
        await session.flush()
    return found


async def memories_of(session: AsyncSession, resident_id: int) -> Sequence[FamilyMemory]:
    """What somebody knows, by family."""
    query = select(FamilyMemory).where(FamilyMemory.resident_id == resident_id)
    return (await session.scalars(query)).all()


async def memory_of(session: AsyncSession, resident_id: int, family: str) -> FamilyMemory | None:
    """What somebody knows of one family."""
    return await session.get(FamilyMemory, (resident_id, family))


@dataclass(frozen=True, slots=True)
class Learned:
    """Who is counted: newest answer in the span, at least the gap after the first."""

    since: datetime
    until: datetime
    least_gap_seconds: int

    def counted(self, session: AsyncSession) -> tuple[ColumnElement[bool], ...]:
        """The conditions."""
        return (
            FamilyMemory.latest_at >= self.since,
            FamilyMemory.latest_at < self.until,
            _seconds_between(session) >= self.least_gap_seconds,
        )


async def count_learned(
    session: AsyncSession, learned: Learned
) -> Sequence[tuple[str, str, int, int, int]]:
    """Family, audience, people, right at first and right at last."""
    query = (
        select(
            FamilyMemory.family,
            FamilyMemory.audience,
            func.count(),
            func.sum(case((FamilyMemory.first_correct, 1), else_=0)),
            func.sum(case((FamilyMemory.latest_correct, 1), else_=0)),
        )
        .where(*learned.counted(session))
        .group_by(FamilyMemory.family, FamilyMemory.audience)
        .order_by(FamilyMemory.family, FamilyMemory.audience)
    )
    return [(*row,) for row in await session.execute(query)]


async def count_people(
    session: AsyncSession,
    learned: Learned,
    *,
    families: Collection[str] | None = None,
    audiences: Collection[str] | None = None,
) -> int:
    """How many different people are counted, of these families and audiences (None: all)."""
    query = select(func.count(FamilyMemory.resident_id.distinct())).where(*learned.counted(session))
    if families is not None:
        query = query.where(FamilyMemory.family.in_(families))
    if audiences is not None:
        query = query.where(FamilyMemory.audience.in_(audiences))
    return await session.scalar(query) or 0


async def people_by(
    session: AsyncSession, learned: Learned, of: Literal["family", "audience"]
) -> dict[str, int]:
    """How many different people are counted of each family or audience."""
    column = FamilyMemory.family if of == "family" else FamilyMemory.audience
    query = select(column, func.count(FamilyMemory.resident_id.distinct()))
    query = query.where(*learned.counted(session)).group_by(column)
    return {name: count for name, count in await session.execute(query)}


def _seconds_between(session: AsyncSession) -> ColumnElement[Any]:
    first, latest = FamilyMemory.first_at, FamilyMemory.latest_at
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(latest) - func.julianday(first)) * 86400
    return func.extract("epoch", latest - first)


async def forgot_after(
    session: AsyncSession, since: datetime, until: datetime
) -> tuple[Sequence[int], int]:
    """In how many days each family was known no more, where that came out in the span; and of how
    many different people."""
    query = select(FamilyMemory.forgot_days, FamilyMemory.resident_id).where(
        FamilyMemory.forgot_days.is_not(None),
        FamilyMemory.latest_at >= since,
        FamilyMemory.latest_at < until,
    )
    rows = (await session.execute(query)).all()
    return [days for days, _ in rows if days is not None], len({who for _, who in rows})


async def forget_memories(session: AsyncSession, before: datetime) -> int:
    """Delete what has not been asked since `before`; returns how many rows."""
    return await count_changed(session, delete(FamilyMemory).where(FamilyMemory.latest_at < before))


async def add_memory(session: AsyncSession, memory: FamilyMemory) -> None:
    """Keep the first answer about a family; where two come at once, the first is kept."""
    values = {column.key: getattr(memory, column.key) for column in FamilyMemory.__table__.columns}
    await session.execute(
        insert(session, FamilyMemory)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["resident_id", "family"])
    )
