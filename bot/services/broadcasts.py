"""Broadcasts: a notice to some groups, now, at a time, or again and again; each slot once."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.approvals import ask_for_approval
from bot.services.campaigns import (
    Plan,
    check_cap,
    check_selector,
    check_texts,
    first_time,
    text_of,
)
from bot.services.filling import Signature
from bot.services.going_out import DEFAULT_RULES
from bot.services.grid import scope_of
from bot.services.notifications import alert_staff
from bot.services.outgoing import Outgoing, PosterOrder
from bot.services.permissions import Action, may, require
from bot.services.poster import read_poster
from bot.services.reach import check_reach, crowds_meant, groups_named
from bot.services.send_times import check_send_time
from bot.services.sending_rules import Rules
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.outbox import Priority
from bot.storage.staff import Staff


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
    bot_name: str = "",
) -> Broadcast:
    """Schedule an approved notice to some groups, None meaning at once."""
    plan = Plan(
        template=template_id, values=values, group_ids=frozenset(group_ids), send_at=send_at
    )
    return await plan_campaign(
        session, staff, plan, now=now, dedupe=dedupe, rules=rules, bot_name=bot_name
    )


async def plan_campaign(
    session: AsyncSession,
    staff: Staff,
    plan: Plan,
    *,
    now: datetime,
    dedupe: str,
    rules: Rules = DEFAULT_RULES,
    district: str = "本区",
    bot_name: str = "",
) -> Broadcast:
    """Keep a campaign: scheduled where its texts are approved, else waiting for a second person.

    The same `dedupe` of the same person gives the broadcast made before, so that a form sent twice
    is one notice. Raises InvalidInputError that says why a plan cannot be carried out.
    """
    require(staff.role, Action.SEND_NOTICE)
    key = key_of(staff, dedupe)
    if (before := await rows.broadcast_by_key(session, key)) is not None:
        return before
    text = text_of(plan)
    variants = check_texts(text, plan.variants)
    poster = read_poster(plan.poster) if plan.poster else None
    if plan.send_at is not None:
        check_send_time(plan.send_at, now)
    if plan.selector is not None:
        await check_selector(session, staff, plan.selector)
    named = await groups_named(session, staff, plan)
    crowds = await crowds_meant(session, staff, plan, named)
    await check_reach(session, crowds, text, variants, Signature(district, bot_name))
    moment, note = first_time(plan, rules, now)
    if not plan.emergency and plan.selector is None:
        await check_cap(session, named, moment, rules)
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
    kept = await rows.add_broadcast(session, broadcast, [group.id for group in named])
    if kept.state == BroadcastState.AWAITING:
        await ask_for_approval(session, kept, staff, now, district)
    return kept


def key_of(staff: Staff, dedupe: str) -> str:
    """What makes one form of somebody one notice, or one draft."""
    return f"{staff.id}:{dedupe}"[:100]


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
        own, low = [staff.id], Priority.RECEIPT
        told = await alert_staff(session, own, message, key=key, now=now, priority=low)
    if not told:
        raise InvalidInputError("您还没有绑定聊天，收不到测试。请先在“我的账号”里取绑定码。")
    return told
