"""Whom a resident trusts: up to three people who are told when a scam comes near."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId


class TrustedPerson(Base):
    """One tie. `person_id` is set by who enters the code, `willing_at` by that person's consent,
    `agreed_at` by the elder's; it holds from then until `ended_at`."""

    __tablename__ = "trusted_person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("resident.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), index=True
    )
    relation: Mapped[str] = mapped_column(String(8))
    code_hash: Mapped[str] = mapped_column(String(32), unique=True)
    asked_at: Mapped[datetime]
    willing_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


async def ties_of(session: AsyncSession, resident_id: int) -> Sequence[TrustedPerson]:
    """Every tie of somebody, on either side, that has not ended; the oldest first."""
    mine = or_(TrustedPerson.elder_id == resident_id, TrustedPerson.person_id == resident_id)
    query = select(TrustedPerson).where(mine, TrustedPerson.ended_at.is_(None))
    return (await session.scalars(query.order_by(TrustedPerson.id))).all()


async def tie_by_code(
    session: AsyncSession, code_hash: str, asked_after: datetime
) -> TrustedPerson | None:
    """The tie that waits for whoever has the code."""
    return await session.scalar(
        select(TrustedPerson).where(
            TrustedPerson.code_hash == code_hash,
            TrustedPerson.person_id.is_(None),
            TrustedPerson.ended_at.is_(None),
            TrustedPerson.asked_at > asked_after,
        )
    )


async def own_tie(session: AsyncSession, tie_id: int, resident_id: int) -> TrustedPerson | None:
    """A tie of somebody that has not ended; anybody else's is not found."""
    return next((tie for tie in await ties_of(session, resident_id) if tie.id == tie_id), None)
