"""Broadcasts: a notice to some groups, now, at a time, or again and again; each slot once."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.approvals import ask_for_approval
from bot.services.campaigns import (
    Plan,
    check_cap,
    check_reach,
    check_selector,
    check_texts,
    first_time,
    groups_of,
    text_of,
)
from bot.services.deliveries import DeliveryTrouble, troubles_of
from bot.services.going_out import DEFAULT_RULES
from bot.services.grid import may_use, scope_of
from bot.services.notifications import alert_staff
from bot.services.outgoing import Outgoing, PosterOrder
from bot.services.permissions import Action, may, require
from bot.services.poster import read_poster
from bot.services.send_times import check_send_time
from bot.services.sending_rules import Rules, place
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.groups import CommunityGroup, active_groups_by_id
from bot.storage.outbox import DeliveryState, end_waiting, hold_waiting, release_held
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
STOPPABLE = (
    BroadcastState.AWAITING,
    BroadcastState.SCHEDULED,
    BroadcastState.SENDING,
    BroadcastState.PAUSED,
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
    rule: str = ""
    note: str = ""
    emergency: bool = False
    poster: bool = False

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
    rules: Rules = DEFAULT_RULES,
) -> Broadcast:
    """Schedule an approved notice to some groups, None meaning at once."""
    plan = Plan(
        template=template_id, values=values, group_ids=frozenset(group_ids), send_at=send_at
    )
    return await plan_campaign(session, staff, plan, now=now, dedupe=dedupe, rules=rules)


async def plan_campaign(
    session: AsyncSession,
    staff: Staff,
    plan: Plan,
    *,
    now: datetime,
    dedupe: str,
    rules: Rules = DEFAULT_RULES,
    district: str = "本区",
) -> Broadcast:
    """Keep a campaign: scheduled where its texts are approved, else waiting for a second person.

    The same `dedupe` of the same person gives the broadcast made before, so that a form sent twice
    is one notice. Raises InvalidInputError that says why a plan cannot be carried out.
    """
    require(staff.role, Action.SEND_NOTICE)
    key = f"{staff.id}:{dedupe}"[:100]
    if (before := await rows.broadcast_by_key(session, key)) is not None:
        return before
    text = text_of(plan)
    variants = check_texts(text, plan.variants)
    poster = read_poster(plan.poster) if plan.poster else None
    if plan.send_at is not None:
        check_send_time(plan.send_at, now)
    if plan.selector is not None:
        await check_selector(session, staff, plan.selector)
    groups = await groups_of(session, staff, plan, await _own_groups(session, staff, plan))
    await check_reach(session, groups, text, variants, district)
    moment, note = first_time(plan, rules, now)
    if not plan.emergency and plan.selector is None:
        await check_cap(session, groups, moment, rules)
    ready = plan.is_approved and not plan.emergency
    by_chief = plan.emergency and may(staff.role, Action.APPROVE_EMERGENCY)
    selector = plan.selector
    broadcast = Broadcast(
        dedupe_key=key,
        template=plan.template,
        text=text,
        state=BroadcastState.SCHEDULED if ready or by_chief else BroadcastState.AWAITING,
        created_by=staff.id,
        created_at=now,
        send_at=moment,
        emergency=plan.emergency,
        approved_by=staff.id if by_chief else None,
        approved_at=now if by_chief else None,
        rule=plan.rule.strip() or None,
        late=plan.late,
        selector=selector.to_json(await scope_of(session, staff)) if selector else None,
        variants=json.dumps(variants, ensure_ascii=False),
        poster=poster.to_json() if poster else None,
        note=note or None,
    )
    own = [] if selector else [group.id for group in groups]
    kept = await rows.add_broadcast(session, broadcast, own)
    if kept.state == BroadcastState.AWAITING:
        await ask_for_approval(session, kept, staff, now, district)
    return kept


async def _own_groups(session: AsyncSession, staff: Staff, plan: Plan) -> Sequence[CommunityGroup]:
    if plan.selector is not None:
        return []
    if not plan.group_ids:
        raise InvalidInputError("请至少选择一个群。")
    scope = await scope_of(session, staff)
    groups = [
        group
        for group in await active_groups_by_id(session, plan.group_ids)
        if may_use(group, scope)
    ]
    if len(groups) < len(plan.group_ids):
        raise InvalidInputError("有的群已经移除，或不在您的网格里，请重新选择。")
    return groups


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


async def send_test(
    session: AsyncSession,
    staff: Staff,
    texts: Sequence[str],
    now: datetime,
    *,
    order: PosterOrder | None = None,
) -> int:
    """Send texts to oneself, the poster with the first; to how many bound chats."""
    require(staff.role, Action.SEND_NOTICE)
    if not texts:
        raise InvalidInputError("请先写通知的内容。")
    told = 0
    for number, text in enumerate(texts):
        message = Outgoing(text, poster=None if number else order)
        key = f"test:{staff.id}:{int(now.timestamp())}:{number}"
        told = await alert_staff(session, [staff.id], message, key=key, now=now)
    if not told:
        raise InvalidInputError("您还没有绑定聊天，收不到测试。请先在“我的账号”里取绑定码。")
    return told


async def cancel_broadcast(
    session: AsyncSession, staff: Staff, broadcast_id: int, now: datetime
) -> int:
    """Stop a broadcast; what has gone out stays. Returns how many waiting deliveries it stopped."""
    require(staff.role, Action.SEND_NOTICE)
    await _change(session, broadcast_id, STOPPABLE, BroadcastState.CANCELLED, "取消", staff.id)
    return await end_waiting(
        session,
        occurrence_ids=await rows.occurrence_ids(session, broadcast_id),
        state=DeliveryState.CANCELLED,
        error="broadcast cancelled",
        now=now,
    )


async def pause_broadcast(session: AsyncSession, staff: Staff, broadcast_id: int) -> int:
    """Hold a broadcast where it is; returns how many waiting deliveries are held."""
    require(staff.role, Action.SEND_NOTICE)
    running = (BroadcastState.SCHEDULED, BroadcastState.SENDING)
    await _change(session, broadcast_id, running, BroadcastState.PAUSED, "暂停")
    return await hold_waiting(session, await rows.occurrence_ids(session, broadcast_id))


async def resume_broadcast(
    session: AsyncSession,
    staff: Staff,
    broadcast_id: int,
    now: datetime,
    rules: Rules = DEFAULT_RULES,
) -> Broadcast:
    """Let a paused broadcast go on; outside quiet hours, emergencies at any hour."""
    require(staff.role, Action.SEND_NOTICE)
    occurrences = await rows.occurrence_ids(session, broadcast_id)
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
            broadcast.rule or "",
            broadcast.note or "",
            broadcast.emergency,
            bool(broadcast.poster),
        )
        for broadcast in broadcasts
    ]
