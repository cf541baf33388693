"""Broadcasts: an approved notice, to some groups, now or at a time, once."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.deliveries import DeliveryTrouble, troubles_of
from bot.services.notice_templates import fill, find_notice_template
from bot.services.outgoing import Outgoing
from bot.services.permissions import Action, require
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.groups import active_groups_by_id, group_address
from bot.storage.outbox import DeliveryState, Priority, end_waiting, queue_message
from bot.storage.staff import Staff, names_of_staff
from bot.times import SHANGHAI, on_screen

FURTHEST = timedelta(days=90)
STILL_NOW = timedelta(minutes=2)
"""A time passed by no more than this was still ahead when it was chosen."""
BATCH = 20

STATE_NAMES = {
    BroadcastState.SCHEDULED: "待发送",
    BroadcastState.SENDING: "发送中",
    BroadcastState.DONE: "已结束",
    BroadcastState.CANCELLED: "已取消",
}

_DAYS = {"": 0, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2}
_CLOCK_TIME = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})|点(?:(?P<minute_cn>\d{1,2})分?)?)"
_BY_DAY = re.compile(rf"(?P<day>今天|今日|明天|明日|后天)?\s*{_CLOCK_TIME}")
_BY_DATE = re.compile(
    rf"(?P<year>\d{{4}})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<mday>\d{{1,2}})日?\s*{_CLOCK_TIME}"
)


@dataclass(frozen=True, slots=True)
class BroadcastLine:
    """A broadcast as lists show it; `counts` are its deliveries by state."""

    id: int
    template: str
    text: str
    state: BroadcastState
    send_at: datetime
    created_by: str
    groups: tuple[str, ...]
    counts: Mapping[DeliveryState, int]
    troubles: tuple[DeliveryTrouble, ...]

    @property
    def state_name(self) -> str:
        """The state in the words of the screen."""
        return STATE_NAMES[self.state]


async def schedule_notice(
    session: AsyncSession,
    staff: Staff,
    template_id: str,
    values: Mapping[str, str],
    group_ids: Collection[int],
    send_at: datetime | None,
    *,
    now: datetime,
    dedupe: str,
) -> Broadcast:
    """Schedule a notice, None meaning at once.

    The same `dedupe` of the same person gives the broadcast made before, so that a form sent twice
    is one notice.
    """
    require(staff.role, Action.SEND_NOTICE)
    template = find_notice_template(template_id)
    text = fill(template, values)
    wanted = set(group_ids)
    groups = await active_groups_by_id(session, wanted)
    if not wanted:
        raise InvalidInputError("请至少选择一个群。")
    if len(groups) < len(wanted):
        raise InvalidInputError("有的群已经移除，请重新选择。")
    moment = _check_send_time(send_at or now, now)
    broadcast = Broadcast(
        dedupe_key=f"{staff.id}:{dedupe}"[:100],
        template=template.id,
        text=text,
        state=BroadcastState.SCHEDULED,
        created_by=staff.id,
        created_at=now,
        send_at=moment,
        cancelled_by=None,
    )
    return await rows.add_broadcast(session, broadcast, [group.id for group in groups])


async def cancel_broadcast(
    session: AsyncSession, staff: Staff, broadcast_id: int, now: datetime
) -> int:
    """Stop a broadcast; what has gone out stays. Returns how many waiting deliveries it stopped."""
    require(staff.role, Action.SEND_NOTICE)
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None:
        raise NotFoundError("没有这条通知，请刷新列表。")
    stopped = await rows.change_state(
        session,
        broadcast_id,
        from_states=(BroadcastState.SCHEDULED, BroadcastState.SENDING),
        to_state=BroadcastState.CANCELLED,
        cancelled_by=staff.id,
    )
    await session.refresh(broadcast)
    if not stopped:
        raise ConflictError(f"这条通知{STATE_NAMES[BroadcastState(broadcast.state)]}，不用再取消。")
    return await end_waiting(
        session,
        occurrence_ids=await rows.occurrence_ids(session, broadcast_id),
        state=DeliveryState.CANCELLED,
        error="broadcast cancelled",
        now=now,
    )


async def list_broadcasts(
    session: AsyncSession, staff: Staff, now: datetime, limit: int = 20
) -> Sequence[BroadcastLine]:
    """The latest broadcasts of everybody, newest first, with what went wrong with each."""
    require(staff.role, Action.SEND_NOTICE)
    broadcasts = await rows.latest_broadcasts(session, limit)
    ids = [broadcast.id for broadcast in broadcasts]
    counts = await rows.count_by_broadcast(session, ids)
    troubles = await troubles_of(session, ids, now)
    titles = await rows.target_titles(session, ids)
    names = await names_of_staff(session, [broadcast.created_by for broadcast in broadcasts])
    return [
        BroadcastLine(
            broadcast.id,
            broadcast.template,
            broadcast.text,
            BroadcastState(broadcast.state),
            broadcast.send_at,
            names.get(broadcast.created_by, ""),
            tuple(titles.get(broadcast.id, ())),
            counts.get(broadcast.id, {}),
            troubles.get(broadcast.id, ()),
        )
        for broadcast in broadcasts
    ]


async def broadcasts_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether there is anything for make_due_occurrences to do; only looks."""
    return bool(await rows.due_broadcasts(session, now, 1) or await rows.ended_broadcasts(session))


