"""Messages to be sent by the bot's own accord: rows first, sent by the outbox worker.

How a worker claims them and marks their end is in `claims.py`, how a broadcast's are queued by the
thousand in `filling.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    Update,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from bot.storage.base import Base, BigId
from bot.storage.database import vault_of
from bot.storage.dialects import count_changed, insert
from bot.storage.forwards import keys_to_keepers
from bot.storage.groups import CommunityGroup

ADDRESS = "outbox.address"
PAYLOAD = "outbox.payload"
TO_STAFF = ("cast:", "fwd:", "test:")
"""How the keys begin of what officers and grid workers are told that is no alert."""


class Priority(IntEnum):
    """Order of the one proactive budget; lower goes first."""

    ALERT = 0
    EMERGENCY = 1
    RECEIPT = 2
    CAMPAIGN = 3
    DIGEST = 4


class DeliveryState(StrEnum):
    """Where one message to one target stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    BLOCKED = "blocked"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PAUSED = "paused"


WAITING_STATES = (DeliveryState.QUEUED, DeliveryState.SENDING)


class OutboxMessage(Base):
    """One message to one target; `dedupe_key` makes a second one impossible.

    With an empty `address_sealed` it goes to where its group is reached when it is claimed.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        Index("ix_outbox_queue", "channel", "state", "priority", "due_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(80))
    priority: Mapped[int] = mapped_column(SmallInteger)
    channel: Mapped[str] = mapped_column(String(16))
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    payload_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    occurrence_id: Mapped[int | None] = mapped_column(
        ForeignKey("occurrence.id", ondelete="CASCADE"), index=True
    )
    group_id: Mapped[int | None] = mapped_column(ForeignKey("community_group.id"), index=True)
    state: Mapped[DeliveryState] = mapped_column(String(12), default=DeliveryState.QUEUED)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    claimed_until: Mapped[datetime | None]
    remote_id: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    group: Mapped[CommunityGroup | None] = relationship(lazy="raise")


async def queue_message(
    session: AsyncSession,
    *,
    dedupe_key: str,
    priority: Priority,
    channel: str,
    address: str,
    payload: str,
    due_at: datetime,
    now: datetime,
    occurrence_id: int | None = None,
    group_id: int | None = None,
) -> bool:
    """Put a message into the outbox; False where that very message is already there."""
    vault = vault_of(session)
    added = await count_changed(
        session,
        insert(session, OutboxMessage)
        .values(
            dedupe_key=dedupe_key,
            priority=int(priority),
            channel=channel,
            address_sealed=vault.seal(address, ADDRESS),
            payload_sealed=vault.seal(payload, PAYLOAD),
            occurrence_id=occurrence_id,
            group_id=group_id,
            state=DeliveryState.QUEUED,
            attempts=0,
            due_at=due_at,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"]),
    )
    return bool(added)


async def queue_many(session: AsyncSession, messages: Sequence[Mapping[str, object]]) -> None:
    """Put many sealed messages into the outbox; those already there stay."""
    added = insert(session, OutboxMessage).on_conflict_do_nothing(index_elements=["dedupe_key"])
    if messages:
        await session.execute(added, messages)


async def note_delivery(session: AsyncSession, message: Mapping[str, object]) -> bool:
    """Keep one sealed message; False where it is already there."""
    added = insert(session, OutboxMessage).values(**message)
    return bool(
        await count_changed(session, added.on_conflict_do_nothing(index_elements=["dedupe_key"]))
    )


async def hold_waiting(session: AsyncSession, occurrence_ids: Collection[int]) -> int:
    """Keep what nobody has claimed yet of these occurrences from being sent; returns how many
    deliveries. So with the other two: messages to keepers go the same way, uncounted."""
    query = update(OutboxMessage).where(OutboxMessage.state == DeliveryState.QUEUED)
    return await _change(session, query.values(state=DeliveryState.PAUSED), occurrence_ids)


async def release_held(session: AsyncSession, occurrence_ids: Collection[int]) -> int:
    """Let what was held go on."""
    query = update(OutboxMessage).where(OutboxMessage.state == DeliveryState.PAUSED)
    return await _change(session, query.values(state=DeliveryState.QUEUED), occurrence_ids)


async def _change(session: AsyncSession, change: Update, occurrence_ids: Collection[int]) -> int:
    keys = keys_to_keepers(occurrence_ids)
    to_keepers = change.where(OutboxMessage.dedupe_key.in_(keys))
    await session.execute(to_keepers.execution_options(synchronize_session=False))
    return await count_changed(
        session, change.where(OutboxMessage.occurrence_id.in_(occurrence_ids))
    )


async def end_waiting(
    session: AsyncSession,
    *,
    state: DeliveryState,
    error: str,
    now: datetime,
    group_id: int | None = None,
    occurrence_ids: Collection[int] | None = None,
) -> int:
    """End messages that nobody has claimed yet, of a group or of occurrences; returns how many."""
    unclaimed = (DeliveryState.QUEUED, DeliveryState.PAUSED)
    query = update(OutboxMessage).where(OutboxMessage.state.in_(unclaimed))
    if group_id is not None:
        query = query.where(OutboxMessage.group_id == group_id)
    if group_id is None and occurrence_ids is None:
        raise ValueError("whose messages?")
    query = query.values(state=state, error=error, ended_at=now)
    if occurrence_ids is None:
        return await count_changed(session, query)
    return await _change(session, query, occurrence_ids)


async def end_doubles(
    session: AsyncSession, old_group: int, group: int, error: str, now: datetime
) -> None:
    """End what has not arrived in one group and also goes to another that is the same."""
    other = aliased(OutboxMessage)
    there = select(other.id).where(
        other.group_id == group, other.occurrence_id == OutboxMessage.occurrence_id
    )
    query = update(OutboxMessage).where(
        OutboxMessage.group_id == old_group,
        OutboxMessage.ended_at.is_(None),
        exists(there.correlate(OutboxMessage)),
    )
    ended = query.values(state=DeliveryState.CANCELLED, error=error, ended_at=now)
    await session.execute(ended.execution_options(synchronize_session=False))


async def waiting_message(session: AsyncSession, dedupe_key: str) -> OutboxMessage | None:
    """One message that nobody has claimed yet, and nobody claims before this transaction ends."""
    query = select(OutboxMessage).where(
        OutboxMessage.dedupe_key == dedupe_key, OutboxMessage.state == DeliveryState.QUEUED
    )
    return await session.scalar(query.with_for_update())


async def cancel_waiting(session: AsyncSession, dedupe_key: str, now: datetime) -> bool:
    """End one message that nobody has claimed yet; False where it is on its way or unknown."""
    query = update(OutboxMessage).where(
        OutboxMessage.state == DeliveryState.QUEUED, OutboxMessage.dedupe_key == dedupe_key
    )
    ended = query.values(state=DeliveryState.CANCELLED, error="not needed", ended_at=now)
    return bool(await count_changed(session, ended))


async def state_of_message(session: AsyncSession, dedupe_key: str) -> DeliveryState | None:
    """Where one message stands; None for one that was never queued."""
    query = select(OutboxMessage.state).where(OutboxMessage.dedupe_key == dedupe_key)
    return await session.scalar(query)


async def cancel_told(session: AsyncSession, resident_id: int, now: datetime) -> int:
    """End what waits to be told to one officer; returns how many."""
    key = OutboxMessage.dedupe_key
    query = update(OutboxMessage).where(
        OutboxMessage.state == DeliveryState.QUEUED,
        OutboxMessage.dedupe_key.endswith(f":{resident_id}", autoescape=True),
        or_(OutboxMessage.priority == int(Priority.ALERT), *map(key.startswith, TO_STAFF)),
    )
    ended = query.values(state=DeliveryState.CANCELLED, error="cut off", ended_at=now)
    return await count_changed(session, ended)


async def follow_group(session: AsyncSession, group_id: int) -> None:
    """Let what still waits for a group go to wherever it is reached then."""
    query = update(OutboxMessage).where(
        OutboxMessage.group_id == group_id, OutboxMessage.state.in_(WAITING_STATES)
    )
    await session.execute(query.values(address_sealed=b""))


async def readdress_message(session: AsyncSession, message_id: int, address: str) -> None:
    """Give one message another address."""
    sealed = vault_of(session).seal(address, ADDRESS)
    query = update(OutboxMessage).where(OutboxMessage.id == message_id)
    await session.execute(query.values(address_sealed=sealed))


async def blank_ended(session: AsyncSession, before: datetime) -> int:
    """Blank address and text of messages that ended before; counts and states stay."""
    query = update(OutboxMessage).where(
        OutboxMessage.ended_at < before, OutboxMessage.payload_sealed != b""
    )
    return await count_changed(session, query.values(payload_sealed=b"", address_sealed=b""))
