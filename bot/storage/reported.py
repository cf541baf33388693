"""Which reports name an identifier, found by its keyed hash; nothing is opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.leads import Lead, LeadState, SuspectIdentifier

UNCOUNTED = (LeadState.WITHDRAWN, LeadState.FALSE_ALARM)


@dataclass(frozen=True, slots=True)
class Naming:
    """One report that names an identifier; the last two fields tell whose reports are one
    person's."""

    value_hash: str
    lead_id: int
    merged: bool
    category: str | None
    received_at: datetime
    resident_id: int | None
    phone_hash: str | None


async def reports_naming(
    session: AsyncSession, hashes: Collection[str], limit: int
) -> Sequence[Naming]:
    """Reports that name one of these, the newest first; no withdrawn, false or prank ones."""
    query = (
        select(
            SuspectIdentifier.value_hash,
            Lead.id,
            Lead.state == LeadState.MERGED,
            Lead.category,
            Lead.received_at,
            Lead.resident_id,
            Lead.phone_hash,
        )
        .join(Lead, Lead.id == SuspectIdentifier.lead_id)
        .where(
            SuspectIdentifier.value_hash.in_(hashes),
            Lead.state.not_in(UNCOUNTED),
            Lead.prank.is_(False),
        )
        .order_by(Lead.id.desc())
        .limit(limit)
    )
    return [Naming(*row) for row in await session.execute(query)]
