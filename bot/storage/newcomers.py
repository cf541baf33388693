"""Members who are new in a guarded group: a hash and an end, until they first say something."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.dialects import count_changed, insert

NEWCOMER = "guard.newcomer"


class Newcomer(Base):
    """`member_hash` is of group and account together, so that it names nobody elsewhere."""

    __tablename__ = "guard_newcomer"

    member_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)


async def keep_newcomers(session: AsyncSession, hashes: Sequence[str], until: datetime) -> None:
    """Note who is new until then."""
    if not hashes:
        return
    added = insert(session, Newcomer).values(
        [{"member_hash": one, "until": until} for one in hashes]
    )
    await session.execute(
        added.on_conflict_do_update(index_elements=["member_hash"], set_={"until": until})
    )


async def newcomers_until(session: AsyncSession, now: datetime, limit: int) -> dict[str, datetime]:
    """Those who are still new, the latest if there are more than `limit`."""
    query = select(Newcomer.member_hash, Newcomer.until).where(Newcomer.until > now)
    rows = (await session.execute(query.order_by(Newcomer.until.desc()).limit(limit))).all()
    return {member_hash: until for member_hash, until in reversed(rows)}


async def drop_newcomer(session: AsyncSession, member_hash: str) -> None:
    """Somebody has said something, and is new no more."""
    await session.execute(delete(Newcomer).where(Newcomer.member_hash == member_hash))


async def forget_newcomers(session: AsyncSession, now: datetime) -> int:
    """Forget those whose time is over; returns how many."""
    return await count_changed(session, delete(Newcomer).where(Newcomer.until <= now))
