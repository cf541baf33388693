"""Whether a database is empty, real, or marked as a demonstration."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.leads import Lead
from bot.storage.once import Once
from bot.storage.residents import Resident
from bot.storage.staff import Staff


async def marked_district(session: AsyncSession, mark: str) -> str | None:
    """What stands behind the mark; None where there is none."""
    name = await session.scalar(select(Once.name).where(Once.name.startswith(mark)).limit(1))
    return name.removeprefix(mark) if name is not None else None


async def anything_kept(session: AsyncSession) -> bool:
    """Whether there is an account, a resident or a lead."""
    for column in (Staff.id, Resident.id, Lead.id):
        if await session.scalar(select(column).limit(1)) is not None:
            return True
    return False
