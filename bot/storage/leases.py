"""Leases: one holder at a time, for the clock and for each sending token, until it runs out."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, false, func, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.database import Database
from bot.storage.dialects import count_changed, insert


class Lease(Base):
    """Who holds `name`, and until when; with `guarded` for no longer than he lives."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime]
    guarded: Mapped[bool] = mapped_column(default=False, server_default=false())


class Guard:
    """Shows that a process lives: a lock of PostgreSQL's that ends with the connection.

    Whoever finds a guarded lease whose holder's lock is free may take it over at once, instead of
    waiting until it runs out. SQLite has no such lock; there a guard never stands.
    """

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder
        self._connection: AsyncConnection | None = None
        self._asking = asyncio.Lock()

    async def stands(self) -> bool:
        """Whether the lock is held, after taking it again where the connection was lost."""
        if self._database.is_sqlite:
            return False
        async with self._asking:
            try:
                if self._connection is not None:
                    await self._connection.execute(select(1))
                    return True
                return await self._take()
            except (DBAPIError, OSError, TimeoutError):
                await self.drop()
                return False

    async def _take(self) -> bool:
        connection = await self._database.engine.connect()
        self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        return bool(
            await self._connection.scalar(select(func.pg_try_advisory_lock(_lock_of(self._holder))))
        )

    async def drop(self) -> None:
        """Give the lock and its connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError, OSError, TimeoutError):
                await connection.invalidate()
            await connection.close()


def _lock_of(holder: str) -> ColumnElement[int]:
    return func.hashtextextended(f"holder:{holder}", 0)


async def hold_lease(
    session: AsyncSession,
    name: str,
    holder: str,
    now: datetime,
    length: timedelta,
    *,
    guarded: bool = False,
) -> bool:
    """Take or renew the lease `name`; False while somebody else who lives holds it."""
    held = {"holder": holder, "until": now + length, "guarded": guarded}
    free = or_(Lease.holder == holder, Lease.until <= now)
    renew = update(Lease).where(Lease.name == name, free)
    if await count_changed(session, renew.values(**held)):
        return True
    first = insert(session, Lease).values(name=name, **held)
    if await count_changed(session, first.on_conflict_do_nothing(index_elements=["name"])):
        return True
    query = select(Lease.holder).where(Lease.name == name, Lease.guarded.is_(True))
    other = await session.scalar(query) if guarded else None
    if other is None or not await session.scalar(
        select(func.pg_try_advisory_xact_lock(_lock_of(other)))
    ):
        return False
    seize = update(Lease).where(Lease.name == name, Lease.holder == other)
    return bool(await count_changed(session, seize.values(**held)))


async def take_lease(session: AsyncSession, name: str, holder: str, until: datetime) -> None:
    """Note that somebody uses `name` until then, whoever held it."""
    held = {"holder": holder, "until": until, "guarded": False}
    first = insert(session, Lease).values(name=name, **held)
    await session.execute(first.on_conflict_do_update(index_elements=["name"], set_=held))


async def lease_ends(session: AsyncSession, names: Sequence[str]) -> dict[str, datetime]:
    """Until when each of these leases is or was held; none for a name that nobody ever held."""
    query = select(Lease.name, Lease.until).where(Lease.name.in_(names))
    return {name: until for name, until in await session.execute(query)}


async def release_lease(session: AsyncSession, name: str, holder: str, now: datetime) -> None:
    """Give the lease back before it runs out."""
    await session.execute(
        update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=now)
    )
