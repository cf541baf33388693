"""What became of a broadcast in each community: its groups, and what residents there did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, Subquery, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.areas import Area, all_areas
from bot.storage.broadcasts import Broadcast, Occurrence, is_seen
from bot.storage.forwards import Forward
from bot.storage.groups import CommunityGroup, Within
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
    session: AsyncSession, broadcast_ids: Sequence[int], within: Within | None = None
) -> dict[int, list[AreaFigures]]:
    """What became of each broadcast in each community, each group counted once, as far as somebody
    sees it: of his own everything, of the others what lies in his areas.
    """
    found: dict[int, dict[tuple[str, str], AreaFigures]] = {one: {} for one in broadcast_ids}
    if not found:
        return {}
    for number, line in await _of_groups(session, broadcast_ids, within):
        found[number][line.street, line.community] = line
    own = await _own(session, broadcast_ids, within)
    names = {area.id: (area.street, area.community) for area in await all_areas(session)}
    by_place: Counter[tuple[int, str, tuple[str, str]]] = Counter()
    for (number, kind, area_id), count in (await _of_residents(session, broadcast_ids)).items():
        if within is None or number in own or area_id in within.areas:
            by_place[number, kind, names.get(area_id or 0, ("", ""))] += count
    for (number, kind, place), count in by_place.items():
        line = found[number].get(place, AreaFigures(*place))
        found[number][place] = _with(line, kind, count)
    return {number: [lines[place] for place in sorted(lines)] for number, lines in found.items()}


def _with(line: AreaFigures, kind: str, count: int) -> AreaFigures:
    match kind:
        case Response.CLICK:
            return replace(line, clicks=count)
        case Response.LEFT:
            return replace(line, left=count)
    return replace(line, questions=count)


async def _own(
    session: AsyncSession, broadcast_ids: Sequence[int], within: Within | None
) -> frozenset[int]:
    """Those of the broadcasts that somebody who sees some areas only made himself."""
    if within is None or within.owner is None:
        return frozenset()
    query = select(Broadcast.id).where(
        Broadcast.id.in_(broadcast_ids), Broadcast.created_by == within.owner
    )
    return frozenset(await session.scalars(query))


async def _of_residents(
    session: AsyncSession, broadcast_ids: Sequence[int]
) -> Counter[tuple[int, str, int | None]]:
    """How many residents did what after which broadcast, by area."""
    came = (BroadcastResponse.broadcast_id, BroadcastResponse.kind, BroadcastResponse.area_id)
    query = select(*came, func.count()).where(BroadcastResponse.broadcast_id.in_(broadcast_ids))
    counts: Counter[tuple[int, str, int | None]] = Counter()
    for number, kind, area_id, count in await session.execute(query.group_by(*came)):
        counts[number, kind, area_id] += count
    of = (BroadcastResponse.broadcast_id, BroadcastResponse.area_id)
    for number, area_id, at, arrived in await session.execute(questions_after(of, broadcast_ids)):
        if within_a_day(at, arrived):
            counts[number, QUESTION, area_id] += 1
    return counts


async def _of_groups(
    session: AsyncSession, broadcast_ids: Sequence[int], within: Within | None
) -> list[tuple[int, AreaFigures]]:
    one = union_all(_sent(broadcast_ids), _by_hand(broadcast_ids)).subquery()
    place = (func.coalesce(Area.street, ""), func.coalesce(Area.community, ""))
    query = (
        select(one.c.broadcast_id, *place, *_sums(one))
        .select_from(one)
        .join(CommunityGroup, CommunityGroup.id == one.c.group_id)
        .outerjoin(Area, Area.id == CommunityGroup.area_id)
        .where(is_seen(within, one.c.broadcast_id))
        .group_by(one.c.broadcast_id, Area.street, Area.community)
    )
    return [(number, AreaFigures(*row)) for number, *row in await session.execute(query)]


def _sums(one: Subquery) -> list[Any]:
    people = func.sum(case((one.c.reached == 1, func.coalesce(CommunityGroup.members, 0)), else_=0))
    counts = (one.c.reached, one.c.failed, one.c.waiting, one.c.asked, one.c.confirmed)
    return [func.count(), *map(func.sum, counts), people, func.sum(one.c.forwarded)]


def _sent(
    broadcast_ids: Sequence[int],
) -> Select[int, int | None, Any, int, int, int, int, int]:
    sent = OutboxMessage.state == DeliveryState.SENT
    lost = OutboxMessage.state.in_((DeliveryState.FAILED, DeliveryState.BLOCKED))
    waits = OutboxMessage.state.in_((*WAITING_STATES, DeliveryState.PAUSED))
    return (
        select(
            Occurrence.broadcast_id,
            OutboxMessage.group_id,
            func.max(case((sent, 1), else_=0)).label("reached"),
            func.count().filter(lost).label("failed"),
            func.count().filter(waits).label("waiting"),
            literal(0).label("asked"),
            literal(0).label("confirmed"),
            literal(0).label("forwarded"),
        )
        .join(Occurrence, Occurrence.id == OutboxMessage.occurrence_id)
        .where(Occurrence.broadcast_id.in_(broadcast_ids), OutboxMessage.group_id.is_not(None))
        .group_by(Occurrence.broadcast_id, OutboxMessage.group_id)
    )


def _by_hand(
    broadcast_ids: Sequence[int],
) -> Select[int, int, int, int, int, int, int, int | None]:
    none = literal(0)
    return (
        select(
            Occurrence.broadcast_id,
            Forward.group_id,
            none,
            none,
            none,
            func.count(),
            func.count(Forward.confirmed_at),
            func.coalesce(func.max(Forward.members), 0),
        )
        .join(Occurrence, Occurrence.id == Forward.occurrence_id)
        .where(Occurrence.broadcast_id.in_(broadcast_ids))
        .group_by(Occurrence.broadcast_id, Forward.group_id)
    )
