"""Occurrences: the single goings-out of broadcasts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    exists,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Broadcast, BroadcastState, Occurrence
from bot.storage.dialects import insert
from bot.storage.outbox import WAITING_STATES, OutboxMessage


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


async def occurrence_ids(session: AsyncSession, broadcast_id: int) -> Sequence[int]:
    """Every going-out of a broadcast."""
    query = select(Occurrence.id).where(Occurrence.broadcast_id == broadcast_id)
    return (await session.scalars(query)).all()


async def occurrences_between(
    session: AsyncSession, since: datetime, until: datetime, limit: int = 2000
) -> Sequence[tuple[datetime, Broadcast]]:
    """Every going-out of a time, with its broadcast, in order."""
    query = (
        select(Occurrence.slot, Broadcast)
        .join(Broadcast, Broadcast.id == Occurrence.broadcast_id)
        .where(Occurrence.slot >= since, Occurrence.slot < until)
        .order_by(Occurrence.slot, Occurrence.id)
        .limit(limit)
    )
    return [(slot, broadcast) for slot, broadcast in await session.execute(query)]


async def ended_broadcasts(session: AsyncSession) -> Sequence[int]:
    """Broadcasts still marked `sending` of which no delivery waits any more."""
    waiting = (
        select(OutboxMessage.id)
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .where(Occurrence.broadcast_id == Broadcast.id, OutboxMessage.state.in_(WAITING_STATES))
    )
    unfilled = select(Occurrence.id).where(
        Occurrence.broadcast_id == Broadcast.id, Occurrence.filled_at.is_(None)
    )
    query = select(Broadcast.id).where(
        Broadcast.state == BroadcastState.SENDING,
        ~exists(waiting.correlate(Broadcast).subquery()),
        ~exists(unfilled.correlate(Broadcast).subquery()),
    )
    return (await session.scalars(query)).all()
