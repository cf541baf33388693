"""Two officers at one lead see each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.leads import find_lead
from bot.storage import watching as rows
from bot.storage.staff import Staff

STILL_THERE = timedelta(seconds=30)
"""Three times what a page waits between two of its notes."""


@dataclass(frozen=True, slots=True)
class Around:
    """Who else has the lead open, and its version now."""

    others: tuple[str, ...]
    version: int


async def look_around(session: AsyncSession, staff: Staff, number: str, now: datetime) -> Around:
    """Note that this officer has a lead open; who else has it open, and whether it changed."""
    lead = await find_lead(session, staff, number)
    stale = now - STILL_THERE
    await rows.watch_lead(session, lead.id, staff.id, now, stale)
    others = await rows.watchers_of(session, lead.id, staff.id, stale)
    return Around(tuple(others), lead.version)
