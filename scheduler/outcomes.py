"""What becomes of a message after a send: ended, put off, or sent again to a new address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import SettingsError
from bot.services.deliveries import NO_ATTEMPT_LEFT
from bot.services.group_quizzes import poll_was_sent
from bot.services.groups import close_group, group_migrated
from bot.services.outgoing import Outgoing
from bot.services.retracting import settle_correction
from bot.services.subscriptions import unreachable
from bot.storage.claims import end_delivery, message_content, put_off
from bot.storage.outbox import DeliveryState, OutboxMessage, follow_group, readdress_message
from bot.storage.vault import Vault
from scheduler.senders.base import Blocked, Delivered, Failed, Migrated, PutOff, SendResult

BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 600))
MOST_ATTEMPTS = len(BACK_OFF) + 1
JITTER = 0.25
OF_A_BROADCAST = "occ:"
"""How the keys of a broadcast's deliveries begin."""


def back_off(message_id: int, attempts: int) -> timedelta:
    """The pause after that many tries: growing, and by up to JITTER longer, so that messages that
    failed together are not tried again together.
    """
    digest = sha256(f"{message_id}:{attempts}".encode()).digest()
    return BACK_OFF[attempts - 1] * (1 + JITTER * digest[0] / 255)


@dataclass(frozen=True, slots=True)
class InHand:
    """A claimed message in the clear; without `message` it could not be read."""

    id: int
    group_id: int | None
    address: str
    message: Outgoing | None
    attempts: int
    claimed_until: datetime
    key: str = ""


def take_in_hand(vault: Vault, row: OutboxMessage, until: datetime) -> InHand:
    """Open a claimed row; one that does not open stops no other."""
    try:
        address, payload = message_content(vault, row)
        message = Outgoing.from_json(payload)
    except (SettingsError, ValueError, KeyError, TypeError):
        address, message = "", None
    return InHand(row.id, row.group_id, address, message, row.attempts, until, row.dedupe_key)


async def keep_outcome(
    session: AsyncSession, row: InHand, result: SendResult, worker: str, now: datetime
) -> DeliveryState:
    """Store how a send ended; returns the state the message is in now."""
    match result:
        case Delivered(remote_id, poll_id, why):
            state = DeliveryState.SENT
            if poll_id and row.message is not None and row.message.poll is not None:
                await poll_was_sent(session, row.message.poll, poll_id, int(remote_id or 0), now)
        case Blocked(why):
            state, remote_id = DeliveryState.BLOCKED, None
        case Failed(why):
            state, remote_id = DeliveryState.FAILED, None
        case Migrated() | PutOff() if _spent(row, result):
            last = result.why if isinstance(result, PutOff) else "migrated"
            why, remote_id = f"{last}, {NO_ATTEMPT_LEFT}", None
            state = DeliveryState.FAILED
        case Migrated(new_address):
            await _move(session, row, new_address, now)
            return await _back(session, row, worker, now, now, "migrated")
        case PutOff(why, wait):
            until = now + (back_off(row.id, row.attempts) if wait is None else wait)
            return await _back(session, row, worker, until, now, why, counted=wait is None)
    await end_delivery(
        session, row.id, worker=worker, state=state, now=now, remote_id=remote_id, error=why
    )
    if row.key.startswith(OF_A_BROADCAST):
        await settle_correction(session, row.id, now)
    if state is DeliveryState.BLOCKED and row.group_id is not None:
        await close_group(session, row.group_id, why or "", now)
    elif state is DeliveryState.BLOCKED:
        await unreachable(session, row.key, now)
    return state


async def _back(
    session: AsyncSession,
    row: InHand,
    worker: str,
    until: datetime,
    now: datetime,
    why: str,
    *,
    counted: bool = True,
) -> DeliveryState:
    """Into the queue again, unless its broadcast was stopped meanwhile."""
    state = await put_off(
        session, row.id, worker=worker, until=until, now=now, error=why, counted=counted
    )
    if state is DeliveryState.CANCELLED:
        await settle_correction(session, row.id, now)
    return state


def _spent(row: InHand, result: Migrated | PutOff) -> bool:
    """A wait that the other side asked for is not held against the message."""
    asked_for = isinstance(result, PutOff) and result.wait is not None
    return not asked_for and row.attempts >= MOST_ATTEMPTS


async def _move(session: AsyncSession, row: InHand, new_address: str, now: datetime) -> None:
    if row.group_id is None:
        await readdress_message(session, row.id, new_address)
        return
    await group_migrated(session, int(row.address), int(new_address), now)
    await follow_group(session, row.group_id)
