"""Checks: that somebody asked and what was answered. The text itself is never kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed

WARNING_LEVELS = ("high", "suspicious")


class Check(Base):
    """One verdict given to one resident; `reference` is what buttons carry, `read_at` when the
    article of its trick was opened from it."""

    __tablename__ = "check"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    resident_id: Mapped[int] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), index=True
    )
    text_hash: Mapped[str] = mapped_column(String(32), index=True)
    level: Mapped[str] = mapped_column(String(16))
    score: Mapped[float]
    category: Mapped[str | None] = mapped_column(String(32))
    family: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(2))
    library_version: Mapped[str] = mapped_column(String(32))
    disputed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


async def find_check(session: AsyncSession, reference: str, resident_id: int) -> Check | None:
    """A resident's own check; another resident's is not found."""
    return await session.scalar(
        select(Check).where(Check.reference == reference, Check.resident_id == resident_id)
    )


async def forget_checks(session: AsyncSession, before: datetime) -> int:
    """Delete checks older than `before`; returns how many."""
    return await count_changed(session, delete(Check).where(Check.created_at < before))


async def count_opened(session: AsyncSession, since: datetime, until: datetime) -> tuple[int, int]:
    """From how many warnings the article was opened, and how many warnings there were."""
    query = select(func.count(Check.read_at), func.count()).where(
        Check.created_at >= since,
        Check.created_at < until,
        Check.level.in_(WARNING_LEVELS),
    )
    opened, warned = (await session.execute(query)).one()
    return opened, warned


async def count_warned(session: AsyncSession, since: datetime, until: datetime) -> int:
    """How many different people got a warning in the span."""
    query = select(func.count(Check.resident_id.distinct())).where(
        Check.created_at >= since,
        Check.created_at < until,
        Check.level.in_(WARNING_LEVELS),
    )
    return await session.scalar(query) or 0
