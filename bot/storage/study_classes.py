"""Classes of a school or company: who learns in one, and what they come to together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert
from bot.storage.drills import DrillRun
from bot.storage.quizzes import QuizAttempt


class ClassKind(StrEnum):
    """What a class belongs to."""

    SCHOOL = "school"
    COMPANY = "company"
    UNIT = "unit"


class StudyClass(Base):
    """One class. `code` is what its people type; `contact_hash` waits for the contact, who then is
    `contact_id` and sees totals."""

    __tablename__ = "study_class"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[ClassKind] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(12), unique=True)
    contact_hash: Mapped[str | None] = mapped_column(String(32), unique=True)
    contact_asked_at: Mapped[datetime]
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("resident.id", ondelete="SET NULL"), index=True
    )
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ClassMember(Base):
    """Somebody who learns in a class, in one at a time."""

    __tablename__ = "class_member"

    resident_id: Mapped[int] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    class_id: Mapped[int] = mapped_column(
        ForeignKey("study_class.id", ondelete="CASCADE"), index=True
    )
    joined_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """People of a class and what they did; `people` of each kind are different persons."""

    members: int
    quiz_people: int
    quizzes: int
    right: int
    asked: int
    drill_people: int
    drills: int
    stopped: int


async def class_by_code(session: AsyncSession, code: str) -> StudyClass | None:
    """The class whose people type that code, closed or not."""
    return await session.scalar(select(StudyClass).where(StudyClass.code == code))


async def class_by_contact(
    session: AsyncSession, contact_hash: str, asked_after: datetime
) -> StudyClass | None:
    """The class that waits for whoever has the contact's code."""
    return await session.scalar(
        select(StudyClass).where(
            StudyClass.contact_hash == contact_hash, StudyClass.contact_asked_at > asked_after
        )
    )


async def classes_made(session: AsyncSession, staff_id: int | None) -> Sequence[StudyClass]:
    """Classes that somebody made (None: everybody), open ones first, then the newest."""
    query = select(StudyClass)
    if staff_id is not None:
        query = query.where(StudyClass.made_by == staff_id)
    order = (StudyClass.closed_at.is_not(None), StudyClass.id.desc())
    return (await session.scalars(query.order_by(*order))).all()


async def classes_of_contact(session: AsyncSession, resident_id: int) -> Sequence[StudyClass]:
    """Classes whose totals somebody sees, the newest first."""
    query = select(StudyClass).where(StudyClass.contact_id == resident_id)
    return (await session.scalars(query.order_by(StudyClass.id.desc()))).all()


async def own_class(session: AsyncSession, resident_id: int) -> StudyClass | None:
    """The open class somebody learns in."""
    return await session.scalar(
        select(StudyClass)
        .join(ClassMember, ClassMember.class_id == StudyClass.id)
        .where(ClassMember.resident_id == resident_id, StudyClass.closed_at.is_(None))
    )


async def own_class_id(session: AsyncSession, resident_id: int) -> int | None:
    """For which class what somebody does counts."""
    found = await own_class(session, resident_id)
    return found.id if found else None


async def join(session: AsyncSession, resident_id: int, class_id: int, now: datetime) -> None:
    """Learn in this class from now on, and in no other."""
    added = insert(session, ClassMember).values(
        resident_id=resident_id, class_id=class_id, joined_at=now
    )
    await session.execute(
        added.on_conflict_do_update(
            index_elements=["resident_id"], set_={"class_id": class_id, "joined_at": now}
        )
    )


async def leave(session: AsyncSession, resident_id: int) -> bool:
    """Learn in no class any more; False where one did not."""
    return bool(
        await count_changed(
            session, delete(ClassMember).where(ClassMember.resident_id == resident_id)
        )
    )


async def count_class(session: AsyncSession, class_id: int, before: datetime) -> ClassCounts:
    """What a class came to before a moment."""
    members = select(func.count()).where(
        ClassMember.class_id == class_id, ClassMember.joined_at < before
    )
    quizzes = select(
        func.count(QuizAttempt.resident_id.distinct()),
        func.count(),
        func.sum(QuizAttempt.right),
        func.sum(QuizAttempt.asked),
    ).where(QuizAttempt.class_id == class_id, QuizAttempt.finished_at < before)
    ended = or_(DrillRun.result == "stopped", DrillRun.result == "danger")
    drills = select(
        func.count(DrillRun.resident_id.distinct()),
        func.count(),
        func.count().filter(DrillRun.result == "stopped"),
    ).where(DrillRun.class_id == class_id, DrillRun.ended_at < before, ended)
    people, taken, right, asked = (await session.execute(quizzes)).one()
    drilled, runs, stopped = (await session.execute(drills)).one()
    return ClassCounts(
        await session.scalar(members) or 0,
        people,
        taken,
        right or 0,
        asked or 0,
        drilled,
        runs,
        stopped,
    )


async def forget_members(session: AsyncSession, before: datetime) -> int:
    """Delete memberships begun before that; returns how many."""
    return await count_changed(session, delete(ClassMember).where(ClassMember.joined_at < before))
