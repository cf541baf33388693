"""The schema, by Alembic: up, down, and what version a database has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


async def upgrade(database: Database, to: str = "head") -> None:
    """Bring the schema up to `to`; data stays."""
    await _run(database, lambda config: command.upgrade(config, to))


async def downgrade(database: Database, to: str) -> None:
    """Take the schema back to `to`; `base` drops everything."""
    await _run(database, lambda config: command.downgrade(config, to))


async def current_version(database: Database) -> str | None:
    """The revision a database has; None for an empty one."""

    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.engine.connect() as connection:
        return await connection.run_sync(read)


def newest_version() -> str | None:
    """The revision that this code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


async def _run(database: Database, act: Callable[[Config], Any]) -> None:
    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        config.attributes["vault"] = database.vault
        act(config)

    async with database.engine.begin() as connection:
        await connection.run_sync(run)
