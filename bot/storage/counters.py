"""Counters that never give the same number twice."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.database import aside_of
from bot.storage.dialects import insert


class Counter(Base):
    """The last number given under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]


async def next_number(session: AsyncSession, name: str) -> int:
    """The next number under `name`, from 1; held by the transaction until it commits."""
    return (await next_numbers(session, name, 1))[0]


async def next_numbers(session: AsyncSession, name: str, count: int) -> range:
    """The next `count` numbers at once."""
    last = int((await session.execute(_count_up(session, name, count))).scalar_one())
    return range(last - count + 1, last + 1)


async def numbers_given(session: AsyncSession, name: str, count: int) -> range:
    """The next `count` numbers, for good: those of a transaction that fails are skipped.

    On PostgreSQL nobody else waits for the transaction; SQLite has one writer anyway.
    """
    aside = aside_of(session)
    if aside is None:
        return await next_numbers(session, name, count)
    async with aside.connect() as connection:
        last = int((await connection.execute(_count_up(session, name, count))).scalar_one())
    return range(last - count + 1, last + 1)


def _count_up(session: AsyncSession, name: str, count: int) -> Any:
    return (
        insert(session, Counter)
        .values(name=name, value=count)
        .on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + count})
        .returning(Counter.value)
    )
