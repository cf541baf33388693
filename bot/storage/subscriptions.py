"""Residents who asked to be sent notices, and what became of a notice among residents."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    SmallInteger,
    String,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.broadcasts import Broadcast, Occurrence
from bot.storage.dialects import count_changed, insert
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.residents import Resident


class Subscription(Base):
    """What one resident chose; `hour` is the local hour he wants it at, None: when it is sent.
    `tip_on` is the day whose tip he has."""

    __tablename__ = "subscription"

    resident_id: Mapped[int] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    area_id: Mapped[int | None] = mapped_column(BigInteger)
    audience: Mapped[str] = mapped_column(String(12))
    kinds: Mapped[str] = mapped_column(String(60))
    hour: Mapped[int | None] = mapped_column(SmallInteger)
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    tip_on: Mapped[date | None]


class Response(StrEnum):
    """What a resident did upon a notice."""

    CLICK = "click"
    LEFT = "left"


class BroadcastResponse(Base):
    """Somebody came to the bot from a notice, or wanted no more after it; once each.

    `area_id` is that of the group whose link was followed, else the one subscribed to.
    """

    __tablename__ = "broadcast_response"

    broadcast_id: Mapped[int] = mapped_column(
        ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    resident_id: Mapped[int] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[Response] = mapped_column(String(12), primary_key=True)
    at: Mapped[datetime]
    area_id: Mapped[int | None] = mapped_column(BigInteger)


async def keep_subscription(
    session: AsyncSession,
    resident_id: int,
    *,
    area_id: int | None,
    audience: str,
    kinds: str,
    hour: int | None,
    tip_on: date | None,
    now: datetime,
) -> None:
    """Store what a resident chose, in place of what he chose before; `since` stays that of the
    subscription that is running."""
    chosen = {
        "area_id": area_id,
        "audience": audience,
        "kinds": kinds,
        "hour": hour,
        "tip_on": tip_on,
    }
    begun = Subscription.since
    since = case((Subscription.ended_at.is_(None), begun), else_=literal(now, begun.type))
    await session.execute(
        insert(session, Subscription)
        .values(resident_id=resident_id, since=now, **chosen)
        .on_conflict_do_update(
            index_elements=["resident_id"], set_={**chosen, "since": since, "ended_at": None}
        )
    )


async def end_subscription(session: AsyncSession, resident_id: int, now: datetime) -> bool:
    """Send this resident nothing more; False where nothing was sent anyway."""
    query = update(Subscription).where(
        Subscription.resident_id == resident_id, Subscription.ended_at.is_(None)
    )
    return bool(await count_changed(session, query.values(ended_at=now)))


async def waiting_for(
    session: AsyncSession, resident: Resident
) -> Sequence[tuple[int, Broadcast | None]]:
    """What still waits to be sent to a resident because he subscribed: a tip has no broadcast."""
    unclaimed = (DeliveryState.QUEUED, DeliveryState.PAUSED)
    query = (
        select(OutboxMessage.id, Broadcast)
        .outerjoin(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .outerjoin(Broadcast, Broadcast.id == Occurrence.broadcast_id)
        .where(
            OutboxMessage.channel == resident.channel,
            OutboxMessage.state.in_(unclaimed),
            or_(
                OutboxMessage.dedupe_key.like(f"occ:%:r{resident.id}"),
                OutboxMessage.dedupe_key.like(f"tip:%:{resident.id}"),
            ),
        )
    )
    return [(number, broadcast) for number, broadcast in await session.execute(query)]


async def drop_waiting(session: AsyncSession, message_ids: Collection[int], now: datetime) -> None:
    """End messages that their reader does not want any more."""
    query = update(OutboxMessage).where(
        OutboxMessage.id.in_(message_ids), OutboxMessage.ended_at.is_(None)
    )
    ended = query.values(state=DeliveryState.CANCELLED, error="not wanted any more", ended_at=now)
    await session.execute(ended.execution_options(synchronize_session=False))


async def subscription_of(session: AsyncSession, resident_id: int) -> Subscription | None:
    """What a resident is sent at present."""
    return await session.scalar(
        select(Subscription).where(
            Subscription.resident_id == resident_id, Subscription.ended_at.is_(None)
        )
    )


async def subscribers_after(
    session: AsyncSession, resident_id: int, limit: int
) -> Sequence[tuple[Subscription, Resident]]:
    """Present subscribers with a higher id, in the order of ids."""
    query = (
        select(Subscription, Resident)
        .join(Resident, Resident.id == Subscription.resident_id)
        .where(Subscription.ended_at.is_(None), Subscription.resident_id > resident_id)
        .order_by(Subscription.resident_id)
        .limit(limit)
    )
    return [(one, resident) for one, resident in await session.execute(query)]


async def tip_waits(
    session: AsyncSession, channels: Collection[str], today: date, hour: int, usual: int
) -> bool:
    """Whether somebody's tip of today is due; only looks."""
    return bool(await waiting_for_tip(session, channels, today, hour, usual, 1))


async def waiting_for_tip(
    session: AsyncSession,
    channels: Collection[str],
    today: date,
    hour: int,
    usual: int,
    limit: int,
) -> Sequence[Resident]:
    """Subscribers to regular reminders who have not today's tip and whose hour has come."""
    query = (
        select(Resident)
        .join(Subscription, Subscription.resident_id == Resident.id)
        .where(
            Subscription.ended_at.is_(None),
            Subscription.kinds.contains("daily"),
            or_(Subscription.tip_on.is_(None), Subscription.tip_on < today),
            func.coalesce(Subscription.hour, usual) <= hour,
            Resident.channel.in_(channels),
        )
        .order_by(Resident.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def note_tips(session: AsyncSession, resident_ids: Collection[int], today: date) -> None:
    """Note that these have today's tip."""
    query = update(Subscription).where(Subscription.resident_id.in_(resident_ids))
    await session.execute(query.values(tip_on=today).execution_options(synchronize_session=False))


async def add_response(
    session: AsyncSession,
    broadcast_id: int,
    resident_id: int,
    kind: Response,
    area_id: int | None,
    now: datetime,
) -> bool:
    """Note what a resident did upon a notice; False where it was noted before."""
    added = await count_changed(
        session,
        insert(session, BroadcastResponse)
        .values(
            broadcast_id=broadcast_id, resident_id=resident_id, kind=kind, at=now, area_id=area_id
        )
        .on_conflict_do_nothing(index_elements=["broadcast_id", "resident_id", "kind"]),
    )
    return bool(added)


async def count_responses(
    session: AsyncSession, broadcast_ids: Sequence[int]
) -> dict[int, dict[Response, int]]:
    """How many residents did what, by broadcast."""
    query = (
        select(BroadcastResponse.broadcast_id, BroadcastResponse.kind, func.count())
        .where(BroadcastResponse.broadcast_id.in_(broadcast_ids))
        .group_by(BroadcastResponse.broadcast_id, BroadcastResponse.kind)
    )
    counts: dict[int, dict[Response, int]] = {}
    for broadcast_id, kind, count in await session.execute(query):
        counts.setdefault(broadcast_id, {})[Response(kind)] = count
    return counts


async def count_kept(
    session: AsyncSession, since: datetime, until: datetime, least: timedelta
) -> tuple[int, int]:
    """Of the subscriptions begun in the span, how many lasted at least so long, and all."""
    query = select(Subscription.since, Subscription.ended_at).where(
        Subscription.since >= since, Subscription.since < until
    )
    rows = (await session.execute(query)).all()
    kept = sum(ended is None or ended - begun >= least for begun, ended in rows)
    return kept, len(rows)
