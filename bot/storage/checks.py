"""Checks: that somebody asked and what was answered. The text itself is never kept."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import count_changed, insert
from bot.times import local_day, midnight

DAY = timedelta(days=1)
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


class WarningDay(Base):
    """What warnings of a local day came to whose checks are deleted: how many there were, from how
    many the article was opened, and how many people got one in whichever part of the day, deleted
    together, had the most."""

    __tablename__ = "warning_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    warned: Mapped[int]
    opened: Mapped[int]
    people: Mapped[int]


async def find_check(session: AsyncSession, reference: str, resident_id: int) -> Check | None:
    """A resident's own check; another resident's is not found."""
    return await session.scalar(
        select(Check).where(Check.reference == reference, Check.resident_id == resident_id)
    )


async def forget_checks(session: AsyncSession, before: datetime) -> int:
    """Delete checks older than `before`; returns how many. The counts of warnings stay."""
    await _keep_counts(session, before)
    return await count_changed(session, delete(Check).where(Check.created_at < before))


async def count_opened(
    session: AsyncSession, since: datetime, until: datetime
) -> tuple[int, int, int]:
    """From how many warnings the article was opened, how many warnings there were, and how many
    different people, at least, got one; of deleted ones those of whole local days in the span."""
    opened, warned, people = await _count(session, since, until)
    kept = select(
        func.sum(WarningDay.opened), func.sum(WarningDay.warned), func.max(WarningDay.people)
    )
    more = (await session.execute(kept.where(*_days(since, until)))).one()
    return opened + (more[0] or 0), warned + (more[1] or 0), max(people, more[2] or 0)


async def _count(session: AsyncSession, since: datetime, until: datetime) -> tuple[int, int, int]:
    """Articles opened, warnings, people, of what is not deleted."""
    counts = (func.count(Check.read_at), func.count(), func.count(Check.resident_id.distinct()))
    query = select(*counts).where(
        Check.created_at >= since,
        Check.created_at < until,
        Check.level.in_(WARNING_LEVELS),
    )
    opened, warned, people = (await session.execute(query)).one()
    return opened, warned, people


def _days(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    first = local_day(since) if midnight(local_day(since)) == since else local_day(since) + DAY
    return WarningDay.day >= first, WarningDay.day < local_day(until)


async def _keep_counts(session: AsyncSession, before: datetime) -> None:
    """Count the warnings that are about to be deleted, day by day."""
    old = (Check.created_at < before, Check.level.in_(WARNING_LEVELS))
    oldest = await session.scalar(select(func.min(Check.created_at)).where(*old))
    day = local_day(oldest) if oldest else local_day(before) + DAY
    while midnight(day) < before:
        opened, warned, people = await _count(
            session, midnight(day), min(midnight(day + DAY), before)
        )
        if warned:
            added = insert(session, WarningDay).values(
                day=day, warned=warned, opened=opened, people=people
            )
            most = case((WarningDay.people > people, WarningDay.people), else_=people)
            more = {
                "warned": WarningDay.warned + warned,
                "opened": WarningDay.opened + opened,
                "people": most,
            }
            await session.execute(added.on_conflict_do_update(index_elements=["day"], set_=more))
        day += DAY
