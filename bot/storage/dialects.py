"""What SQLAlchemy leaves to each database, in one place."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import Executable

INSERTS: dict[str, Callable[[Any], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
"""An INSERT that knows ON CONFLICT, by dialect."""


def is_sqlite(session: AsyncSession) -> bool:
    """Whether the database is SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def dialect_of(session: AsyncSession) -> str:
    """The name of the database's dialect."""
    return session.get_bind().dialect.name


def insert(session: AsyncSession, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in the session's own dialect."""
    return INSERTS[dialect_of(session)](table)


async def count_changed(session: AsyncSession, statement: Executable) -> int:
    """Execute an INSERT, UPDATE or DELETE; returns how many rows it touched."""
    result = await session.execute(statement)
    return cast(CursorResult[Any], result).rowcount
