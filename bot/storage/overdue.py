"""Leads whose step is overdue, for the clock."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.dialects import count_changed
from bot.storage.leads import Lead


async def reminders_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether a reminder is due; only looks."""
    query = select(Lead.id).where(Lead.remind_at <= now).limit(1)
    return await session.scalar(query) is not None


async def leads_to_remind_of(session: AsyncSession, now: datetime, limit: int) -> Sequence[Lead]:
    """Leads whose next reminder is due, longest waiting first; others do not get these rows."""
    query = select(Lead).where(Lead.remind_at <= now).order_by(Lead.remind_at, Lead.id)
    return (await session.scalars(query.limit(limit).with_for_update(skip_locked=True))).all()


async def keep_reminder(
    session: AsyncSession,
    lead: Lead,
    *,
    reminded: int,
    remind_at: datetime | None,
    escalated_at: datetime | None,
) -> bool:
    """Write down how far reminding has gone; False where an officer has just changed the lead.

    The version stays: a reminder makes nobody's open page a late one.
    """
    kept = await count_changed(
        session,
        update(Lead)
        .where(Lead.id == lead.id, Lead.version == lead.version, Lead.reminded == lead.reminded)
        .values(reminded=reminded, remind_at=remind_at, escalated_at=escalated_at)
        .execution_options(synchronize_session=False),
    )
    return bool(kept)
