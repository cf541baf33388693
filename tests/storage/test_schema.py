"""The migrations make what the tables say, up and down, on both databases."""

from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from bot.storage import schema
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from tests.conftest import empty


@pytest.fixture
async def bare_database(database_url: str, vault: Vault) -> AsyncIterator[Database]:
    database = Database(database_url, vault)
    await empty(database)
    yield database
    await database.close()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_the_migrations_make_the_tables_of_the_code(bare_database: Database) -> None:
    await schema.upgrade(bare_database)
    async with bare_database.engine.connect() as connection:
        assert await connection.run_sync(tables) == set(metadata.tables)
        assert await connection.run_sync(differences) == []
    assert await schema.current_version(bare_database) == schema.newest_version()


async def test_down_leaves_nothing_and_up_again_works(bare_database: Database) -> None:
    await schema.upgrade(bare_database)
    await schema.downgrade(bare_database, "base")
    async with bare_database.engine.connect() as connection:
        assert await connection.run_sync(tables) == set()
    await schema.upgrade(bare_database)
    await schema.upgrade(bare_database)
    async with bare_database.engine.connect() as connection:
        assert await connection.run_sync(tables) == set(metadata.tables)
