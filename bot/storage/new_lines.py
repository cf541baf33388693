"""Lines added to the trails of leads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import vault_of
from bot.storage.leads import WHY, LeadEvent
from bot.storage.prepared import Prepared, inserted


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line of a trail before it is written, its reason in the clear."""

    lead_id: int
    position: int
    at: datetime
    actor: str
    event: str
    from_state: str | None
    to_state: str | None
    why: str


_TOLD = ("lead_id", "position", "at", "actor", "event", "from_state", "to_state")
_APPEND = Prepared(inserted(LeadEvent, *_TOLD, "why_sealed", "hash"))


async def append_line(session: AsyncSession, line: NewLine, hashed: str) -> None:
    """Write a line of a trail under its hash, its reason sealed."""
    sealed = vault_of(session).seal(line.why, WHY) if line.why else None
    told = {name: getattr(line, name) for name in _TOLD}
    await _APPEND.run(session, told | {"why_sealed": sealed, "hash": hashed})
