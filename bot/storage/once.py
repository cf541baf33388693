"""Things the clock does once, whatever happens to the process that does them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.dialects import count_changed, insert


class Once(Base):
    """Something that has been done, such as the daily report of a day."""

    __tablename__ = "once"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime]


async def is_done(session: AsyncSession, name: str) -> bool:
    """Whether it has been done; only looks."""
    return await session.scalar(select(Once.name).where(Once.name == name)) is not None


async def done_of(session: AsyncSession, names: Collection[str]) -> set[str]:
    """Which of these have been done; only looks."""
    if not names:
        return set()
    return set(await session.scalars(select(Once.name).where(Once.name.in_(names))))


async def first_time(session: AsyncSession, name: str, now: datetime) -> bool:
    """Note that it is being done; False where it has been done before."""
    added = await count_changed(
        session,
        insert(session, Once)
        .values(name=name, at=now)
        .on_conflict_do_nothing(index_elements=["name"]),
    )
    return bool(added)
