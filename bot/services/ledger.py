"""The ledger of what was sent: each delivery, each campaign, what failed and may be tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.services.broadcast_course import check_author
from bot.services.filling import NO_PLACE_NAME
from bot.services.going_out import DEFAULT_RULES
from bot.services.grid import seen_in
from bot.services.permissions import Action, require
from bot.services.sending_rules import Rules, day_of
from bot.storage import ledger as rows
from bot.storage.area_ledger import AreaFigures, figures_by_area
from bot.storage.broadcasts import Broadcast
from bot.storage.deliveries import count_by_broadcast
from bot.storage.forwards import count_forwards
from bot.storage.groups import Within
from bot.storage.ledger import Delivery
from bot.storage.outbox import DeliveryState
from bot.storage.staff import Role, Staff
from bot.storage.subscriptions import Response, count_responses

NEVER_AGAIN = ("empty text", "not readable", NO_PLACE_NAME)
"""Why a second try would fail just so."""
FRESH_FOR = timedelta(days=2)
"""What failed longer ago is tried again only where its campaign is named."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One campaign in figures; what was forwarded by hand is counted apart."""

    broadcast_id: int
    counts: dict[DeliveryState, int]
    groups: int
    people: int
    forwards_asked: int
    forwards_done: int
    forwards_people: int
    clicks: int
    questions: int
    left: int


async def summaries(
    session: AsyncSession, staff: Staff, broadcast_ids: Sequence[int]
) -> dict[int, Summary]:
    """The figures of some broadcasts, as far as somebody sees them."""
    require(staff.role, Action.SEE_PUBLICITY)
    if (within := await seen_in(session, staff)) is not None:
        return await _within(session, broadcast_ids, within)
    counts = await count_by_broadcast(session, broadcast_ids)
    reached = await rows.reached(session, broadcast_ids)
    forwards = await count_forwards(session, broadcast_ids)
    responses = await count_responses(session, broadcast_ids)
    questions = await rows.count_questions(session, broadcast_ids)
    found = {}
    for number in broadcast_ids:
        groups, people = reached.get(number, (0, 0))
        asked, done, read = forwards.get(number, (0, 0, 0))
        did = responses.get(number, {})
        found[number] = Summary(
            number,
            counts.get(number, {}),
            groups,
            people,
            asked,
            done,
            read,
            did.get(Response.CLICK, 0),
            questions.get(number, 0),
            did.get(Response.LEFT, 0),
        )
    return found


async def seen_of(session: AsyncSession, staff: Staff, broadcast_id: int) -> Within | None:
    """Where somebody sees what came of a broadcast; of a grid worker's own he sees everything."""
    within = await seen_in(session, staff)
    cast = await session.get(Broadcast, broadcast_id) if within is not None else None
    own = cast is not None and within is not None and cast.created_by == within.owner
    return None if own else within


async def _within(
    session: AsyncSession, broadcast_ids: Sequence[int], within: Within
) -> dict[int, Summary]:
    counts = await count_by_broadcast(session, broadcast_ids, within)
    places = await figures_by_area(session, broadcast_ids, within)
    return {
        number: Summary(
            number,
            counts.get(number, {}),
            groups=sum(one.reached for one in lines),
            people=sum(one.people for one in lines),
            forwards_asked=sum(one.asked for one in lines),
            forwards_done=sum(one.confirmed for one in lines),
            forwards_people=sum(one.forwarded for one in lines),
            clicks=sum(one.clicks for one in lines),
            questions=sum(one.questions for one in lines),
            left=sum(one.left for one in lines),
        )
        for number, lines in places.items()
    }


async def by_area(
    session: AsyncSession, staff: Staff, broadcast_ids: Sequence[int]
) -> dict[int, list[AreaFigures]]:
    """What became of some broadcasts in each community that somebody sees."""
    require(staff.role, Action.SEE_PUBLICITY)
    return await figures_by_area(session, broadcast_ids, await seen_in(session, staff))


async def dead_letters(session: AsyncSession, staff: Staff, limit: int = 200) -> Sequence[Delivery]:
    """Deliveries that ended without arriving and without being stopped by anybody."""
    require(staff.role, Action.SEE_PUBLICITY)
    failed = (DeliveryState.FAILED,)
    within = await seen_in(session, staff)
    return await rows.deliveries(session, states=failed, within=within, limit=limit)


async def retry_failed(
    session: AsyncSession,
    staff: Staff,
    broadcast_id: int | None,
    now: datetime,
    rules: Rules = DEFAULT_RULES,
) -> int:
    """Send failed deliveries once more, of one broadcast or of the last days'; returns how many.

    Only what failed when it last went out, and no more than a group gets in a day, emergencies
    excepted. A grid worker's are of his own broadcasts only.
    """
    require(staff.role, Action.SEND_NOTICE)
    await check_known(session, broadcast_id)
    if broadcast_id is not None:
        await check_author(session, staff, broadcast_id)
    day = day_of(now)
    found = await rows.failures(
        session,
        day,
        broadcast_id=broadcast_id,
        author_id=staff.id if staff.role == Role.GRID else None,
        since=None if broadcast_id is not None else now - FRESH_FOR,
        never_again=NEVER_AGAIN,
    )
    taken = await rows.taken_places(session, {one.group_id for one in found if one.group_id}, day)
    chosen = []
    for one in found:
        had = taken.get(one.group_id or 0, 0)
        if one.group_id and not one.emergency and not one.today:
            if had >= rules.most_a_day:
                continue
            taken[one.group_id] = had + 1
        chosen.append(one.id)
    await rows.revive(session, chosen, now)
    return len(chosen)


async def check_known(session: AsyncSession, broadcast_id: int | None) -> None:
    """Raises NotFoundError for a broadcast that is named and not there."""
    if broadcast_id is not None and await session.get(Broadcast, broadcast_id) is None:
        raise NotFoundError("没有这条通知，请用 fanzha broadcast status 看编号。")
