"""The deliveries of broadcasts: what arrived, how many stand where, what went wrong."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import (
    Row,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Occurrence
from bot.storage.groups import CommunityGroup, lies_in
from bot.storage.outbox import WAITING_STATES, DeliveryState, OutboxMessage


async def sent_deliveries(
    session: AsyncSession, broadcast_id: int, after: int, limit: int
) -> Sequence[OutboxMessage]:
    """Deliveries of a broadcast that arrived and are not blanked yet, in order of ids."""
    query = (
        select(OutboxMessage)
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .where(
            Occurrence.broadcast_id == broadcast_id,
            OutboxMessage.state == DeliveryState.SENT,
            OutboxMessage.payload_sealed != b"",
            OutboxMessage.id > after,
        )
        .order_by(OutboxMessage.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def count_by_broadcast(
    session: AsyncSession, broadcast_ids: Sequence[int], within: Collection[int] | None = None
) -> dict[int, dict[DeliveryState, int]]:
    """How many deliveries of each broadcast stand in which state; to groups of these areas."""
    if not broadcast_ids:
        return {}
    query = (
        select(Occurrence.broadcast_id, OutboxMessage.state, func.count())
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .where(Occurrence.broadcast_id.in_(broadcast_ids))
        .group_by(Occurrence.broadcast_id, OutboxMessage.state)
    )
    if within is not None:
        query = query.join(CommunityGroup, CommunityGroup.id == OutboxMessage.group_id)
        query = query.where(lies_in(within))
    counts: dict[int, dict[DeliveryState, int]] = {}
    for broadcast_id, state, count in await session.execute(query):
        counts.setdefault(broadcast_id, {})[DeliveryState(state)] = count
    return counts


async def troubled_deliveries(
    session: AsyncSession,
    broadcast_ids: Sequence[int],
    overdue_before: datetime,
    within: Collection[int] | None = None,
) -> Sequence[Row[int, str, str, str | None, datetime, int]]:
    """Deliveries that a send did not end well, or that nobody took up since `overdue_before`.

    Only to groups of these areas.
    Each row: broadcast_id, title of the group, state, error, due_at, attempts.
    """
    tried = and_(
        OutboxMessage.error.is_not(None),
        OutboxMessage.state.in_((*WAITING_STATES, DeliveryState.BLOCKED, DeliveryState.FAILED)),
    )
    untouched = and_(
        OutboxMessage.state == DeliveryState.QUEUED, OutboxMessage.due_at < overdue_before
    )
    query = (
        select(
            Occurrence.broadcast_id,
            CommunityGroup.title,
            OutboxMessage.state,
            OutboxMessage.error,
            OutboxMessage.due_at,
            OutboxMessage.attempts,
        )
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .join(CommunityGroup, CommunityGroup.id == OutboxMessage.group_id)
        .where(Occurrence.broadcast_id.in_(broadcast_ids), or_(tried, untouched), lies_in(within))
        .order_by(CommunityGroup.title, OutboxMessage.id)
    )
    return (await session.execute(query)).all()
