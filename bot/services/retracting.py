"""Taking a broadcast back: deleted where the channel can, else put right by a correction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, NotFoundError
from bot.services.broadcast_course import check_author
from bot.services.campaigns import check_words
from bot.services.forwarding import tell_keepers_back
from bot.services.notifications import PUSHED_CHANNELS
from bot.services.outgoing import Outgoing
from bot.services.subscriptions import inbox_of
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.database import vault_of
from bot.storage.deliveries import Gone, gone_beside, gone_to_groups, gone_to_residents
from bot.storage.groups import GroupChannel
from bot.storage.inbox import put_in_inbox
from bot.storage.occurrences import occurrence_ids as ids_of_occurrences
from bot.storage.outbox import (
    PAYLOAD,
    DeliveryState,
    Priority,
    cancel_waiting,
    end_waiting,
    queue_many,
    waiting_message,
)
from bot.storage.residents import Resident
from bot.storage.staff import Staff

DELETABLE_FOR = timedelta(hours=47)
"""Telegram deletes what is younger than 48 hours; an hour is left for the queue."""
MOST_CORRECTION = 200
RETRACTABLE = (
    BroadcastState.SCHEDULED,
    BroadcastState.SENDING,
    BroadcastState.PAUSED,
    BroadcastState.DONE,
)
BATCH = 5000
IN_FLIGHT = timedelta(minutes=2)
"""Longer than a claim holds, so that what was on its way has come to an end."""


async def retract_broadcast(
    session: AsyncSession, staff: Staff, broadcast_id: int, correction: str, now: datetime
) -> tuple[int, int]:
    """Take back what was sent and stop the rest.

    Returns for how many groups and residents all is to be deleted and how many get the correction:
    who has something that no channel can delete any more, or that is still on its way.
    """
    await check_author(session, staff, broadcast_id)
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None:
        raise NotFoundError("没有这条通知，请刷新列表。")
    words = check_words(correction, MOST_CORRECTION)
    stopped = await rows.change_state(
        session,
        broadcast_id,
        from_states=RETRACTABLE,
        to_state=BroadcastState.RETRACTED,
        cancelled_by=staff.id,
    )
    await session.refresh(broadcast)
    if not stopped:
        raise ConflictError("这条通知没有发出，或已经撤回。")
    await end_waiting(
        session,
        occurrence_ids=await ids_of_occurrences(session, broadcast_id),
        state=DeliveryState.CANCELLED,
        error="broadcast retracted",
        now=now,
    )
    back = Outgoing(f"【更正】{words}")
    await tell_keepers_back(session, broadcast_id, back, now)
    return await _take_back(session, broadcast_id, back, now)


async def _take_back(
    session: AsyncSession, broadcast_id: int, correction: Outgoing, now: datetime
) -> tuple[int, int]:
    """One message to each who got it, however often it went out; how many delete, how many say."""
    vault, counts, after = vault_of(session), [0, 0], 0
    plain = vault.seal(correction.to_json(), PAYLOAD)

    async def queue(targets: Sequence[Sequence[Gone]]) -> None:
        messages = []
        for goings in targets:
            wanted = _message_back(goings, correction, now)
            deletes = bool(wanted.delete) and not wanted.anyway
            counts[0 if deletes else 1] += 1
            payload = vault.seal(wanted.to_json(), PAYLOAD) if wanted.delete else plain
            messages.append(_row_back(goings, payload, now))
        await queue_many(session, messages)

    while groups := await gone_to_groups(session, broadcast_id, after, BATCH):
        await queue(groups)
        after = groups[-1][0].group_id or 0
    pushed: dict[int, list[Gone]] = {}
    before, left = None, set[int]()
    while page := await gone_to_residents(session, broadcast_id, before, BATCH):
        for one in page:
            resident = inbox_of(one.dedupe_key)
            if one.channel in PUSHED_CHANNELS:
                pushed.setdefault(resident, []).append(one)
            elif resident not in left:
                left.add(resident)
                counts[1] += await _into_inbox(session, resident, correction, now)
        before = page[-1].id
    await queue(list(pushed.values()))
    return counts[0], counts[1]


def _message_back(goings: Sequence[Gone], correction: Outgoing, now: datetime) -> Outgoing:
    """What goes to one group or resident: deletions of all that can be, words for the rest."""
    young = [one for one in goings if _can_be_deleted(one, now)]
    ids = tuple(number for one in young for number in (one.remote_id or "").split(","))
    return replace(correction, delete=ids, anyway=bool(ids) and len(young) < len(goings))


def _can_be_deleted(one: Gone, now: datetime) -> bool:
    young = one.ended_at is not None and one.ended_at > now - DELETABLE_FOR
    return bool(one.channel == GroupChannel.TELEGRAM and young and one.remote_id)


def _row_back(goings: Sequence[Gone], payload: bytes, now: datetime) -> dict[str, object]:
    """What is still on its way is put right once it has arrived, or has had time to."""
    newest = goings[0]
    flying = next((one for one in goings if one.state == DeliveryState.SENDING), None)
    return {
        "dedupe_key": correction_key(flying.id) if flying else f"back:{newest.id}",
        "priority": int(Priority.RECEIPT),
        "channel": newest.channel,
        "address_sealed": newest.address_sealed,
        "payload_sealed": payload,
        "occurrence_id": None,
        "group_id": newest.group_id,
        "state": DeliveryState.QUEUED,
        "error": None,
        "ended_at": None,
        "due_at": now + IN_FLIGHT if flying else now,
        "created_at": now,
    }


async def settle_correction(session: AsyncSession, message_id: int, now: datetime) -> None:
    """A message of a broadcast has come to an end: if it was on its way when that was taken back,
    what puts it right is made anew by what is known now. It is deleted where it arrived and can
    be; where nothing arrived there is nothing to put right.
    """
    waiting = await waiting_message(session, correction_key(message_id))
    if waiting is None:
        return
    goings = await gone_beside(session, message_id)
    if not goings:
        await cancel_waiting(session, waiting.dedupe_key, now)
        return
    vault = vault_of(session)
    kept = Outgoing.from_json(vault.open(waiting.payload_sealed, PAYLOAD))
    wanted = _message_back(goings, kept, now)
    waiting.payload_sealed, waiting.due_at = vault.seal(wanted.to_json(), PAYLOAD), now
    await session.flush()


def correction_key(message_id: int) -> str:
    """The key of what puts one message right that was on its way."""
    return f"back:{message_id}:flight"


async def _into_inbox(
    session: AsyncSession, resident_id: int, correction: Outgoing, now: datetime
) -> bool:
    resident = await session.get(Resident, resident_id)
    if resident is not None:
        await put_in_inbox(session, resident.id, correction.to_json(), now)
    return resident is not None
