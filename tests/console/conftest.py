"""The console on both databases, and on SQLite alone."""

import pytest

from bot.storage.database import Database
from tests.console.desk import Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def small_desk(sqlite_database: Database) -> Desk:
    return Desk(sqlite_database)
