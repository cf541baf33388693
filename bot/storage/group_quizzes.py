"""Quizzes of a whole group: which question is open, and how many answered it, never who."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    func,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert


class GroupQuiz(Base):
    """A quiz in a group; `questions` are ids between spaces. One at a time is open in a group."""

    __tablename__ = "group_quiz"
    __table_args__ = (
        Index(
            "ix_group_quiz_open",
            "group_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("community_group.id"), index=True)
    started_by: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    questions: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def question_ids(self) -> list[str]:
        """The ids of its questions, in order."""
        return self.questions.split()


class GroupPoll(Base):
    """One question of it as a poll: known to Telegram as `poll_id` once it was sent.

    `late_at` is when the clock first saw that its time was over and nobody had said so.
    """

    __tablename__ = "group_poll"

    quiz_id: Mapped[int] = mapped_column(
        ForeignKey("group_quiz.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(String(48))
    family: Mapped[str] = mapped_column(String(32))
    poll_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    voters: Mapped[int] = mapped_column(default=0)
    right: Mapped[int] = mapped_column(default=0)


async def add_quiz(
    session: AsyncSession, group_id: int, staff_id: int, questions: Sequence[str], now: datetime
) -> GroupQuiz | None:
    """Begin a quiz; None where one is open in the group."""
    added = insert(session, GroupQuiz).values(
        group_id=group_id, started_by=staff_id, questions=" ".join(questions), started_at=now
    )
    open_ones = {"index_elements": ["group_id"], "index_where": GroupQuiz.finished_at.is_(None)}
    if not await count_changed(session, added.on_conflict_do_nothing(**open_ones)):
        return None
    return await open_quiz(session, group_id)


async def open_quiz(session: AsyncSession, group_id: int) -> GroupQuiz | None:
    """The quiz that is under way in a group."""
    return await session.scalar(
        select(GroupQuiz).where(GroupQuiz.group_id == group_id, GroupQuiz.finished_at.is_(None))
    )


async def asked_in(session: AsyncSession, group_id: int, limit: int) -> set[str]:
    """The ids of the questions a group was asked last."""
    query = select(GroupQuiz.questions).where(GroupQuiz.group_id == group_id)
    newest = await session.scalars(query.order_by(GroupQuiz.id.desc()).limit(limit))
    return {one for questions in newest for one in questions.split()}


async def polls_of(session: AsyncSession, quiz_id: int) -> Sequence[GroupPoll]:
    """The questions asked so far, in order."""
    query = select(GroupPoll).where(GroupPoll.quiz_id == quiz_id).order_by(GroupPoll.place)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def poll_of(session: AsyncSession, poll_id: str) -> GroupPoll | None:
    """The question behind a poll of Telegram's."""
    return await session.scalar(select(GroupPoll).where(GroupPoll.poll_id == poll_id))


async def open_polls(session: AsyncSession) -> Sequence[GroupPoll]:
    """Questions that are asked or are about to be."""
    return (await session.scalars(select(GroupPoll).where(GroupPoll.closed_at.is_(None)))).all()


async def note_sent(
    session: AsyncSession, quiz_id: int, place: int, poll_id: str, message_id: int, now: datetime
) -> None:
    """Keep as what Telegram knows a question; of one sent twice the later counts."""
    query = update(GroupPoll).where(
        GroupPoll.quiz_id == quiz_id, GroupPoll.place == place, GroupPoll.closed_at.is_(None)
    )
    known = {"poll_id": poll_id, "message_id": message_id, "sent_at": now, "late_at": None}
    await session.execute(query.values(**known))


async def count_votes(session: AsyncSession, poll_id: str, voters: int, right: int) -> None:
    """How many answered; an older update, which counts fewer, changes nothing."""
    query = update(GroupPoll).where(
        GroupPoll.poll_id == poll_id, GroupPoll.closed_at.is_(None), GroupPoll.voters <= voters
    )
    await session.execute(query.values(voters=voters, right=right))


async def close_poll(session: AsyncSession, quiz_id: int, place: int, now: datetime) -> bool:
    """Note that a question is over; False where it was before."""
    query = update(GroupPoll).where(
        GroupPoll.quiz_id == quiz_id, GroupPoll.place == place, GroupPoll.closed_at.is_(None)
    )
    return bool(await count_changed(session, query.values(closed_at=now)))


async def count_between(
    session: AsyncSession, since: datetime, until: datetime
) -> tuple[int, int, int, int]:
    """Group quizzes that ended in a span, answers in them, right ones, most answers to one."""
    counts = (
        func.count(GroupQuiz.id.distinct()),
        func.sum(GroupPoll.voters),
        func.sum(GroupPoll.right),
        func.max(GroupPoll.voters),
    )
    query = select(*counts).join(GroupPoll, GroupPoll.quiz_id == GroupQuiz.id)
    span = (GroupQuiz.finished_at >= since, GroupQuiz.finished_at < until)
    quizzes, answers, right, most = (await session.execute(query.where(*span))).one()
    return quizzes, answers or 0, right or 0, most or 0


async def finish_quiz(session: AsyncSession, quiz_id: int, now: datetime) -> bool:
    """Note that a quiz is over; False where it was before."""
    query = update(GroupQuiz).where(GroupQuiz.id == quiz_id, GroupQuiz.finished_at.is_(None))
    return bool(await count_changed(session, query.values(finished_at=now)))
