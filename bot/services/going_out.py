"""Broadcasts whose time has come: each slot once, each target once, in batches that commit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.campaigns import choice_of, fill_place, read_selector, variant_for
from bot.services.forwarding import ask_keeper
from bot.services.outgoing import Button, Outgoing
from bot.services.recurrence import next_after, parse_rule
from bot.services.sending_rules import Rules, blackout_on, day_of, place
from bot.services.subscriptions import queue_for_subscribers
from bot.storage import broadcasts as rows
from bot.storage.areas import Area, all_areas
from bot.storage.broadcasts import Broadcast, BroadcastState, Late, Occurrence
from bot.storage.database import vault_of
from bot.storage.groups import ADDRESS as GROUP_ADDRESS
from bot.storage.groups import GroupChannel
from bot.storage.outbox import ADDRESS, PAYLOAD, DeliveryState, Priority, queue_many
from bot.storage.targets import Target, got_between, targets_after, unfilled

BATCH = 20
FILLED_AT_ONCE = 2000
"""Targets queued in one statement; memory stays flat whatever the campaign's size."""
LATE_AFTER = timedelta(minutes=10)
"""A time passed by more was missed while nothing ran; the broadcast's `late` says what then."""
DAILY_LIMIT = "daily limit"
NO_PLACE_NAME = "place not known"
DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Signature:
    """Whose notices they are: the district's name, and the bot that a link leads to."""

    district: str
    bot_name: str


