"""Who has which lead open in a browser right now."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.dialects import insert
from bot.storage.staff import Staff


class LeadWatch(Base):
    """An open page of a lead; its browser says so again every few seconds."""

    __tablename__ = "lead_watch"

    lead_id: Mapped[int] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    seen_at: Mapped[datetime]


async def watch_lead(
    session: AsyncSession, lead_id: int, staff_id: int, now: datetime, stale: datetime
) -> None:
    """Note an open page, and forget those of the same person that are no longer open."""
    theirs = LeadWatch.staff_id == staff_id
    await session.execute(delete(LeadWatch).where(theirs, LeadWatch.seen_at < stale))
    await session.execute(
        insert(session, LeadWatch)
        .values(lead_id=lead_id, staff_id=staff_id, seen_at=now)
        .on_conflict_do_update(index_elements=["lead_id", "staff_id"], set_={"seen_at": now})
    )


async def watchers_of(
    session: AsyncSession, lead_id: int, but: int, seen_after: datetime
) -> Sequence[str]:
    """The names of others who have a lead open."""
    query = select(Staff.name).join(LeadWatch, LeadWatch.staff_id == Staff.id)
    query = query.where(
        LeadWatch.lead_id == lead_id, LeadWatch.staff_id != but, LeadWatch.seen_at >= seen_after
    )
    return (await session.scalars(query.order_by(Staff.name))).all()
