"""Broadcasts whose time has come: each slot once, each target once, in batches that commit."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.filling import Signature, fill
from bot.services.recurrence import next_after, parse_rule
from bot.services.sending_rules import Rules, blackout_on, place
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState, Late
from bot.storage.occurrences import add_occurrence, ended_broadcasts
from bot.storage.targets import unfilled

BATCH = 20
FILLED_AT_ONCE = 5000
"""Targets queued in one statement; the databases take some thirty thousand values in one."""
LATE_AFTER = timedelta(minutes=10)
"""A time passed by more was missed while nothing ran; the broadcast's `late` says what then."""
DEFAULT_RULES = Rules()


async def broadcasts_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether there is anything for make_due_occurrences to do; only looks."""
    return bool(
        await rows.due_broadcasts(session, now, 1)
        or await unfilled(session, 1)
        or await ended_broadcasts(session)
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
            done = await fill(session, occurrence, broadcast, now, rules, signed, batch)
            left = None if left is None else left - max(done, 1)
    for broadcast_id in await ended_broadcasts(session):
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
    following = following_time(broadcast, now, rules)
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
            session,
            broadcast.id,
            from_states=(BroadcastState.SCHEDULED,),
            to_state=state,
            note="错过时间，按设置没有发" if missed else None,
        )
        if not started or missed:
            return 0
    return int(await add_occurrence(session, broadcast.id, slot, now) is not None)


def following_time(broadcast: Broadcast, now: datetime, rules: Rules) -> datetime | None:
    """The next time of a recurring broadcast that has not passed, so that none is made up for."""
    if not broadcast.rule:
        return None
    rule = parse_rule(broadcast.rule, Rules(None, 99, ()))
    return next_after(rule, now, lambda day: blackout_on(day, rules) is not None)
