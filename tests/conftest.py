"""Shared fixtures: both databases, a vault, a browser; nothing here leaves the machine."""

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from argon2 import PasswordHasher
from asyncpg import InterfaceError, PostgresError, connect
from sqlalchemy import create_engine, make_url, text

import bot.handlers  # noqa: F401 (before aiogram, as in the product)
from bench.postgres import postgres
from bot.garbage import keep_what_is_loaded
from bot.matching.library import Library
from bot.services import passwords
from bot.services.library import PATTERNS_ROOT, load_library
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.vault import Vault

ROOT = Path(__file__).parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
AS_IN_THE_CODE = "as in the code"
EMPTY_EVERY_TABLE = """
DO $$
DECLARE
    name regclass;
BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    FOR name IN SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM %s', name);
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence
        WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END
$$
"""
"""Without triggers; for the few rows of a test this takes a hundredth of what TRUNCATE does."""
IN_CI = os.environ.get("CI", "").lower() == "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests, so that no process works on alone at the end.

    The first of those that need the library has it built; the others come when it is there.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    reading = [*dict.fromkeys(one.path for one in items if needs_library(one) and one.path in slow)]
    items.sort(
        key=lambda item: (item.path not in slow, item.path in reading and item.path != reading[0])
    )


def needs_library(item: pytest.Item) -> bool:
    """Whether a test wants the project's own library."""
    return "library" in getattr(item, "fixturenames", ())


def pytest_collection_finish() -> None:
    """No collection of garbage need walk what all tests have imported."""
    keep_what_is_loaded()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("FANZHA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A test that sets up the logs of a process leaves nothing behind that writes to its output."""
    before = set(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    for handler in logging.getLogger().handlers[:]:
        if type(handler) is logging.StreamHandler and handler not in before:
            logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little() -> Iterator[None]:
    """What makes guessing dear would cost each test that signs in a fifth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault({1: b"k" * 32}, b"f" * 32)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL of this test process's own, from a wheel."""
    with postgres(durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def empty_postgres(postgres_url: str) -> Iterator[Callable[[], bool]]:
    """Empties the tables of a PostgreSQL that has the schema of the code; False where it has not.

    By one connection that is kept, since a new one has to learn every table first; a new one where
    a test has ended every connection of the server.
    """
    loop, address = asyncio.new_event_loop(), postgres_url.replace("+asyncpg", "")
    connection = loop.run_until_complete(connect(address))

    async def emptied() -> bool:
        nonlocal connection
        mark = "SELECT obj_description(to_regnamespace('public'), 'pg_namespace')"
        try:
            found = await connection.fetchval(mark)
        except (PostgresError, InterfaceError, OSError):
            connection = await connect(address)
            found = await connection.fetchval(mark)
        if found != AS_IN_THE_CODE:
            return False
        await connection.execute(EMPTY_EVERY_TABLE)
        return True

    yield lambda: loop.run_until_complete(emptied())
    loop.run_until_complete(connection.close())
    loop.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place for a schema: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/test.sqlite3"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def is_empty(request: pytest.FixtureRequest, database_url: str, schema_file: Path) -> bool:
    """Whether there is an empty schema of the code at that address now."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        shutil.copyfile(schema_file, str(url.database))
        return True
    empty_postgres: Callable[[], bool] = request.getfixturevalue("empty_postgres")
    return empty_postgres()


@pytest.fixture
async def database(database_url: str, vault: Vault, is_empty: bool) -> AsyncIterator[Database]:
    """An empty database with the schema of the code, on SQLite and on PostgreSQL."""
    database = Database(database_url, vault)
    if not is_empty:
        await empty(database)
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.execute(text(f"COMMENT ON SCHEMA public IS '{AS_IN_THE_CODE}'"))
    yield database
    await database.close()


@pytest.fixture
async def sqlite_database(
    tmp_path: Path, vault: Vault, schema_file: Path
) -> AsyncIterator[Database]:
    """An empty SQLite database, for what does not depend on the kind of database."""
    shutil.copyfile(schema_file, tmp_path / "test.sqlite3")
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/test.sqlite3", vault)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def schema_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema of the code and no rows."""
    path = tmp_path_factory.mktemp("schema") / "empty.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


async def empty(database: Database) -> None:
    """Drop everything a PostgreSQL still holds from the test before."""
    if database.is_sqlite:
        return
    async with database.engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA IF EXISTS public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; without one the browser tests are skipped, except under CI."""
    for name in CHROMIUM:
        if path := shutil.which(name):
            return path
    words = "no Chromium: run `make test` as root, or install the package `chromium`"
    if IN_CI:
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Any]:
    """A real browser that talks to this machine only."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        instance = await playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield instance
        await instance.close()


@pytest.fixture(scope="session")
def library() -> Library:
    """The project's own library, built once and kept under build/."""
    loaded = load_library(PATTERNS_ROOT, ROOT / "build" / "library")
    keep_what_is_loaded()
    return loaded
