"""What became of a broadcast in each community: its groups, and what residents there did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, Subquery, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.areas import Area, all_areas
from bot.storage.broadcasts import Occurrence
from bot.storage.forwards import Forward
from bot.storage.groups import CommunityGroup, Within, lies_in
from bot.storage.ledger import questions_after, within_a_day
from bot.storage.outbox import WAITING_STATES, DeliveryState, OutboxMessage
from bot.storage.subscriptions import BroadcastResponse, Response

QUESTION = "question"


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """One community: groups meant, reached; deliveries failed and waiting; what was forwarded.

    `people` are in the groups that a robot reached, `forwarded` in those that a person confirmed.
    `clicks` are residents who came by the link of a group there, or who are subscribed there,
    `questions` their checks within a day, `left` those subscribed there who wanted no more. Both
    names are empty for what has no area.
    """

    street: str
    community: str
    groups: int = 0
    reached: int = 0
    failed: int = 0
    waiting: int = 0
    asked: int = 0
    confirmed: int = 0
    people: int = 0
    forwarded: int = 0
    clicks: int = 0
    questions: int = 0
    left: int = 0


async def figures_by_area(
    session: AsyncSession, broadcast_id: int, within: Within | None = None
) -> Sequence[AreaFigures]:
    """What became of a broadcast in each community of these areas, each group counted once."""
    groups = await _of_groups(session, broadcast_id, within)
    found = {(one.street, one.community): one for one in groups}
    names = {area.id: (area.street, area.community) for area in await all_areas(session)}
    for kind, counts in (await _of_residents(session, broadcast_id)).items():
        by_place: Counter[tuple[str, str]] = Counter()
        for area_id, count in counts.items():
            if within is not None and area_id not in within.areas:
                continue
            by_place[names.get(area_id or 0, ("", ""))] += count
        for place, count in by_place.items():
            line = found.get(place, AreaFigures(*place))
            found[place] = _with(line, kind, count)
    return [found[place] for place in sorted(found)]


def _with(line: AreaFigures, kind: str, count: int) -> AreaFigures:
    match kind:
        case Response.CLICK:
            return replace(line, clicks=count)
        case Response.LEFT:
            return replace(line, left=count)
    return replace(line, questions=count)


async def _of_residents(session: AsyncSession, broadcast_id: int) -> dict[str, Counter[int | None]]:
    query = (
        select(BroadcastResponse.kind, BroadcastResponse.area_id, func.count())
        .where(BroadcastResponse.broadcast_id == broadcast_id)
        .group_by(BroadcastResponse.kind, BroadcastResponse.area_id)
    )
    counts: dict[str, Counter[int | None]] = {kind: Counter() for kind in Response}
    for kind, area_id, count in await session.execute(query):
        counts[kind][area_id] += count
    asked = await session.execute(questions_after(BroadcastResponse.area_id, [broadcast_id]))
    counts[QUESTION] = Counter(area_id for area_id, at, came in asked if within_a_day(at, came))
    return counts


async def _of_groups(
    session: AsyncSession, broadcast_id: int, within: Within | None
) -> Sequence[AreaFigures]:
    one = union_all(_sent(broadcast_id), _by_hand(broadcast_id)).subquery()
    query = (
        select(func.coalesce(Area.street, ""), func.coalesce(Area.community, ""), *_sums(one))
        .select_from(one)
        .join(CommunityGroup, CommunityGroup.id == one.c.group_id)
        .outerjoin(Area, Area.id == CommunityGroup.area_id)
        .where(lies_in(within))
        .group_by(Area.street, Area.community)
    )
    return [AreaFigures(*row) for row in await session.execute(query)]


def _sums(one: Subquery) -> list[Any]:
    people = func.sum(case((one.c.reached == 1, func.coalesce(CommunityGroup.members, 0)), else_=0))
    counts = (one.c.reached, one.c.failed, one.c.waiting, one.c.asked, one.c.confirmed)
    return [func.count(), *map(func.sum, counts), people, func.sum(one.c.forwarded)]


def _sent(broadcast_id: int) -> Select[int | None, Any, int, int, int, int, int]:
    sent = OutboxMessage.state == DeliveryState.SENT
    lost = OutboxMessage.state.in_((DeliveryState.FAILED, DeliveryState.BLOCKED))
    waits = OutboxMessage.state.in_((*WAITING_STATES, DeliveryState.PAUSED))
    return (
        select(
            OutboxMessage.group_id,
            func.max(case((sent, 1), else_=0)).label("reached"),
            func.count().filter(lost).label("failed"),
            func.count().filter(waits).label("waiting"),
            literal(0).label("asked"),
            literal(0).label("confirmed"),
            literal(0).label("forwarded"),
        )
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .where(Occurrence.broadcast_id == broadcast_id, OutboxMessage.group_id.is_not(None))
        .group_by(OutboxMessage.group_id)
    )


def _by_hand(broadcast_id: int) -> Select[int, int, int, int, int, int, int | None]:
    none = literal(0)
    return (
        select(
            Forward.group_id,
            none,
            none,
            none,
            func.count(),
            func.count(Forward.confirmed_at),
            func.coalesce(func.max(Forward.members), 0),
        )
        .join(Occurrence, Occurrence.id == Forward.occurrence_id)
        .where(Occurrence.broadcast_id == broadcast_id)
        .group_by(Forward.group_id)
    )
