"""Whom a broadcast goes to, group by group in the order of ids, and what they got that day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Broadcast, BroadcastState, BroadcastTarget, Occurrence
from bot.storage.forwards import Forward
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import DeliveryState, OutboxMessage

TAKES_PLACE = (BroadcastState.SCHEDULED, BroadcastState.SENDING, BroadcastState.DONE)


@dataclass(frozen=True, slots=True)
class Choice:
    """Groups by area, audience and channel; an empty part leaves nothing out.

    `areas` must hold every area meant, those inside others too. `within` limits by where the one
    who chose may act: groups of these areas and of none; None: everywhere.
    """

    areas: frozenset[int] = frozenset()
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    within: frozenset[int] | None = None


def _chosen(choice: Choice) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if choice.areas:
        wanted.append(CommunityGroup.area_id.in_(choice.areas))
    if choice.channels:
        wanted.append(CommunityGroup.channel.in_(choice.channels))
    if choice.audiences:
        tags = [CommunityGroup.audiences.contains(f"|{tag}|") for tag in choice.audiences]
        wanted.append(or_(*tags))
    if choice.within is not None:
        wanted.append(
            or_(CommunityGroup.area_id.is_(None), CommunityGroup.area_id.in_(choice.within))
        )
    return wanted


async def count_chosen(session: AsyncSession, choice: Choice) -> int:
    """How many groups a choice means now."""
    query = select(func.count()).select_from(CommunityGroup)
    query = query.where(CommunityGroup.active.is_(True), *_chosen(choice))
    return await session.scalar(query) or 0


async def chosen_groups(session: AsyncSession, choice: Choice) -> Sequence[CommunityGroup]:
    """The groups a choice means now."""
    return (await session.scalars(_active(_chosen(choice)))).all()


@dataclass(frozen=True, slots=True)
class Target:
    """A group as a broadcast needs it."""

    id: int
    channel: str
    title: str
    area_id: int | None
    audiences: tuple[str, ...]
    address_sealed: bytes
    keeper_id: int


async def targets_after(
    session: AsyncSession, broadcast_id: int, choice: Choice | None, after: int, limit: int
) -> Sequence[Target]:
    """The next groups of a broadcast that can be written to: those chosen, else its own."""
    wanted = _chosen(choice) if choice is not None else []
    query = select(
        CommunityGroup.id,
        CommunityGroup.channel,
        CommunityGroup.title,
        CommunityGroup.area_id,
        CommunityGroup.audiences,
        CommunityGroup.address_sealed,
        func.coalesce(CommunityGroup.keeper_id, CommunityGroup.added_by),
    )
    query = query.where(CommunityGroup.active.is_(True), CommunityGroup.id > after, *wanted)
    query = query.order_by(CommunityGroup.id).limit(limit)
    if choice is None:
        query = query.join(BroadcastTarget, BroadcastTarget.group_id == CommunityGroup.id)
        query = query.where(BroadcastTarget.broadcast_id == broadcast_id)
    return [
        Target(*row[:4], tuple(tag for tag in row[4].split("|") if tag), row[5], row[6])
        for row in await session.execute(query)
    ]


def _active(wanted: Sequence[ColumnElement[bool]]) -> Select[CommunityGroup]:
    query = select(CommunityGroup).where(CommunityGroup.active.is_(True), *wanted)
    return query.order_by(CommunityGroup.id)


async def got_between(
    session: AsyncSession, group_ids: Collection[int], since: datetime, until: datetime
) -> dict[int, int]:
    """How many notices each group was sent in a time, by a robot or by hand."""
    counts: dict[int, int] = {}
    sent = select(OutboxMessage.group_id, func.count()).where(
        OutboxMessage.group_id.in_(group_ids),
        OutboxMessage.occurrence_id.is_not(None),
        OutboxMessage.state != DeliveryState.CANCELLED,
        OutboxMessage.created_at >= since,
        OutboxMessage.created_at < until,
    )
    asked = select(Forward.group_id, func.count()).where(
        Forward.group_id.in_(group_ids), Forward.asked_at >= since, Forward.asked_at < until
    )
    for group_id, count in await session.execute(sent.group_by(OutboxMessage.group_id)):
        if group_id is not None:
            counts[group_id] = counts.get(group_id, 0) + count
    for group_id, count in await session.execute(asked.group_by(Forward.group_id)):
        counts[group_id] = counts.get(group_id, 0) + count
    return counts


async def planned_between(
    session: AsyncSession, group_ids: Collection[int], since: datetime, until: datetime
) -> dict[str, int]:
    """How many broadcasts are meant for each group in a time, by the group's title."""
    query = (
        select(CommunityGroup.title, func.count())
        .join(BroadcastTarget, BroadcastTarget.group_id == CommunityGroup.id)
        .join(Broadcast, Broadcast.id == BroadcastTarget.broadcast_id)
        .where(
            CommunityGroup.id.in_(group_ids),
            Broadcast.state.in_(TAKES_PLACE),
            Broadcast.emergency.is_(False),
            Broadcast.send_at >= since,
            Broadcast.send_at < until,
        )
        .group_by(CommunityGroup.id, CommunityGroup.title)
    )
    return {title: count for title, count in await session.execute(query)}


async def unfilled(session: AsyncSession, limit: int) -> Sequence[tuple[Occurrence, Broadcast]]:
    """Occurrences that still have targets to queue, of broadcasts that go on."""
    going = (BroadcastState.SENDING, BroadcastState.SCHEDULED)
    query = (
        select(Occurrence, Broadcast)
        .join(Broadcast, Broadcast.id == Occurrence.broadcast_id)
        .where(Occurrence.filled_at.is_(None), Broadcast.state.in_(going))
        .order_by(Broadcast.emergency.desc(), Occurrence.id)
        .limit(limit)
    )
    return [(one, broadcast) for one, broadcast in await session.execute(query)]
