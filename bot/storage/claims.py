"""How workers take messages out of the outbox, so that no two send the same one.

A message is claimed for a time, sent outside any transaction, and marked with its end. A crash
between sending and marking is the one case in which it may go twice; `attempts` shows it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from bot.storage.dialects import count_changed
from bot.storage.groups import ADDRESS as GROUP_ADDRESS
from bot.storage.outbox import ADDRESS, PAYLOAD, DeliveryState, OutboxMessage, Priority
from bot.storage.stops import release_abandoned, stops_of
from bot.storage.vault import Vault

STARVED_AFTER = timedelta(minutes=1)
"""Overdue by this, a message may go before more pressing ones in its worker's fair turns."""


async def anything_due(
    session: AsyncSession,
    *,
    channel: str,
    now: datetime,
    except_groups: Collection[int] = (),
    except_priority: Priority | None = None,
) -> bool:
    """Whether a message of the channel waits to be claimed; only looks."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.channel == channel,
        or_(_queued(now), _abandoned(now)),
        _outside(except_groups),
        _but(except_priority),
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def claim_due(
    session: AsyncSession,
    *,
    worker: str,
    channel: str,
    limit: int,
    now: datetime,
    lease: timedelta,
    except_groups: Collection[int] = (),
    except_priority: Priority | None = None,
    fair_turn: int | None = None,
) -> Sequence[OutboxMessage]:
    """Claim up to `limit` due messages of a channel, most pressing first; nobody else gets them.

    At most one of each group, none of `except_groups` or `except_priority`. Messages whose claim
    ran out are claimed again. In a fair turn a kind overdue by STARVED_AFTER goes first; the turn's
    number goes round among such kinds.
    """
    abandoned = select(OutboxMessage.id).where(OutboxMessage.channel == channel, _abandoned(now))
    if left := (await session.scalars(abandoned)).all():
        await release_abandoned(session, left, now)
    order = (OutboxMessage.priority, OutboxMessage.due_at, OutboxMessage.id)
    chosen = (
        select(OutboxMessage.id, OutboxMessage.group_id)
        .where(
            OutboxMessage.channel == channel,
            _queued(now),
            _outside(except_groups),
            _but(except_priority),
        )
        .order_by(*order)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found: list[Row[int, int | None]] = []
    starved = await _starved(session, channel, now, except_groups) if fair_turn is not None else []
    starved = [kind for kind in starved if kind != except_priority]
    if starved and fair_turn is not None:
        kind = starved[fair_turn % len(starved)]
        found += (await session.execute(chosen.where(OutboxMessage.priority == kind))).all()
    if len(found) < limit:
        found += (await session.execute(chosen)).all()
    ids = _one_of_each_group([(row.id, row.group_id) for row in found])[:limit]
    if not ids:
        return []
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids))
        .values(
            state=DeliveryState.SENDING,
            claimed_by=worker,
            claimed_until=now + lease,
            attempts=OutboxMessage.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )
    claimed = select(OutboxMessage).where(OutboxMessage.id.in_(ids)).order_by(*order)
    claimed = claimed.options(joinedload(OutboxMessage.group))
    return (await session.scalars(claimed.execution_options(populate_existing=True))).all()


async def _starved(
    session: AsyncSession, channel: str, now: datetime, except_groups: Collection[int]
) -> list[int]:
    """The priorities with a message overdue too long; one look at the index for each."""
    found = []
    for priority in Priority:
        first = select(OutboxMessage.id).where(
            OutboxMessage.channel == channel,
            OutboxMessage.priority == int(priority),
            OutboxMessage.state == DeliveryState.QUEUED,
            OutboxMessage.due_at <= now - STARVED_AFTER,
            _outside(except_groups),
        )
        if await session.scalar(first.limit(1)) is not None:
            found.append(int(priority))
    return found


def _queued(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxMessage.state == DeliveryState.QUEUED, OutboxMessage.due_at <= now)


def _abandoned(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxMessage.state == DeliveryState.SENDING, OutboxMessage.claimed_until < now)


def _but(priority: Priority | None) -> ColumnElement[bool]:
    return true() if priority is None else OutboxMessage.priority != int(priority)


def _outside(groups: Collection[int]) -> ColumnElement[bool]:
    return or_(OutboxMessage.group_id.is_(None), OutboxMessage.group_id.not_in(groups))


def _one_of_each_group(rows: Sequence[tuple[int, int | None]]) -> list[int]:
    seen: set[int] = set()
    ids: dict[int, None] = {}
    for message_id, group_id in rows:
        if message_id in ids or group_id in seen:
            continue
        ids[message_id] = None
        if group_id is not None:
            seen.add(group_id)
    return list(ids)


async def move_due(
    session: AsyncSession,
    *,
    channel: str,
    priority: Priority,
    now: datetime,
    until: datetime,
    error: str,
    limit: int,
) -> int:
    """Put up to `limit` due messages of a kind off; looks first, so that it seldom writes."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.channel == channel,
        OutboxMessage.priority == int(priority),
        _queued(now),
    )
    ids = (await session.scalars(query.limit(limit).with_for_update(skip_locked=True))).all()
    if not ids:
        return 0
    put = update(OutboxMessage).where(OutboxMessage.id.in_(ids))
    await session.execute(
        put.values(due_at=until, error=error).execution_options(synchronize_session=False)
    )
    return len(ids)


def message_content(vault: Vault, message: OutboxMessage) -> tuple[str, str]:
    """Address and payload in the clear, for the one who claimed it."""
    return address_of(vault, message), vault.open(message.payload_sealed, PAYLOAD)


def address_of(vault: Vault, message: OutboxMessage) -> str:
    """Where a message goes: its own address, else its group's as it is now."""
    if message.address_sealed or message.group is None:
        return vault.open(message.address_sealed, ADDRESS)
    return vault.open(message.group.address_sealed, GROUP_ADDRESS)


def _held(message_id: int, worker: str) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxMessage.id == message_id,
        OutboxMessage.claimed_by == worker,
        OutboxMessage.ended_at.is_(None),
    )


async def end_delivery(
    session: AsyncSession,
    message_id: int,
    *,
    worker: str,
    state: DeliveryState,
    now: datetime,
    remote_id: str | None = None,
    error: str | None = None,
) -> bool:
    """Mark how a claimed message ended; False where the claim had passed to another worker.

    A claim that ran out and was taken by nobody yet still counts: the message has been sent.
    """
    ended = await count_changed(
        session,
        update(OutboxMessage)
        .where(*_held(message_id, worker))
        .values(state=state, ended_at=now, remote_id=remote_id, error=error, claimed_until=None),
    )
    return bool(ended)


async def put_off(
    session: AsyncSession,
    message_id: int,
    *,
    worker: str,
    until: datetime,
    now: datetime,
    error: str,
    counted: bool = True,
) -> DeliveryState:
    """Give a claimed message back to the queue; with `counted` off the try is not held against it.

    One whose broadcast was paused meanwhile is held, one that was cancelled or taken back ends.
    Returns its state.
    """
    values: dict[str, object] = {
        "state": DeliveryState.QUEUED,
        "due_at": until,
        "error": error,
        "attempts": OutboxMessage.attempts - (0 if counted else 1),
        "claimed_by": None,
        "claimed_until": None,
    }
    if stop := (await stops_of(session, [message_id])).get(message_id):
        values |= stop.values(now)
    query = update(OutboxMessage).where(*_held(message_id, worker)).values(**values)
    await session.execute(query.execution_options(synchronize_session=False))
    return stop.state if stop else DeliveryState.QUEUED
