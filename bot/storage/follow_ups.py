"""The bot's follow-up some days after somebody was dissuaded: asked once, and what was answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, SmallInteger, String, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.base import Base
from bot.storage.dialects import count_changed, insert
from bot.storage.leads import Lead, LeadEvent, LeadState
from bot.storage.residents import Resident

DISSUADED = (LeadState.MET, LeadState.STOPPED)
STANDING = (*DISSUADED, LeadState.FOLLOWUP, LeadState.CLOSED)
"""Where a lead of somebody dissuaded may stand when it is asked about."""
SATISFIED = 3
SETTLED = (LeadState.DEFRAUDED, LeadState.FALSE_ALARM)
"""Who went here need not be asked."""


class FollowAnswer(StrEnum):
    """What a resident says has happened since."""

    FINE = "fine"
    AGAIN = "again"
    DEFRAUDED = "defrauded"


MILDER: dict[FollowAnswer, tuple[FollowAnswer, ...]] = {
    FollowAnswer.FINE: (),
    FollowAnswer.AGAIN: (FollowAnswer.FINE,),
    FollowAnswer.DEFRAUDED: (FollowAnswer.FINE, FollowAnswer.AGAIN),
}
"""Which earlier answers a later one replaces."""


class FollowUp(Base):
    """One question about a lead; `days` 7 or 30, `satisfied` 1 (not) to SATISFIED (3)."""

    __tablename__ = "follow_up"

    lead_id: Mapped[int] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    days: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[FollowAnswer | None] = mapped_column(String(12))
    satisfied: Mapped[int | None] = mapped_column(SmallInteger)


async def leads_to_ask(
    session: AsyncSession, days: int, latest: timedelta, now: datetime, limit: int
) -> Sequence[Lead]:
    """Leads whose person was dissuaded `days` ago, or up to `latest` more, and was not asked."""
    due = now - timedelta(days=days)
    went = select(LeadEvent.lead_id).where(
        LeadEvent.at <= due, LeadEvent.at > due - latest, LeadEvent.to_state.in_(DISSUADED)
    )
    settled = select(LeadEvent.id).where(
        LeadEvent.lead_id == Lead.id, LeadEvent.to_state.in_(SETTLED)
    )
    asked = select(FollowUp.lead_id).where(FollowUp.lead_id == Lead.id, FollowUp.days == days)
    query = select(Lead).join(Resident, Resident.id == Lead.resident_id)
    query = query.where(
        Lead.id.in_(went),
        Lead.state.in_(STANDING),
        ~Resident.no_follow_up,
        ~settled.exists(),
        ~asked.exists(),
    )
    return (await session.scalars(query.order_by(Lead.id).limit(limit))).all()


async def note_asked(session: AsyncSession, lead_id: int, days: int, now: datetime) -> bool:
    """Note that a lead is being asked about; False where it has been before."""
    added = await count_changed(
        session,
        insert(session, FollowUp)
        .values(lead_id=lead_id, days=days, asked_at=now)
        .on_conflict_do_nothing(index_elements=["lead_id", "days"]),
    )
    return bool(added)


async def note_answer(
    session: AsyncSession, lead_id: int, days: int, answer: FollowAnswer, now: datetime
) -> bool:
    """Write an answer down; False where the same or a graver one stands already."""
    written = await count_changed(
        session,
        update(FollowUp)
        .where(
            FollowUp.lead_id == lead_id,
            FollowUp.days == days,
            or_(FollowUp.answer.is_(None), FollowUp.answer.in_(MILDER[answer])),
        )
        .values(answer=answer, answered_at=now)
        .execution_options(synchronize_session=False),
    )
    return bool(written)


async def follow_up_of(session: AsyncSession, lead_id: int, days: int) -> FollowUp | None:
    """The question asked about a lead after so many days."""
    return await session.get(FollowUp, (lead_id, days))


def said_defrauded() -> ColumnElement[bool]:
    """Leads whose person answered that money was transferred later."""
    lines = select(FollowUp.lead_id).where(
        FollowUp.lead_id == Lead.id, FollowUp.answer == FollowAnswer.DEFRAUDED
    )
    return lines.exists()
