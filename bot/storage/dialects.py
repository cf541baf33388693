"""What SQLAlchemy leaves to each database, in one place."""

from typing import Any, cast

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import Executable


def insert(session: AsyncSession, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in the session's own dialect."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


async def count_changed(session: AsyncSession, statement: Executable) -> int:
    """Execute an INSERT, UPDATE or DELETE; returns how many rows it touched."""
    result = await session.execute(statement)
    return cast(CursorResult[Any], result).rowcount
