"""Groups that no bot can post to: the worker gets the text, forwards it by hand and confirms."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.campaigns import fill_place
from bot.services.field_pictures import may_see
from bot.services.grid import MOST_MEMBERS, NO_SIZE, seen_in, with_inside
from bot.services.notifications import alert_staff, tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.permissions import Action, require
from bot.storage import forwards as rows
from bot.storage.areas import all_areas, assigned_areas
from bot.storage.broadcasts import Broadcast, Occurrence
from bot.storage.forwards import Forward
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import Priority
from bot.storage.residents import Resident
from bot.storage.roster import chats_of_staff
from bot.storage.staff import Staff

REMIND_AFTER = timedelta(minutes=30)
REMIND_NO_LATER = timedelta(hours=12)
DONE = "已转发"


@dataclass(frozen=True, slots=True)
class ForwardLine:
    """A confirmed forward as the list shows it."""

    id: int
    group: str
    worker: str
    text: str
    confirmed_at: datetime | None
    members: int | None
    pictured: bool


async def ask_keeper(
    session: AsyncSession,
    occurrence: Occurrence,
    broadcast: Broadcast,
    group: CommunityGroup,
    words: Outgoing,
    now: datetime,
) -> bool:
    """Send the keeper of a group its text in private, to be forwarded; once.

    Where he cannot be reached any more, another worker of the place; False where nobody can.
    """
    keeper, chats = await _reachable(session, group)
    forward_id = await rows.ask_to_forward(session, occurrence.id, group.id, keeper, now)
    if forward_id is None:
        return True
    ask = Outgoing(
        ask_words(group.title, poster=words.poster is not None),
        ((Button(DONE, f"fwd:done:{forward_id}"),),),
    )
    priority = Priority.EMERGENCY if broadcast.emergency else Priority.CAMPAIGN
    for place, message in enumerate((ask, words)):
        for resident in chats:
            key = f"fwd:{forward_id}:{place}"
            await tell_resident(session, resident, message, key=key, priority=priority, now=now)
    return bool(chats)


async def _reachable(
    session: AsyncSession, group: CommunityGroup
) -> tuple[int, Sequence[Resident]]:
    """The keeper of a group and his chats, else those of the nearest worker of its place."""
    keeper = group.keeper_id or group.added_by
    if (chats := await chats_of_staff(session, [keeper])) or group.area_id is None:
        return keeper, chats
    areas = await all_areas(session)
    held = {
        staff_id: with_inside(areas, own)
        for staff_id, own in (await assigned_areas(session)).items()
    }
    near = [staff_id for staff_id, inside in held.items() if group.area_id in inside]
    for other in sorted(near, key=lambda one: (len(held[one]), one)):
        if chats := await chats_of_staff(session, [other]):
            return other, chats
    return keeper, ()


def ask_words(title: str, *, poster: bool) -> str:
    """What stands above a text that is to be forwarded."""
    what = "海报和文字" if poster else "文字"
    return f"请转发到微信群“{title}”，发完点“{DONE}”。下一条就是要转发的{what}。"


async def remind_keepers(session: AsyncSession, now: datetime) -> int:
    """Remind once of what nobody has confirmed; returns how many."""
    waiting = await rows.unconfirmed(session, now - REMIND_AFTER, now - REMIND_NO_LATER)
    told = 0
    for forward, title, _ in waiting:
        if not await rows.mark_reminded(session, forward.id, now):
            continue
        message = Outgoing(
            f"还没有确认转发到“{title}”。转发后请点一下。",
            ((Button("已转发", f"fwd:done:{forward.id}"),),),
        )
        key, low = f"fwd:{forward.id}:again", Priority.CAMPAIGN
        await alert_staff(session, [forward.staff_id], message, key=key, now=now, priority=low)
        told += 1
    return told


async def tell_keepers_back(
    session: AsyncSession, broadcast_id: int, correction: Outgoing, now: datetime
) -> None:
    """Have a retracted broadcast put right by who forwarded it, and not forwarded by the others;
    once a group, however often it went out.
    """
    for last in await rows.last_forwards(session, broadcast_id):
        back = [Outgoing(f"微信群“{last.title}”的那条通知已撤回，请不要再转发。")]
        if last.confirmed:
            ask = f"您转发到微信群“{last.title}”的通知已撤回，请把更正也转发过去。下一条就是更正。"
            back = [Outgoing(ask), correction]
        for place, message in enumerate(back):
            key, low = f"fwd:{last.id}:back{place}", Priority.RECEIPT
            await alert_staff(session, [last.staff_id], message, key=key, now=now, priority=low)


async def reminders_of_forwards_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether remind_keepers has anything to do; only looks."""
    return bool(await rows.unconfirmed(session, now - REMIND_AFTER, now - REMIND_NO_LATER))


async def confirm_forward(
    session: AsyncSession, staff: Staff, forward_id: int, now: datetime
) -> CommunityGroup:
    """Note that the speaker has forwarded; he is asked for the group's size next."""
    forward, group = await _own(session, staff, forward_id)
    if not await rows.confirm(session, forward.id, now):
        raise ConflictError(f"“{group.title}”已经确认过了。")
    forward.members = group.members
    await session.flush()
    return group


async def say_members(session: AsyncSession, staff: Staff, forward_id: int, members: int) -> None:
    """Note how many read in the group that was forwarded to."""
    if not 0 < members <= MOST_MEMBERS:
        raise InvalidInputError(NO_SIZE)
    forward, group = await _own(session, staff, forward_id)
    forward.members = group.members = members
    await session.flush()


async def list_forwards(
    session: AsyncSession, staff: Staff, district: str, limit: int = 100
) -> list[ForwardLine]:
    """What was forwarded by hand, newest first, as its group read it."""
    require(staff.role, Action.SEE_PUBLICITY)
    areas = {area.id: area for area in await all_areas(session)}
    within = await seen_in(session, staff)
    lines = []
    for one, group, worker, text in await rows.latest_forwards(session, limit, within):
        with suppress(KeyError):
            text = fill_place(text, areas.get(group.area_id or 0), district)
        seen = may_see(staff, one)
        line = one.id, group.title, worker, text, one.confirmed_at, one.members, seen
        lines.append(ForwardLine(*line))
    return lines


async def _own(
    session: AsyncSession, staff: Staff, forward_id: int
) -> tuple[Forward, CommunityGroup]:
    forward = await session.get(Forward, forward_id)
    group = await session.get(CommunityGroup, forward.group_id) if forward else None
    if forward is None or group is None or forward.staff_id != staff.id:
        raise NotFoundError("没有这条转发任务，或不是您的。")
    return forward, group
