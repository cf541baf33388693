"""Chat page and console on one port, as `fanzha serve` runs them, with one browser."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import uvicorn

from bot.app import LibraryInService
from bot.channels.web import WebParts, chat_app
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.services.patterns import Patterns
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.staff import Role
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from bot.times import now
from console.visitor import SESSION_COOKIE
from console.workshop import Workshop
from tests.console.desk import Desk

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class House:
    """The product running; every page that was opened is watched for errors."""

    desk: Desk
    address: str
    browser: Any
    library: LibraryInService
    troubles: list[str] = field(default_factory=list)

    async def resident(self, **options: Any) -> Any:
        """A chat page that somebody has just opened."""
        page = await self._page(**options)
        await page.goto(f"{self.address}/")
        return page

    async def officer(self, login: str, role: Role = Role.DUTY, **options: Any) -> Any:
        """A page of an officer who is signed in."""
        signed_in = await self.desk.signed_in(role, login)
        page = await self._page(**options)
        cookie = {"name": SESSION_COOKIE, "url": f"{self.address}/console"}
        token = signed_in.client.cookies[SESSION_COOKIE]
        await page.context.add_cookies([cookie | {"value": token}])
        return page

    def console(self, path: str) -> str:
        """The address of a page of the console."""
        return f"{self.address}/console{path}"

    async def _page(self, **options: Any) -> Any:
        context = await self.browser.new_context(**options)
        await context.route(lambda url: not url.startswith(self.address), self._cut_off)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._heard)
        page.on("requestfailed", self._failed)
        return page

    async def _cut_off(self, route: Any) -> None:
        self.troubles.append(f"asked for {route.request.url}")
        await route.abort()

    def _heard(self, line: Any) -> None:
        if line.type in {"error", "warning"} and "409 (Conflict)" not in line.text:
            self.troubles.append(line.text)

    def _failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # a page that was left
            self.troubles.append(f"failed: {request.url}")


@asynccontextmanager
async def open_house(
    folder: Path, vault: Vault, library: LibraryInService, patterns: Patterns
) -> AsyncIterator[House]:
    """An empty database, both web apps, the library that officers change, a browser."""
    from playwright.async_api import async_playwright

    database = Database(f"sqlite+aiosqlite:///{folder}/house.sqlite3", vault)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    desk = Desk(database)
    desk.clock.at = now()
    shop = Workshop(library.current, lambda: patterns)
    # the console's own clock stands still; two pages on one day need the real one
    parts = replace(desk.console.state.parts, workshop=shop, now=now)
    desk.console.state.parts = parts
    await library.follow(database)
    settings = Settings(_env_file=None)
    answering = AnswerParts(database, library.current, now, settings.messages_per_minute)
    chat = chat_app(WebParts(settings, database, make_dispatcher(answering, settings), now))
    chat.mount("/console", desk.console)
    async with _serving(chat, desk, library) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
        )
        yield House(desk, address, browser, library)
        await browser.close()
    await database.close()


@asynccontextmanager
async def _serving(app: Any, desk: Desk, library: LibraryInService) -> AsyncIterator[str]:
    config = uvicorn.Config(
        app, log_level="warning", ws="none", lifespan="off", timeout_graceful_shutdown=1
    )
    server, stop = uvicorn.Server(config), asyncio.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    jobs: list[Callable[[], Any]] = [
        lambda: server.serve([listening]),
        lambda: desk.pulse.run(stop),
        lambda: library.watch(stop),
    ]
    tasks = [asyncio.create_task(job()) for job in jobs]
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    stop.set()
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks)
