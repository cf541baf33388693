"""Deliveries of a broadcast, queued by the thousand: the database copies, no row is looked at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    SmallInteger,
    String,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.broadcasts import BroadcastTarget
from bot.storage.dialects import count_changed, insert
from bot.storage.forwards import Forward
from bot.storage.groups import CommunityGroup, GroupChannel
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from bot.storage.targets import Choice, chosen_by

NOWHERE = 0
"""The area of a group that has none, or of every group where the text names no place."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Groups that read the same text: of one channel, with or without elders, of one place."""

    channel: str
    elders: bool
    area_id: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The next groups of a broadcast in the order of ids: after `after`, up to `last`.

    Of `count` groups, 0 at the end; they stay as they are until the transaction ends.
    """

    broadcast_id: int
    choice: Choice | None
    elders: str
    by_place: bool
    after: int
    last: int
    count: int
    kinds: Sequence[Kind]


@dataclass(frozen=True, slots=True)
class Slip:
    """What every delivery of a batch has in common."""

    occurrence_id: int
    priority: Priority
    now: datetime
    not_known: str
    """Why a group of which no text could be made gets none."""
    full: str
    """Why a group that has had enough gets none."""


async def next_batch(
    session: AsyncSession,
    broadcast_id: int,
    choice: Choice | None,
    after: int,
    limit: int,
    *,
    elders: str = "",
    by_place: bool = False,
) -> Batch:
    """The next groups: those chosen, else the broadcast's own; `elders` is the tag told apart."""
    batch = Batch(broadcast_id, choice, elders, by_place, after, after, 0, ())
    group = _groups(batch, CommunityGroup.id, *_kind_of(batch)).order_by(CommunityGroup.id)
    found = group.limit(limit).with_for_update(read=True, of=CommunityGroup).subquery()
    kind = (found.c.channel, found.c.elders, found.c.place)
    query = select(*kind, func.count(), func.max(found.c.id)).group_by(*kind)
    rows = (await session.execute(query)).all()
    return Batch(
        broadcast_id,
        choice,
        elders,
        by_place,
        after,
        max((row[4] for row in rows), default=after),
        sum(row[3] for row in rows),
        tuple(Kind(row[0], bool(row[1]), row[2]) for row in rows),
    )


async def full_groups(
    session: AsyncSession, batch: Batch, since: datetime, until: datetime, most: int
) -> Sequence[int]:
    """The groups of a batch that were sent `most` notices in a time, by a robot or by hand."""
    ids = _groups(batch, CommunityGroup.id)
    sent = select(OutboxMessage.group_id).where(
        OutboxMessage.group_id.in_(ids),
        OutboxMessage.occurrence_id.is_not(None),
        OutboxMessage.state != DeliveryState.CANCELLED,
        went_at() >= since,
        went_at() < until,
    )
    asked = select(Forward.group_id).where(
        Forward.group_id.in_(ids), Forward.asked_at >= since, Forward.asked_at < until
    )
    got = union_all(sent, asked).subquery()
    query = select(got.c.group_id).group_by(got.c.group_id).having(func.count() >= most)
    return (await session.scalars(query)).all()


def went_at() -> ColumnElement[datetime]:
    """When a delivery went out, or is to: one moved past the night counts for the next day."""
    return func.coalesce(OutboxMessage.ended_at, OutboxMessage.due_at)


async def queue_batch(
    session: AsyncSession,
    batch: Batch,
    texts: Mapping[Kind, bytes],
    full: Collection[int],
    slip: Slip,
) -> int:
    """Queue a batch but for what only a person can post; those already queued stay.

    `texts` are sealed payloads by kind, empty where no text could be made. Returns how many came
    in.
    """
    told = _texts(texts)
    channel, elders, place = _kind_of(batch)
    failed = told.c.payload == b""
    out = CommunityGroup.id.in_(full)
    columns: dict[str, Any] = {
        "dedupe_key": literal(f"occ:{slip.occurrence_id}:") + cast(CommunityGroup.id, String),
        "priority": literal(int(slip.priority), SmallInteger),
        "channel": CommunityGroup.channel,
        "address_sealed": literal(b"", LargeBinary),
        "payload_sealed": told.c.payload,
        "occurrence_id": literal(slip.occurrence_id),
        "group_id": CommunityGroup.id,
        "state": case(
            (out, DeliveryState.CANCELLED.value),
            (failed, DeliveryState.FAILED.value),
            else_=DeliveryState.QUEUED.value,
        ),
        "error": case((out, slip.full), (failed, slip.not_known), else_=null()),
        "ended_at": case((or_(out, failed), literal(slip.now, _moment())), else_=null()),
        "due_at": literal(slip.now, _moment()),
        "attempts": literal(0, SmallInteger),
        "created_at": literal(slip.now, _moment()),
    }
    same = and_(told.c.channel == channel, told.c.elders == elders, told.c.place == place)
    copied = _groups(batch, *columns.values()).join(told, same)
    copied = copied.where(CommunityGroup.channel != GroupChannel.WECHAT)
    copied = copied.order_by(CommunityGroup.id)
    added = insert(session, OutboxMessage).from_select(list(columns), copied)
    return await count_changed(session, added.on_conflict_do_nothing(index_elements=["dedupe_key"]))


async def groups_by_hand(session: AsyncSession, batch: Batch) -> Sequence[CommunityGroup]:
    """The groups of a batch that only a person can post to."""
    query = _groups(batch, CommunityGroup).where(CommunityGroup.channel == GroupChannel.WECHAT)
    return (await session.scalars(query.order_by(CommunityGroup.id))).all()


def _groups(batch: Batch, *columns: Any) -> Select[Any]:
    """Columns of the groups that a batch means; without a last one, of all that come after."""
    wanted = chosen_by(batch.choice) if batch.choice is not None else []
    query = select(*columns).where(
        CommunityGroup.active.is_(True), CommunityGroup.id > batch.after, *wanted
    )
    if batch.count:
        query = query.where(CommunityGroup.id <= batch.last)
    if batch.choice is None:
        own = select(BroadcastTarget.group_id).where(
            BroadcastTarget.broadcast_id == batch.broadcast_id,
            BroadcastTarget.group_id == CommunityGroup.id,
        )
        query = query.where(exists(own.correlate(CommunityGroup)))
    return query


def _kind_of(batch: Batch) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any]]:
    tagged = CommunityGroup.audiences.contains(f"|{batch.elders}|", autoescape=True)
    elders = case((tagged, 1), else_=0) if batch.elders else literal(0, Integer)
    place = func.coalesce(CommunityGroup.area_id, NOWHERE) if batch.by_place else literal(NOWHERE)
    return CommunityGroup.channel.label("channel"), elders.label("elders"), place.label("place")


def _texts(texts: Mapping[Kind, bytes]) -> CTE:
    columns = (
        column("channel", String),
        column("elders", Integer),
        column("place", Integer),
        column("payload", LargeBinary),
    )
    rows = [(kind.channel, int(kind.elders), kind.area_id, text) for kind, text in texts.items()]
    return values(*columns, name="told").data(rows).cte("told")


def _moment() -> Any:
    return OutboxMessage.__table__.c.due_at.type
