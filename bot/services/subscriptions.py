"""Residents who opted in: what they chose, what they are sent, one tap and it ends."""

import json
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.campaigns import Selector, fill_place, read_selector, variant_for
from bot.services.daily_tips import first_tip_after
from bot.services.grid import AUDIENCES, ELDERS, with_inside
from bot.services.notifications import PUSHED_CHANNELS
from bot.services.outgoing import Button, Outgoing, PosterOrder, for_elders
from bot.services.sending_rules import Rules, place
from bot.storage import subscriptions as rows
from bot.storage.areas import Area, all_areas
from bot.storage.broadcasts import Broadcast, Occurrence
from bot.storage.database import vault_of
from bot.storage.inbox import put_in_inbox
from bot.storage.outbox import (
    ADDRESS,
    PAYLOAD,
    DeliveryState,
    Priority,
    note_delivery,
    queue_many,
)
from bot.storage.residents import Resident, resident_address
from bot.storage.subscriptions import Response, Subscription
from bot.times import SHANGHAI

KINDS = {"warning": "预警提醒", "daily": "定期提醒"}
"""The tip of the day and campaigns that go out again and again are of the second kind."""
EVERYBODY = "不限"
"""Who chose this as his audience is meant by a campaign for whichever."""
LEAVE = "不再接收"
HOURS = range(7, 22)
ARRIVED = {"state": DeliveryState.SENT, "address_sealed": b""}
"""What lies in an inbox is a delivery that arrived, so that it can be put right later."""


async def subscribe(
    session: AsyncSession,
    resident: Resident,
    *,
    area_id: int | None,
    audience: str,
    kinds: Collection[str],
    hour: int | None,
    now: datetime,
) -> None:
    """Send a resident from now on what he chose, and nothing else, also of what waits already."""
    if audience not in (*AUDIENCES, EVERYBODY):
        raise InvalidInputError("请点下面的按钮选一类。")
    if not kinds or not set(kinds) <= KINDS.keys():
        raise InvalidInputError("请点下面的按钮选要收什么。")
    if hour is not None and hour not in HOURS:
        raise InvalidInputError("请选 7 点到 21 点之间的时间。")
    known = {area.id for area in await all_areas(session)}
    if area_id is not None and area_id not in known:
        raise InvalidInputError("没有这个地区，请重选。")
    await rows.keep_subscription(
        session,
        resident.id,
        area_id=area_id,
        audience=audience,
        kinds=",".join(sorted(kinds)),
        hour=hour,
        tip_on=first_tip_after(hour, now),
        now=now,
    )
    waiting = await rows.waiting_for(session, resident)
    kept = await rows.subscription_of(session, resident.id)
    areas = await all_areas(session) if waiting else ()
    unwanted = [
        number
        for number, broadcast in waiting
        if kept is None or not _wants(kept, broadcast, areas)
    ]
    await rows.drop_waiting(session, unwanted, now)


async def leave(
    session: AsyncSession, resident: Resident, broadcast_id: int | None, now: datetime
) -> bool:
    """Send a resident nothing more, also of what waits; False where nothing was sent anyway."""
    area_id = await _area_of(session, resident)
    ended = await rows.end_subscription(session, resident.id, now)
    waiting = await rows.waiting_for(session, resident)
    await rows.drop_waiting(session, [number for number, _ in waiting], now)
    if ended and broadcast_id and await session.get(Broadcast, broadcast_id) is not None:
        await rows.add_response(session, broadcast_id, resident.id, Response.LEFT, area_id, now)
    return ended


async def unreachable(session: AsyncSession, key: str, now: datetime) -> None:
    """Who blocked the bot is not tried at every notice; a message's key says whether it was one."""
    kind, _, rest = key.partition(":")
    number = rest.rpartition(":")[2]
    if kind == "occ" and number.startswith("r"):
        number = number.removeprefix("r")
    elif kind != "tip":
        return
    resident = await session.get(Resident, int(number)) if number.isdecimal() else None
    if resident is not None:
        await leave(session, resident, None, now)


async def note_click(
    session: AsyncSession,
    resident: Resident,
    broadcast_id: int,
    now: datetime,
    area_id: int | None = None,
) -> None:
    """A resident came to the bot from a notice; an unknown number is nothing to note.

    `area_id` is what the link says of the group it stood in; anybody may write a link, so one
    that the grid does not know counts for no area.
    """
    if await session.get(Broadcast, broadcast_id) is None:
        return
    known = area_id is not None and await session.get(Area, area_id) is not None
    place = area_id if known else await _area_of(session, resident)
    await rows.add_response(session, broadcast_id, resident.id, Response.CLICK, place, now)


