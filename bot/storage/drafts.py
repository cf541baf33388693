"""Notices that are being written: no broadcasts, so that nothing of them can be due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Row, String, Text, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert
from bot.storage.staff import Staff


class BroadcastDraft(Base):
    """A notice that nobody has submitted yet; `plan` is all of it as JSON, whole or not.

    `key` makes one form one draft. `version` is one more after each saving. `note` says where it
    comes from: a surge it was suggested for, or why a broadcast, `refused_id`, was not approved. No
    number is given twice: a form left open may still name one that is gone.
    """

    __tablename__ = "broadcast_draft"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own way

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    version: Mapped[int]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    saved_at: Mapped[datetime] = mapped_column(index=True)
    plan: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200))
    surge_id: Mapped[int | None] = mapped_column(ForeignKey("surge.id"))
    refused_id: Mapped[int | None] = mapped_column(
        ForeignKey("broadcast.id", ondelete="CASCADE"), unique=True
    )


@dataclass(frozen=True, slots=True)
class Ref:
    """A draft as it was when somebody opened it."""

    id: int
    version: int


async def add_draft(session: AsyncSession, draft: BroadcastDraft) -> Ref | None:
    """Keep a new draft; None where its key is known, or its refused broadcast was taken up."""
    values = {
        column.key: getattr(draft, column.key)
        for column in BroadcastDraft.__table__.columns
        if column.key != "id"
    }
    added = await session.execute(
        insert(session, BroadcastDraft)
        .values(**values)
        .on_conflict_do_nothing()
        .returning(BroadcastDraft.id)
    )
    number = added.scalar_one_or_none()
    return Ref(number, draft.version) if number is not None else None


async def save_draft(
    session: AsyncSession, ref: Ref, plan: str, now: datetime, author: int | None
) -> Ref | None:
    """Keep a draft as it is now; None where it is gone or was saved elsewhere meanwhile.

    So with the others: `author` limits it to somebody's own.
    """
    query = update(BroadcastDraft).where(
        BroadcastDraft.id == ref.id, BroadcastDraft.version == ref.version
    )
    if author is not None:
        query = query.where(BroadcastDraft.created_by == author)
    newer = ref.version + 1
    saved = await count_changed(session, query.values(plan=plan, saved_at=now, version=newer))
    return Ref(ref.id, newer) if saved else None


async def draft_by_key(session: AsyncSession, key: str) -> int | None:
    """The number of the draft that a form made."""
    return await session.scalar(select(BroadcastDraft.id).where(BroadcastDraft.key == key))


async def draft_of_refused(session: AsyncSession, broadcast_id: int) -> int | None:
    """The number of the draft as which a refused broadcast was taken up."""
    query = select(BroadcastDraft.id).where(BroadcastDraft.refused_id == broadcast_id)
    return await session.scalar(query)


async def find_draft(
    session: AsyncSession, draft_id: int, author: int | None
) -> Row[BroadcastDraft, str] | None:
    """A draft and its writer's name."""
    query = select(BroadcastDraft, Staff.name).join(Staff, Staff.id == BroadcastDraft.created_by)
    query = query.where(BroadcastDraft.id == draft_id)
    if author is not None:
        query = query.where(BroadcastDraft.created_by == author)
    return (await session.execute(query)).one_or_none()


async def latest_drafts(
    session: AsyncSession, author: int | None, limit: int
) -> Sequence[Row[BroadcastDraft, str]]:
    """Drafts with their writers' names, the last saved first."""
    query = select(BroadcastDraft, Staff.name).join(Staff, Staff.id == BroadcastDraft.created_by)
    if author is not None:
        query = query.where(BroadcastDraft.created_by == author)
    query = query.order_by(BroadcastDraft.saved_at.desc(), BroadcastDraft.id.desc()).limit(limit)
    return (await session.execute(query)).all()


async def drop_draft(session: AsyncSession, ref: Ref) -> bool:
    """Delete a draft; False where it is gone or was saved since: of two who do so, one does."""
    query = delete(BroadcastDraft).where(
        BroadcastDraft.id == ref.id, BroadcastDraft.version == ref.version
    )
    return bool(await count_changed(session, query))


async def forget_drafts(session: AsyncSession, before: datetime) -> int:
    """Delete drafts that nobody saved since `before`; returns how many."""
    return await count_changed(
        session, delete(BroadcastDraft).where(BroadcastDraft.saved_at < before)
    )
