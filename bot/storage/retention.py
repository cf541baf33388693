"""Deletions by age that belong to no other subject's queries."""

from datetime import datetime

from sqlalchemy import String, and_, cast, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.contacts import Contact
from bot.storage.dialects import count_changed
from bot.storage.evidence import Evidence
from bot.storage.leads import ENDED, Lead, LeadEvent, LeadState
from bot.storage.residents import Resident
from bot.storage.staff import ChatBinding, ConsoleSession, FailedAttempts
from bot.storage.study_classes import ClassMember, StudyClass
from bot.storage.subscriptions import Subscription
from bot.storage.transfers import Transfer
from bot.storage.trusted import TrustedPerson

OUTCOMES = (LeadState.STOPPED, LeadState.DEFRAUDED)
"""States in which a lead may be left: its outcome stands."""


async def forget_console_sessions(session: AsyncSession, before: datetime) -> int:
    """Delete console sessions not seen since `before`; returns how many."""
    return await count_changed(
        session, delete(ConsoleSession).where(ConsoleSession.seen_at < before)
    )


async def forget_attempts(session: AsyncSession, before: datetime) -> int:
    """Delete failed attempts whose last one was before `before`; returns how many."""
    return await count_changed(
        session, delete(FailedAttempts).where(FailedAttempts.last_at < before)
    )


async def blank_leads(session: AsyncSession, before: datetime, limit: int, *, settled: bool) -> int:
    """Blank what is personal in up to `limit` leads received before; returns of how many.

    `settled`: those that have ended, or whose outcome stands and that nothing was done with since
    `before`; else those that nothing was done with since, though they never came to an outcome.
    A note may have been written after the reporter had everything else deleted.
    """
    since = select(LeadEvent.id).where(LeadEvent.lead_id == Lead.id, LeadEvent.at >= before)
    ended, outcome = Lead.state.in_(ENDED), Lead.state.in_(OUTCOMES)
    over = or_(ended, and_(outcome, ~since.exists()))
    left = and_(~ended, ~outcome, ~since.exists())
    noted = select(Contact.id).where(Contact.lead_id == Lead.id, Contact.note_sealed.is_not(None))
    old = select(Lead.id).where(
        over if settled else left,
        Lead.received_at < before,
        or_(Lead.description_sealed != b"", noted.exists()),
    )
    ids = list(await session.scalars(old.order_by(Lead.id).limit(limit)))
    if not ids:
        return 0
    await session.execute(
        update(Lead)
        .where(Lead.id.in_(ids))
        .values(
            description_sealed=b"",
            phone_sealed=None,
            phone_hash=None,
            area_sealed=None,
            resident_id=None,
        )
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Contact)
        .where(Contact.lead_id.in_(ids))
        .values(note_sealed=None)
        .execution_options(synchronize_session=False)
    )
    await session.execute(delete(Transfer).where(Transfer.lead_id.in_(ids)))
    await session.execute(
        update(Evidence)
        .where(Evidence.lead_id.in_(ids))
        .values(lead_id=None, gone_at=before)
        .execution_options(synchronize_session=False)
    )
    return len(ids)


async def forget_residents(session: AsyncSession, before: datetime) -> int:
    """Let rows of residents not seen since `before` belong to nobody; returns of how many.

    The rows stay, since counts refer to them. Whoever has a lead, a subscription, somebody to look
    after or a class, or speaks for a member of staff, is not forgotten.
    """
    own = Resident.id
    ties = (
        select(Lead.id).where(Lead.resident_id == own),
        select(ChatBinding.id).where(ChatBinding.resident_id == own),
        select(Subscription.resident_id).where(
            Subscription.resident_id == own, Subscription.ended_at.is_(None)
        ),
        select(TrustedPerson.id).where(
            or_(TrustedPerson.elder_id == own, TrustedPerson.person_id == own),
            TrustedPerson.ended_at.is_(None),
        ),
        select(StudyClass.id).where(StudyClass.contact_id == own, StudyClass.closed_at.is_(None)),
        select(ClassMember.class_id).where(ClassMember.resident_id == own),
    )
    gone = update(Resident).where(
        Resident.seen_at < before,
        Resident.address_sealed != b"",
        *(~tie.exists() for tie in ties),
    )
    nobody = literal("gone:") + cast(Resident.id, String)
    gone = gone.values(account_hash=nobody, address_sealed=b"")
    return await count_changed(session, gone.execution_options(synchronize_session=False))
