"""The order in which other systems pull leads: positions given after the lead was committed.

A serial id is given before the commit, so a lead with a lower id may appear later than one with a
higher. Positions are given under a lock that is held until they are committed, to leads that are
committed already: whoever has seen position n has been able to see everything before it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.counters import Counter
from bot.storage.dialects import insert
from bot.storage.leads import Lead, SuspectIdentifier

COUNTER = "lead.pull"
PulledRow = Any
"""A row of COLUMNS, in their order."""
_LEAD, _IDENTIFIER = Lead.__table__.c, SuspectIdentifier.__table__.c
COLUMNS = (
    _LEAD.id,
    _LEAD.number,
    _LEAD.kind,
    _LEAD.risk,
    _LEAD.state,
    _LEAD.channel,
    _LEAD.category,
    _LEAD.family,
    _LEAD.happened,
    _LEAD.contact_channel,
    _LEAD.transferred,
    _LEAD.amount_fen,
    _LEAD.received_at,
    _LEAD.due_at,
    _LEAD.signed_at,
    _LEAD.station,
    _LEAD.pull_position,
    _LEAD.description_sealed,
    _LEAD.phone_sealed,
    _LEAD.area_sealed,
)
SPREAD = 4
"""Ids of a page that lie closer than this, on average, are asked for as a range."""


async def leads_await_positions(session: AsyncSession) -> bool:
    """Whether a lead has no position yet; only looks."""
    query = select(Lead.id).where(Lead.pull_position.is_(None)).limit(1)
    return await session.scalar(query) is not None


async def give_positions(session: AsyncSession, limit: int) -> int:
    """Give the next positions to committed leads that have none; returns to how many.

    Leads that somebody is changing just now are left for the next time.
    """
    base = await _locked_counter(session)
    waiting = (
        select(Lead.id)
        .where(Lead.pull_position.is_(None))
        .order_by(Lead.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("waiting")
    )
    order = func.row_number().over(order_by=waiting.c.id).label("place")
    placed = select(waiting.c.id, order).subquery("placed")
    await session.execute(
        update(Lead)
        .where(Lead.id == placed.c.id)
        .values(pull_position=base + placed.c.place)
        .execution_options(synchronize_session=False)
    )
    last = max(base, await last_position(session))
    counter = update(Counter).where(Counter.name == COUNTER).values(value=last)
    await session.execute(counter.execution_options(synchronize_session=False))
    return last - base


async def _locked_counter(session: AsyncSession) -> int:
    held = insert(session, Counter).values(name=COUNTER, value=0)
    held = held.on_conflict_do_update(
        index_elements=["name"], set_={"value": Counter.value}
    ).returning(Counter.value)
    return int((await session.execute(held)).scalar_one())


async def leads_after(session: AsyncSession, position: int, limit: int) -> Sequence[PulledRow]:
    """Leads beyond a position, in order."""
    query = select(*COLUMNS).where(_LEAD.pull_position > position).order_by(_LEAD.pull_position)
    return await _rows(session, query.limit(limit))


async def last_position(session: AsyncSession) -> int:
    """The position of the newest lead that has one."""
    return await session.scalar(select(func.max(Lead.pull_position))) or 0


async def pulled_lead(session: AsyncSession, number: str) -> PulledRow | None:
    """One lead, as pulling shows it."""
    found = await _rows(session, select(*COLUMNS).where(_LEAD.number == number))
    return found[0] if found else None


async def identifiers_by_lead(
    session: AsyncSession, lead_ids: Collection[int]
) -> Mapping[int, list[tuple[str, bytes]]]:
    """Kind and sealed value of the suspects' identifiers, by lead; perhaps of others, too."""
    if not lead_ids:
        return {}
    query = select(_IDENTIFIER.lead_id, _IDENTIFIER.kind, _IDENTIFIER.value_sealed)
    first, last = min(lead_ids), max(lead_ids)
    if last - first < SPREAD * len(lead_ids):
        query = query.where(_IDENTIFIER.lead_id.between(first, last))
    else:
        query = query.where(_IDENTIFIER.lead_id.in_(lead_ids))
    found: dict[int, list[tuple[str, bytes]]] = {}
    for lead_id, kind, value in await _rows(session, query.order_by(_IDENTIFIER.id)):
        found.setdefault(lead_id, []).append((kind, value))
    return found


async def _rows(session: AsyncSession, query: Select[Any]) -> Sequence[Any]:
    """Plain rows: a pull reads many, and needs none of them as an object."""
    rows: Sequence[Any] = (await (await session.connection()).execute(query)).all()
    return rows


async def leads_received_between(
    session: AsyncSession,
    since: datetime | None,
    until: datetime | None,
    after_id: int,
    limit: int,
) -> Sequence[PulledRow]:
    """Leads received from `since` up to and without `until`, beyond an id, in order of ids."""
    query = select(*COLUMNS).where(_LEAD.id > after_id).order_by(_LEAD.id).limit(limit)
    if since is not None:
        query = query.where(_LEAD.received_at >= since)
    if until is not None:
        query = query.where(_LEAD.received_at < until)
    return await _rows(session, query)
