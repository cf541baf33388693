"""Who opened full personal data, for those who watch over it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.permissions import Action, require
from bot.storage.staff import Staff, latest_looks


@dataclass(frozen=True, slots=True)
class LookLine:
    """One look: who, at what, which way."""

    at: datetime
    actor: str
    subject: str
    way: str


async def list_looks(
    session: AsyncSession, staff: Staff, *, words: str = "", limit: int = 50, offset: int = 0
) -> list[LookLine]:
    """Looks, newest first; `words` narrows them to a login or a lead number."""
    require(staff.role, Action.SEE_LOOKS)
    rows = await latest_looks(session, limit, offset, words)
    return [LookLine(row.at, row.actor, row.subject, row.way) for row in rows]
