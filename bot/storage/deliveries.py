"""The deliveries of broadcasts: what arrived, how many stand where, what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import groupby

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Occurrence, is_seen
from bot.storage.groups import CommunityGroup, Within
from bot.storage.outbox import WAITING_STATES, DeliveryState, OutboxMessage

TROUBLED = (
    *WAITING_STATES,
    DeliveryState.BLOCKED,
    DeliveryState.FAILED,
    DeliveryState.SENT,
)
"""States of a delivery with which something is wrong where a reason stands beside them."""
DAILY_LIMIT = "daily limit"
"""Why a group that had had enough that day was left out."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A delivery that arrived, or is on its way."""

    id: int
    dedupe_key: str
    channel: str
    group_id: int | None
    address_sealed: bytes
    state: DeliveryState
    remote_id: str | None
    ended_at: datetime | None


_GONE = tuple(getattr(OutboxMessage, name.name) for name in fields(Gone))


async def gone_to_groups(
    session: AsyncSession, broadcast_id: int, after: int, limit: int
) -> list[list[Gone]]:
    """What a broadcast sent to the next `limit` groups in the order of their ids, each group's
    newest first; what is blanked already is left out."""
    own = _gone_of(broadcast_id)
    groups = (
        select(OutboxMessage.group_id)
        .join(Occurrence, own)
        .where(OutboxMessage.group_id > after, *_is_gone())
    )
    chosen = groups.distinct().order_by(OutboxMessage.group_id).limit(limit)
    ids = (await session.scalars(chosen)).all()
    query = select(*_GONE).join(Occurrence, own).where(OutboxMessage.group_id.in_(ids), *_is_gone())
    rows = await session.execute(query.order_by(OutboxMessage.group_id, OutboxMessage.id.desc()))
    found = [Gone(*row) for row in rows]
    return [list(of_one) for _, of_one in groupby(found, key=lambda one: one.group_id)]


async def gone_to_residents(
    session: AsyncSession, broadcast_id: int, before: int | None, limit: int
) -> list[Gone]:
    """What a broadcast sent to who subscribed, the newest first, with an id below `before`."""
    query = select(*_GONE).join(Occurrence, _gone_of(broadcast_id))
    query = query.where(OutboxMessage.group_id.is_(None), *_is_gone())
    if before is not None:
        query = query.where(OutboxMessage.id < before)
    rows = await session.execute(query.order_by(OutboxMessage.id.desc()).limit(limit))
    return [Gone(*row) for row in rows]


async def gone_beside(session: AsyncSession, message_id: int) -> list[Gone]:
    """What the broadcast of one delivery sent to the same group or resident, the newest first."""
    one = await session.get_one(OutboxMessage, message_id, populate_existing=True)
    cast = select(Occurrence.broadcast_id).where(Occurrence.id == one.occurrence_id)
    same = OutboxMessage.group_id == one.group_id
    if one.group_id is None:
        resident = one.dedupe_key.rpartition(":")[2]
        same = OutboxMessage.dedupe_key.endswith(f":{resident}", autoescape=True)
    query = select(*_GONE).join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
    query = query.where(Occurrence.broadcast_id == cast.scalar_subquery(), same, *_is_gone())
    return [Gone(*row) for row in await session.execute(query.order_by(OutboxMessage.id.desc()))]


def _gone_of(broadcast_id: int) -> ColumnElement[bool]:
    return and_(
        Occurrence.id == OutboxMessage.occurrence_id, Occurrence.broadcast_id == broadcast_id
    )


def _is_gone() -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxMessage.state.in_((DeliveryState.SENT, DeliveryState.SENDING)),
        OutboxMessage.payload_sealed != b"",
    )


async def count_by_broadcast(
    session: AsyncSession, broadcast_ids: Sequence[int], within: Within | None = None
) -> dict[int, dict[DeliveryState, int]]:
    """How many deliveries of each broadcast stand in which state, as far as somebody sees them."""
    if not broadcast_ids:
        return {}
    query = (
        select(Occurrence.broadcast_id, OutboxMessage.state, func.count())
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .where(Occurrence.broadcast_id.in_(broadcast_ids))
        .group_by(Occurrence.broadcast_id, OutboxMessage.state)
    )
    if within is not None:
        query = query.outerjoin(CommunityGroup, CommunityGroup.id == OutboxMessage.group_id)
        query = query.where(is_seen(within, Occurrence.broadcast_id))
    counts: dict[int, dict[DeliveryState, int]] = {}
    for broadcast_id, state, count in await session.execute(query):
        counts.setdefault(broadcast_id, {})[DeliveryState(state)] = count
    return counts


async def troubled_deliveries(
    session: AsyncSession,
    broadcast_ids: Sequence[int],
    overdue_before: datetime,
    within: Within | None = None,
    most: int = 100,
) -> Sequence[Row[int, str, str, str | None, datetime, int, int]]:
    """Deliveries that a send did not end well, or that nobody took up since `overdue_before`, and
    groups left out because they had enough that day.

    Only as far as somebody sees them, and of each broadcast the first `most` by title.
    Each row: broadcast_id, title of the group, state, error, due_at, attempts, and how many there
    are of that broadcast.
    """
    tried = and_(
        OutboxMessage.error.is_not(None),
        OutboxMessage.state.in_(TROUBLED),
    )
    untouched = and_(
        OutboxMessage.state == DeliveryState.QUEUED, OutboxMessage.due_at < overdue_before
    )
    left_out = and_(
        OutboxMessage.state == DeliveryState.CANCELLED, OutboxMessage.error == DAILY_LIMIT
    )
    wrong = or_(tried, untouched, left_out)
    of_one = Occurrence.broadcast_id
    in_order = (CommunityGroup.title, OutboxMessage.id)
    found = (
        select(
            Occurrence.broadcast_id,
            CommunityGroup.title,
            OutboxMessage.state,
            OutboxMessage.error,
            OutboxMessage.due_at,
            OutboxMessage.attempts,
            func.count().over(partition_by=of_one).label("total"),
            func.row_number().over(partition_by=of_one, order_by=in_order).label("place"),
        )
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .join(CommunityGroup, CommunityGroup.id == OutboxMessage.group_id)
        .where(Occurrence.broadcast_id.in_(broadcast_ids), wrong)
        .where(is_seen(within, Occurrence.broadcast_id))
        .subquery()
    )
    columns = [column for column in found.c if column.key != "place"]
    query = select(*columns).where(found.c.place <= most)
    rows = await session.execute(query.order_by(found.c.broadcast_id, found.c.place))
    return rows.all()
