"""Sealed stories of the newest leads, a bounded number at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.storage.desk import QueueFilter, narrowed
from bot.storage.leads import Lead


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a lead stands among all by when it was received."""

    received_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Story:
    """A lead's place and its story as it lies in the database."""

    place: Place
    sealed: bytes


async def newest_stories(
    session: AsyncSession, chosen: QueueFilter, before: Place, most: int, passed: int
) -> tuple[Sequence[Story], Place | None]:
    """Stories of at most `most` leads received before a place, newest first, and the place up to
    which all were looked at; None where there is none further back.

    Of leads that the filter leaves out at most `passed` are gone by, so that it is quick however
    few it takes. `ix_lead_received_at` serves it.
    """
    window = _window(before, passed)
    seen = aliased(Lead, window.subquery())
    query = narrowed(select(seen.id, seen.received_at, seen.description_sealed), chosen, seen)
    query = query.order_by(seen.received_at.desc(), seen.id.desc()).limit(most)
    stories = [
        Story(Place(received_at, id), sealed)
        for id, received_at, sealed in await session.execute(query)
    ]
    if len(stories) == most:
        return stories, stories[-1].place
    last = window.with_only_columns(Lead.received_at, Lead.id).offset(passed - 1).limit(1)
    found = (await session.execute(last)).one_or_none()
    return stories, Place(*found) if found else None


async def leads_in_order(session: AsyncSession, ids: Sequence[int]) -> Sequence[Lead]:
    """Leads by id, those received last first."""
    if not ids:
        return ()
    query = select(Lead).where(Lead.id.in_(ids))
    return (await session.scalars(query.order_by(Lead.received_at.desc(), Lead.id.desc()))).all()


def _window(before: Place, passed: int) -> Select[Lead]:
    at, id = before.received_at, before.id
    earlier = or_(Lead.received_at < at, and_(Lead.received_at == at, Lead.id < id))
    query = select(Lead).where(Lead.received_at <= at, earlier)
    return query.order_by(Lead.received_at.desc(), Lead.id.desc()).limit(passed)
