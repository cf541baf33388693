"""What ties leads together: a shared identifier, a shared phone, a merge."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    bindparam,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.leads import Lead, LeadEvent, LeadState, SuspectIdentifier
from bot.storage.prepared import Prepared


class LeadMerge(Base):
    """A lead that goes on in another one."""

    __tablename__ = "lead_merge"

    lead_id: Mapped[int] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    into_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]


async def survivor_of(session: AsyncSession, lead_id: int) -> Lead | None:
    """The lead that a merged one goes on in."""
    query = select(Lead).join(LeadMerge, LeadMerge.into_id == Lead.id)
    return await session.scalar(query.where(LeadMerge.lead_id == lead_id))


async def merged_into(session: AsyncSession, lead_id: int) -> Sequence[Lead]:
    """The leads that go on in this one, oldest first."""
    query = select(Lead).join(LeadMerge, LeadMerge.lead_id == Lead.id)
    query = query.where(LeadMerge.into_id == lead_id).order_by(Lead.id)
    return (await session.scalars(query)).all()


async def leads_of_same_person(session: AsyncSession, lead: Lead, limit: int) -> Sequence[Lead]:
    """Other leads with the same phone or from the same account, newest first; no merged ones."""
    same = []
    if lead.phone_hash is not None:
        same.append(Lead.phone_hash == lead.phone_hash)
    if lead.resident_id is not None:
        same.append(Lead.resident_id == lead.resident_id)
    if not same:
        return []
    query = select(Lead).where(or_(*same), Lead.id != lead.id, Lead.state != LeadState.MERGED)
    return (await session.scalars(query.order_by(Lead.id.desc()).limit(limit))).all()


@dataclass(frozen=True, slots=True)
class SenderBefore:
    """What leads of a sender say of him: whether one was marked as a prank, and the number of the
    newest in which somebody was warned, pranks not meant."""

    prank: bool
    warned_in: str | None


def _of_sender(account: str) -> ColumnElement[bool]:
    """Of that account or with that phone; what is not known is nobody's."""
    return or_(
        Lead.resident_id == bindparam(account, type_=BigId),
        Lead.phone_hash == bindparam("phone", type_=String()),
    )


def _sender_before() -> Prepared:
    states = [literal(state.value) for state in (LeadState.STOPPED, LeadState.REFUSED)]
    warned = select(LeadEvent.id).where(
        LeadEvent.lead_id == Lead.id, LeadEvent.to_state.in_(states)
    )
    prank = select(Lead.id).where(_of_sender("resident"), Lead.prank.is_(True))
    warned_in = select(Lead.number).where(
        _of_sender("named"), Lead.prank.is_(False), warned.exists()
    )
    newest = warned_in.order_by(Lead.id.desc()).limit(1)
    return Prepared(select(prank.exists(), newest.scalar_subquery()))


SENDER_BEFORE = _sender_before()


async def sender_before(
    session: AsyncSession, resident_id: int, phone_hash: str | None, *, nameless: bool
) -> SenderBefore:
    """What is known of the sender of a new lead; of a `nameless` one a warning by the phone only,
    since its lead is told."""
    named = None if nameless else resident_id
    sender = {"resident": resident_id, "named": named, "phone": phone_hash}
    ((prank, warned_in),) = await SENDER_BEFORE.rows(session, sender)
    return SenderBefore(bool(prank), warned_in)


async def shared_identifiers(
    session: AsyncSession, lead_ids: Collection[int], limit: int
) -> Sequence[tuple[int, SuspectIdentifier]]:
    """Which identifiers of these leads other leads name, too: (other lead's id, identifier)."""
    own, other = aliased(SuspectIdentifier), aliased(SuspectIdentifier)
    query = (
        select(other.lead_id, own)
        .join(own, own.value_hash == other.value_hash)
        .where(own.lead_id.in_(lead_ids), other.lead_id.not_in(lead_ids))
        .order_by(other.lead_id.desc(), own.id)
        .limit(limit)
    )
    return [(lead_id, identifier) for lead_id, identifier in await session.execute(query)]


async def leads_with_phone(
    session: AsyncSession, phone_hash: str, except_ids: Collection[int], limit: int
) -> Sequence[int]:
    """Ids of other leads with the same phone to call back, newest first."""
    query = select(Lead.id).where(Lead.phone_hash == phone_hash, Lead.id.not_in(except_ids))
    return (await session.scalars(query.order_by(Lead.id.desc()).limit(limit))).all()


async def leads_by_ids(session: AsyncSession, ids: Collection[int]) -> dict[int, Lead]:
    """Leads by id."""
    rows = await session.scalars(select(Lead).where(Lead.id.in_(ids)))
    return {lead.id: lead for lead in rows}


async def repoint_merges(session: AsyncSession, lead_id: int, into_id: int) -> None:
    """What was merged into a lead that is itself merged goes on where that one does."""
    query = update(LeadMerge).where(LeadMerge.into_id == lead_id).values(into_id=into_id)
    await session.execute(query.execution_options(synchronize_session=False))
