"""Counting leads of some spans: everything that is wanted of them in one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.storage.figures import Condition
from bot.storage.leads import Lead, LeadState
from bot.storage.outcomes import LeadOutcome
from bot.storage.rollups import Counted, Dimension

Key = TypeVar("Key")
Spans = Sequence[tuple[datetime, datetime]]
GROUPED = {
    Dimension.CATEGORY: Lead.category,
    Dimension.STREET: Lead.street,
    Dimension.AGE: LeadOutcome.age_band,
    Dimension.OCCUPATION: LeadOutcome.occupation,
}


@dataclass(frozen=True, slots=True)
class Measure:
    """Which leads are counted, which of them as a part, and whose fen are summed."""

    count: Condition
    part: Condition | None = None
    fen: InstrumentedAttribute[int | None] | None = None


async def count_each(
    session: AsyncSession, spans: Spans, measures: Mapping[Key, Measure]
) -> dict[Key, Counted]:
    """Every measure of the leads received in any of the spans, merged ones not."""
    if not spans or not measures:
        return dict.fromkeys(measures, Counted())
    asked: list[ColumnElement[Any]] = []
    for one in measures.values():
        asked.append(func.count().filter(one.count))
        asked.append(literal(0) if one.part is None else func.count().filter(one.part))
        asked.append(literal(0) if one.fen is None else func.coalesce(func.sum(one.fen), 0))
    query = select(*asked).select_from(Lead)
    query = query.outerjoin(LeadOutcome, LeadOutcome.lead_id == Lead.id)
    row = (await session.execute(query.where(_received(spans)))).one()
    numbers = [int(number) for number in row]
    return {key: Counted(*numbers[3 * place : 3 * place + 3]) for place, key in enumerate(measures)}


async def count_groups(
    session: AsyncSession, spans: Spans
) -> list[tuple[dict[Dimension, str], int]]:
    """How many leads of the spans have the same class, street, age and occupation; empty is what
    was not filled in."""
    query = select(func.count(), *GROUPED.values()).select_from(Lead)
    query = query.outerjoin(LeadOutcome, LeadOutcome.lead_id == Lead.id)
    found = await session.execute(query.where(_received(spans)).group_by(*GROUPED.values()))
    return [
        ({of: value or "" for of, value in zip(GROUPED, values, strict=True)}, count)
        for count, *values in found
    ]


def received_in(since: datetime, until: datetime) -> Condition:
    """Leads received from `since` up to and without `until`, merged ones too."""
    return (Lead.received_at >= since) & (Lead.received_at < until)


def _received(spans: Spans) -> Condition:
    return or_(*(received_in(*span) for span in spans)) & (Lead.state != LeadState.MERGED)
