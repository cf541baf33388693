"""What was tried to reach a person: one row a try."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId

NOTE = "contact.note"


class ContactWay(StrEnum):
    """How somebody was contacted."""

    PHONE = "phone"
    MESSAGE = "message"
    VISIT = "visit"
    FAMILY = "family"


class ContactResult(StrEnum):
    """What came of it; REACHED is what the reached rate counts."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"


class Contact(Base):
    """One try to reach the person of a lead; the note is sealed."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    way: Mapped[ContactWay] = mapped_column(String(8))
    result: Mapped[ContactResult] = mapped_column(String(12))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


async def contacts_of(session: AsyncSession, lead_id: int) -> Sequence[Contact]:
    """The contacts of a lead, oldest first."""
    query = select(Contact).where(Contact.lead_id == lead_id).order_by(Contact.at, Contact.id)
    return (await session.scalars(query)).all()


async def blank_notes(session: AsyncSession, lead_id: int) -> None:
    """Delete the notes of a lead's contacts; that there were contacts stays."""
    query = update(Contact).where(Contact.lead_id == lead_id).values(note_sealed=None)
    await session.execute(query.execution_options(synchronize_session=False))
