"""Broadcasts and their occurrences; the single deliveries are outbox rows."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import insert


class BroadcastState(StrEnum):
    """Where a broadcast stands as a whole."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    DONE = "done"
    CANCELLED = "cancelled"


class Broadcast(Base):
    """A text for some groups at a time; texts from the approved templates need no second person."""

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    template: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[BroadcastState] = mapped_column(String(12), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    send_at: Mapped[datetime] = mapped_column(index=True)


class BroadcastTarget(Base):
    """A group that a broadcast goes to."""

    __tablename__ = "broadcast_target"

    broadcast_id: Mapped[int] = mapped_column(
        ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(ForeignKey("community_group.id"), primary_key=True)


class Occurrence(Base):
    """One going-out of a broadcast; `slot` is the time it was due."""

    __tablename__ = "occurrence"
    __table_args__ = (UniqueConstraint("broadcast_id", "slot"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    slot: Mapped[datetime]
    made_at: Mapped[datetime]


async def due_broadcasts(session: AsyncSession, now: datetime, limit: int) -> Sequence[Broadcast]:
    """Scheduled broadcasts whose time has come, oldest first."""
    query = select(Broadcast).where(
        Broadcast.state == BroadcastState.SCHEDULED, Broadcast.send_at <= now
    )
    return (await session.scalars(query.order_by(Broadcast.send_at).limit(limit))).all()


async def add_occurrence(
    session: AsyncSession, broadcast_id: int, slot: datetime, now: datetime
) -> int | None:
    """The id of a new occurrence, or None where that slot was already made."""
    made = await session.execute(
        insert(session, Occurrence)
        .values(broadcast_id=broadcast_id, slot=slot, made_at=now)
        .on_conflict_do_nothing(index_elements=["broadcast_id", "slot"])
        .returning(Occurrence.id)
    )
    return made.scalar_one_or_none()
