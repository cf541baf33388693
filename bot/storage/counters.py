"""Counters that never give the same number twice."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Integer, String, bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.database import aside_of, driver_of
from bot.storage.dialects import INSERTS, dialect_of
from bot.storage.prepared import Prepared


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
    counted = COUNT_UP[dialect_of(session)]
    return _given(await counted.one(session, {"counter": name, "more": count}), count)


async def numbers_given(session: AsyncSession, name: str, count: int) -> range:
    """The next `count` numbers, for good: those of a transaction that fails are skipped.

    On PostgreSQL nobody else waits for the transaction; SQLite has one writer anyway.
    """
    aside = aside_of(session)
    if aside is None:
        return await next_numbers(session, name, count)
    async with aside.connect() as connection:
        named = {"counter": name, "more": count}
        ((last,),) = await COUNT_UP["postgresql"].asked_of(driver_of(connection), named)
    return _given(last, count)


def _given(last: int, count: int) -> range:
    return range(last - count + 1, last + 1)


def _count_up(insert: Callable[[Any], Any]) -> Prepared:
    more = bindparam("more", type_=Integer())
    return Prepared(
        insert(Counter)
        .values(name=bindparam("counter", type_=String()), value=more)
        .on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + more})
        .returning(Counter.value)
    )


COUNT_UP = {dialect: _count_up(insert) for dialect, insert in INSERTS.items()}
