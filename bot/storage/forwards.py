"""Notices that a grid worker forwards by hand, to groups that only a person can post to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ForeignKey,
    Row,
    String,
    UniqueConstraint,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.areas import Area
from bot.storage.base import Base, BigId
from bot.storage.broadcasts import Broadcast, BroadcastState, Occurrence, is_seen
from bot.storage.dialects import count_changed, insert
from bot.storage.groups import CommunityGroup, Within
from bot.storage.staff import ChatBinding, Staff

STOPPED = (BroadcastState.PAUSED, BroadcastState.CANCELLED, BroadcastState.RETRACTED)
TO_KEEPERS = ("0", "1", "again")
"""The messages to the keeper about one request, as they stand in their keys."""


class Forward(Base):
    """One going-out to one such group; `members` is how many read there, as the worker says.

    `picture` is its key in the evidence store.
    """

    __tablename__ = "forward"
    __table_args__ = (UniqueConstraint("occurrence_id", "group_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("community_group.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(index=True)
    members: Mapped[int | None]
    picture: Mapped[str | None] = mapped_column(String(64), index=True)


async def ask_to_forward(
    session: AsyncSession, occurrence_id: int, group_id: int, staff_id: int, now: datetime
) -> int | None:
    """The id of a new request, or None where that group was already asked for."""
    made = await session.execute(
        insert(session, Forward)
        .values(occurrence_id=occurrence_id, group_id=group_id, staff_id=staff_id, asked_at=now)
        .on_conflict_do_nothing(index_elements=["occurrence_id", "group_id"])
        .returning(Forward.id)
    )
    return made.scalar_one_or_none()


async def unconfirmed(
    session: AsyncSession, asked_before: datetime, asked_after: datetime
) -> Sequence[Row[Forward, str, str]]:
    """Requests nobody has confirmed nor been reminded of, with the group's title and the text.

    What is paused or was stopped is not to be forwarded now.
    """
    query = (
        select(Forward, CommunityGroup.title, Broadcast.text)
        .join(CommunityGroup, CommunityGroup.id == Forward.group_id)
        .join(Occurrence, Occurrence.id == Forward.occurrence_id)
        .join(Broadcast, Broadcast.id == Occurrence.broadcast_id)
        .where(
            Forward.confirmed_at.is_(None),
            Forward.reminded_at.is_(None),
            Broadcast.state.not_in(STOPPED),
            Forward.asked_at <= asked_before,
            Forward.asked_at > asked_after,
        )
    )
    return (await session.execute(query.order_by(Forward.id))).all()


async def waiting_for(
    session: AsyncSession, staff_id: int, since: datetime
) -> Sequence[Row[Forward, CommunityGroup, Broadcast]]:
    """What somebody was asked to forward since then and has not confirmed, the newest first."""
    query = (
        select(Forward, CommunityGroup, Broadcast)
        .join(CommunityGroup, CommunityGroup.id == Forward.group_id)
        .join(Occurrence, Occurrence.id == Forward.occurrence_id)
        .join(Broadcast, Broadcast.id == Occurrence.broadcast_id)
        .where(
            Forward.staff_id == staff_id,
            Forward.confirmed_at.is_(None),
            Forward.asked_at > since,
            Broadcast.state.not_in(STOPPED),
        )
        .order_by(Forward.id.desc())
    )
    return (await session.execute(query)).all()


def keys_to_keepers(occurrence_ids: Collection[int]) -> CompoundSelect[str]:
    """The keys of the messages that ask keepers to forward something of these occurrences."""
    number, chat = cast(Forward.id, String), cast(ChatBinding.resident_id, String)
    return union_all(
        *(
            select(literal("fwd:") + number + literal(f":{place}:") + chat)
            .join(ChatBinding, ChatBinding.staff_id == Forward.staff_id)
            .where(Forward.occurrence_id.in_(occurrence_ids))
            for place in TO_KEEPERS
        )
    )


@dataclass(frozen=True, slots=True)
class LastForward:
    """The newest request for a group, and whether any one was confirmed."""

    id: int
    staff_id: int
    title: str
    confirmed: bool


async def last_forwards(session: AsyncSession, broadcast_id: int) -> list[LastForward]:
    """The newest request to forward a broadcast of each group."""
    newest = (
        select(func.max(Forward.id).label("id"), func.count(Forward.confirmed_at).label("done"))
        .join(Occurrence, Occurrence.id == Forward.occurrence_id)
        .where(Occurrence.broadcast_id == broadcast_id)
        .group_by(Forward.group_id)
        .subquery()
    )
    query = (
        select(Forward.id, Forward.staff_id, CommunityGroup.title, newest.c.done)
        .join(newest, newest.c.id == Forward.id)
        .join(CommunityGroup, CommunityGroup.id == Forward.group_id)
        .order_by(Forward.id)
    )
    rows = await session.execute(query)
    return [LastForward(number, staff, title, done > 0) for number, staff, title, done in rows]


async def mark_reminded(session: AsyncSession, forward_id: int, now: datetime) -> bool:
    """Note that the worker was reminded; False where he was before."""
    query = update(Forward).where(Forward.id == forward_id, Forward.reminded_at.is_(None))
    return bool(await count_changed(session, query.values(reminded_at=now)))


async def confirm(session: AsyncSession, forward_id: int, now: datetime) -> bool:
    """Note that it was forwarded; False where that was noted before."""
    query = update(Forward).where(Forward.id == forward_id, Forward.confirmed_at.is_(None))
    return bool(await count_changed(session, query.values(confirmed_at=now)))


async def count_forwards(
    session: AsyncSession, broadcast_ids: Sequence[int]
) -> dict[int, tuple[int, int, int]]:
    """Asked, confirmed, and people reached by what was confirmed, by broadcast.

    A group that was forwarded to several times counts its people once, by its largest size.
    """
    by_group = (
        select(
            Occurrence.broadcast_id,
            func.count().label("asked"),
            func.count(Forward.confirmed_at).label("confirmed"),
            func.max(Forward.members).label("people"),
        )
        .join(Occurrence, Occurrence.id == Forward.occurrence_id)
        .where(Occurrence.broadcast_id.in_(broadcast_ids))
        .group_by(Occurrence.broadcast_id, Forward.group_id)
        .subquery()
    )
    counts = (func.sum(by_group.c[name]) for name in ("asked", "confirmed", "people"))
    query = select(by_group.c.broadcast_id, *counts).group_by(by_group.c.broadcast_id)
    rows = await session.execute(query)
    return {
        number: (int(asked), int(done), int(people or 0)) for number, asked, done, people in rows
    }


@dataclass(frozen=True, slots=True)
class AskedForward:
    """One request to forward by hand, with where it was to go and what became of it."""

    id: int
    broadcast_id: int
    slot: datetime
    group: str
    street: str | None
    community: str | None
    asked_at: datetime
    confirmed_at: datetime | None
    members: int | None


def _seen(within: Within | None) -> ColumnElement[bool]:
    """What is_seen says, and of what the speaker forwarded himself everything."""
    own = false() if within is None else Forward.staff_id == within.owner
    return or_(is_seen(within, Occurrence.broadcast_id), own)


async def asked_forwards(
    session: AsyncSession,
    broadcast_id: int | None,
    after: int,
    limit: int,
    within: Within | None,
) -> Sequence[AskedForward]:
    """Requests to forward in the order of ids, of one broadcast or of all, that somebody sees."""
    query = (
        select(
            Forward.id,
            Occurrence.broadcast_id,
            Occurrence.slot,
            CommunityGroup.title,
            Area.street,
            Area.community,
            Forward.asked_at,
            Forward.confirmed_at,
            Forward.members,
        )
        .join(Occurrence, Occurrence.id == Forward.occurrence_id)
        .join(CommunityGroup, CommunityGroup.id == Forward.group_id)
        .outerjoin(Area, Area.id == CommunityGroup.area_id)
        .where(Forward.id > after, _seen(within))
    )
    if broadcast_id is not None:
        query = query.where(Occurrence.broadcast_id == broadcast_id)
    rows = await session.execute(query.order_by(Forward.id).limit(limit))
    return [AskedForward(*row) for row in rows]


async def latest_forwards(
    session: AsyncSession, limit: int, within: Within | None
) -> Sequence[Row[Forward, CommunityGroup, str, str]]:
    """Confirmed forwards somebody sees, with group, worker and text, newest first."""
    query = (
        select(Forward, CommunityGroup, Staff.name, Broadcast.text)
        .join(CommunityGroup, CommunityGroup.id == Forward.group_id)
        .join(Staff, Staff.id == Forward.staff_id)
        .join(Occurrence, Occurrence.id == Forward.occurrence_id)
        .join(Broadcast, Broadcast.id == Occurrence.broadcast_id)
        .where(Forward.confirmed_at.is_not(None), _seen(within))
    )
    return (await session.execute(query.order_by(Forward.confirmed_at.desc()).limit(limit))).all()
