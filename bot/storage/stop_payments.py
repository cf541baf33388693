"""Requests to a bank or payment firm to stop a payment."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.sealed_words import SealedWords, keep_sealed

BANK, RECEIPT = "stop_payment.bank", "stop_payment.receipt"


class StopResult(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    STOPPED = "stopped"
    FROZEN = "frozen"
    RETURNED = "returned"
    FAILED = "failed"


class StopPayment(Base):
    """One request; `amount_fen` was asked for, `done_fen` was stopped, frozen or returned."""

    __tablename__ = "stop_payment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    bank_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt_hash: Mapped[str | None] = mapped_column(String(32), index=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    result: Mapped[StopResult] = mapped_column(String(12))
    done_fen: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None]
    bank = SealedWords(BANK)
    receipt = SealedWords(RECEIPT)


keep_sealed(StopPayment)


async def stop_payments_of(session: AsyncSession, lead_id: int) -> Sequence[StopPayment]:
    """The requests of a lead, oldest first."""
    query = select(StopPayment).where(StopPayment.lead_id == lead_id)
    return (await session.scalars(query.order_by(StopPayment.id))).all()


async def newest_stops(session: AsyncSession, lead_ids: Sequence[int]) -> dict[int, StopPayment]:
    """The newest request of each of these leads, by lead."""
    newest = select(func.max(StopPayment.id)).where(StopPayment.lead_id.in_(lead_ids))
    query = select(StopPayment).where(StopPayment.id.in_(newest.group_by(StopPayment.lead_id)))
    return {one.lead_id: one for one in await session.scalars(query)}


async def stop_payment_of_lead(
    session: AsyncSession, lead_id: int, request_id: int
) -> StopPayment | None:
    """One request, if it belongs to that lead."""
    return await session.scalar(
        select(StopPayment).where(StopPayment.id == request_id, StopPayment.lead_id == lead_id)
    )
