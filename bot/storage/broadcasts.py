"""Broadcasts and their occurrences; the single deliveries are outbox rows."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert
from bot.storage.groups import CommunityGroup, Within, lies_in


class BroadcastState(StrEnum):
    """Where a broadcast stands as a whole."""

    AWAITING = "awaiting"
    REFUSED = "refused"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    RETRACTED = "retracted"


class Late(StrEnum):
    """What becomes of a time that passed while nothing was running."""

    ONCE = "once"
    SKIP = "skip"


class Broadcast(Base):
    """A text for some groups at a time; texts from the approved templates need no second person.

    `dedupe_key` makes one press of a button one broadcast; own words have an empty `template`.
    `rule` says when it goes out again, `send_at` when next. `selector` chooses the targets anew
    each time; without one they are its BroadcastTargets. `variants` are texts by channel, and for
    elders. `note` is why the rules moved it or who refused it why.
    """

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(100), unique=True)
    template: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[BroadcastState] = mapped_column(String(12), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    send_at: Mapped[datetime] = mapped_column(index=True)
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    emergency: Mapped[bool] = mapped_column(default=False, server_default=false())
    approved_by: Mapped[int | None] = mapped_column(BigInteger)
    approved_at: Mapped[datetime | None]
    rule: Mapped[str | None] = mapped_column(String(80))
    late: Mapped[Late] = mapped_column(String(8), default=Late.ONCE, server_default="once")
    selector: Mapped[str | None] = mapped_column(Text)
    variants: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    poster: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(String(200))


class BroadcastTarget(Base):
    """A group that a broadcast goes to."""

    __tablename__ = "broadcast_target"

    broadcast_id: Mapped[int] = mapped_column(
        ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(ForeignKey("community_group.id"), primary_key=True)


class Occurrence(Base):
    """One going-out of a broadcast; `slot` is the time it was due.

    Its deliveries are queued in batches: `filled_to` is the last target that is in the outbox,
    `filled_at` is set once all are.
    """

    __tablename__ = "occurrence"
    __table_args__ = (UniqueConstraint("broadcast_id", "slot"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    slot: Mapped[datetime]
    made_at: Mapped[datetime]
    filled_to: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    filled_at: Mapped[datetime | None]


async def add_broadcast(
    session: AsyncSession, broadcast: Broadcast, group_ids: Sequence[int]
) -> Broadcast:
    """Keep a new broadcast and its targets; where its dedupe key is known, the one kept before."""
    columns = {
        column.key: value
        for column in Broadcast.__table__.columns
        if (value := getattr(broadcast, column.key)) is not None and column.key != "id"
    }
    made = await session.execute(
        insert(session, Broadcast)
        .values(**columns)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Broadcast.id)
    )
    new_id = made.scalar_one_or_none()
    if new_id is not None:
        session.add_all(
            BroadcastTarget(broadcast_id=new_id, group_id=group_id) for group_id in group_ids
        )
        await session.flush()
    query = select(Broadcast).where(Broadcast.dedupe_key == broadcast.dedupe_key)
    return (await session.scalars(query)).one()


async def broadcast_by_key(session: AsyncSession, key: str) -> Broadcast | None:
    """The broadcast that a form made before."""
    return await session.scalar(select(Broadcast).where(Broadcast.dedupe_key == key))


async def due_broadcasts(session: AsyncSession, now: datetime, limit: int) -> Sequence[Broadcast]:
    """Scheduled broadcasts whose time has come, oldest first."""
    query = select(Broadcast).where(
        Broadcast.state == BroadcastState.SCHEDULED, Broadcast.send_at <= now
    )
    return (await session.scalars(query.order_by(Broadcast.send_at).limit(limit))).all()


async def awaiting_broadcasts(session: AsyncSession, limit: int) -> Sequence[Broadcast]:
    """Broadcasts that wait for a second person, emergencies first."""
    query = select(Broadcast).where(Broadcast.state == BroadcastState.AWAITING)
    query = query.order_by(Broadcast.emergency.desc(), Broadcast.id)
    return (await session.scalars(query.limit(limit))).all()


async def latest_broadcasts(session: AsyncSession, limit: int) -> Sequence[tuple[Broadcast, bool]]:
    """Broadcasts, newest first, and whether each went out at least once."""
    begun = exists(select(Occurrence.id).where(Occurrence.broadcast_id == Broadcast.id))
    query = select(Broadcast, begun).order_by(Broadcast.created_at.desc(), Broadcast.id.desc())
    return [(one, bool(went)) for one, went in await session.execute(query.limit(limit))]


async def change_state(
    session: AsyncSession,
    broadcast_id: int,
    *,
    from_states: Sequence[BroadcastState],
    to_state: BroadcastState,
    cancelled_by: int | None = None,
    note: str | None = None,
) -> bool:
    """Move a broadcast on; False where it is no longer in one of `from_states`."""
    more = {"cancelled_by": cancelled_by, "note": note}
    changed = await count_changed(
        session,
        update(Broadcast)
        .where(Broadcast.id == broadcast_id, Broadcast.state.in_(from_states))
        .values(state=to_state, **{name: value for name, value in more.items() if value}),
    )
    return bool(changed)


async def reschedule(
    session: AsyncSession,
    broadcast: Broadcast,
    send_at: datetime,
    note: str | None,
) -> bool:
    """Give a scheduled broadcast another time; False where somebody has done so, or stopped it."""
    changed = await count_changed(
        session,
        update(Broadcast)
        .where(
            Broadcast.id == broadcast.id,
            Broadcast.state == BroadcastState.SCHEDULED,
            Broadcast.send_at == broadcast.send_at,
        )
        .values(send_at=send_at, note=note),
    )
    return bool(changed)


async def decide_awaiting(
    session: AsyncSession,
    broadcast_id: int,
    *,
    to_state: BroadcastState,
    staff_id: int,
    now: datetime,
    send_at: datetime,
    note: str | None,
) -> bool:
    """Approve or refuse a broadcast that waits for a second person; False where one has."""
    changed = await count_changed(
        session,
        update(Broadcast)
        .where(Broadcast.id == broadcast_id, Broadcast.state == BroadcastState.AWAITING)
        .values(state=to_state, approved_by=staff_id, approved_at=now, send_at=send_at, note=note),
    )
    return bool(changed)


def is_seen(
    within: Within | None, broadcast_id: ColumnElement[int] | InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Whether what came of a broadcast in a group is shown to somebody: of his own everything."""
    if within is None or within.owner is None:
        return lies_in(within)
    own = select(Broadcast.id).where(Broadcast.created_by == within.owner)
    return or_(lies_in(within), broadcast_id.in_(own))


