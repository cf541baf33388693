"""Statements over many leads at once."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.base import Base
from bot.storage.contacts import Contact
from bot.storage.leads import OPEN, Lead, LeadEvent

IDS_AT_ONCE = 500
Values = Sequence[dict[str, object]]


class TrailEnd(NamedTuple):
    """Position and hash of the newest line of a trail; 0 and empty before the first."""

    position: int
    hash: str


async def add_leads(session: AsyncSession, values: Values) -> list[int]:
    """Insert leads; their ids in the same order."""
    if not values:
        return []
    leads = cast(Table, Lead.__table__)
    statement = insert(leads).returning(leads.c.id, sort_by_parameter_order=True)
    added = await (await session.connection()).execute(statement, list(values))
    return [row.id for row in added]


async def add_lines(session: AsyncSession, values: Values) -> None:
    """Insert lines of trails, sealed and hashed already."""
    await _add(session, LeadEvent, values)


async def add_contacts(session: AsyncSession, values: Values) -> None:
    """Insert contacts without a note."""
    await _add(session, Contact, values)


async def _add(session: AsyncSession, model: type[Base], values: Values) -> None:
    """One statement for all rows; the ORM would make one for each pattern of empty values."""
    if values:
        connection = await session.connection()
        await connection.execute(insert(cast(Table, model.__table__)), list(values))


async def hold_leads(session: AsyncSession, ids: Sequence[int]) -> dict[int, Lead]:
    """Leads as they now stand, by id, held until the transaction ends."""
    found: dict[int, Lead] = {}
    for first in range(0, len(ids), IDS_AT_ONCE):
        query = select(Lead).where(Lead.id.in_(ids[first : first + IDS_AT_ONCE])).with_for_update()
        leads = await session.scalars(query.execution_options(populate_existing=True))
        found |= {lead.id: lead for lead in leads}
    return found


async def trail_ends(session: AsyncSession, ids: Sequence[int]) -> dict[int, TrailEnd]:
    """The newest line of each lead's trail."""
    found: dict[int, TrailEnd] = {}
    for first in range(0, len(ids), IDS_AT_ONCE):
        of = LeadEvent.lead_id.in_(ids[first : first + IDS_AT_ONCE])
        newest = (
            select(LeadEvent.lead_id, func.max(LeadEvent.position).label("position"))
            .where(of)
            .group_by(LeadEvent.lead_id)
            .subquery()
        )
        query = select(LeadEvent.lead_id, LeadEvent.position, LeadEvent.hash).join(
            newest,
            (newest.c.lead_id == LeadEvent.lead_id) & (newest.c.position == LeadEvent.position),
        )
        found |= {row[0]: TrailEnd(row[1], row[2]) for row in await session.execute(query)}
    return found


async def change_leads(session: AsyncSession, changes: Values) -> None:
    """Write where each lead, held by `hold_leads`, has come to."""
    if not changes:
        return
    table = cast(Table, Lead.__table__)
    due, signed = table.c.step_due_at, table.c.signed_at
    statement = (
        update(table)
        .where(table.c.id == bindparam("lead"))
        .values(
            state=bindparam("to"),
            version=table.c.version + bindparam("steps"),
            step_due_at=bindparam("due", type_=due.type),
            remind_at=bindparam("due", type_=due.type),
            reminded=0,
            assignee_id=bindparam("holder"),
            signed_at=bindparam("signed", type_=signed.type),
            station=bindparam("at_station"),
        )
    )
    await (await session.connection()).execute(statement, list(changes))


async def open_leads_by_phone(session: AsyncSession, hashes: Sequence[str]) -> dict[str, int]:
    """Open leads of these people, the oldest of each, by the keyed hash of the phone."""
    found: dict[str, int] = {}
    for first in range(0, len(hashes), IDS_AT_ONCE):
        query = (
            select(Lead.phone_hash, func.min(Lead.id))
            .where(Lead.phone_hash.in_(hashes[first : first + IDS_AT_ONCE]), Lead.state.in_(OPEN))
            .group_by(Lead.phone_hash)
        )
        found |= {row[0]: row[1] for row in await session.execute(query) if row[0]}
    return found


async def numbers_of(session: AsyncSession, ids: Sequence[int]) -> dict[int, str]:
    """The numbers of leads by id."""
    found: dict[int, str] = {}
    for first in range(0, len(ids), IDS_AT_ONCE):
        query = select(Lead.id, Lead.number).where(Lead.id.in_(ids[first : first + IDS_AT_ONCE]))
        found |= {row[0]: row[1] for row in await session.execute(query)}
    return found