async def make_due_occurrences(session: AsyncSession, now: datetime) -> int:
    """Put what is due into the outbox and close what has ended; returns how many went out.

    Safe to run twice at once: the occurrence is unique, and so is each of its deliveries.
    """
    made = 0
    for broadcast in await rows.due_broadcasts(session, now, BATCH):
        started = await rows.change_state(
            session,
            broadcast.id,
            from_states=(BroadcastState.SCHEDULED,),
            to_state=BroadcastState.SENDING,
        )
        if started:
            made += await _go_out(session, broadcast, now)
    for broadcast_id in await rows.ended_broadcasts(session):
        await rows.change_state(
            session,
            broadcast_id,
            from_states=(BroadcastState.SENDING,),
            to_state=BroadcastState.DONE,
        )
    return made


async def _go_out(session: AsyncSession, broadcast: Broadcast, now: datetime) -> int:
    occurrence_id = await rows.add_occurrence(session, broadcast.id, broadcast.send_at, now)
    if occurrence_id is None:
        return 0
    for group in await rows.active_targets(session, broadcast.id):
        await queue_message(
            session,
            dedupe_key=f"occ:{occurrence_id}:{group.id}",
            priority=Priority.CAMPAIGN,
            channel=group.channel,
            address=group_address(session, group),
            payload=Outgoing(broadcast.text).to_json(),
            due_at=now,
            now=now,
            occurrence_id=occurrence_id,
            group_id=group.id,
        )
    return 1


def parse_send_time(text: str, now: datetime) -> datetime:
    """A time as people write it: 现在, 18:30, 明天 8:00, 2026-11-25 07:30, in local time.

    Raises InvalidInputError for what cannot be read, is past or is too far away.
    """
    typed = " ".join(unicodedata.normalize("NFKC", text).split())
    if typed in {"现在", "立即", "马上"}:
        return now
    local = now.astimezone(SHANGHAI)
    try:
        if found := _BY_DATE.fullmatch(typed):
            day = datetime(
                int(found["year"]), int(found["month"]), int(found["mday"]), tzinfo=SHANGHAI
            )
        elif found := _BY_DAY.fullmatch(typed):
            day = local + timedelta(days=_DAYS[found["day"] or ""])
        else:
            raise ValueError(typed)
        moment = day.replace(
            hour=int(found["hour"]),
            minute=int(found["minute"] or found["minute_cn"] or 0),
            second=0,
            microsecond=0,
        )
    except ValueError:
        raise InvalidInputError(
            "没有看懂这个时间。可以写“现在”“18:30”“明天 8:00”或“2026-11-25 07:30”。"
        ) from None
    return _check_send_time(moment.astimezone(now.tzinfo), now)


def _check_send_time(moment: datetime, now: datetime) -> datetime:
    if moment < now - STILL_NOW:
        raise InvalidInputError(
            f"{on_screen(moment)} 已经过了。要明天发，请写“明天 8:00”这样的时间。"
        )
    if moment > now + FURTHEST:
        raise InvalidInputError(f"最多提前 {FURTHEST.days} 天安排，请选近一些的时间。")
    return moment
