"""Taking a broadcast back: deleted where the channel can, else put right by a correction."""

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
from bot.storage.deliveries import sent_deliveries
from bot.storage.groups import GroupChannel
from bot.storage.inbox import put_in_inbox
from bot.storage.occurrences import occurrence_ids as ids_of_occurrences
from bot.storage.outbox import (
    PAYLOAD,
    DeliveryState,
    OutboxMessage,
    Priority,
    end_waiting,
    queue_many,
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
BATCH = 1000


async def retract_broadcast(
    session: AsyncSession, staff: Staff, broadcast_id: int, correction: str, now: datetime
) -> tuple[int, int]:
    """Take back what was sent and stop the rest.

    Returns how many messages are to be deleted and how many corrected. What no channel can delete
    any more gets the correction as a message of its own.
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
    vault, deleted, corrected, after = vault_of(session), 0, 0, 0
    plain = vault.seal(correction.to_json(), PAYLOAD)
    while sent := await sent_deliveries(session, broadcast_id, after, BATCH):
        messages = []
        for row in sent:
            if row.group_id is None and row.channel not in PUSHED_CHANNELS:
                corrected += await _into_inbox(session, row, correction, now)
                continue
            young = row.ended_at is not None and row.ended_at > now - DELETABLE_FOR
            deletes = row.channel == GroupChannel.TELEGRAM and young and row.remote_id
            payload = plain
            if deletes and row.remote_id:
                ids = tuple(row.remote_id.split(","))
                payload = vault.seal(replace(correction, delete=ids).to_json(), PAYLOAD)
            deleted, corrected = deleted + bool(deletes), corrected + (not deletes)
            messages.append(
                {
                    "dedupe_key": f"back:{row.id}",
                    "priority": int(Priority.RECEIPT),
                    "channel": row.channel,
                    "address_sealed": row.address_sealed,
                    "payload_sealed": payload,
                    "occurrence_id": None,
                    "group_id": row.group_id,
                    "state": DeliveryState.QUEUED,
                    "error": None,
                    "ended_at": None,
                    "due_at": now,
                    "created_at": now,
                }
            )
        await queue_many(session, messages)
        after = sent[-1].id
    return deleted, corrected


async def _into_inbox(
    session: AsyncSession, row: OutboxMessage, correction: Outgoing, now: datetime
) -> bool:
    resident = await session.get(Resident, inbox_of(row.dedupe_key))
    if resident is not None:
        await put_in_inbox(session, resident.id, correction.to_json(), now)
    return resident is not None
