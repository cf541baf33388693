"""Every sealed column, and sealing it anew with the newest key while everybody goes on."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import vault_of
from bot.storage.dialects import count_changed
from bot.storage.tables import metadata

SUFFIX = "_sealed"
TABLE_PURPOSES: Mapping[str, str] = {
    "community_group": "group",
    "answered_update": "update",
    "request_answer": "partner_request",
}
"""Tables whose purposes begin with another word than their name."""


def sealed_columns() -> Iterator[tuple[Table, Column[Any], str]]:
    """Table, column and purpose of everything that is sealed."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith(SUFFIX):
                start = TABLE_PURPOSES.get(table.name, table.name)
                yield table, column, f"{start}.{column.name.removesuffix(SUFFIX)}"


async def reseal_batch(
    session: AsyncSession,
    table: Table,
    column: Column[Any],
    purpose: str,
    after: tuple[Any, ...] | None,
    limit: int,
) -> tuple[int, tuple[Any, ...] | None]:
    """Seal up to `limit` old values anew; returns how many, and the place to go on after.

    A value that somebody has changed meanwhile is left alone: theirs is sealed anew already, or
    found on the next pass.
    """
    vault, keys = vault_of(session), list(table.primary_key.columns)
    old = select(*keys, column).where(*_with_old_key(session, column))
    if after is not None:
        place = [literal(value, key.type) for value, key in zip(after, keys, strict=True)]
        old = old.where(tuple_(*keys) > tuple_(*place))
    rows = (await session.execute(old.order_by(*keys).limit(limit))).all()
    changed = 0
    for *place, sealed in rows:
        fresh = vault.seal(vault.open(sealed, purpose), purpose)
        same = [key == value for key, value in zip(keys, place, strict=True)]
        changed += await count_changed(
            session,
            update(table).where(*same, column == sealed).values({column.name: fresh}),
        )
    return changed, tuple(rows[-1][:-1]) if len(rows) == limit else None


async def count_old(session: AsyncSession, table: Table, column: Column[Any]) -> int:
    """How many values of a column an older key has sealed."""
    query = select(func.count()).select_from(table).where(*_with_old_key(session, column))
    return await session.scalar(query) or 0


def _with_old_key(session: AsyncSession, column: Column[Any]) -> tuple[Any, ...]:
    prefix = b"%d." % vault_of(session).newest
    begins = func.substr(column, 1, len(prefix), type_=LargeBinary)
    return column.is_not(None), func.length(column) > 0, begins != prefix
