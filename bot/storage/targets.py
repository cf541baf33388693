"""Whom a broadcast goes to, and what is planned for them on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Broadcast, BroadcastState, BroadcastTarget, Occurrence
from bot.storage.groups import CommunityGroup, Within, lies_in

TAKES_PLACE = (BroadcastState.SCHEDULED, BroadcastState.SENDING, BroadcastState.DONE)


@dataclass(frozen=True, slots=True)
class Choice:
    """Groups by area, audience and channel; an empty part leaves nothing out.

    `areas` must hold every area meant, those inside others too; None: wherever, and none of them,
    since all were deleted, means no group. `within` limits by where the one
    who chose, `chooser`, may act: groups of these areas, and of no area those that he registered
    himself; None: everywhere.
    """

    areas: frozenset[int] | None = None
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    within: frozenset[int] | None = None
    chooser: int = 0


def chosen_by(choice: Choice) -> list[ColumnElement[bool]]:
    """What a group must be to be meant.

    No index serves these, on purpose: SQLite would sort a whole channel for each batch instead of
    reading on in the order of ids.
    """
    wanted: list[ColumnElement[bool]] = []
    if choice.areas is not None:
        wanted.append((CommunityGroup.area_id + 0).in_(choice.areas))
    if choice.channels:
        wanted.append((CommunityGroup.channel + "").in_(choice.channels))
    if choice.audiences:
        tags = [CommunityGroup.audiences.contains(f"|{tag}|") for tag in choice.audiences]
        wanted.append(or_(*tags))
    if choice.within is not None:
        wanted.append(lies_in(Within(choice.within, choice.chooser)))
    return wanted


async def count_chosen(session: AsyncSession, choice: Choice) -> int:
    """How many groups a choice means now."""
    query = select(func.count()).select_from(CommunityGroup)
    query = query.where(CommunityGroup.active.is_(True), *chosen_by(choice))
    return await session.scalar(query) or 0


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
