"""Messages that wait for a resident whose channel cannot be pushed to (chat page, terminal)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base, BigId
from bot.storage.database import vault_of
from bot.storage.dialects import count_changed

PAYLOAD = "inbox.payload"


class InboxMessage(Base):
    """One waiting message; it goes when the page has acknowledged it.

    A page asks for what comes after the last id it saw, so none may serve twice.
    """

    __tablename__ = "inbox"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own way

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    resident_id: Mapped[int] = mapped_column(
        ForeignKey("resident.id", ondelete="CASCADE"), index=True
    )
    payload_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


async def put_in_inbox(
    session: AsyncSession, resident_id: int, payload: str, now: datetime
) -> None:
    """Leave a message for a resident."""
    sealed = vault_of(session).seal(payload, PAYLOAD)
    session.add(InboxMessage(resident_id=resident_id, payload_sealed=sealed, created_at=now))
    await session.flush()


async def read_inbox(
    session: AsyncSession, resident_id: int, after: int, limit: int = 50
) -> Sequence[tuple[int, str]]:
    """Waiting messages with an id above `after`, oldest first, as (id, payload)."""
    query = select(InboxMessage).where(
        InboxMessage.resident_id == resident_id, InboxMessage.id > after
    )
    rows = (await session.scalars(query.order_by(InboxMessage.id).limit(limit))).all()
    vault = vault_of(session)
    return [(row.id, vault.open(row.payload_sealed, PAYLOAD)) for row in rows]


async def clear_inbox(session: AsyncSession, resident_id: int, upto: int) -> None:
    """Drop what the resident has seen."""
    await session.execute(
        delete(InboxMessage).where(InboxMessage.resident_id == resident_id, InboxMessage.id <= upto)
    )


async def forget_inbox(session: AsyncSession, before: datetime) -> int:
    """Delete messages that nobody has fetched since `before`; returns how many."""
    return await count_changed(
        session, delete(InboxMessage).where(InboxMessage.created_at < before)
    )
