"""Training sessions (公安大讲堂): when, about what, who was to come and who came."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId


class TrainingSession(Base):
    """One session."""

    __tablename__ = "training_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(60))
    held_at: Mapped[datetime] = mapped_column(index=True)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class Attendance(Base):
    """Somebody who was to come, and whether they came."""

    __tablename__ = "training_attendance"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("training_session.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    came: Mapped[bool]


async def latest_sessions(
    session: AsyncSession, limit: int
) -> Sequence[tuple[TrainingSession, int, int]]:
    """Sessions with how many were to come and how many came, newest first."""
    query = (
        select(
            TrainingSession,
            func.count(Attendance.staff_id),
            func.count(Attendance.staff_id).filter(Attendance.came),
        )
        .outerjoin(Attendance, Attendance.session_id == TrainingSession.id)
        .group_by(TrainingSession.id)
        .order_by(TrainingSession.held_at.desc(), TrainingSession.id.desc())
    )
    rows = await session.execute(query.limit(limit))
    return [(held, invited, came) for held, invited, came in rows]


async def coverage(session: AsyncSession, since: datetime, until: datetime) -> tuple[int, int, int]:
    """Sessions in a span, people who came to at least one, people who were to come to any."""
    span = (TrainingSession.held_at >= since, TrainingSession.held_at < until)
    held = await session.scalar(select(func.count()).select_from(TrainingSession).where(*span))
    people = select(
        func.count(Attendance.staff_id.distinct()).filter(Attendance.came),
        func.count(Attendance.staff_id.distinct()),
    ).join(TrainingSession, TrainingSession.id == Attendance.session_id)
    came, invited = (await session.execute(people.where(*span))).one()
    return held or 0, came, invited
