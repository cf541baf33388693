"""Changes of leads (预警线索): each holds its lead until the transaction ends."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.dialects import count_changed
from bot.storage.leads import Lead, LeadState


async def take_lead(
    session: AsyncSession,
    lead_id: int,
    staff_id: int,
    now: datetime,
    step_due_at: datetime | None,
) -> bool:
    """Sign for a lead that is still new; False where somebody was faster."""
    taken = await count_changed(
        session,
        update(Lead)
        .where(Lead.id == lead_id, Lead.state == LeadState.NEW)
        .values(
            state=LeadState.SIGNED,
            assignee_id=staff_id,
            signed_at=now,
            version=Lead.version + 1,
            step_due_at=step_due_at,
            remind_at=step_due_at,
            reminded=0,
        )
        .execution_options(synchronize_session=False),
    )
    return bool(taken)


async def lock_lead(session: AsyncSession, lead_id: int) -> None:
    """Hold a lead until the transaction ends, so that its trail grows line by line."""
    await session.execute(select(Lead.id).where(Lead.id == lead_id).with_for_update())


async def change_lead(session: AsyncSession, lead: Lead, **values: object) -> bool:
    """Write these columns and count the version up; False where somebody has changed it since.

    It also holds the lead until the transaction ends, so that its trail grows line by line.
    """
    changed = await count_changed(
        session,
        update(Lead)
        .where(Lead.id == lead.id, Lead.version == lead.version)
        .values(version=Lead.version + 1, **values)
        .execution_options(synchronize_session=False),
    )
    if changed:
        await session.refresh(lead)
    return bool(changed)


async def hold_lead(session: AsyncSession, lead: Lead, **values: object) -> None:
    """Write what its reporter adds: no officer's view of the lead becomes stale by it.

    It holds the lead until the transaction ends, so that its trail grows line by line.
    """
    await session.execute(
        update(Lead)
        .where(Lead.id == lead.id)
        .values(traced=False, **values)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(lead)
