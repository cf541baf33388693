"""Deletions by age that belong to no other subject's queries."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.contacts import Contact
from bot.storage.dialects import count_changed
from bot.storage.evidence import Evidence
from bot.storage.leads import ENDED, Lead
from bot.storage.staff import ConsoleSession, FailedAttempts
from bot.storage.transfers import Transfer


async def forget_console_sessions(session: AsyncSession, before: datetime) -> int:
    """Delete console sessions not seen since `before`; returns how many."""
    return await count_changed(
        session, delete(ConsoleSession).where(ConsoleSession.seen_at < before)
    )


async def forget_attempts(session: AsyncSession, before: datetime) -> int:
    """Delete failed attempts whose last one was before `before`; returns how many."""
    return await count_changed(
        session, delete(FailedAttempts).where(FailedAttempts.last_at < before)
    )


async def blank_leads(session: AsyncSession, before: datetime, limit: int) -> int:
    """Blank what is personal in up to `limit` ended leads; returns of how many.

    A note may have been written after the reporter had everything else deleted.
    """
    noted = select(Contact.id).where(Contact.lead_id == Lead.id, Contact.note_sealed.is_not(None))
    old = select(Lead.id).where(
        Lead.state.in_(ENDED),
        Lead.received_at < before,
        or_(Lead.description_sealed != b"", noted.exists()),
    )
    ids = list(await session.scalars(old.order_by(Lead.id).limit(limit)))
    if not ids:
        return 0
    await session.execute(
        update(Lead)
        .where(Lead.id.in_(ids))
        .values(
            description_sealed=b"",
            phone_sealed=None,
            phone_hash=None,
            area_sealed=None,
            resident_id=None,
        )
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Contact)
        .where(Contact.lead_id.in_(ids))
        .values(note_sealed=None)
        .execution_options(synchronize_session=False)
    )
    await session.execute(delete(Transfer).where(Transfer.lead_id.in_(ids)))
    await session.execute(
        update(Evidence)
        .where(Evidence.lead_id.in_(ids))
        .values(lead_id=None, gone_at=before)
        .execution_options(synchronize_session=False)
    )
    return len(ids)
