"""Fingerprints of what leads tell, by which alike ones are found; no word of them is kept."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.dialects import insert
from bot.storage.leads import Lead


class TraceKind(StrEnum):
    """What a fingerprint is of: a band of the story, or the site of a link."""

    SCRIPT = "script"
    DOMAIN = "domain"


class LeadTrace(Base):
    """One fingerprint of a lead, as a keyed hash."""

    __tablename__ = "lead_trace"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    kind: Mapped[TraceKind] = mapped_column(String(8))
    value_hash: Mapped[str] = mapped_column(String(32), index=True)


async def untraced_leads(session: AsyncSession, limit: int) -> Sequence[Lead]:
    """Leads that have no fingerprints yet."""
    query = select(Lead).where(~Lead.traced).order_by(Lead.id).limit(limit)
    return (await session.scalars(query)).all()


async def keep_traces(
    session: AsyncSession, lead_id: int, traces: Collection[tuple[TraceKind, str]]
) -> None:
    """Keep a lead's fingerprints in place of earlier ones; its version stays."""
    await session.execute(delete(LeadTrace).where(LeadTrace.lead_id == lead_id))
    if traces:
        rows = [{"lead_id": lead_id, "kind": kind, "value_hash": one} for kind, one in traces]
        await session.execute(insert(session, LeadTrace), rows)
    kept = update(Lead).where(Lead.id == lead_id).values(traced=True)
    await session.execute(kept.execution_options(synchronize_session=False))


async def traces_of(
    session: AsyncSession, lead_ids: Collection[int]
) -> Sequence[tuple[TraceKind, str]]:
    """The fingerprints of these leads."""
    query = select(LeadTrace.kind, LeadTrace.value_hash).where(LeadTrace.lead_id.in_(lead_ids))
    return [(TraceKind(kind), one) for kind, one in await session.execute(query)]


async def leads_with_traces(
    session: AsyncSession,
    hashes: Collection[str],
    except_ids: Collection[int],
    *,
    least: int,
    most: int,
) -> Sequence[int]:
    """Ids of other leads that share at least `least` of these, the newest first."""
    if not hashes:
        return ()
    query = (
        select(LeadTrace.lead_id)
        .where(LeadTrace.value_hash.in_(hashes), LeadTrace.lead_id.not_in(except_ids))
        .group_by(LeadTrace.lead_id)
        .having(func.count() >= least)
        .order_by(LeadTrace.lead_id.desc())
        .limit(most)
    )
    return (await session.scalars(query)).all()
