"""Leads as they are filed: added by one statement that is written out once."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.dialects import is_sqlite
from bot.storage.evidence import give_to_lead, given_to
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
_ADD = inserted(Lead, *_TOLD, "step_due_at", "remind_at", *_AT_FIRST).returning(
    *Lead.__table__.columns
)


def _with_files() -> Prepared:
    added = _ADD.cte("added")
    given = given_to(select(added.c.id).scalar_subquery()).cte("given")
    return Prepared(select(added).add_cte(given))


ADD, ADD_WITH_FILES = Prepared(_ADD), _with_files()


async def add_lead(session: AsyncSession, lead: NewLead, files_of: str = "") -> Lead:
    """Write a lead; its first step is due when it is itself. The files that wait for the report
    `files_of` become its own.

    PostgreSQL, where each statement is a journey, does both by one.
    """
    told = {name: getattr(lead, name) for name in _TOLD} | _AT_FIRST
    told |= {"step_due_at": lead.due_at, "remind_at": lead.due_at}
    if files_of and not is_sqlite(session):
        (row,) = await ADD_WITH_FILES.rows(session, told | {"waits_for": files_of})
        return as_read(session, Lead, row)
    (row,) = await ADD.rows(session, told)
    added = as_read(session, Lead, row)
    if files_of:
        await give_to_lead(session, files_of, added.id)
    return added
