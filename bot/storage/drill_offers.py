"""Drills that a family circle or a class is invited to, and who is still to be told what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Select,
    String,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.drills import DrillRun
from bot.storage.residents import Resident
from bot.storage.study_classes import ClassMember


class DrillOffer(Base):
    """An invitation to a drill: for the class `class_id`, else for the family circle of
    `resident_id`. It was made by that resident or by `staff_id`; `ended_at` is set once both sides
    may hear that it is over."""

    __tablename__ = "drill_offer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    class_id: Mapped[int | None] = mapped_column(
        ForeignKey("study_class.id", ondelete="CASCADE"), index=True
    )
    resident_id: Mapped[int | None] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), index=True
    )
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    drill: Mapped[str] = mapped_column(String(24))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DrillInvitation(Base):
    """Somebody invited; `told_at` when the invitation went out. It is deleted once he was told that
    the drill is over."""

    __tablename__ = "drill_invitation"

    offer_id: Mapped[int] = mapped_column(
        ForeignKey("drill_offer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    resident_id: Mapped[int] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    told_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class OfferCounts:
    """How many different people took an offered drill to its end, how often, how often in time."""

    people: int
    runs: int
    stopped: int


async def last_offer(
    session: AsyncSession, class_id: int | None, resident_id: int | None
) -> DrillOffer | None:
    """The newest offer to a class, or to somebody's family circle."""
    query = select(DrillOffer)
    if class_id is not None:
        query = query.where(DrillOffer.class_id == class_id)
    else:
        query = query.where(DrillOffer.resident_id == resident_id, DrillOffer.class_id.is_(None))
    return await session.scalar(query.order_by(DrillOffer.id.desc()).limit(1))


async def invite_class(session: AsyncSession, offer_id: int, class_id: int) -> None:
    """Invite everybody who learns in a class now."""
    members = select(literal(offer_id, BigInteger), ClassMember.resident_id).where(
        ClassMember.class_id == class_id
    )
    into = plain_insert(DrillInvitation)
    await session.execute(into.from_select(["offer_id", "resident_id"], members))


async def invite(session: AsyncSession, offer_id: int, resident_ids: Collection[int]) -> None:
    """Invite these people."""
    session.add_all(DrillInvitation(offer_id=offer_id, resident_id=one) for one in resident_ids)
    await session.flush()


async def open_offer_for(
    session: AsyncSession, offer_id: int, resident_id: int, now: datetime
) -> DrillOffer | None:
    """An offer that somebody was invited to, while it lasts."""
    return await session.scalar(
        select(DrillOffer)
        .join(DrillInvitation, DrillInvitation.offer_id == DrillOffer.id)
        .where(
            DrillOffer.id == offer_id,
            DrillInvitation.resident_id == resident_id,
            DrillOffer.ended_at.is_(None),
            DrillOffer.ends_at > now,
        )
    )


async def uninvite(
    session: AsyncSession, resident_id: int, *, class_only: bool, others: Collection[int] = ()
) -> None:
    """Tell somebody nothing more who left his class (`class_only`), or the circle of `others`."""
    offers = select(DrillOffer.id)
    if class_only:
        offers = offers.where(DrillOffer.class_id.is_not(None))
    else:
        offers = offers.where(DrillOffer.class_id.is_(None), DrillOffer.resident_id.in_(others))
    await session.execute(
        delete(DrillInvitation).where(
            DrillInvitation.resident_id == resident_id, DrillInvitation.offer_id.in_(offers)
        )
    )


def _to_tell() -> Select[DrillInvitation, DrillOffer, Resident]:
    still = and_(DrillOffer.ended_at.is_(None), DrillInvitation.told_at.is_(None))
    over = and_(DrillOffer.ended_at.is_not(None), DrillInvitation.told_at.is_not(None))
    return (
        select(DrillInvitation, DrillOffer, Resident)
        .join(DrillOffer, DrillOffer.id == DrillInvitation.offer_id)
        .join(Resident, Resident.id == DrillInvitation.resident_id)
        .where(or_(still, over))
    )


async def invitations_to_tell(
    session: AsyncSession, most: int
) -> Sequence[tuple[DrillInvitation, DrillOffer, Resident]]:
    """Who is to hear that he is invited, or that it is over; the oldest offers first."""
    query = _to_tell().order_by(DrillInvitation.offer_id, DrillInvitation.resident_id)
    return [(one, made, who) for one, made, who in await session.execute(query.limit(most))]


async def offers_wait(session: AsyncSession, now: datetime) -> bool:
    """Whether an offer's time is over or somebody is to be told; only looks."""
    over = exists().where(DrillOffer.ended_at.is_(None), DrillOffer.ends_at <= now)
    if await session.scalar(select(over)):
        return True
    return (await session.execute(_to_tell().limit(1))).first() is not None


async def end_due_offers(session: AsyncSession, now: datetime) -> Sequence[DrillOffer]:
    """End what has lasted long enough; who was never told of it need not be."""
    due = (DrillOffer.ended_at.is_(None), DrillOffer.ends_at <= now)
    found = (await session.scalars(select(DrillOffer).where(*due).with_for_update())).all()
    ids = [one.id for one in found]
    await session.execute(
        update(DrillOffer).where(DrillOffer.id.in_(ids)).values(ended_at=now),
    )
    await session.execute(
        delete(DrillInvitation).where(
            DrillInvitation.offer_id.in_(ids), DrillInvitation.told_at.is_(None)
        )
    )
    return found


async def newest_offers(session: AsyncSession, class_ids: Collection[int]) -> Sequence[DrillOffer]:
    """The newest offer of each of these classes that had one."""
    newest = select(func.max(DrillOffer.id)).where(DrillOffer.class_id.in_(class_ids))
    query = select(DrillOffer).where(DrillOffer.id.in_(newest.group_by(DrillOffer.class_id)))
    return (await session.scalars(query)).all()


async def count_offers(session: AsyncSession, offer_ids: Collection[int]) -> dict[int, OfferCounts]:
    """What came of offers, by offer; one that nobody took to its end is left out."""
    ended = or_(DrillRun.result == "stopped", DrillRun.result == "danger")
    query = (
        select(
            DrillRun.offer_id,
            func.count(DrillRun.resident_id.distinct()),
            func.count(),
            func.count().filter(DrillRun.result == "stopped"),
        )
        .where(DrillRun.offer_id.in_(offer_ids), ended)
        .group_by(DrillRun.offer_id)
    )
    found = await session.execute(query)
    return {offer: OfferCounts(*counts) for offer, *counts in found if offer}


async def forget_offers(session: AsyncSession, before: datetime) -> None:
    """Delete offers made before that."""
    await session.execute(delete(DrillOffer).where(DrillOffer.made_at < before))
