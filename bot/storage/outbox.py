"""Messages to be sent by the bot's own accord: rows first, sent by the outbox worker.

A row is claimed with a lease that expires, marked `sending`, sent, and marked with its end. A crash
between sending and marking is the one case in which a message may go twice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.database import vault_of
from bot.storage.dialects import count_changed, insert

ADDRESS = "outbox.address"
PAYLOAD = "outbox.payload"


class Priority(IntEnum):
    """Order of the one proactive budget; lower goes first."""

    ALERT = 0
    RECEIPT = 1
    CAMPAIGN = 2
    DIGEST = 3


class DeliveryState(StrEnum):
    """Where one message to one target stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    BLOCKED = "blocked"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OutboxMessage(Base):
    """One message to one target; `dedupe_key` makes a second one impossible."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("dedupe_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(80))
    priority: Mapped[int] = mapped_column(SmallInteger)
    channel: Mapped[str] = mapped_column(String(16))
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    payload_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    occurrence_id: Mapped[int | None] = mapped_column(
        ForeignKey("occurrence.id", ondelete="CASCADE"), index=True
    )
    group_id: Mapped[int | None] = mapped_column(ForeignKey("community_group.id"))
    state: Mapped[DeliveryState] = mapped_column(String(12), default=DeliveryState.QUEUED)
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    claimed_until: Mapped[datetime | None]
    remote_id: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


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


async def claim_due(
    session: AsyncSession,
    *,
    worker: str,
    channel: str,
    limit: int,
    now: datetime,
    lease: timedelta,
) -> Sequence[OutboxMessage]:
    """Claim up to `limit` due messages of a channel, most pressing first; nobody else gets them.

    Messages whose claim ran out are claimed again.
    """
    due = or_(
        OutboxMessage.state == DeliveryState.QUEUED,
        (OutboxMessage.state == DeliveryState.SENDING) & (OutboxMessage.claimed_until < now),
    )
    chosen = (
        select(OutboxMessage.id)
        .where(OutboxMessage.channel == channel, OutboxMessage.due_at <= now, due)
        .order_by(OutboxMessage.priority, OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = (await session.scalars(chosen)).all()
    if not ids:
        return []
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids))
        .values(
            state=DeliveryState.SENDING,
            claimed_by=worker,
            claimed_until=now + lease,
            attempts=OutboxMessage.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )
    claimed = select(OutboxMessage).where(OutboxMessage.id.in_(ids))
    claimed = claimed.order_by(OutboxMessage.priority, OutboxMessage.due_at, OutboxMessage.id)
    return (await session.scalars(claimed.execution_options(populate_existing=True))).all()


async def end_delivery(
    session: AsyncSession,
    message_id: int,
    *,
    worker: str,
    state: DeliveryState,
    now: datetime,
    remote_id: str | None = None,
    error: str | None = None,
) -> bool:
    """Mark how a claimed message ended; False where the claim had passed to another worker."""
    ended = await count_changed(
        session,
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.claimed_by == worker)
        .values(state=state, ended_at=now, remote_id=remote_id, error=error, claimed_until=None),
    )
    return bool(ended)


async def put_off(
    session: AsyncSession, message_id: int, *, worker: str, until: datetime, error: str
) -> bool:
    """Give a claimed message back to the queue for a later try."""
    back = await count_changed(
        session,
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.claimed_by == worker)
        .values(
            state=DeliveryState.QUEUED,
            due_at=until,
            error=error,
            claimed_by=None,
            claimed_until=None,
        ),
    )
    return bool(back)


async def count_deliveries(session: AsyncSession, occurrence_id: int) -> dict[DeliveryState, int]:
    """How many messages of an occurrence stand in which state."""
    query = select(OutboxMessage.state, func.count()).where(
        OutboxMessage.occurrence_id == occurrence_id
    )
    rows = await session.execute(query.group_by(OutboxMessage.state))
    return {DeliveryState(state): count for state, count in rows}
