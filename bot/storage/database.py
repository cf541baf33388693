"""Engine and transactions for SQLite and PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from bot.errors import ExpectedError
from bot.storage.prepared import DRIVER, write_what_waits
from bot.storage.vault import Vault

SQLITE_BUSY_MS = 2000
"""How long a write waits for another process; a resident is kept waiting no longer."""
CONNECTIONS = 20
"""At most; they are made when needed and kept, since making one costs as much as some answers."""
ASIDE = 5
"""Connections for statements that are committed at once."""
POOL_SECONDS = 5
TIMES = {"timeout": 2, "command_timeout": 10}
"""Seconds in which PostgreSQL must let us in, and answer."""
OUTAGES = frozenset({"08", "53", "57"})
"""Classes of PostgreSQL's codes: the connection, disk or memory, the server ending."""
IDLE_SECONDS = 1.0
"""A connection to PostgreSQL that lay idle longer is asked whether it is still there."""


class DatabaseUnavailableError(ExpectedError):
    """The database is locked, full or gone."""

    def __init__(self) -> None:
        super().__init__("系统暂时无法保存，请稍后再试。情况紧急请直接拨打 110。")


class Database:
    """One engine; `writing()` is one transaction, committed once at its end."""

    def __init__(self, url: str, vault: Vault, pool_size: int = CONNECTIONS) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.vault = vault
        self._write_gate = asyncio.Lock()
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": 0,
            "hide_parameters": True,
        }
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": SQLITE_BUSY_MS / 1000}
        else:
            options |= {"connect_args": TIMES, "pool_timeout": POOL_SECONDS}
        self.engine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        self._unbegun = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._aside = None if self.is_sqlite else self._engine_aside()
        if self._aside is not None:
            for one in (self.engine, self._aside):
                event.listen(one.sync_engine, "checkin", _note_idle)
                event.listen(one.sync_engine, "checkout", _ask_if_idle)
        self._sessions = async_sessionmaker(
            self.engine, expire_on_commit=False, info={"vault": vault, "aside": self._aside}
        )

    def _engine_aside(self) -> AsyncEngine:
        """Connections whose statements are each committed at once, without waiting for the disk.

        What is committed later and waits for it brings them there, too.
        """
        return create_async_engine(
            self.url,
            pool_size=ASIDE,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={**TIMES, "server_settings": {"synchronous_commit": "off"}},
        )

    @asynccontextmanager
    async def writing(self, alone: str = "") -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end of the block; nothing else may be awaited in it.

        Those of the same `alone` come one after another, as on SQLite all do. Raises
        DatabaseUnavailableError where the database cannot take it; nothing is then kept.
        """
        if self.is_sqlite:
            async with self._write_gate, self._transaction(write=True) as session:
                yield session
        else:
            async with self._transaction(write=True, alone=alone) as session:
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction for looking only; it is rolled back at the end."""
        async with self._transaction(write=False) as session:
            yield session

    @asynccontextmanager
    async def _transaction(self, *, write: bool, alone: str = "") -> AsyncIterator[AsyncSession]:
        if self.is_sqlite:
            begun = self._on_sqlite(write=write)
        else:
            begun = self._on_postgres(write=write, alone=alone)
        try:
            async with begun as session:
                yield session
        except Exception as error:
            if _is_outage(error):
                raise DatabaseUnavailableError from error
            raise

    @asynccontextmanager
    async def _on_sqlite(self, *, write: bool) -> AsyncIterator[AsyncSession]:
        async with self._sessions() as session:
            begin = {"fanzha_begin": "IMMEDIATE" if write else "DEFERRED"}
            await session.connection(execution_options=begin)
            yield session
            if write:
                await session.commit()
            else:
                session.expunge_all()  # what was read stays readable
                await session.rollback()

    @asynccontextmanager
    async def _on_postgres(self, *, write: bool, alone: str) -> AsyncIterator[AsyncSession]:
        """A session in a transaction of the driver's own; the session begins and ends nothing."""
        begin = f"BEGIN; SELECT pg_advisory_xact_lock({_number_of(alone)})" if alone else "BEGIN"
        connection = await self._unbegun.connect()
        async with AsyncExitStack() as last:  # `async with` would make a task of each closing
            last.push_async_callback(connection.close)
            driver = driver_of(connection)
            last.push_async_callback(_end, driver)
            await driver.execute(begin)
            session = self._sessions(bind=connection)
            last.push_async_callback(session.close)
            session.info[DRIVER] = driver
            yield session
            if write:
                await write_what_waits(session)
                await driver.execute("COMMIT")

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()
        if self._aside is not None:
            await self._aside.dispose()


def vault_of(session: AsyncSession) -> Vault:
    """The vault that belongs to the session's database."""
    vault: Vault = session.info["vault"]
    return vault


def aside_of(session: AsyncSession) -> AsyncEngine | None:
    """Where a statement is committed at once, whatever becomes of the transaction; None on SQLite,
    where nothing can be written beside it."""
    aside: AsyncEngine | None = session.info["aside"]
    return aside


def _number_of(name: str) -> int:
    """The number by which PostgreSQL's advisory locks know a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


async def _end(driver: Any) -> None:
    """Nothing of a transaction is left on a connection that goes back."""
    if driver.is_closed() or not driver.is_in_transaction():
        return
    try:
        await driver.execute("ROLLBACK")
    except BaseException:
        driver.terminate()
        raise


def driver_of(connection: AsyncConnection) -> Any:
    """The connection of PostgreSQL's driver itself."""
    fairy = connection.sync_connection.connection  # type: ignore[union-attr]
    return fairy.driver_connection


def _is_outage(error: BaseException) -> bool:
    if isinstance(error, (OSError, TimeoutError)):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if str(getattr(cause, "sqlstate", None) or "")[:2] in OUTAGES:
        return True
    return type(error).__name__ in {
        "OperationalError",
        "InterfaceError",
        "InternalClientError",
        "InternalError",
        "TimeoutError",
    }


def _note_idle(_: Any, record: Any) -> None:
    record.info["idle_since"] = time.monotonic()


def _ask_if_idle(connection: Any, record: Any, _: Any) -> None:
    """One that is gone is replaced before anybody meets it, and with it those gone like it."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
    moment = time.monotonic()
    if moment - record.info.get("idle_since", moment) < IDLE_SECONDS:
        return
    try:
        connection.ping()
    except Exception as error:
        raise InvalidatePoolError from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    kind = connection.get_execution_options().get("fanzha_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {kind}")
