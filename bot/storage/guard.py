"""How a group is guarded: its settings, whom it trusts, and what was said in it on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, delete, func, select
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.database import vault_of
from bot.storage.dialects import count_changed, insert

DELETED_TEXT = "guard_answer.text"
DELETED = "guard.deleted"
MEMBER = "guard.member"
TRICK, MARK = 32, 9
"""Characters of a trick, and how many of them tell one text of it from another."""


class GuardMode(StrEnum):
    """What the bot does where a scam is posted."""

    WARN = "warn"
    TELL = "tell"
    DELETE = "delete"
    OFF = "off"


class GroupGuard(Base):
    """The settings of a group; a group without a row is warned at any hour.

    `quiet` is empty or two times as in 22:00-07:00, in which nothing is said in the group.
    """

    __tablename__ = "group_guard"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("community_group.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    mode: Mapped[GuardMode] = mapped_column(String(8))
    quiet: Mapped[str] = mapped_column(String(11))
    set_at: Mapped[datetime]


class GuardTrusted(Base):
    """A member whose messages are left alone; kept as a keyed hash of the account."""

    __tablename__ = "guard_trusted"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("community_group.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    member_hash: Mapped[str] = mapped_column(String(32), primary_key=True)


class GuardAnswer(Base):
    """One answer a group, trick and day, where messages are deleted one a text of it; what was
    deleted, sealed, for a day."""

    __tablename__ = "guard_answer"
    __table_args__ = (UniqueConstraint("group_id", "trick", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("community_group.id", ondelete="CASCADE"))
    trick: Mapped[str] = mapped_column(String(TRICK))
    title: Mapped[str] = mapped_column(String(60))
    day: Mapped[date] = mapped_column(index=True)
    mode: Mapped[GuardMode] = mapped_column(String(8))
    at: Mapped[datetime]
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    undone_at: Mapped[datetime | None]


async def guard_of(session: AsyncSession, group_id: int) -> GroupGuard | None:
    """The settings of a group; None where nobody set any."""
    return await session.get(GroupGuard, group_id)


async def set_guard(
    session: AsyncSession, group_id: int, mode: GuardMode, quiet: str, now: datetime
) -> None:
    """Keep the settings of a group."""
    values = {"mode": mode, "quiet": quiet, "set_at": now}
    added = insert(session, GroupGuard).values(group_id=group_id, **values)
    await session.execute(added.on_conflict_do_update(index_elements=["group_id"], set_=values))


async def is_trusted(session: AsyncSession, group_id: int, member: int) -> bool:
    """Whether a group trusts an account."""
    key = (group_id, _member_hash(session, member))
    return await session.get(GuardTrusted, key) is not None


async def trust(session: AsyncSession, group_id: int, member: int, *, trusted: bool) -> None:
    """Leave an account's messages alone from now on, or no longer."""
    member_hash = _member_hash(session, member)
    if trusted:
        added = insert(session, GuardTrusted).values(group_id=group_id, member_hash=member_hash)
        await session.execute(added.on_conflict_do_nothing())
        return
    await session.execute(
        delete(GuardTrusted).where(
            GuardTrusted.group_id == group_id, GuardTrusted.member_hash == member_hash
        )
    )


async def answer_once(
    session: AsyncSession,
    group_id: int,
    trick: str,
    title: str,
    day: date,
    mode: GuardMode,
    now: datetime,
    deleted: str = "",
) -> int | None:
    """Note an answer; its id, or None where this trick was answered in the group that day."""
    sealed = vault_of(session).seal(deleted, DELETED_TEXT) if deleted else None
    added = await count_changed(
        session,
        insert(session, GuardAnswer)
        .values(
            group_id=group_id,
            trick=trick,
            title=title[:60],
            day=day,
            mode=mode,
            at=now,
            text_sealed=sealed,
        )
        .on_conflict_do_nothing(index_elements=["group_id", "trick", "day"]),
    )
    if not added:
        return None
    query = select(GuardAnswer.id).where(
        GuardAnswer.group_id == group_id, GuardAnswer.trick == trick, GuardAnswer.day == day
    )
    return await session.scalar(query)


def trick_of_text(session: AsyncSession, trick: str, text: str) -> str:
    """Under what the deletion of a text is noted: the trick with a keyed hash of the text."""
    mark = vault_of(session).fingerprint(text, DELETED)[:MARK]
    return f"{trick[: TRICK - MARK - 1]}:{mark}"


async def is_deleted(session: AsyncSession, group_id: int, trick: str, day: date) -> bool:
    """Whether what was answered was deleted, and nobody has undone that."""
    query = select(GuardAnswer.id).where(
        GuardAnswer.group_id == group_id,
        GuardAnswer.trick == trick,
        GuardAnswer.day == day,
        GuardAnswer.mode == GuardMode.DELETE,
        GuardAnswer.undone_at.is_(None),
    )
    return await session.scalar(query) is not None


async def deleted_text(
    session: AsyncSession, group_id: int, answer_id: int, since: datetime, now: datetime
) -> str | None:
    """The text of a message deleted since then, once: it is marked as restored."""
    changed = await count_changed(
        session,
        sql_update(GuardAnswer)
        .where(
            GuardAnswer.id == answer_id,
            GuardAnswer.group_id == group_id,
            GuardAnswer.at >= since,
            GuardAnswer.undone_at.is_(None),
            GuardAnswer.text_sealed.is_not(None),
        )
        .values(undone_at=now)
        .execution_options(synchronize_session=False),
    )
    if not changed:
        return None
    sealed = await session.scalar(
        select(GuardAnswer.text_sealed).where(GuardAnswer.id == answer_id)
    )
    return vault_of(session).open(sealed, DELETED_TEXT) if sealed else None


async def blank_deleted(session: AsyncSession, before: datetime) -> int:
    """Forget the texts of messages deleted before then; returns of how many."""
    return await count_changed(
        session,
        sql_update(GuardAnswer)
        .where(GuardAnswer.text_sealed.is_not(None), GuardAnswer.at < before)
        .values(text_sealed=None)
        .execution_options(synchronize_session=False),
    )


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How often a trick was met in a group, and how often a deletion was undone."""

    group_id: int
    title: str
    count: int
    undone: int


async def answers_between(
    session: AsyncSession, first: date, before: date
) -> Sequence[AnswerCount]:
    """What was met from the first day on and before the other one, the most frequent first."""
    query = (
        select(
            GuardAnswer.group_id,
            GuardAnswer.title,
            func.count(),
            func.count(GuardAnswer.undone_at),
        )
        .where(GuardAnswer.day >= first, GuardAnswer.day < before)
        .group_by(GuardAnswer.group_id, GuardAnswer.title)
        .order_by(GuardAnswer.group_id, func.count().desc(), GuardAnswer.title)
    )
    return [AnswerCount(*row) for row in await session.execute(query)]


def _member_hash(session: AsyncSession, member: int) -> str:
    return vault_of(session).fingerprint(str(member), MEMBER)
