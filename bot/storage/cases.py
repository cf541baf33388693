"""Case files, kept by the crackdown role alone: a number, a type, the leads they came from.

What was done in a case stands in the ledger of cases (bot.storage.entries).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.sealed_words import SealedWords, keep_sealed

NUMBER = "case_file.number"


class CaseFile(Base):
    """A reference to a case file; its number is sealed and found by its keyed hash."""

    __tablename__ = "case_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_hash: Mapped[str] = mapped_column(String(32), unique=True)
    category: Mapped[str] = mapped_column(String(32))
    filed_at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime]
    number = SealedWords(NUMBER)


class CaseLead(Base):
    """A lead that a case came from."""

    __tablename__ = "case_lead"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), primary_key=True)


keep_sealed(CaseFile)


async def case_by_hash(session: AsyncSession, number_hash: str) -> CaseFile | None:
    """The case whose number has that keyed hash."""
    return await session.scalar(select(CaseFile).where(CaseFile.number_hash == number_hash))


async def latest_cases(session: AsyncSession, limit: int) -> Sequence[CaseFile]:
    """Cases, newest first."""
    query = select(CaseFile).order_by(CaseFile.filed_at.desc(), CaseFile.id.desc())
    return (await session.scalars(query.limit(limit))).all()
