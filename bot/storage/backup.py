"""Every row of every table as lines of JSON, and back; what is sealed stays sealed."""

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, LargeBinary, Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.base import UtcDateTime
from bot.storage.tables import metadata

AT_ONCE = 1000


def all_tables() -> Sequence[Table]:
    """Every table, those that others point to first."""
    return metadata.sorted_tables


async def one_moment(session: AsyncSession) -> None:
    """Let the transaction see one moment from its first look to its last; SQLite's does anyway."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


async def lines_of(session: AsyncSession, table: Table) -> AsyncIterator[list[str]]:
    """The rows of a table in the order of its key, some hundred lines at a time."""
    query = select(table).order_by(*table.primary_key.columns)
    rows = await session.stream(query.execution_options(yield_per=AT_ONCE))
    async for batch in rows.partitions(AT_ONCE):
        yield [json.dumps([_plain(value) for value in row], ensure_ascii=False) for row in batch]


async def put_back(session: AsyncSession, table: Table, lines: Sequence[str]) -> None:
    """Insert rows that lines_of made. Raises ValueError for a line that it did not make."""
    readers = [_reader(column.type) for column in table.columns]
    names = [column.name for column in table.columns]
    rows = []
    for line in lines:
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != len(names):
            raise ValueError(f"a row of {table.name} has another form")
        pairs = zip(names, readers, values, strict=True)
        rows.append({name: None if one is None else read(one) for name, read, one in pairs})
    if rows:
        await session.execute(insert(table), rows)


async def count_on(session: AsyncSession, table: Table) -> None:
    """Let new rows get numbers after those that were put back."""
    column = table.autoincrement_column
    if column is None or session.get_bind().dialect.name != "postgresql":
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    highest = select(func.max(column)).scalar_subquery()
    if await session.scalar(select(sequence)) is not None:
        await session.execute(
            select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None)))
        )


async def clear(session: AsyncSession) -> None:
    """Delete what a fresh schema comes with."""
    for table in reversed(all_tables()):
        await session.execute(table.delete())


async def is_in_use(session: AsyncSession) -> bool:
    """Whether anybody has worked with the database yet."""
    for name in ("staff", "resident", "lead"):
        if await session.scalar(select(func.count()).select_from(metadata.tables[name])):
            return True
    return False


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, (datetime, date)) else value


def _reader(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, LargeBinary):
        return b64decode
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat
    return date.fromisoformat if isinstance(kind, Date) else lambda value: value
