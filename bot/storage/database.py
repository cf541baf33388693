"""Engine and transactions for SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bot.errors import ExpectedError
from bot.storage.vault import Vault

SQLITE_BUSY_MS = 2000
"""How long a write waits for another process; a resident is kept waiting no longer."""


class DatabaseUnavailableError(ExpectedError):
    """The database is locked, full or gone."""

    def __init__(self) -> None:
        super().__init__("系统暂时无法保存，请稍后再试。情况紧急请直接拨打 110。")


class Database:
    """One engine; `writing()` is one transaction, committed once at its end."""

    def __init__(self, url: str, vault: Vault, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.vault = vault
        self._write_gate = asyncio.Lock()
        options: dict[str, Any] = {"pool_size": pool_size, "hide_parameters": True}
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": SQLITE_BUSY_MS / 1000}
        else:
            options |= {
                "pool_pre_ping": True,
                "connect_args": {"timeout": 2, "command_timeout": 10},
                "pool_timeout": 5,
            }
        self.engine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        self._sessions = async_sessionmaker(
            self.engine, expire_on_commit=False, info={"vault": vault}
        )

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end of the block; nothing else may be awaited in it.

        Raises DatabaseUnavailableError where the database cannot take it; nothing is then kept.
        """
        if self.is_sqlite:
            async with self._write_gate, self._transaction(write=True) as session:
                yield session
        else:
            async with self._transaction(write=True) as session:
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction for looking only; it is rolled back at the end."""
        async with self._transaction(write=False) as session:
            yield session

    @asynccontextmanager
    async def _transaction(self, *, write: bool) -> AsyncIterator[AsyncSession]:
        try:
            async with self._sessions() as session:
                await session.connection(
                    execution_options={"fanzha_begin": "IMMEDIATE" if write else "DEFERRED"}
                )
                yield session
                if write:
                    await session.commit()
                else:
                    session.expunge_all()  # what was read stays readable
                    await session.rollback()
        except (DBAPIError, SQLAlchemyError, OSError, TimeoutError) as error:
            if _is_outage(error):
                raise DatabaseUnavailableError from error
            raise

    async def lock(self, session: AsyncSession, name: str) -> None:
        """Hold `name` until the transaction ends; on SQLite writers exclude each other anyway."""
        if not self.is_sqlite:
            await session.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
            )

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def vault_of(session: AsyncSession) -> Vault:
    """The vault that belongs to the session's database."""
    vault: Vault = session.info["vault"]
    return vault


def _is_outage(error: BaseException) -> bool:
    if isinstance(error, (OSError, TimeoutError)):
        return True
    if isinstance(error, DBAPIError):
        return (
            error.connection_invalidated
            or type(error).__name__
            in {
                "OperationalError",
                "InterfaceError",
                "InternalError",
            }
            or type(error.orig).__name__ in {"TooManyConnectionsError", "CannotConnectNowError"}
        )
    return type(error).__name__ == "TimeoutError"


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
