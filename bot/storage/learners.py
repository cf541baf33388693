"""What the bot remembers of who learns with it: habits and, by family, what they know."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    SmallInteger,
    SQLColumnExpression,
    String,
    Subquery,
    case,
    delete,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.dialects import count_changed, insert
from bot.storage.quizzes import QuizAnswer, QuizAttempt
from bot.times import local_day


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
    """Who is counted: newest answer of the span, at least the gap after the first one ever.

    The answers of the span are asked themselves, so that what somebody answers later changes
    nothing in it.
    """

    since: datetime
    until: datetime
    least_gap_seconds: int

    def counted(self, session: AsyncSession) -> Subquery:
        """Person, family, audience, whether the first answer was right and the newest one."""
        given = _given(self.since, self.until).subquery()
        newest_first = (given.c.at.desc(), given.c.attempt_id.desc(), given.c.place.desc())
        of_one = (given.c.resident_id, given.c.family)
        place = func.row_number().over(partition_by=of_one, order_by=newest_first)
        newest = select(*given.c, place.label("n")).subquery()
        return (
            select(
                FamilyMemory.resident_id,
                FamilyMemory.family,
                FamilyMemory.audience,
                FamilyMemory.first_correct,
                newest.c.correct.label("latest_correct"),
            )
            .join(
                newest,
                (newest.c.resident_id == FamilyMemory.resident_id)
                & (newest.c.family == FamilyMemory.family),
            )
            .where(
                newest.c.n == 1,
                _seconds(session, FamilyMemory.first_at, newest.c.at) >= self.least_gap_seconds,
            )
            .subquery()
        )


def _given(
    since: datetime | None, until: datetime
) -> Select[int | None, str, bool, datetime, int, int]:
    """What residents answered in a span; an officer's test after a training is not of it."""
    query = (
        select(
            QuizAttempt.resident_id,
            QuizAnswer.family,
            QuizAnswer.correct,
            QuizAnswer.at,
            QuizAnswer.attempt_id,
            QuizAnswer.place,
        )
        .join(QuizAttempt, QuizAttempt.id == QuizAnswer.attempt_id)
        .where(
            QuizAttempt.resident_id.is_not(None),
            QuizAttempt.session_id.is_(None),
            QuizAnswer.at < until,
        )
    )
    return query if since is None else query.where(QuizAnswer.at >= since)


async def count_learned(
    session: AsyncSession, learned: Learned
) -> Sequence[tuple[str, str, int, int, int]]:
    """Family, audience, people, right at first and right at last."""
    of = learned.counted(session).c
    query = (
        select(
            of.family,
            of.audience,
            func.count(),
            func.sum(case((of.first_correct, 1), else_=0)),
            func.sum(case((of.latest_correct, 1), else_=0)),
        )
        .group_by(of.family, of.audience)
        .order_by(of.family, of.audience)
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
    of = learned.counted(session).c
    query = select(func.count(of.resident_id.distinct()))
    if families is not None:
        query = query.where(of.family.in_(families))
    if audiences is not None:
        query = query.where(of.audience.in_(audiences))
    return await session.scalar(query) or 0


async def people_by(
    session: AsyncSession, learned: Learned, of: Literal["family", "audience"]
) -> dict[str, int]:
    """How many different people are counted of each family or audience."""
    counted = learned.counted(session).c
    column = counted.family if of == "family" else counted.audience
    query = select(column, func.count(counted.resident_id.distinct())).group_by(column)
    return {name: count for name, count in await session.execute(query)}


def _seconds(
    session: AsyncSession, first: SQLColumnExpression[Any], latest: SQLColumnExpression[Any]
) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(latest) - func.julianday(first)) * 86400
    return func.extract("epoch", latest - first)


async def forgot_after(
    session: AsyncSession, since: datetime, until: datetime
) -> tuple[Sequence[int], int]:
    """In how many days a family was known no more, each time that came out in the span; and of how
    many different people."""
    given = _given(None, until).subquery()
    of_one = (given.c.resident_id, given.c.family)
    in_turn = (given.c.at, given.c.attempt_id, given.c.place)
    was_correct = func.lag(given.c.correct, type_=Boolean())
    was_at = func.lag(given.c.at, type_=given.c.at.type)
    beside = select(
        given.c.resident_id,
        given.c.correct,
        given.c.at,
        was_correct.over(partition_by=of_one, order_by=in_turn).label("was_correct"),
        was_at.over(partition_by=of_one, order_by=in_turn).label("was_at"),
    ).subquery()
    query = select(beside.c.resident_id, beside.c.was_at, beside.c.at).where(
        beside.c.at >= since, beside.c.was_correct, ~beside.c.correct
    )
    rows = (await session.execute(query)).all()
    days = [(local_day(at) - local_day(was_at)).days for _, was_at, at in rows]
    return days, len({who for who, _, _ in rows})


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
