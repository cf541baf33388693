"""Leads (预警线索): their rows, their audit trail, the suspects' identifiers, their queries."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    case,
    false,
    select,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.storage.base import Base, BigId
from bot.storage.sealed_words import SealedWords, keep_sealed

DESCRIPTION = "lead.description"
PHONE = "lead.phone"
AREA = "lead.area"
IDENTIFIER = "suspect_identifier.value"
WHY = "lead_event.why"


class LeadKind(StrEnum):
    """Where the warning comes from (practice.md: lead_kind)."""

    FUND = "fund"
    CONTACT = "contact"
    BOT_REPORT = "bot_report"
    BANK = "bank"
    CARRIER = "carrier"
    VISITOR = "visitor"
    CASH_GOLD = "cash_gold"


class Risk(StrEnum):
    """How pressing a lead is."""

    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class LeadState(StrEnum):
    """Where a lead stands; transitions are in services.leads."""

    NEW = "new"
    SIGNED = "signed"
    CALLING = "calling"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    DISPATCHED = "dispatched"
    MET = "met"
    STOPPED = "stopped"
    DEFRAUDED = "defrauded"
    FOLLOWUP = "followup"
    FALSE_ALARM = "false_alarm"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    CLOSED = "closed"


class Appeal(StrEnum):
    """Where somebody's objection to what a lead led to stands."""

    ASKED = "asked"
    EXAMINED = "examined"
    LIFTED = "lifted"
    KEPT = "kept"


ENDED = (LeadState.CLOSED, LeadState.MERGED, LeadState.WITHDRAWN, LeadState.FALSE_ALARM)
OPEN = tuple(state for state in LeadState if state not in ENDED)
BEFORE_THE_END = ("new", "signed", "calling", "unreachable", "refused", "dispatched", "met")
"""States in which it is not yet settled whether the money was stopped."""
MONEY_FIRST = text(f"kind = 'fund' AND state IN ({', '.join(map(repr, BEFORE_THE_END))})")
"""Leads that stand at the head of the queue: money has moved and may still be stopped."""
STILL_OPEN = text(f"state IN ({', '.join(repr(state.value) for state in OPEN)})")
"""What indexes of the queue hold; a query must name no other state."""


class Reporter(StrEnum):
    """For whom somebody reports."""

    SELF = "self"
    FAMILY = "family"
    ANONYMOUS = "anonymous"


def _due_at(context: DefaultExecutionContext) -> datetime:
    moment: datetime = context.get_current_parameters()["due_at"]  # type: ignore[no-untyped-call]
    return moment


