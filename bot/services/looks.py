"""Who opened full personal data, for those who watch over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.permissions import Action, require
from bot.storage.staff import Staff, add_looks, latest_looks


@dataclass(frozen=True, slots=True)
class LookLine:
    """One look: who, at what, which way."""

    at: datetime
    actor: str
    subject: str
    way: str


async def list_looks(
    session: AsyncSession,
    staff: Staff,
    *,
    words: str = "",
    mark: str = "",
    way: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[LookLine]:
    """Looks, newest first; `words` narrows them to a login, a lead number or what `mark` stands for
    among their subjects, `way` to one kind, `since` and `until` (left out) to a time."""
    require(staff.role, Action.SEE_LOOKS)
    rows = await latest_looks(
        session, limit, offset, words, mark=mark, way=way, since=since, until=until
    )
    return [LookLine(row.at, row.actor, row.subject, row.way) for row in rows]


async def log_looks(
    session: AsyncSession, actor: str, subjects: Sequence[str], way: str, now: datetime
) -> None:
    """Note that somebody opened full personal data of many leads at once."""
    await add_looks(session, actor, subjects, way, now)
