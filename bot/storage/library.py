"""What officers add to the library, every change of it, and texts residents let us keep."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.counters import next_number
from bot.storage.dialects import count_changed, insert
from bot.storage.staff import Staff

CHANGES = "library_change"
"""The counter of changes; taking a number holds all other changes until the commit."""


class ChangeKind(StrEnum):
    """What a change did to one script."""

    ADD = "add"
    RETIRE = "retire"
    RESTORE = "restore"


class Decision(StrEnum):
    """What an officer made of a text in the review queue."""

    ADDED = "added"
    DISMISSED = "dismissed"


class LibraryScript(Base):
    """A script added by an officer; `text` is masked. Without `retired_at` it is in use."""

    __tablename__ = "library_script"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    family: Mapped[str] = mapped_column(String(32))
    register: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(200))
    added_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]
    retired_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    retired_at: Mapped[datetime | None]


class LibraryChange(Base):
    """A line of the library's history; lines are only ever appended."""

    __tablename__ = "library_change"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    script_id: Mapped[int] = mapped_column(ForeignKey("library_script.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(200))
    back_to: Mapped[int | None]


class ReviewText(Base):
    """A text kept with consent, masked and sealed; nothing leads from it to a person."""

    __tablename__ = "library_review"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[str] = mapped_column(String(8))
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    text_hash: Mapped[str] = mapped_column(String(32), unique=True)
    level: Mapped[str] = mapped_column(String(16))
    score: Mapped[float]
    family: Mapped[str | None] = mapped_column(String(32))
    library_version: Mapped[str] = mapped_column(String(32))
    kept_at: Mapped[datetime] = mapped_column(index=True)
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]


async def newest_change(session: AsyncSession) -> int:
    """The number of the last change, 0 before the first; asked twice a second."""
    return await session.scalar(select(func.max(LibraryChange.number))) or 0


async def active_scripts(session: AsyncSession) -> Sequence[LibraryScript]:
    """Scripts in use, oldest first."""
    query = select(LibraryScript).where(LibraryScript.retired_at.is_(None))
    return (await session.scalars(query.order_by(LibraryScript.id))).all()


async def scripts_with_ids(session: AsyncSession, ids: Iterable[int]) -> Sequence[LibraryScript]:
    """The scripts of these ids, oldest first."""
    query = select(LibraryScript).where(LibraryScript.id.in_(list(ids)))
    return (await session.scalars(query.order_by(LibraryScript.id))).all()


async def append_change(
    session: AsyncSession,
    kind: ChangeKind,
    script_id: int,
    staff_id: int,
    why: str,
    now: datetime,
    back_to: int | None = None,
) -> LibraryChange:
    """Write the next line of the history."""
    change = LibraryChange(
        number=await next_number(session, CHANGES),
        kind=kind,
        script_id=script_id,
        staff_id=staff_id,
        at=now,
        why=why,
        back_to=back_to,
    )
    session.add(change)
    await session.flush()
    return change


async def retire_row(session: AsyncSession, script_id: int, staff_id: int, now: datetime) -> bool:
    """Take a script out of use; False where it already was."""
    statement = (
        update(LibraryScript)
        .where(LibraryScript.id == script_id, LibraryScript.retired_at.is_(None))
        .values(retired_at=now, retired_by=staff_id)
    )
    return await count_changed(session, statement) == 1


async def restore_row(session: AsyncSession, script_id: int) -> bool:
    """Put a script back into use; False where it already was."""
    statement = (
        update(LibraryScript)
        .where(LibraryScript.id == script_id, LibraryScript.retired_at.is_not(None))
        .values(retired_at=None, retired_by=None)
    )
    return await count_changed(session, statement) == 1


async def in_use_at(session: AsyncSession, number: int) -> set[int]:
    """The ids of the scripts that were in use after the change of that number."""
    last = (
        select(func.max(LibraryChange.number))
        .where(LibraryChange.number <= number)
        .group_by(LibraryChange.script_id)
    )
    query = select(LibraryChange.script_id).where(
        LibraryChange.number.in_(last), LibraryChange.kind != ChangeKind.RETIRE
    )
    return set(await session.scalars(query))


async def changes_with_scripts(
    session: AsyncSession, limit: int
) -> Sequence[tuple[LibraryChange, LibraryScript, str]]:
    """The last changes, newest first, each with its script and the login of who made it."""
    query = (
        select(LibraryChange, LibraryScript, Staff.login)
        .join(LibraryScript, LibraryScript.id == LibraryChange.script_id)
        .join(Staff, Staff.id == LibraryChange.staff_id)
        .order_by(LibraryChange.number.desc())
        .limit(limit)
    )
    return [(change, script, login) for change, script, login in await session.execute(query)]


async def keep_review(session: AsyncSession, row: Mapping[str, object]) -> bool:
    """Keep a text for review; False where the same text is there already."""
    statement = insert(session, ReviewText).values(**row)
    return await count_changed(session, statement.on_conflict_do_nothing()) == 1


async def waiting_reviews(session: AsyncSession, limit: int) -> Sequence[ReviewText]:
    """Texts nobody has decided on, oldest first."""
    query = select(ReviewText).where(ReviewText.decided_at.is_(None))
    return (await session.scalars(query.order_by(ReviewText.id).limit(limit))).all()


async def decide_review(
    session: AsyncSession, review_id: int, decision: Decision, staff_id: int, now: datetime
) -> bool:
    """Note the decision; False where another officer was faster."""
    statement = (
        update(ReviewText)
        .where(ReviewText.id == review_id, ReviewText.decided_at.is_(None))
        .values(decision=decision, decided_by=staff_id, decided_at=now)
    )
    return await count_changed(session, statement) == 1


async def forget_reviews(session: AsyncSession, before: datetime) -> int:
    """Delete texts kept before `before`, decided or not; returns how many."""
    return await count_changed(session, delete(ReviewText).where(ReviewText.kept_at < before))
