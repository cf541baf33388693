"""Leases: one holder at a time, for the clock and for each sending token, until it runs out."""

from datetime import datetime, timedelta

from sqlalchemy import String, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.dialects import count_changed, insert


class Lease(Base):
    """Who holds `name`, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime]


async def hold_lease(
    session: AsyncSession, name: str, holder: str, now: datetime, length: timedelta
) -> bool:
    """Take or renew the lease `name`; False while somebody else holds it."""
    renewed = await count_changed(
        session,
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.until <= now))
        .values(holder=holder, until=now + length),
    )
    if renewed:
        return True
    taken = await count_changed(
        session,
        insert(session, Lease)
        .values(name=name, holder=holder, until=now + length)
        .on_conflict_do_nothing(index_elements=["name"]),
    )
    return bool(taken)


async def release_lease(session: AsyncSession, name: str, holder: str, now: datetime) -> None:
    """Give the lease back before it runs out."""
    await session.execute(
        update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=now)
    )