async def broadcasts_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether there is anything for make_due_occurrences to do; only looks."""
    return bool(
        await rows.due_broadcasts(session, now, 1)
        or await unfilled(session, 1)
        or await rows.ended_broadcasts(session)
    )


async def make_due_occurrences(
    session: AsyncSession,
    now: datetime,
    rules: Rules = DEFAULT_RULES,
    *,
    district: str = "本区",
    bot_name: str = "",
    most: int | None = None,
) -> int:
    """Put what is due into the outbox and close what has ended; returns how many went out.

    Safe to run twice at once: the occurrence is unique, and so is each of its deliveries. With
    `most` no more targets are queued than that; the next call goes on where this one stopped.
    """
    made, signed = 0, Signature(district, bot_name)
    for broadcast in await rows.due_broadcasts(session, now, BATCH):
        made += await _begin(session, broadcast, now, rules)
    left = most
    for occurrence, broadcast in await unfilled(session, BATCH):
        while occurrence.filled_at is None and (left is None or left > 0):
            batch = FILLED_AT_ONCE if left is None else min(left, FILLED_AT_ONCE)
            done = await _fill(session, occurrence, broadcast, now, rules, signed, batch)
            left = None if left is None else left - max(done, 1)
    for broadcast_id in await rows.ended_broadcasts(session):
        await rows.change_state(
            session,
            broadcast_id,
            from_states=(BroadcastState.SENDING,),
            to_state=BroadcastState.DONE,
        )
    return made


async def _begin(session: AsyncSession, broadcast: Broadcast, now: datetime, rules: Rules) -> int:
    """One slot of a due broadcast: made, moved, skipped, or left to whoever was faster."""
    slot = broadcast.send_at
    following = _following(broadcast, now, rules)
    missed = now - slot > LATE_AFTER and broadcast.late == Late.SKIP
    if not broadcast.emergency and not missed and (placed := place(now, rules)).why:
        target = following if broadcast.rule and following else placed.moment
        await rows.reschedule(session, broadcast, target, placed.why)
        return 0
    if following is not None:
        note = "上次错过时间，按设置跳过" if missed else None
        if not await rows.reschedule(session, broadcast, following, note) or missed:
            return 0
    else:
        state = BroadcastState.CANCELLED if missed else BroadcastState.SENDING
        started = await rows.change_state(
            session, broadcast.id, from_states=(BroadcastState.SCHEDULED,), to_state=state
        )
        if not started or missed:
            return 0
    return int(await rows.add_occurrence(session, broadcast.id, slot, now) is not None)


def _following(broadcast: Broadcast, now: datetime, rules: Rules) -> datetime | None:
    """The next time of a recurring broadcast that has not passed, so that none is made up for."""
    if not broadcast.rule:
        return None
    rule = parse_rule(broadcast.rule, Rules(None, 99, ()))
    return next_after(rule, now, lambda day: blackout_on(day, rules) is not None)


async def _fill(
    session: AsyncSession,
    occurrence: Occurrence,
    broadcast: Broadcast,
    now: datetime,
    rules: Rules,
    signed: Signature,
    limit: int,
) -> int:
    """Queue the next targets of an occurrence; marks it filled after the last."""
    selector, within = read_selector(broadcast.selector) if broadcast.selector else (None, None)
    if occurrence.filled_to < 0:
        last = await queue_for_subscribers(session, occurrence, broadcast, now, limit)
        occurrence.filled_to = -last - 1
        occurrence.filled_at = now if last == 0 else None
        await session.flush()
        return limit if last else 0
    choice = await choice_of(session, selector, within) if selector else None
    groups = await targets_after(session, broadcast.id, choice, occurrence.filled_to, limit)
    full = await _full_groups(session, broadcast, groups, now, rules)
    await _queue(session, occurrence, broadcast, groups, full, now, signed)
    if groups:
        occurrence.filled_to = groups[-1].id
    if len(groups) < limit:
        if selector is not None and selector.subscribers:
            occurrence.filled_to = -1
        else:
            occurrence.filled_at = now
    await session.flush()
    return len(groups)


async def _full_groups(
    session: AsyncSession,
    broadcast: Broadcast,
    groups: Sequence[Target],
    now: datetime,
    rules: Rules,
) -> set[int]:
    if broadcast.emergency or not groups:
        return set()
    got = await got_between(session, [group.id for group in groups], *day_of(now))
    return {group_id for group_id, count in got.items() if count >= rules.most_a_day}


async def _queue(
    session: AsyncSession,
    occurrence: Occurrence,
    broadcast: Broadcast,
    groups: Sequence[Target],
    full: set[int],
    now: datetime,
    signed: Signature,
) -> None:
    vault = vault_of(session)
    variants: Mapping[str, str] = json.loads(broadcast.variants)
    areas: dict[int, Area] = {area.id: area for area in await all_areas(session)}
    sealed: dict[str, bytes] = {}
    filled: dict[tuple[str, int | None], str] = {}
    messages = []
    for group in groups:
        words = variant_for(broadcast.text, variants, group.channel, group.audiences)
        state, error = DeliveryState.QUEUED, None
        known = (words, group.area_id)
        if known not in filled:
            filled[known] = _filled(words, areas.get(group.area_id or 0), signed, broadcast.id)
        if not (text := filled[known]):
            state, error = DeliveryState.FAILED, NO_PLACE_NAME
        if group.id in full:
            state, error = DeliveryState.CANCELLED, DAILY_LIMIT
        if group.channel == GroupChannel.WECHAT and error is None:
            await ask_keeper(session, occurrence, broadcast, group, text, now)
            continue
        if text not in sealed:
            sealed[text] = vault.seal(Outgoing(text).to_json(), PAYLOAD)
        address = vault.open(group.address_sealed, GROUP_ADDRESS)
        messages.append(
            {
                "dedupe_key": f"occ:{occurrence.id}:{group.id}",
                "priority": int(priority_of(broadcast)),
                "channel": group.channel,
                "address_sealed": vault.seal(address, ADDRESS),
                "payload_sealed": sealed[text],
                "occurrence_id": occurrence.id,
                "group_id": group.id,
                "state": state,
                "error": error,
                "ended_at": None if error is None else now,
                "due_at": now,
                "created_at": now,
            }
        )
    await queue_many(session, messages)


def _filled(words: str, area: Area | None, signed: Signature, broadcast_id: int) -> str:
    """The text with its place names and the way to the bot; empty where a name is not known."""
    try:
        text = fill_place(words, area, signed.district)
    except KeyError:
        return ""
    link = link_to_bot(signed.bot_name, broadcast_id)
    return f"{text}\n查可疑消息：{link}" if link else text


def link_to_bot(bot_name: str, broadcast_id: int) -> str:
    """The link by which it is seen that somebody came from this broadcast; empty without a name."""
    return f"https://t.me/{bot_name}?start=b{broadcast_id}" if bot_name else ""


def priority_of(broadcast: Broadcast) -> Priority:
    """Where a broadcast stands in the one budget."""
    return Priority.EMERGENCY if broadcast.emergency else Priority.CAMPAIGN


def leave_button(broadcast_id: int) -> tuple[tuple[Button, ...], ...]:
    """The one tap by which a subscriber is sent no more."""
    return ((Button("不再接收", f"sub:leave:{broadcast_id}"),),)
