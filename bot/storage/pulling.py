"""The order in which other systems pull leads: positions given after the lead was committed.

A serial id is given before the commit, so a lead with a lower id may appear later than one with a
higher. Positions are given under a lock that is held until they are committed, to leads that are
committed already: whoever has seen position n has been able to see everything before it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.counters import Counter
from bot.storage.dialects import insert
from bot.storage.leads import Lead, SuspectIdentifier

COUNTER = "lead.pull"
PulledRow = Any
"""A row of COLUMNS."""
COLUMNS = (
    Lead.id,
    Lead.number,
    Lead.pull_position,
    Lead.kind,
    Lead.risk,
    Lead.state,
    Lead.channel,
    Lead.category,
    Lead.family,
    Lead.happened,
    Lead.contact_channel,
    Lead.transferred,
    Lead.amount_fen,
    Lead.received_at,
    Lead.due_at,
    Lead.signed_at,
    Lead.station,
    Lead.description_sealed,
    Lead.phone_sealed,
    Lead.area_sealed,
)


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
    last = max(base, await session.scalar(select(func.max(Lead.pull_position))) or 0)
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
    query = select(*COLUMNS).where(Lead.pull_position > position).order_by(Lead.pull_position)
    found: Sequence[Any] = (await session.execute(query.limit(limit))).all()
    return found


async def pulled_lead(session: AsyncSession, number: str) -> PulledRow | None:
    """One lead, as pulling shows it."""
    found: Any = (await session.execute(select(*COLUMNS).where(Lead.number == number))).first()
    return found


async def identifiers_by_lead(
    session: AsyncSession, lead_ids: Collection[int]
) -> Mapping[int, list[tuple[str, bytes]]]:
    """Kind and sealed value of the suspects' identifiers, by lead."""
    query = select(
        SuspectIdentifier.lead_id, SuspectIdentifier.kind, SuspectIdentifier.value_sealed
    )
    query = query.where(SuspectIdentifier.lead_id.in_(lead_ids)).order_by(SuspectIdentifier.id)
    found: dict[int, list[tuple[str, bytes]]] = {}
    for lead_id, kind, value in await session.execute(query):
        found.setdefault(lead_id, []).append((kind, value))
    return found


async def leads_received_between(
    session: AsyncSession,
    since: datetime | None,
    until: datetime | None,
    after_id: int,
    limit: int,
) -> Sequence[PulledRow]:
    """Leads received from `since` up to and without `until`, beyond an id, in order of ids."""
    query = select(*COLUMNS).where(Lead.id > after_id).order_by(Lead.id).limit(limit)
    if since is not None:
        query = query.where(Lead.received_at >= since)
    if until is not None:
        query = query.where(Lead.received_at < until)
    found: Sequence[Any] = (await session.execute(query)).all()
    return found
