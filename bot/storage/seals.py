"""Daily seals over all audit trails, and reading the trails to verify them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.leads import Lead, LeadEvent


class AuditSeal(Base):
    """A day's lines of every trail under one hash, which covers the day before, too."""

    __tablename__ = "audit_seal"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    lines: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


async def all_seals(session: AsyncSession) -> Sequence[AuditSeal]:
    """Every seal, oldest first."""
    return (await session.scalars(select(AuditSeal).order_by(AuditSeal.day))).all()


async def last_seal(session: AsyncSession) -> AuditSeal | None:
    """The newest seal."""
    return await session.scalar(select(AuditSeal).order_by(AuditSeal.day.desc()).limit(1))


async def first_event_at(session: AsyncSession) -> datetime | None:
    """When the oldest line of any trail was written."""
    return await session.scalar(select(func.min(LeadEvent.at)))


async def hashes_between(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[tuple[int, int, str]]:
    """Lead id, position and hash of the lines written from `since` up to and without `until`."""
    query = select(LeadEvent.lead_id, LeadEvent.position, LeadEvent.hash)
    query = query.where(LeadEvent.at >= since, LeadEvent.at < until)
    rows = await session.execute(query.order_by(LeadEvent.lead_id, LeadEvent.position))
    return [(lead_id, position, digest) for lead_id, position, digest in rows]


async def events_after(
    session: AsyncSession, lead_id: int, position: int, limit: int
) -> Sequence[tuple[LeadEvent, str]]:
    """Lines of all trails after this place with their lead's number, trail by trail."""
    query = select(LeadEvent, Lead.number).join(Lead, Lead.id == LeadEvent.lead_id)
    query = query.where(
        (LeadEvent.lead_id > lead_id)
        | ((LeadEvent.lead_id == lead_id) & (LeadEvent.position > position))
    )
    query = query.order_by(LeadEvent.lead_id, LeadEvent.position).limit(limit)
    return [(event, number) for event, number in await session.execute(query)]


async def lead_without_trail(session: AsyncSession) -> str | None:
    """The number of a lead that has not one line; every lead begins with one."""
    lines = select(LeadEvent.id).where(LeadEvent.lead_id == Lead.id)
    return await session.scalar(select(Lead.number).where(~lines.exists()).limit(1))
