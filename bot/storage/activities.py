"""Publicity that is not a message: talks, visits, banners, leaflets, filed by grid workers."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    case,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed
from bot.storage.groups import Within
from bot.storage.sealed_words import SealedWords, keep_sealed
from bot.storage.staff import Staff

WHY = "activity.why"


class ActivityState(StrEnum):
    """Whether the station has approved it."""

    FILED = "filed"
    APPROVED = "approved"
    REFUSED = "refused"


class Activity(Base):
    """One activity; `picture` is its key in the evidence store.

    What was approved stays as it is: a correction is an activity of its own that replaces it
    (`corrects_id`), `why` says why; one with 0 people takes it back.
    """

    __tablename__ = "activity"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(60))
    people: Mapped[int]
    picture: Mapped[str | None] = mapped_column(String(64), index=True)
    area_id: Mapped[int | None] = mapped_column(BigInteger)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    filed_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[ActivityState] = mapped_column(String(12))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), unique=True)
    why_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    why = SealedWords(WHY)


keep_sealed(Activity)
Later = aliased(Activity)
"""What took the place of an activity."""
STANDS: ColumnElement[bool] = (
    ~select(Later.id).where(Later.corrects_id == Activity.id).exists()
) & (Activity.people > 0)
"""Activities that no other has replaced or taken back."""


def lies_within(within: Within | None) -> ColumnElement[bool]:
    """Whether an activity lies in one of the areas or is the owner's; None: whichever it is."""
    if within is None:
        return true()
    inside = Activity.area_id.in_(within.areas)
    return inside if within.owner is None else or_(inside, Activity.staff_id == within.owner)


async def listed_activities(
    session: AsyncSession, limit: int, offset: int = 0, *, within: Within | None = None
) -> Sequence[tuple[Activity, str, Activity | None]]:
    """Activities with the name of who filed them and what took their place: undecided ones first,
    the longest waiting at the head, then the newest."""
    waits = Activity.state == ActivityState.FILED
    query = select(Activity, Staff.name, Later).join(Staff, Staff.id == Activity.staff_id)
    query = query.outerjoin(Later, Later.corrects_id == Activity.id)
    query = query.where(Activity.people > 0, lies_within(within))
    order = (case((waits, 0), else_=1), case((waits, Activity.id)), Activity.id.desc())
    rows = await session.execute(query.order_by(*order).limit(limit).offset(offset))
    return [(one, worker, later) for one, worker, later in rows]


async def count_listed(session: AsyncSession, *, within: Within | None = None) -> int:
    """How many activities there are to list."""
    query = select(func.count()).select_from(Activity)
    return await session.scalar(query.where(Activity.people > 0, lies_within(within))) or 0


async def lock_standing(
    session: AsyncSession, activity_id: int, within: Within | None = None
) -> Activity | None:
    """An approved activity that stands, held until the commit."""
    query = select(Activity).where(
        Activity.id == activity_id,
        Activity.state == ActivityState.APPROVED,
        lies_within(within),
    )
    held = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    later = select(Later.id).where(Later.corrects_id == activity_id)
    gone = held is None or not held.people or await session.scalar(later) is not None
    return None if gone else held


async def decide(
    session: AsyncSession,
    ids: Sequence[int],
    state: ActivityState,
    staff_id: int,
    now: datetime,
    *,
    within: Within | None = None,
) -> int:
    """Approve or refuse filed activities; how many of them nobody had decided before.

    What is refused gives its picture up.
    """
    query = update(Activity).where(
        Activity.id.in_(ids), Activity.state == ActivityState.FILED, lies_within(within)
    )
    values = {"state": state, "decided_by": staff_id, "decided_at": now}
    if state == ActivityState.REFUSED:
        values |= {"picture": None}
    decided = query.values(values).execution_options(synchronize_session=False)
    return await count_changed(session, decided)


async def count_activities(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    *,
    within: Within | None = None,
) -> dict[str, tuple[int, int]]:
    """How many approved activities of each kind there were in a time, and the people reached."""
    query = (
        select(Activity.kind, func.count(), func.coalesce(func.sum(Activity.people), 0))
        .where(
            Activity.state == ActivityState.APPROVED,
            Activity.filed_at >= since,
            Activity.filed_at < until,
            STANDS,
            lies_within(within),
        )
        .group_by(Activity.kind)
    )
    return {kind: (count, people) for kind, count, people in await session.execute(query)}
