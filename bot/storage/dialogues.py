"""Where each dialogue stands, sealed: it holds what a resident has answered so far."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import LargeBinary, String, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.base import Base
from bot.storage.database import vault_of
from bot.storage.dialects import INSERTS, count_changed, dialect_of
from bot.storage.vault import Vault

DATA = "dialogue.data"
NO_DIALOGUE: tuple[None, str] = (None, "{}")


class Dialogue(Base):
    """One dialogue; `key_hash` is made of bot, chat and user."""

    __tablename__ = "dialogue"

    key_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    state: Mapped[str | None] = mapped_column(String(64))
    data_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(index=True)


def dialogue_hash(vault: Vault, key: str) -> str:
    """Under what a dialogue is kept."""
    return vault.fingerprint(key, "dialogue")


async def read_dialogue(session: AsyncSession, key: str) -> tuple[str | None, str]:
    """State and JSON data of a dialogue; (None, "{}") where there is none."""
    vault = vault_of(session)
    row = await session.get(Dialogue, dialogue_hash(vault, key))
    return (row.state, vault.open(row.data_sealed, DATA)) if row else NO_DIALOGUE


async def write_dialogue(
    session: AsyncSession, key: str, state: str | None, data: str, now: datetime
) -> None:
    """Replace a dialogue; one without state and data is removed."""
    values = dialogue_values(session, key, state, data, now)
    if is_over(state, data):
        key_hash = values["key_hash"]
        await session.execute(delete(Dialogue).where(Dialogue.key_hash == key_hash))
    else:
        await session.execute(_write(dialect_of(session)), values)


def is_over(state: str | None, data: str) -> bool:
    """Whether nothing of a dialogue is left to be kept."""
    return (state, data) == NO_DIALOGUE


def dialogue_values(
    session: AsyncSession, key: str, state: str | None, data: str, now: datetime
) -> dict[str, Any]:
    """The row of a dialogue; of one that is over only what finds it."""
    vault = vault_of(session)
    found = {"key_hash": dialogue_hash(vault, key)}
    if is_over(state, data):
        return found
    return found | {"state": state, "data_sealed": vault.seal(data, DATA), "changed_at": now}


@cache
def _write(dialect: str) -> Any:
    return upsert(INSERTS[dialect](Dialogue.__table__))


def upsert(statement: Any) -> Any:
    """An INSERT of a dialogue that replaces the one there is."""
    changed = ("state", "data_sealed", "changed_at")
    return statement.on_conflict_do_update(
        index_elements=["key_hash"], set_={name: statement.excluded[name] for name in changed}
    )


async def forget_dialogues(
    session: AsyncSession, before: datetime, state: str | None = None
) -> int:
    """Delete dialogues, all or those in a state, untouched since `before`; returns how many."""
    query = delete(Dialogue).where(Dialogue.changed_at < before)
    return await count_changed(session, query.where(Dialogue.state == state) if state else query)
