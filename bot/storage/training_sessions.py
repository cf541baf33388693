"""Training sessions (公安大讲堂): when, about what, who was to come, who came, the test."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, SmallInteger, String, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert
from bot.storage.staff import ChatBinding, Role, Staff


class TrainingSession(Base):
    """One session, held or to be held; it counts as held once somebody came."""

    __tablename__ = "training_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(60))
    held_at: Mapped[datetime] = mapped_column(index=True)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[str] = mapped_column(String(60), default="", server_default="")
    teacher: Mapped[str] = mapped_column(String(30), default="", server_default="")


class Attendance(Base):
    """Somebody who was to come, and whether they came; of the test afterwards the best result."""

    __tablename__ = "training_attendance"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("training_session.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    came: Mapped[bool]
    came_at: Mapped[datetime | None]
    right: Mapped[int | None] = mapped_column(SmallInteger)
    asked: Mapped[int | None] = mapped_column(SmallInteger)


WAS_HELD = (
    exists()
    .where(Attendance.session_id == TrainingSession.id, Attendance.came)
    .correlate(TrainingSession)
)


@dataclass(frozen=True, slots=True)
class SessionCounts:
    """How many were to come to a session, came, took the test, and what they had right."""

    held: TrainingSession
    invited: int
    came: int
    tested: int
    right: int
    asked: int


@dataclass(frozen=True, slots=True)
class Trained:
    """One who was to come to sessions of a span: to how many, to how many they came."""

    name: str
    role: Role
    station: str
    invited: int
    came: int


async def count_sessions(session: AsyncSession) -> int:
    """How many sessions there are."""
    return await session.scalar(select(func.count()).select_from(TrainingSession)) or 0


async def latest_sessions(
    session: AsyncSession, limit: int | None = None, offset: int = 0
) -> Sequence[SessionCounts]:
    """Sessions with what came of them, newest first; without `limit` all."""
    query = (
        select(
            TrainingSession,
            func.count(Attendance.staff_id),
            func.count(Attendance.staff_id).filter(Attendance.came),
            func.count(Attendance.asked),
            func.sum(Attendance.right),
            func.sum(Attendance.asked),
        )
        .outerjoin(Attendance, Attendance.session_id == TrainingSession.id)
        .group_by(TrainingSession.id)
        .order_by(TrainingSession.held_at.desc(), TrainingSession.id.desc())
    )
    rows = await session.execute(query.limit(limit).offset(offset))
    return [
        SessionCounts(held, invited, came, tested, right or 0, asked or 0)
        for held, invited, came, tested, right, asked in rows
    ]


async def sessions_around(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[TrainingSession]:
    """Sessions that begin in a span."""
    query = select(TrainingSession).where(
        TrainingSession.held_at >= since, TrainingSession.held_at <= until
    )
    return (await session.scalars(query.order_by(TrainingSession.id))).all()


async def people_of(session: AsyncSession, session_id: int) -> Sequence[tuple[Staff, Attendance]]:
    """Who was to come to a session, by role, station and name."""
    query = (
        select(Staff, Attendance)
        .join(Attendance, Attendance.staff_id == Staff.id)
        .where(Attendance.session_id == session_id)
        .order_by(Staff.role, Staff.station, Staff.name, Staff.id)
    )
    return [(staff, row) for staff, row in await session.execute(query)]


async def attendance_of(session: AsyncSession, session_id: int, staff_id: int) -> Attendance | None:
    """Whether somebody came to a session, if they are listed."""
    return await session.get(Attendance, (session_id, staff_id))


async def note_came(session: AsyncSession, session_id: int, staff_id: int, now: datetime) -> None:
    """Somebody came, listed or not; the first time counts."""
    added = insert(session, Attendance).values(
        session_id=session_id, staff_id=staff_id, came=True, came_at=now
    )
    await session.execute(
        added.on_conflict_do_update(
            index_elements=["session_id", "staff_id"],
            set_={"came": True, "came_at": now},
            where=Attendance.came.is_(False),
        )
    )


async def note_result(
    session: AsyncSession, session_id: int, resident_id: int, right: int, asked: int
) -> None:
    """The test of whoever the chat speaks for; a worse one than before changes nothing."""
    who = select(ChatBinding.staff_id).where(ChatBinding.resident_id == resident_id)
    query = update(Attendance).where(
        Attendance.session_id == session_id,
        Attendance.staff_id.in_(who),
        or_(Attendance.right.is_(None), Attendance.right < right),
    )
    values = query.values(right=right, asked=asked)
    await session.execute(values.execution_options(synchronize_session=False))


async def drop_unheld(session: AsyncSession, session_id: int) -> bool:
    """Delete a session to which nobody came; False where somebody did or there is none."""
    query = delete(TrainingSession).where(TrainingSession.id == session_id, ~WAS_HELD)
    return bool(await count_changed(session, query))


async def trained_in(session: AsyncSession, since: datetime, until: datetime) -> Sequence[Trained]:
    """Everybody who was to come to a session held in the span."""
    query = (
        select(
            Staff.name,
            Staff.role,
            Staff.station,
            func.count(),
            func.count().filter(Attendance.came),
        )
        .join(Attendance, Attendance.staff_id == Staff.id)
        .join(TrainingSession, TrainingSession.id == Attendance.session_id)
        .where(TrainingSession.held_at >= since, TrainingSession.held_at < until, WAS_HELD)
        .group_by(Staff.id)
        .order_by(Staff.role, Staff.station, Staff.name, Staff.id)
    )
    return [
        Trained(name, Role(role), station or "", invited, came)
        for name, role, station, invited, came in await session.execute(query)
    ]


async def coverage(session: AsyncSession, since: datetime, until: datetime) -> tuple[int, int, int]:
    """Sessions held in a span, people who came to at least one, people who were to come to any."""
    span = (TrainingSession.held_at >= since, TrainingSession.held_at < until, WAS_HELD)
    held = await session.scalar(select(func.count()).select_from(TrainingSession).where(*span))
    people = await trained_in(session, since, until)
    return held or 0, sum(bool(one.came) for one in people), len(people)
