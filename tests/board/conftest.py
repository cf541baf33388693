"""A board of its own district, kept in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from bot.board.app import BoardApp
from bot.settings import Settings
from bot.storage.database import Database
from tests.console.desk import Clock


@dataclass
class Shown:
    """The board, its clock, and a client that asks it."""

    app: BoardApp
    clock: Clock
    client: httpx.AsyncClient

    async def feed(self) -> dict:
        return (await self.client.get("/board/feed.json")).json()


@pytest.fixture
async def shown(sqlite_database: Database) -> AsyncIterator[Shown]:
    clock = Clock()
    settings = Settings(_env_file=None, district="幸福区")
    app = BoardApp(sqlite_database, settings, "http://board.test", clock)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://board.test") as client:
        yield Shown(app, clock, client)