class Lead(Base):
    """One report in the hands of the duty team; `*_sealed` columns are encrypted.

    `due_at` is the limit for signing and stays; `step_due_at` is that of the step at hand.
    `version` counts changes, so that a late save is noticed. `remind_at` is when the clock looks
    at an overdue step again, `reminded` how far up its reminders have gone. `pull_position` is
    given after the lead was committed, in the order in which other systems pull. `traced` once
    the fingerprints of its story and links are kept, and `street` and `area_station` say where its
    place lies in the grid; `station` is the one it was handed to. Since `erased_at`
    nothing personal is left, at the reporter's wish.

    Behind the order of a queue index stand the columns that a list is filtered by besides: what
    does not fit is passed over in the index, without a look at the row.
    """

    __tablename__ = "lead"
    __table_args__ = (
        *(
            Index(
                f"ix_lead_queue{name}",
                *columns,
                "step_due_at",
                "id",
                *filtered,
                sqlite_where=STILL_OPEN,
                postgresql_where=STILL_OPEN,
            )
            for name, columns, filtered in (
                ("", (), ()),
                ("_state", ("state",), ("risk",)),
                ("_risk", ("risk",), ("state",)),
                ("_assignee", ("assignee_id",), ("state", "risk")),
                ("_station", ("station",), ("state", "risk")),
                ("_area_station", ("area_station",), ("state", "risk")),
            )
        ),
        Index(
            "ix_lead_queue_fund",
            "step_due_at",
            "id",
            sqlite_where=MONEY_FIRST,
            postgresql_where=MONEY_FIRST,
        ),
        Index("ix_lead_pull_position", "pull_position", unique=True),
        Index(
            "ix_lead_unpulled",
            "id",
            sqlite_where=text("pull_position IS NULL"),
            postgresql_where=text("pull_position IS NULL"),
        ),
        Index(
            "ix_lead_untraced",
            "id",
            sqlite_where=text("NOT traced"),
            postgresql_where=text("NOT traced"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[LeadKind] = mapped_column(String(16))
    risk: Mapped[Risk] = mapped_column(String(8))
    state: Mapped[LeadState] = mapped_column(String(16), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    category: Mapped[str | None] = mapped_column(String(32))
    family: Mapped[str | None] = mapped_column(String(32))
    resident_id: Mapped[int | None] = mapped_column(
        ForeignKey("resident.id", ondelete="SET NULL"), index=True
    )
    happened: Mapped[str] = mapped_column(String(16))
    contact_channel: Mapped[str] = mapped_column(String(16))
    transferred: Mapped[bool] = mapped_column(Boolean)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    description_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[str | None] = mapped_column(String(32), index=True)
    area_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    received_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    signed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    step_due_at: Mapped[datetime | None] = mapped_column(default=_due_at)
    remind_at: Mapped[datetime | None] = mapped_column(default=_due_at, index=True)
    reminded: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    escalated_at: Mapped[datetime | None]
    station: Mapped[str | None] = mapped_column(String(60))
    area_station: Mapped[str | None] = mapped_column(String(60))
    street: Mapped[str | None] = mapped_column(String(40))
    prank: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    appeal: Mapped[Appeal | None] = mapped_column(String(12))
    pull_position: Mapped[int | None] = mapped_column(BigInteger)
    traced: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    reporter: Mapped[Reporter] = mapped_column(
        String(12), default=Reporter.SELF, server_default=Reporter.SELF
    )
    erased_at: Mapped[datetime | None]

    identifiers: Mapped[list["SuspectIdentifier"]] = relationship(lazy="raise")
    events: Mapped[list["LeadEvent"]] = relationship(lazy="raise", order_by="LeadEvent.position")


class SuspectIdentifier(Base):
    """A suspect's number, account or link: what links leads together."""

    __tablename__ = "suspect_identifier"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    value_hash: Mapped[str] = mapped_column(String(32), index=True)


class LeadEvent(Base):
    """One line of a lead's audit trail; each hash covers the one before it.

    The hash is taken over the reason in the clear, so that a new key changes nothing in it.
    """

    __tablename__ = "lead_event"
    __table_args__ = (UniqueConstraint("lead_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    position: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(40))
    event: Mapped[str] = mapped_column(String(24))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str | None] = mapped_column(String(16))
    why_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))
    why = SealedWords(WHY)


keep_sealed(LeadEvent)
RISK_ORDER = case(
    {Risk.URGENT: 0, Risk.HIGH: 1, Risk.MEDIUM: 2, Risk.LOW: 3}, value=Lead.risk, else_=4
)


async def lead_by_number(session: AsyncSession, number: str) -> Lead | None:
    """The lead of that number."""
    return await session.scalar(select(Lead).where(Lead.number == number))


async def leads_received(
    session: AsyncSession, since: datetime | None, limit: int
) -> Sequence[Lead]:
    """Leads received at or after `since`, oldest first."""
    query = select(Lead).order_by(Lead.received_at, Lead.id).limit(limit)
    if since is not None:
        query = query.where(Lead.received_at >= since)
    return (await session.scalars(query)).all()


async def leads_of_resident(session: AsyncSession, resident_id: int, limit: int) -> Sequence[Lead]:
    """A resident's own leads, newest first."""
    query = select(Lead).where(Lead.resident_id == resident_id).order_by(Lead.id.desc())
    return (await session.scalars(query.limit(limit))).all()


async def identifiers_of(session: AsyncSession, lead_id: int) -> Sequence[SuspectIdentifier]:
    """The suspects' identifiers named in a lead."""
    query = select(SuspectIdentifier).where(SuspectIdentifier.lead_id == lead_id)
    return (await session.scalars(query.order_by(SuspectIdentifier.id))).all()


async def events_of(session: AsyncSession, lead_id: int) -> Sequence[LeadEvent]:
    """A lead's audit trail, in order."""
    query = select(LeadEvent).where(LeadEvent.lead_id == lead_id).order_by(LeadEvent.position)
    return (await session.scalars(query)).all()


async def last_event(session: AsyncSession, lead_id: int) -> LeadEvent | None:
    """The newest line of a lead's audit trail."""
    query = select(LeadEvent).where(LeadEvent.lead_id == lead_id)
    return await session.scalar(query.order_by(LeadEvent.position.desc()).limit(1))
