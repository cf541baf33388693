"""The course of a broadcast: stopped, held, and let go on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, NotAllowedError, NotFoundError
from bot.services.broadcast_lines import STATE_NAMES
from bot.services.going_out import DEFAULT_RULES
from bot.services.permissions import Action, may, require
from bot.services.sending_rules import Rules, place
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.occurrences import occurrence_ids as ids_of_occurrences
from bot.storage.outbox import DeliveryState, end_waiting, hold_waiting, release_held
from bot.storage.staff import Role, Staff

STOPPABLE = (
    BroadcastState.AWAITING,
    BroadcastState.SCHEDULED,
    BroadcastState.SENDING,
    BroadcastState.PAUSED,
)


def may_change(staff: Staff, author_id: int) -> bool:
    """Whether somebody changes the course of a broadcast: a grid worker his own only."""
    own = staff.role != Role.GRID or author_id == staff.id
    return own and may(staff.role, Action.SEND_NOTICE)


async def check_author(session: AsyncSession, staff: Staff, broadcast_id: int) -> None:
    """Raises NotAllowedError for a grid worker where a broadcast is somebody else's."""
    require(staff.role, Action.SEND_NOTICE)
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is not None and not may_change(staff, broadcast.created_by):
        raise NotAllowedError("这条通知是别人发的，请找作者或专班负责人。")


async def cancel_broadcast(
    session: AsyncSession, staff: Staff, broadcast_id: int, now: datetime
) -> int:
    """Stop a broadcast; what has gone out stays. Returns how many waiting deliveries it stopped."""
    await check_author(session, staff, broadcast_id)
    await _change(session, broadcast_id, STOPPABLE, BroadcastState.CANCELLED, "取消", staff.id)
    return await end_waiting(
        session,
        occurrence_ids=await ids_of_occurrences(session, broadcast_id),
        state=DeliveryState.CANCELLED,
        error="broadcast cancelled",
        now=now,
    )


async def pause_broadcast(session: AsyncSession, staff: Staff, broadcast_id: int) -> int:
    """Hold a broadcast where it is; returns how many waiting deliveries are held."""
    await check_author(session, staff, broadcast_id)
    running = (BroadcastState.SCHEDULED, BroadcastState.SENDING)
    await _change(session, broadcast_id, running, BroadcastState.PAUSED, "暂停")
    return await hold_waiting(session, await ids_of_occurrences(session, broadcast_id))


async def resume_broadcast(
    session: AsyncSession,
    staff: Staff,
    broadcast_id: int,
    now: datetime,
    rules: Rules = DEFAULT_RULES,
) -> Broadcast:
    """Let a paused broadcast go on; outside quiet hours, emergencies at any hour."""
    await check_author(session, staff, broadcast_id)
    occurrences = await ids_of_occurrences(session, broadcast_id)
    broadcast = await session.get(Broadcast, broadcast_id)
    begun = bool(occurrences) and broadcast is not None and not broadcast.rule
    if begun and broadcast and not broadcast.emergency and (placed := place(now, rules)).why:
        raise ConflictError(f"现在不能继续：{placed.why}。请到时再点继续。")
    state = BroadcastState.SENDING if begun else BroadcastState.SCHEDULED
    changed = await _change(session, broadcast_id, (BroadcastState.PAUSED,), state, "继续")
    await release_held(session, occurrences)
    return changed


async def _change(
    session: AsyncSession,
    broadcast_id: int,
    from_states: Sequence[BroadcastState],
    to_state: BroadcastState,
    what: str,
    cancelled_by: int | None = None,
) -> Broadcast:
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None:
        raise NotFoundError("没有这条通知，请刷新列表。")
    done = await rows.change_state(
        session,
        broadcast_id,
        from_states=from_states,
        to_state=to_state,
        cancelled_by=cancelled_by,
    )
    await session.refresh(broadcast)
    if not done:
        now_is = STATE_NAMES[BroadcastState(broadcast.state)]
        raise ConflictError(f"这条通知{now_is}，不用再{what}。")
    return broadcast
