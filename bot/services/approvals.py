"""The second pair of eyes: own words wait for another person, emergencies for a chief."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.going_out import following_time
from bot.services.notifications import alert_roles, alert_staff
from bot.services.outgoing import Button, Outgoing, PosterOrder
from bot.services.permissions import Action, require
from bot.services.sending_rules import Rules, place
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.outbox import Priority
from bot.storage.staff import Role, Staff
from bot.times import on_screen

APPROVERS = (Role.DUTY, Role.CHIEF)
MOST_REASON = 100


async def ask_for_approval(
    session: AsyncSession, broadcast: Broadcast, author: Staff, now: datetime, district: str
) -> None:
    """Show those who may approve what waits for them, each with one tap to decide."""
    head = "【紧急通知待批准】" if broadcast.emergency else "【通知待审核】"
    when = "批准后马上发" if broadcast.send_at <= now else f"{on_screen(broadcast.send_at)} 发"
    yes = "批准，马上发" if broadcast.emergency else "批准"
    message = Outgoing(
        f"{head}{author.name}：\n{broadcast.text}\n————\n{when}。",
        (
            (
                Button(yes, f"cast:approve:{broadcast.id}"),
                Button("不批准", f"cast:refuse:{broadcast.id}"),
            ),
        ),
        poster=PosterOrder(broadcast.poster, "", district) if broadcast.poster else None,
    )
    roles = (Role.CHIEF,) if broadcast.emergency else APPROVERS
    pressing = Priority.ALERT if broadcast.emergency else Priority.RECEIPT
    key = f"cast:{broadcast.id}"
    await alert_roles(session, roles, message, key=key, now=now, priority=pressing)


async def approve_broadcast(
    session: AsyncSession, staff: Staff, broadcast_id: int, now: datetime, rules: Rules
) -> Broadcast:
    """Let a broadcast go out: at its time, or where that has passed, as soon as the rules allow;
    one that comes again at its next time.

    Nobody approves his own words, except a chief his own emergency.
    """
    broadcast = await _waiting(session, staff, broadcast_id)
    own = broadcast.created_by == staff.id
    if own and not broadcast.emergency:
        raise NotAllowedError("自己写的通知要由另一个人批准。")
    moment, note = max(broadcast.send_at, now), broadcast.note
    if broadcast.rule:
        moment = _next_time(broadcast, now, rules)
    elif not broadcast.emergency:
        placed = place(moment, rules)
        moment, note = placed.moment, placed.why or None
    await _decide(session, broadcast, BroadcastState.SCHEDULED, staff, now, moment, note)
    await _tell_author(session, broadcast, f"已由{staff.name}批准，{on_screen(moment)} 发。", now)
    return broadcast


def _next_time(broadcast: Broadcast, now: datetime, rules: Rules) -> datetime:
    """The first time that was asked for, or where it passed before anybody approved, the next."""
    if broadcast.send_at > now:
        return broadcast.send_at
    return following_time(broadcast, now, rules) or broadcast.send_at


async def refuse_broadcast(
    session: AsyncSession, staff: Staff, broadcast_id: int, why: str, now: datetime
) -> Broadcast:
    """Turn a broadcast down, with the reason its author reads."""
    broadcast = await _waiting(session, staff, broadcast_id)
    reason = " ".join(why.split())
    if not reason or len(reason) > MOST_REASON:
        raise InvalidInputError(f"请写明不批准的原因，最多 {MOST_REASON} 个字。")
    state = BroadcastState.REFUSED
    await _decide(session, broadcast, state, staff, now, broadcast.send_at, reason)
    again = Button("改成草稿再写", f"draft:again:{broadcast.id}")
    await _tell_author(session, broadcast, f"{staff.name}没有批准：{reason}", now, again)
    return broadcast


async def _waiting(session: AsyncSession, staff: Staff, broadcast_id: int) -> Broadcast:
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None:
        raise NotFoundError("没有这条通知，请刷新列表。")
    needed = Action.APPROVE_EMERGENCY if broadcast.emergency else Action.APPROVE_NOTICE
    require(staff.role, needed)
    return broadcast


async def _decide(
    session: AsyncSession,
    broadcast: Broadcast,
    state: BroadcastState,
    staff: Staff,
    now: datetime,
    send_at: datetime,
    note: str | None,
) -> None:
    decided = await rows.decide_awaiting(
        session,
        broadcast.id,
        to_state=state,
        staff_id=staff.id,
        now=now,
        send_at=send_at,
        note=note,
    )
    await session.refresh(broadcast)
    if not decided:
        raise ConflictError("这条通知已经有人处理过了，请刷新列表。")


async def _tell_author(
    session: AsyncSession, broadcast: Broadcast, words: str, now: datetime, *buttons: Button
) -> None:
    rows_of = (buttons,) if buttons else ()
    message = Outgoing(f"您的通知（编号 {broadcast.id}）{words}", rows_of)
    key = f"cast:{broadcast.id}:decided"
    author, low = [broadcast.created_by], Priority.RECEIPT
    await alert_staff(session, author, message, key=key, now=now, priority=low)
