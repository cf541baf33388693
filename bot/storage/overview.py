"""Queries of the overview: a day in figures, what is under way, who does the work."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.desk import of_station
from bot.storage.leads import Lead, LeadEvent, LeadState
from bot.storage.leases import Lease
from bot.storage.outbox import WAITING_STATES, OutboxMessage
from bot.storage.updates import AnsweredUpdate


async def day_figures(
    session: AsyncSession, since: datetime, until: datetime, station: str | None
) -> tuple[int, int, int]:
    """Leads received in a span, those of them where money had gone, and how much, in fen."""
    gone = case((Lead.transferred, 1), else_=0)
    lost = case((Lead.transferred, Lead.amount_fen), else_=0)
    query = select(
        func.count(), func.coalesce(func.sum(gone), 0), func.coalesce(func.sum(lost), 0)
    ).where(Lead.received_at >= since, Lead.received_at < until, Lead.state != LeadState.MERGED)
    if station is not None:
        query = query.where(of_station(station))
    row = (await session.execute(query)).one()
    return int(row[0]), int(row[1]), int(row[2])


async def newest_event(session: AsyncSession) -> int:
    """The number of the newest line in any trail: it moves with every change of a lead."""
    return await session.scalar(select(func.max(LeadEvent.id))) or 0


async def broadcasts_under_way(session: AsyncSession, limit: int) -> Sequence[Broadcast]:
    """Broadcasts that are being sent, or held, right now."""
    under_way = Broadcast.state.in_([BroadcastState.SENDING, BroadcastState.PAUSED])
    query = select(Broadcast).where(under_way).order_by(Broadcast.send_at, Broadcast.id)
    return (await session.scalars(query.limit(limit))).all()


async def leases_held(session: AsyncSession, now: datetime) -> frozenset[str]:
    """The names of the leases that somebody holds."""
    return frozenset(await session.scalars(select(Lease.name).where(Lease.until > now)))


async def oldest_waiting(session: AsyncSession, now: datetime) -> Mapping[str, datetime]:
    """For each channel, since when the oldest message that is due has been waiting."""
    waiting = OutboxMessage.state.in_(WAITING_STATES)
    query = select(OutboxMessage.channel, func.min(OutboxMessage.due_at)).where(
        waiting, OutboxMessage.due_at <= now
    )
    return {
        channel: due_at
        for channel, due_at in await session.execute(query.group_by(OutboxMessage.channel))
    }


async def last_answer(session: AsyncSession) -> datetime | None:
    """When the bot answered somebody last, on any channel."""
    query = select(AnsweredUpdate.answered_at).order_by(AnsweredUpdate.answered_at.desc())
    return await session.scalar(query.limit(1))
