"""Telling people something later: a row in the same transaction, delivered by the outbox."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.outgoing import Outgoing
from bot.storage.inbox import put_in_inbox
from bot.storage.outbox import Priority, cancel_waiting, queue_message
from bot.storage.residents import Resident, resident_address
from bot.storage.roster import (
    chats_of_staff,
    chats_of_station,
    chats_to_alert,
    is_staffed,
)
from bot.storage.staff import Role

ROSTER_KEPT = timedelta(days=7)
"""A roster without any shift this long before and after is not in use."""
PUSHED_CHANNELS = frozenset({"telegram"})
"""Channels that can be written to at any time; the others have an inbox."""


async def tell_resident(
    session: AsyncSession,
    resident: Resident,
    message: Outgoing,
    *,
    key: str,
    priority: Priority,
    now: datetime,
) -> None:
    """Leave `message` for a resident; `key` makes a second one of the same kind impossible."""
    if resident.channel not in PUSHED_CHANNELS:
        await put_in_inbox(session, resident.id, message.to_json(), now)
        return
    await queue_message(
        session,
        dedupe_key=f"{key}:{resident.id}",
        priority=priority,
        channel=resident.channel,
        address=str(resident_address(session, resident)),
        payload=message.to_json(),
        due_at=now,
        now=now,
    )


async def put_reply_off(
    session: AsyncSession,
    *,
    key: str,
    chat_id: int,
    message: Outgoing,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Leave a reply that Telegram would not take just now to the outbox, or one that is only sent
    if nothing better comes before `due_at`."""
    await queue_message(
        session,
        dedupe_key=key,
        priority=Priority.RECEIPT,
        channel="telegram",
        address=str(chat_id),
        payload=message.to_json(),
        due_at=due_at or now,
        now=now,
    )


async def take_reply_back(session: AsyncSession, *, key: str, now: datetime) -> None:
    """Something better came: the reply left to the outbox under that key is not sent."""
    await cancel_waiting(session, key, now)


async def alert_roles(
    session: AsyncSession,
    roles: tuple[Role, ...],
    message: Outgoing,
    *,
    key: str,
    now: datetime,
    priority: Priority = Priority.ALERT,
) -> int:
    """Alert the bound chats of those of these roles who are on duty; returns how many.

    What is not urgent goes with another `priority`, behind emergencies. Where nobody on duty can be
    reached, everybody of these roles is alerted.
    """
    residents = await chats_to_alert(session, roles, now)
    await alert_chats(session, residents, message, key=key, now=now, priority=priority)
    return len(residents)


async def alert_chats(
    session: AsyncSession,
    residents: Sequence[Resident],
    message: Outgoing,
    *,
    key: str,
    now: datetime,
    priority: Priority = Priority.ALERT,
) -> None:
    """Alert these chats."""
    for resident in residents:
        await tell_resident(session, resident, message, key=key, priority=priority, now=now)


async def alert_staff(
    session: AsyncSession,
    staff_ids: Collection[int],
    message: Outgoing,
    *,
    key: str,
    now: datetime,
    priority: Priority = Priority.ALERT,
) -> int:
    """Alert the bound chats of these people; returns how many."""
    residents = await chats_of_staff(session, staff_ids)
    for resident in residents:
        await tell_resident(session, resident, message, key=key, priority=priority, now=now)
    return len(residents)


async def alert_station(
    session: AsyncSession, station: str, message: Outgoing, *, key: str, now: datetime
) -> int:
    """Alert the bound chats of a station's officers; returns how many."""
    residents = await chats_of_station(session, station)
    for resident in residents:
        await tell_resident(session, resident, message, key=key, priority=Priority.ALERT, now=now)
    return len(residents)


class Desk(StrEnum):
    """Whether somebody is at the duty desk."""

    STAFFED = "staffed"
    EMPTY = "empty"
    UNKNOWN = "unknown"


async def desk_now(session: AsyncSession, now: datetime) -> Desk:
    """Whether the roster has somebody on duty; UNKNOWN where no roster is kept."""
    staffed, in_use = await is_staffed(session, now, ROSTER_KEPT)
    if staffed:
        return Desk.STAFFED
    return Desk.EMPTY if in_use else Desk.UNKNOWN
