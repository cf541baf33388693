"""What became of every delivery, and of every broadcast among the people it reached."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.storage.areas import Area
from bot.storage.broadcasts import Broadcast, BroadcastState, Occurrence, is_seen
from bot.storage.checks import Check
from bot.storage.dialects import count_changed
from bot.storage.filling import went_at
from bot.storage.groups import CommunityGroup, Within, lies_in
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.subscriptions import BroadcastResponse, Response

ASKED_WITHIN = timedelta(days=1)
"""A check this soon after somebody came from a notice counts as a question asked after it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery; without a group it went to a subscriber."""

    id: int
    broadcast_id: int
    slot: datetime
    group: str | None
    channel: str
    street: str | None
    community: str | None
    state: DeliveryState
    error: str | None
    attempts: int
    remote_id: str | None
    ended_at: datetime | None
    members: int | None


@dataclass(frozen=True, slots=True)
class SlotFigures:
    """One going-out; not `filled` while its deliveries are still being queued."""

    slot: datetime
    filled: bool
    deliveries: int
    sent: int
    failed: int


async def deliveries(
    session: AsyncSession,
    *,
    broadcast_id: int | None = None,
    states: Sequence[DeliveryState] = (),
    within: Within | None = None,
    after: int = 0,
    limit: int = 1000,
) -> Sequence[Delivery]:
    """Deliveries in the order of ids, of one broadcast or of all, as far as somebody sees them."""
    query = (
        select(
            OutboxMessage.id,
            Occurrence.broadcast_id,
            Occurrence.slot,
            CommunityGroup.title.label("group"),
            OutboxMessage.channel,
            Area.street,
            Area.community,
            OutboxMessage.state,
            OutboxMessage.error,
            OutboxMessage.attempts,
            OutboxMessage.remote_id,
            OutboxMessage.ended_at,
            CommunityGroup.members,
        )
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .outerjoin(CommunityGroup, CommunityGroup.id == OutboxMessage.group_id)
        .outerjoin(Area, Area.id == CommunityGroup.area_id)
        .where(OutboxMessage.id > after, is_seen(within, Occurrence.broadcast_id))
    )
    if broadcast_id is not None:
        query = query.where(Occurrence.broadcast_id == broadcast_id)
    if states:
        query = query.where(OutboxMessage.state.in_(states))
    rows = await session.execute(query.order_by(OutboxMessage.id).limit(limit))
    found = [dict(row) for row in rows.mappings()]
    return [Delivery(**(one | {"state": DeliveryState(one["state"])})) for one in found]


async def reached(
    session: AsyncSession, broadcast_ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Groups that a broadcast arrived in, and the people in them, each group counted once."""
    once = (
        select(Occurrence.broadcast_id, CommunityGroup.id, CommunityGroup.members)
        .join(OutboxMessage, OutboxMessage.occurrence_id == Occurrence.id)
        .join(CommunityGroup, CommunityGroup.id == OutboxMessage.group_id)
        .where(
            Occurrence.broadcast_id.in_(broadcast_ids),
            OutboxMessage.state == DeliveryState.SENT,
        )
        .distinct()
        .subquery()
    )
    query = select(
        once.c.broadcast_id, func.count(), func.coalesce(func.sum(once.c.members), 0)
    ).group_by(once.c.broadcast_id)
    return {number: (groups, people) for number, groups, people in await session.execute(query)}


async def count_to_subscribers(
    session: AsyncSession, broadcast_id: int
) -> dict[DeliveryState, int]:
    """Deliveries of a broadcast to residents who opted in, by state."""
    query = (
        select(OutboxMessage.state, func.count())
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .where(Occurrence.broadcast_id == broadcast_id, OutboxMessage.group_id.is_(None))
        .group_by(OutboxMessage.state)
    )
    return {DeliveryState(state): count for state, count in await session.execute(query)}


async def count_by_slot(
    session: AsyncSession, broadcast_id: int, limit: int, within: Within | None = None
) -> Sequence[SlotFigures]:
    """The last goings-out of a broadcast to groups of these areas, the newest first."""
    lost = OutboxMessage.state.in_((DeliveryState.FAILED, DeliveryState.BLOCKED))
    query = (
        select(
            Occurrence.slot,
            Occurrence.filled_at.is_not(None),
            func.count(OutboxMessage.id),
            func.count(OutboxMessage.id).filter(OutboxMessage.state == DeliveryState.SENT),
            func.count(OutboxMessage.id).filter(lost),
        )
        .outerjoin(OutboxMessage, OutboxMessage.occurrence_id == Occurrence.id)
        .where(Occurrence.broadcast_id == broadcast_id)
        .group_by(Occurrence.id, Occurrence.slot, Occurrence.filled_at)
        .order_by(Occurrence.slot.desc())
        .limit(limit)
    )
    if within is not None:
        query = query.join(CommunityGroup, CommunityGroup.id == OutboxMessage.group_id)
        query = query.where(lies_in(within))
    return [SlotFigures(row[0], bool(row[1]), *row[2:]) for row in await session.execute(query)]


