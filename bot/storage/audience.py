"""How many a campaign reaches: groups counted by kind, those left out, residents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import Broadcast, BroadcastState, BroadcastTarget
from bot.storage.filling import went_at
from bot.storage.forwards import Forward
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.subscriptions import Subscription
from bot.storage.targets import Choice, chosen_by

PLANNED = (BroadcastState.SCHEDULED, BroadcastState.AWAITING)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Groups that read the same: of one channel and area, with or without a tag.

    `people` are those of the groups whose size is known, `unsized` the groups of which it is not;
    `example` is the title of one of them.
    """

    channel: str
    tagged: bool
    area_id: int | None
    groups: int
    people: int
    unsized: int
    example: str


async def crowds_of(session: AsyncSession, choice: Choice, tag: str) -> Sequence[Crowd]:
    """The groups that a choice means now, counted by what they would read."""
    has_tag = case((CommunityGroup.audiences.contains(f"|{tag}|", autoescape=True), 1), else_=0)
    kind = (CommunityGroup.channel, has_tag.label("tagged"), CommunityGroup.area_id)
    query = (
        select(
            *kind,
            func.count(),
            func.coalesce(func.sum(CommunityGroup.members), 0),
            func.count().filter(CommunityGroup.members.is_(None)),
            func.min(CommunityGroup.title),
        )
        .where(CommunityGroup.active.is_(True), *chosen_by(choice))
        .group_by(CommunityGroup.channel, "tagged", CommunityGroup.area_id)
        .order_by(CommunityGroup.channel, "tagged", func.count().desc())
    )
    rows = await session.execute(query)
    return [Crowd(row[0], bool(row[1]), *row[2:]) for row in rows]


async def closed_groups(session: AsyncSession, choice: Choice) -> dict[str, int]:
    """Groups of a choice that take no notices any more, by why; an empty one was taken out."""
    why = func.coalesce(CommunityGroup.closed_why, "")
    query = select(why, func.count()).where(CommunityGroup.active.is_(False), *chosen_by(choice))
    return {reason: count for reason, count in await session.execute(query.group_by(why))}


async def count_full(
    session: AsyncSession,
    choice: Choice,
    planned: Collection[Choice],
    day: tuple[datetime, datetime],
    until: datetime,
    most: int,
) -> int:
    """Groups of a choice that will have had `most` notices of a day before `until`.

    Counted are those of the day that went out or were to be forwarded, those planned for single
    groups, and one for each of `planned`.
    """
    begin, end = day
    parts: list[Select[int | None]] = [
        select(OutboxMessage.group_id).where(
            OutboxMessage.group_id.is_not(None),
            OutboxMessage.occurrence_id.is_not(None),
            OutboxMessage.state != DeliveryState.CANCELLED,
            went_at() >= begin,
            went_at() < end,
        ),
        select(Forward.group_id).where(Forward.asked_at >= begin, Forward.asked_at < end),
        select(BroadcastTarget.group_id)
        .join(Broadcast, Broadcast.id == BroadcastTarget.broadcast_id)
        .where(
            Broadcast.state.in_(PLANNED),
            Broadcast.emergency.is_(False),
            Broadcast.send_at >= begin,
            Broadcast.send_at <= until,
        ),
    ]
    parts += [
        select(CommunityGroup.id).where(CommunityGroup.active.is_(True), *chosen_by(one))
        for one in planned
    ]
    got = union_all(*parts).subquery()
    full = select(got.c.group_id).group_by(got.c.group_id).having(func.count() >= most)
    query = select(func.count()).select_from(CommunityGroup)
    query = query.where(
        CommunityGroup.active.is_(True), CommunityGroup.id.in_(full), *chosen_by(choice)
    )
    return await session.scalar(query) or 0


async def planned_by_choice(
    session: AsyncSession, begin: datetime, until: datetime
) -> Sequence[Broadcast]:
    """Campaigns for a choice of groups that go out in a time, or again and again."""
    query = select(Broadcast).where(
        Broadcast.state.in_(PLANNED),
        Broadcast.emergency.is_(False),
        Broadcast.selector.is_not(None),
        Broadcast.send_at <= until,
        or_(Broadcast.send_at >= begin, Broadcast.rule.is_not(None)),
    )
    return (await session.scalars(query.order_by(Broadcast.send_at).limit(50))).all()


async def count_subscribers(
    session: AsyncSession,
    *,
    kind: str,
    audiences: Collection[str],
    areas: Collection[int] | None,
    within: Collection[int] | None,
) -> tuple[int, int]:
    """Residents who opted in: those meant who want this kind, and those meant who do not."""
    wants = literal(",") + Subscription.kinds + literal(",")
    wanted = wants.contains(f",{kind},", autoescape=True)
    query = select(func.count().filter(wanted), func.count().filter(~wanted)).where(
        Subscription.ended_at.is_(None)
    )
    if audiences:
        query = query.where(Subscription.audience.in_(audiences))
    if areas is not None:
        query = query.where(Subscription.area_id.in_(areas))
    if within is not None:
        query = query.where(or_(Subscription.area_id.is_(None), Subscription.area_id.in_(within)))
    row = (await session.execute(query)).one()
    return row[0], row[1]
