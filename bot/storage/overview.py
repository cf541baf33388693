"""Queries of the overview: a day in figures, what is under way, who does the work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.desk import of_station
from bot.storage.leads import Lead, LeadEvent, LeadState
from bot.storage.leases import Lease
from bot.storage.outbox import WAITING_STATES, OutboxMessage
from bot.storage.updates import AnsweredUpdate


async def day_figures(
    session: AsyncSession, spans: Sequence[tuple[datetime, datetime]], station: str | None
) -> list[tuple[int, int, int]]:
    """Of each span the leads received, those of them where money had gone, and how much, in fen;
    all in one statement."""
    found = await session.execute(
        union_all(*(_day(number, *span, station) for number, span in enumerate(spans)))
    )
    return [
        (int(row[1]), int(row[2]), int(row[3])) for row in sorted(found, key=lambda row: row[0])
    ]


def _day(number: int, since: datetime, until: datetime, station: str | None) -> Select[Any]:
    gone = case((Lead.transferred, 1), else_=0)
    lost = case((Lead.transferred, Lead.amount_fen), else_=0)
    sums = (func.coalesce(func.sum(gone), 0), func.coalesce(func.sum(lost), 0))
    query = select(literal(number), func.count(), *sums)
    query = query.where(
        Lead.received_at >= since, Lead.received_at < until, Lead.state != LeadState.MERGED
    )
    return query if station is None else query.where(of_station(station))


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
