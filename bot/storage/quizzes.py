"""Quizzes that somebody has begun, and their answers, each at most once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    case,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert


class Purpose(StrEnum):
    """Why a quiz was taken."""

    PRACTICE = "practice"
    ARTICLE = "article"
    TRAINING = "training"


class QuizAttempt(Base):
    """One quiz; `questions` are ids between spaces, of one that was left those before that; `asked`
    is how many it had. `class_id` and `session_id` say for whom it
    counts; without `resident_id` it has been kept long enough to belong to nobody."""

    __tablename__ = "quiz_attempt"
    __table_args__ = (
        Index("ix_quiz_attempt_resident_id_finished_at", "resident_id", "finished_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id", ondelete="SET NULL"))
    purpose: Mapped[Purpose] = mapped_column(String(12))
    audience: Mapped[str] = mapped_column(String(12))
    questions: Mapped[str] = mapped_column(Text)
    asked: Mapped[int] = mapped_column(SmallInteger)
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    right: Mapped[int | None] = mapped_column(SmallInteger)
    class_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    session_id: Mapped[int | None] = mapped_column(BigInteger, index=True)

    @property
    def question_ids(self) -> list[str]:
        """The ids of its questions, in order."""
        return self.questions.split()


class QuizAnswer(Base):
    """One answer; `place` counts the questions of the quiz from 0."""

    __tablename__ = "quiz_answer"

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("quiz_attempt.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(String(48))
    family: Mapped[str] = mapped_column(String(32))
    chosen: Mapped[int] = mapped_column(SmallInteger)
    correct: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)


async def own_attempt(
    session: AsyncSession, attempt_id: int, resident_id: int
) -> QuizAttempt | None:
    """Somebody's own quiz; anybody else's is not found."""
    return await session.scalar(
        select(QuizAttempt).where(
            QuizAttempt.id == attempt_id, QuizAttempt.resident_id == resident_id
        )
    )


async def open_attempts(
    session: AsyncSession, resident_id: int, since: datetime
) -> Sequence[QuizAttempt]:
    """Every quiz begun since then that is not finished, the newest first."""
    query = select(QuizAttempt).where(
        QuizAttempt.resident_id == resident_id,
        QuizAttempt.finished_at.is_(None),
        QuizAttempt.started_at >= since,
    )
    return (await session.scalars(query.order_by(QuizAttempt.id.desc()))).all()


async def open_attempt(
    session: AsyncSession, resident_id: int, since: datetime
) -> QuizAttempt | None:
    """The newest of these."""
    found = await open_attempts(session, resident_id, since)
    return found[0] if found else None


async def own_attempt_answered(
    session: AsyncSession, attempt_id: int, resident_id: int
) -> tuple[QuizAttempt, list[QuizAnswer]] | None:
    """The same with its answers so far, in order, by one query."""
    query = (
        select(QuizAttempt, QuizAnswer)
        .outerjoin(QuizAnswer, QuizAnswer.attempt_id == QuizAttempt.id)
        .where(QuizAttempt.id == attempt_id, QuizAttempt.resident_id == resident_id)
        .order_by(QuizAnswer.place)
    )
    rows = (await session.execute(query)).all()
    answers = [row[1] for row in rows if row[1] is not None]
    return (rows[0][0], answers) if rows else None


async def add_answer(session: AsyncSession, answer: QuizAnswer) -> bool:
    """Count an answer; False where that question of the quiz was answered before."""
    values = {column.key: getattr(answer, column.key) for column in QuizAnswer.__table__.columns}
    added = insert(session, QuizAnswer).values(**values)
    added = added.on_conflict_do_nothing(index_elements=["attempt_id", "place"])
    return bool(await count_changed(session, added))


async def answers_of(session: AsyncSession, attempt_id: int) -> Sequence[QuizAnswer]:
    """The answers of a quiz, in order."""
    query = select(QuizAnswer).where(QuizAnswer.attempt_id == attempt_id)
    return (await session.scalars(query.order_by(QuizAnswer.place))).all()


async def recent_questions(session: AsyncSession, resident_id: int, limit: int) -> set[str]:
    """The ids of the questions somebody answered last."""
    query = (
        select(QuizAnswer.question)
        .join(QuizAttempt, QuizAttempt.id == QuizAnswer.attempt_id)
        .where(QuizAttempt.resident_id == resident_id)
        .order_by(QuizAnswer.at.desc())
        .limit(limit)
    )
    return set(await session.scalars(query))


async def finish(session: AsyncSession, attempt_id: int, right: int, now: datetime) -> bool:
    """Note that a quiz is over; False where it was before."""
    query = update(QuizAttempt).where(
        QuizAttempt.id == attempt_id, QuizAttempt.finished_at.is_(None)
    )
    return bool(await count_changed(session, query.values(finished_at=now, right=right)))


async def count_attempts(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[str, int, int]]:
    """Purpose, quizzes begun in the span, and how many of them were finished."""
    query = (
        select(QuizAttempt.purpose, func.count(), func.count(QuizAttempt.finished_at))
        .where(QuizAttempt.started_at >= since, QuizAttempt.started_at < until)
        .group_by(QuizAttempt.purpose)
    )
    return [(one, two, three) for one, two, three in await session.execute(query)]


async def count_quiz_people(
    session: AsyncSession, since: datetime, until: datetime, purposes: Collection[Purpose]
) -> int:
    """How many different people began a quiz in the span."""
    query = select(func.count(QuizAttempt.resident_id.distinct())).where(
        QuizAttempt.started_at >= since,
        QuizAttempt.started_at < until,
        QuizAttempt.purpose.in_(purposes),
    )
    return await session.scalar(query) or 0


async def count_answers(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[str, int, int]]:
    """Family, answers in the span, right ones among them."""
    query = (
        select(QuizAnswer.family, func.count(), func.sum(case((QuizAnswer.correct, 1), else_=0)))
        .where(QuizAnswer.at >= since, QuizAnswer.at < until)
        .group_by(QuizAnswer.family)
    )
    return [(one, two, three) for one, two, three in await session.execute(query)]


async def detach_attempts(session: AsyncSession, before: datetime) -> int:
    """Let quizzes begun before that belong to nobody; their counts stay. Returns how many."""
    query = update(QuizAttempt).where(
        QuizAttempt.started_at < before, QuizAttempt.resident_id.is_not(None)
    )
    return await count_changed(session, query.values(resident_id=None))
