"""Broadcasts as lists show them: what waits for approval, what became of the latest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.deliveries import DeliveryTrouble, troubles_of
from bot.services.grid import seen_in
from bot.services.permissions import Action, require
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import BroadcastState
from bot.storage.deliveries import count_by_broadcast
from bot.storage.outbox import DeliveryState
from bot.storage.staff import Staff, names_of_staff

STATE_NAMES = {
    BroadcastState.AWAITING: "待审核",
    BroadcastState.REFUSED: "未通过",
    BroadcastState.SCHEDULED: "待发送",
    BroadcastState.SENDING: "发送中",
    BroadcastState.PAUSED: "已暂停",
    BroadcastState.DONE: "已结束",
    BroadcastState.CANCELLED: "已取消",
    BroadcastState.RETRACTED: "已撤回",
}


def may_be_retracted(state: BroadcastState, *, gone_out: bool) -> bool:
    """Whether a broadcast may have reached somebody; one that comes again waits in between."""
    under_way = (BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.DONE)
    return state in under_way or (state == BroadcastState.SCHEDULED and gone_out)


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
    rule: str = ""
    note: str = ""
    emergency: bool = False
    poster: bool = False
    author_id: int = 0
    gone_out: bool = False

    @property
    def can_retract(self) -> bool:
        """Whether there may be something to take back."""
        return may_be_retracted(self.state, gone_out=self.gone_out)

    @property
    def state_name(self) -> str:
        """The state in the words of the screen."""
        return STATE_NAMES[self.state]


async def list_awaiting(session: AsyncSession, staff: Staff) -> Sequence[BroadcastLine]:
    """What waits for a second person, the oldest first."""
    require(staff.role, Action.APPROVE_NOTICE)
    waiting = await rows.awaiting_broadcasts(session, 50)
    titles = await rows.target_titles(session, [one.id for one in waiting])
    names = await names_of_staff(session, [one.created_by for one in waiting])
    return [
        BroadcastLine(
            one.id,
            one.template,
            one.text,
            BroadcastState(one.state),
            one.send_at,
            names.get(one.created_by, ""),
            tuple(titles.get(one.id, ())),
            {},
            (),
            one.rule or "",
            one.note or "",
            one.emergency,
        )
        for one in waiting
    ]


async def list_broadcasts(
    session: AsyncSession, staff: Staff, now: datetime, limit: int = 20
) -> Sequence[BroadcastLine]:
    """The latest broadcasts of everybody, newest first, with what went wrong with each.

    A grid worker and a station read every text; groups and deliveries as far as they see them,
    and notes, which may name groups, of their own.
    """
    require(staff.role, Action.SEE_PUBLICITY)
    within = await seen_in(session, staff)
    found = await rows.latest_broadcasts(session, limit)
    broadcasts = [broadcast for broadcast, _ in found]
    ids = [broadcast.id for broadcast in broadcasts]
    counts = await count_by_broadcast(session, ids, within)
    troubles = await troubles_of(session, ids, now, within)
    titles = await rows.target_titles(session, ids, within)
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
            broadcast.rule or "",
            (broadcast.note or "") if within is None or broadcast.created_by == staff.id else "",
            broadcast.emergency,
            bool(broadcast.poster),
            broadcast.created_by,
            gone_out,
        )
        for broadcast, gone_out in found
    ]
