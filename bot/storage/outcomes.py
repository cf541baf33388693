"""What a lead came to: losses, what was avoided and on what basis, the number of a case."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.sealed_words import SealedWords, keep_sealed

BASIS, CASE_NO = "lead_outcome.basis", "lead_outcome.case_no"


class LeadOutcome(Base):
    """One row a lead that has an outcome; `basis` says how the avoided loss was reckoned."""

    __tablename__ = "lead_outcome"

    lead_id: Mapped[int] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    loss_fen: Mapped[int | None] = mapped_column(BigInteger)
    avoided_fen: Mapped[int | None] = mapped_column(BigInteger)
    basis_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    case_no_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    family_notified: Mapped[bool]
    age_band: Mapped[str | None] = mapped_column(String(8))
    occupation: Mapped[str | None] = mapped_column(String(12))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    basis = SealedWords(BASIS)
    case_no = SealedWords(CASE_NO)


keep_sealed(LeadOutcome)


async def outcome_of(session: AsyncSession, lead_id: int) -> LeadOutcome | None:
    """The outcome of a lead."""
    return await session.get(LeadOutcome, lead_id)
