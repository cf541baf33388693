"""Case files, kept by the crackdown role alone: a number, a type, the leads they came from.

What was done in a case stands in the ledger of cases (bot.storage.entries).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.leads import Lead
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


async def case_by_id(session: AsyncSession, case_id: int) -> CaseFile | None:
    """The case of that id."""
    return await session.get(CaseFile, case_id)


async def lead_ids_of(session: AsyncSession, case_id: int) -> set[int]:
    """The leads that a case came from."""
    query = select(CaseLead.lead_id).where(CaseLead.case_id == case_id)
    return set(await session.scalars(query))


async def leads_of(session: AsyncSession, case_ids: Sequence[int]) -> dict[int, list[str]]:
    """The numbers of the leads that cases came from, by case."""
    query = select(CaseLead.case_id, Lead.number).join(Lead, Lead.id == CaseLead.lead_id)
    found = defaultdict[int, list[str]](list)
    for case_id, number in await session.execute(
        query.where(CaseLead.case_id.in_(case_ids)).order_by(Lead.id)
    ):
        found[case_id].append(number)
    return found


async def case_by_hash(session: AsyncSession, number_hash: str) -> CaseFile | None:
    """The case whose number has that keyed hash."""
    return await session.scalar(select(CaseFile).where(CaseFile.number_hash == number_hash))


async def count_cases(session: AsyncSession) -> int:
    """How many cases were ever entered."""
    return await session.scalar(select(func.count()).select_from(CaseFile)) or 0


async def latest_cases(session: AsyncSession, limit: int, offset: int = 0) -> Sequence[CaseFile]:
    """Cases, newest first."""
    query = select(CaseFile).order_by(CaseFile.filed_at.desc(), CaseFile.id.desc())
    return (await session.scalars(query.limit(limit).offset(offset))).all()