async def target_ids(session: AsyncSession, broadcast_id: int) -> Sequence[int]:
    """The groups that a broadcast names one by one."""
    query = select(BroadcastTarget.group_id).where(BroadcastTarget.broadcast_id == broadcast_id)
    return (await session.scalars(query)).all()


async def target_titles(
    session: AsyncSession, broadcast_ids: Sequence[int], within: Within | None = None
) -> dict[int, list[str]]:
    """The titles of the groups of each broadcast, as far as somebody sees them."""
    query = select(BroadcastTarget.broadcast_id, CommunityGroup.title).join(
        CommunityGroup, CommunityGroup.id == BroadcastTarget.group_id
    )
    seen = is_seen(within, BroadcastTarget.broadcast_id)
    query = query.where(BroadcastTarget.broadcast_id.in_(broadcast_ids), seen)
    titles: dict[int, list[str]] = {}
    for broadcast_id, title in await session.execute(query.order_by(CommunityGroup.title)):
        titles.setdefault(broadcast_id, []).append(title)
    return titles


async def still_to_come(
    session: AsyncSession, until: datetime, limit: int = 500
) -> Sequence[Broadcast]:
    """Broadcasts that go out next before `until`, or wait for somebody's word to."""
    states = (BroadcastState.SCHEDULED, BroadcastState.AWAITING, BroadcastState.PAUSED)
    query = select(Broadcast).where(Broadcast.state.in_(states), Broadcast.send_at < until)
    begun = select(Occurrence.id).where(
        Occurrence.broadcast_id == Broadcast.id, Occurrence.slot == Broadcast.send_at
    )
    query = query.where(~exists(begun.correlate(Broadcast)))
    return (await session.scalars(query.order_by(Broadcast.send_at).limit(limit))).all()


async def planned_by_selector(session: AsyncSession) -> Sequence[tuple[int, str]]:
    """Number and stored selector of every broadcast for a choice of groups that is to come."""
    states = (BroadcastState.SCHEDULED, BroadcastState.AWAITING, BroadcastState.PAUSED)
    query = select(Broadcast.id, Broadcast.selector).where(
        Broadcast.state.in_(states), Broadcast.selector.is_not(None)
    )
    rows = await session.execute(query.order_by(Broadcast.id))
    return [(number, selector) for number, selector in rows if selector]


async def times_of_templates(session: AsyncSession, since: datetime) -> dict[str, datetime]:
    """When each template goes or went out last since a moment; those taken back do not count."""
    gone = (BroadcastState.CANCELLED, BroadcastState.REFUSED, BroadcastState.RETRACTED)
    query = (
        select(Broadcast.template, func.max(Broadcast.send_at))
        .where(Broadcast.template != "", Broadcast.send_at >= since, Broadcast.state.not_in(gone))
        .group_by(Broadcast.template)
    )
    return {template: at for template, at in await session.execute(query)}
