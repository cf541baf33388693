"""What an update leaves behind: its replies, and where its dialogue stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.dialects import is_sqlite
from bot.storage.dialogues import Dialogue, dialogue_values, is_over, upsert, write_dialogue
from bot.storage.prepared import Prepared
from bot.storage.updates import KEEP, keep_replies, reply_values

Dialogues = Mapping[str, tuple[str | None, str]]
"""State and data by name."""
PREFIX = "dialogue_"
"""Of the parameters that are the dialogue's, where both are written at once."""


async def keep_answer(
    session: AsyncSession, update: tuple[int, int], replies: str, changed: Dialogues, now: datetime
) -> None:
    """Keep what answered an update (bot, number) and what it changed in dialogues.

    PostgreSQL, where each statement is a journey, writes both by one.
    """
    if len(changed) != 1 or is_sqlite(session):
        for name in sorted(changed):
            await write_dialogue(session, name, *changed[name], now)
        await keep_replies(session, *update, replies, now)
        return
    ((name, (state, data)),) = changed.items()
    values = dialogue_values(session, name, state, data, now)
    named = {f"{PREFIX}{column}": value for column, value in values.items()}
    statement = KEEP_AND_END if is_over(state, data) else KEEP_AND_WRITE
    await statement.run(session, named | reply_values(session, *update, replies, now))


def _written() -> Any:
    table: Any = Dialogue.__table__
    given = {one.name: bindparam(f"{PREFIX}{one.name}", type_=one.type) for one in table.columns}
    return upsert(postgresql.insert(table).values(given))


def _ended() -> Any:
    table: Any = Dialogue.__table__
    return delete(table).where(table.columns["key_hash"] == bindparam(f"{PREFIX}key_hash"))


def _kept_with(written: Any) -> Prepared:
    return Prepared(KEEP.add_cte(written.cte("dialogue_written")))


KEEP_AND_WRITE, KEEP_AND_END = _kept_with(_written()), _kept_with(_ended())
