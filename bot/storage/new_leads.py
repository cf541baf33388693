"""Leads as they are filed: added by one statement that is written out once."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.leads import Lead, LeadKind, LeadState, Reporter, Risk
from bot.storage.prepared import Prepared, as_read, inserted


@dataclass(frozen=True, slots=True)
class NewLead:
    """A lead before it is written; its columns are told at `Lead`."""

    number: str
    kind: LeadKind
    risk: Risk
    state: LeadState
    channel: str
    category: str | None
    family: str | None
    resident_id: int | None
    happened: str
    contact_channel: str
    transferred: bool
    amount_fen: int | None
    description_sealed: bytes
    phone_sealed: bytes | None
    phone_hash: str | None
    area_sealed: bytes | None
    received_at: datetime
    due_at: datetime
    reporter: Reporter


_TOLD = tuple(one.name for one in fields(NewLead))
_AT_FIRST = {"version": 0, "reminded": 0, "prank": False, "traced": False}
_ADD = Prepared(
    inserted(Lead, *_TOLD, "step_due_at", "remind_at", *_AT_FIRST).returning(
        *Lead.__table__.columns
    )
)


async def add_lead(session: AsyncSession, lead: NewLead) -> Lead:
    """Write a lead; its first step is due when it is itself."""
    told = {name: getattr(lead, name) for name in _TOLD}
    due = {"step_due_at": lead.due_at, "remind_at": lead.due_at}
    (row,) = await _ADD.rows(session, told | due | _AT_FIRST)
    return as_read(session, Lead, row)