async def _area_of(session: AsyncSession, resident: Resident) -> int | None:
    subscribed = await rows.subscription_of(session, resident.id)
    return subscribed.area_id if subscribed else None


def no_poster(_: int | None) -> None:
    """Where a broadcast has no poster for any area."""


async def queue_for_subscribers(
    session: AsyncSession,
    occurrence: Occurrence,
    broadcast: Broadcast,
    now: datetime,
    limit: int,
    *,
    rules: Rules,
    district: str,
    poster: Callable[[int | None], PosterOrder | None] = no_poster,
) -> int:
    """Queue the next subscribers that a broadcast is for; the last id looked at, 0 at the end.

    `poster` gives the one for an area, of which its code is to tell; None where none was chosen.
    """
    after = -occurrence.filled_to - 1
    found = await rows.subscribers_after(session, after, limit)
    if not found or broadcast.selector is None:
        return 0
    areas = {area.id: area for area in await all_areas(session)}
    is_meant = meant_by(broadcast, areas.values())
    variants = json.loads(broadcast.variants)
    vault, pushed = vault_of(session), list[dict[str, object]]()

    @cache
    def sealed(message: Outgoing) -> bytes:
        return vault.seal(message.to_json(), PAYLOAD)

    for one, resident in found:
        if not is_meant(one):
            continue
        text = variant_for(broadcast.text, variants, resident.channel, (one.audience,))
        try:
            text = fill_place(text, areas.get(one.area_id or 0), district)
        except KeyError:
            continue
        leave = ((Button(LEAVE, f"sub:leave:{broadcast.id}"),),)
        order = for_elders(poster(one.area_id), one.audience == ELDERS)
        message = Outgoing(text, leave, poster=order)
        asked = hour_after(one.hour, now)
        due_at = now if broadcast.emergency else place(asked, rules).moment
        delivery = _delivery(occurrence, broadcast, resident, now)
        if resident.channel in PUSHED_CHANNELS:
            address = str(resident_address(session, resident))
            told = {"address_sealed": vault.seal(address, ADDRESS), "due_at": due_at}
            pushed.append({**delivery, **told, "payload_sealed": sealed(message)})
            continue
        left = {**delivery, **ARRIVED, "ended_at": now, "payload_sealed": sealed(message)}
        if await note_delivery(session, left):
            await put_in_inbox(session, resident.id, message.to_json(), now)
    await queue_many(session, pushed)
    return found[-1][0].resident_id


def meant_by(broadcast: Broadcast, areas: Iterable[Area]) -> Callable[[Subscription], bool]:
    """Whether somebody who subscribed is meant by a broadcast for a choice of groups."""
    selector, within = read_selector(broadcast.selector or Selector().to_json(None))
    meant = with_inside(areas, selector.areas) if selector.areas else None
    kind = "daily" if broadcast.rule else "warning"

    def is_meant(one: Subscription) -> bool:
        if kind not in one.kinds.split(","):
            return False
        if selector.audiences and one.audience not in (*selector.audiences, EVERYBODY):
            return False
        if meant is not None and one.area_id not in meant:
            return False
        return within is None or one.area_id is None or one.area_id in within

    return is_meant


def _wants(one: Subscription, broadcast: Broadcast | None, areas: Iterable[Area]) -> bool:
    """Whether what waits is still wanted; a tip where regular reminders are."""
    if broadcast is None:
        return "daily" in one.kinds.split(",")
    return meant_by(broadcast, areas)(one)


def _delivery(
    occurrence: Occurrence,
    broadcast: Broadcast,
    resident: Resident,
    now: datetime,
) -> dict[str, object]:
    """The row of one delivery as it is queued."""
    priority = Priority.EMERGENCY if broadcast.emergency else Priority.CAMPAIGN
    return {
        "dedupe_key": f"occ:{occurrence.id}:r{resident.id}",
        "priority": int(priority),
        "channel": resident.channel,
        "occurrence_id": occurrence.id,
        "state": DeliveryState.QUEUED,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }


def inbox_of(key: str) -> int:
    """The resident that a delivery to a subscriber, by its key, went to."""
    return int(key.rpartition(":r")[2])


def hour_after(hour: int | None, now: datetime) -> datetime:
    """The next time it is that hour in Shanghai; now itself where none was chosen or it is on."""
    local = now.astimezone(SHANGHAI)
    if hour is None or local.hour == hour:
        return now
    at = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return (at if at > local else at + timedelta(days=1)).astimezone(now.tzinfo)