async def count_questions(session: AsyncSession, broadcast_ids: Sequence[int]) -> dict[int, int]:
    """Checks of residents within a day of their coming from a broadcast."""
    of = (BroadcastResponse.broadcast_id,)
    asked = await session.execute(questions_after(of, broadcast_ids))
    return dict(Counter(number for number, at, came in asked if within_a_day(at, came)))


def questions_after(
    of: Sequence[InstrumentedAttribute[Any]], broadcast_ids: Sequence[int]
) -> Select[Any]:
    """Of every check after somebody's coming: columns of his coming, when he asked, when he came.

    Whether that is within a day, `within_a_day` says; the databases subtract moments differently.
    """
    return (
        select(*of, Check.created_at, BroadcastResponse.at)
        .select_from(BroadcastResponse)
        .join(
            Check,
            and_(
                Check.resident_id == BroadcastResponse.resident_id,
                Check.created_at >= BroadcastResponse.at,
            ),
        )
        .where(
            BroadcastResponse.broadcast_id.in_(broadcast_ids),
            BroadcastResponse.kind == Response.CLICK,
        )
    )


def within_a_day(asked_at: datetime, came_at: datetime) -> bool:
    """Whether a check counts as asked after a notice."""
    return asked_at - came_at <= ASKED_WITHIN


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed delivery of a broadcast's last going-out; `today`: it counts for today as it is."""

    id: int
    group_id: int | None
    emergency: bool
    today: bool


async def failures(
    session: AsyncSession,
    day: tuple[datetime, datetime],
    *,
    broadcast_id: int | None,
    author_id: int | None,
    since: datetime | None,
    never_again: Sequence[str],
) -> list[Failure]:
    """Failed deliveries that may be tried again, the newest first.

    Of each broadcast only those of its last going-out, to groups that still take notices, whose
    text is still kept; `since` leaves out older ones.
    """
    last = select(func.max(Occurrence.id)).group_by(Occurrence.broadcast_id)
    query = (
        select(
            OutboxMessage.id,
            OutboxMessage.group_id,
            Broadcast.emergency,
            went_at() >= day[0],
        )
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .join(Broadcast, Broadcast.id == Occurrence.broadcast_id)
        .outerjoin(CommunityGroup, CommunityGroup.id == OutboxMessage.group_id)
        .where(
            OutboxMessage.state == DeliveryState.FAILED,
            OutboxMessage.payload_sealed != b"",
            or_(OutboxMessage.error.is_(None), OutboxMessage.error.not_in(never_again)),
            or_(OutboxMessage.group_id.is_(None), CommunityGroup.active.is_(True)),
            Broadcast.state.in_(
                (BroadcastState.SENDING, BroadcastState.DONE, BroadcastState.SCHEDULED)
            ),
            Occurrence.id.in_(last),
        )
    )
    if broadcast_id is not None:
        query = query.where(Broadcast.id == broadcast_id)
    if author_id is not None:
        query = query.where(Broadcast.created_by == author_id)
    if since is not None:
        query = query.where(OutboxMessage.created_at >= since)
    rows = await session.execute(query.order_by(OutboxMessage.id.desc()))
    return [Failure(*row) for row in rows]


async def taken_places(
    session: AsyncSession, group_ids: Collection[int], day: tuple[datetime, datetime]
) -> dict[int, int]:
    """How many notices of a day each of these groups has had, or is to have."""
    found: dict[int, int] = {}
    ids = list(group_ids)
    for start in range(0, len(ids), 5000):
        query = (
            select(OutboxMessage.group_id, func.count())
            .where(
                OutboxMessage.group_id.in_(ids[start : start + 5000]),
                OutboxMessage.occurrence_id.is_not(None),
                OutboxMessage.state != DeliveryState.CANCELLED,
                went_at() >= day[0],
                went_at() < day[1],
            )
            .group_by(OutboxMessage.group_id)
        )
        found |= {group: count for group, count in await session.execute(query) if group}
    return found


async def revive(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    """Queue failed deliveries once more, and let their broadcasts go on."""
    for start in range(0, len(ids), 500):
        batch = ids[start : start + 500]
        query = update(OutboxMessage).where(OutboxMessage.id.in_(batch))
        await count_changed(
            session,
            query.values(
                state=DeliveryState.QUEUED,
                attempts=0,
                due_at=now,
                error=None,
                ended_at=None,
                claimed_by=None,
                claimed_until=None,
            ),
        )
        again = select(Occurrence.broadcast_id).join(
            OutboxMessage, OutboxMessage.occurrence_id == Occurrence.id
        )
        reopened = update(Broadcast).where(
            Broadcast.state == BroadcastState.DONE,
            Broadcast.id.in_(again.where(OutboxMessage.id.in_(batch))),
        )
        await session.execute(
            reopened.values(state=BroadcastState.SENDING).execution_options(
                synchronize_session=False
            )
        )
