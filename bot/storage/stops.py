"""Messages in somebody's hand whose broadcast was stopped, or whose group was closed, meanwhile.

Stopping ends what nobody has claimed. What was claimed then and did not arrive must not go back
into the queue as if nothing had been said.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Broadcast, BroadcastState, Occurrence
from bot.storage.forwards import Forward
from bot.storage.groups import MIGRATED, CommunityGroup
from bot.storage.outbox import DeliveryState, OutboxMessage

TO_KEEPER = "fwd:"
BROADCAST_STOPS = {
    BroadcastState.PAUSED: (DeliveryState.PAUSED, None),
    BroadcastState.CANCELLED: (DeliveryState.CANCELLED, "broadcast cancelled"),
    BroadcastState.RETRACTED: (DeliveryState.CANCELLED, "broadcast retracted"),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """What became of a message in place of going back into the queue; held ones keep `error`."""

    state: DeliveryState
    error: str | None

    def values(self, now: datetime) -> dict[str, object]:
        """The columns that say so."""
        if self.error is None:
            return {"state": self.state}
        return {"state": self.state, "error": self.error, "ended_at": now}


async def stops_of(session: AsyncSession, message_ids: Collection[int]) -> dict[int, Stop]:
    """Those of the messages that were stopped, with how.

    Broadcasts and groups are locked against being stopped until the transaction ends, so that a
    stop either is seen here or sees the message in the queue.
    """
    query = select(
        OutboxMessage.id,
        OutboxMessage.dedupe_key,
        OutboxMessage.occurrence_id,
        OutboxMessage.group_id,
    ).where(OutboxMessage.id.in_(message_ids))
    rows = (await session.execute(query)).all()
    asked = {row.id: number for row in rows if (number := _forward_of(row.dedupe_key))}
    slots = {row.occurrence_id for row in rows if row.occurrence_id is not None}
    casts = await _states(session, select(Occurrence.id, Broadcast.state), Occurrence.id, slots)
    hands = await _states(
        session,
        select(Forward.id, Broadcast.state).join(
            Occurrence, Occurrence.id == Forward.occurrence_id
        ),
        Forward.id,
        set(asked.values()),
    )
    groups = await _closed(session, {row.group_id for row in rows if row.group_id is not None})
    found = {}
    for row in rows:
        state = casts.get(row.occurrence_id or 0) or hands.get(asked.get(row.id, 0))
        if state in BROADCAST_STOPS:
            found[row.id] = Stop(*BROADCAST_STOPS[state])
        elif row.group_id in groups:
            found[row.id] = groups[row.group_id]
    return found


async def release_abandoned(
    session: AsyncSession, message_ids: Collection[int], now: datetime
) -> None:
    """Give messages whose claim ran out back to the queue, but for those stopped meanwhile."""
    stops = await stops_of(session, message_ids)
    claimed = update(OutboxMessage).where(OutboxMessage.state == DeliveryState.SENDING)
    claimed = claimed.execution_options(synchronize_session=False)
    back = [number for number in message_ids if number not in stops]
    await session.execute(
        claimed.where(OutboxMessage.id.in_(back), OutboxMessage.claimed_until < now).values(
            state=DeliveryState.QUEUED
        )
    )
    for number, stop in stops.items():
        await session.execute(
            claimed.where(OutboxMessage.id == number, OutboxMessage.claimed_until < now).values(
                claimed_until=None, **stop.values(now)
            )
        )


def _forward_of(key: str) -> int:
    """The request to forward that a message to a keeper belongs to; 0 for any other message."""
    _, found, rest = key.partition(TO_KEEPER)
    number, _, place = rest.partition(":")
    told = key.startswith(TO_KEEPER) and found and number.isdecimal()
    return int(number) if told and not place.startswith("back") else 0


async def _states(
    session: AsyncSession,
    query: Select[int, BroadcastState],
    column: object,
    ids: Collection[int],
) -> dict[int, BroadcastState]:
    if not ids:
        return {}
    query = query.join(Broadcast, Broadcast.id == Occurrence.broadcast_id)
    query = query.where(column.in_(ids)).with_for_update(read=True, of=Broadcast)  # type: ignore[attr-defined]
    return {number: BroadcastState(state) for number, state in await session.execute(query)}


async def _closed(session: AsyncSession, ids: Collection[int]) -> dict[int, Stop]:
    if not ids:
        return {}
    query = select(CommunityGroup.id, CommunityGroup.closed_why).where(
        CommunityGroup.id.in_(ids), CommunityGroup.active.is_(False)
    )
    rows = await session.execute(query.with_for_update(read=True))
    return {
        number: Stop(DeliveryState.BLOCKED, why)
        if why
        else Stop(DeliveryState.CANCELLED, "group removed")
        for number, why in rows
        if why != MIGRATED
    }
