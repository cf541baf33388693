"""Do residents' pages paint soon on a phone with a slow line: `make bench-paint`.

Chat page and a filled board, each time with an empty cache. Line and processor are slowed down in
Chromium as Lighthouse does it for phones; the median of the visits counts. Other work on the
machine makes the times worse, so its load is printed.
"""

import asyncio
import os
import shutil
import socket
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from rich.console import Console

from bench.goals import Goal, report
from bot.board.app import BesideBoard, BoardApp
from bot.channels.web import WebParts, chat_app
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.services.library import PATTERNS_ROOT, load_library
from bot.serving import QuietServer
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from bot.times import now
from tests.board.filled import TYPED, busy_weeks, shown_case

VISITS = 9
PHONE = {"width": 360, "height": 740}
SLOW_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 / 8,
    "uploadThroughput": 768_000 / 8,
}
"""Lighthouse's slow 4G: milliseconds there and back, bytes a second."""
TIMES_SLOWER = 4
"""Lighthouse's phone: so many times slower than this machine."""
PAGES = {"chat": "/", "board": "/board"}
FIRST_MS, LARGEST_MS, MOST_KB = 1000, 2500, 300
TIMES = """() => new Promise((done) => new PerformanceObserver((seen) => {
    const [first] = performance.getEntriesByName("first-contentful-paint");
    const largest = seen.getEntries();
    done([first.startTime, largest[largest.length - 1].startTime]);
}).observe({ type: "largest-contentful-paint", buffered: true }))"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One opening of a page: milliseconds to its first and its largest paint, its files with their
    bytes unpacked."""

    first_ms: float
    largest_ms: float
    files: Mapping[str, int]

    @property
    def bytes(self) -> int:
        """All files together."""
        return sum(self.files.values())


def main() -> int:
    """Measure, print a table, return 1 where a goal is missed."""
    screen = Console()
    chromium = shutil.which("chromium")
    if chromium is None:
        screen.print("no Chromium: run `make test` as root, or install the package `chromium`")
        return 1
    library = load_library(PATTERNS_ROOT, Settings().library_dir)
    visits = asyncio.run(measure(library, chromium, VISITS))
    screen.print(f"median of {VISITS} visits, load of the machine {os.getloadavg()[0]:.1f}")
    return report(goals(visits), screen)


def goals(visits: Mapping[str, Sequence[Visit]]) -> list[Goal]:
    """The goals of every page with what its visits came to."""
    found = []
    for page, seen in visits.items():
        first = statistics.median(one.first_ms for one in seen)
        largest = statistics.median(one.largest_ms for one in seen)
        found += [
            Goal(f"{page}: first paint, ms", FIRST_MS, first),
            Goal(f"{page}: largest paint, ms", LARGEST_MS, largest),
            Goal(f"{page}: all files unpacked, KB", MOST_KB, max(one.bytes for one in seen) / 1024),
        ]
    return found


async def measure(library: Library, chromium: str, visits: int) -> dict[str, list[Visit]]:
    """Visit every page that many times, in turns."""
    from playwright.async_api import async_playwright

    seen: dict[str, list[Visit]] = {page: [] for page in PAGES}
    async with _served(library) as address, async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(visits):
            for page, path in PAGES.items():
                seen[page].append(await _visit(browser, address + path))
        await browser.close()
    return seen


async def _visit(browser: Any, address: str) -> Visit:
    context = await browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True)
    tab = await context.new_page()
    devtools = await context.new_cdp_session(tab)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", SLOW_LINE)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": TIMES_SLOWER})
    answers: list[Any] = []
    tab.on("response", lambda one: answers.append(one))
    await tab.goto(address, wait_until="networkidle")
    first, largest = await tab.evaluate(TIMES)
    files = {one.url: len(await one.body()) for one in answers}
    await context.close()
    return Visit(first, largest, files)


@asynccontextmanager
async def _served(library: Library) -> AsyncIterator[str]:
    """Chat page and board at one address, as `fanzha serve` has them."""
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder)}/paint.sqlite3"
        database = Database(url, Vault({1: b"k" * 32}, b"f" * 32))
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await busy_weeks(database, now())
        await shown_case(database, now(), TYPED)
        settings = Settings(_env_file=None, district="幸福区")
        listening = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        board = BoardApp(database, settings, address, now)
        await board.refresh()
        answering = AnswerParts(database, lambda: library, now, settings.messages_per_minute)
        app = chat_app(WebParts(settings, database, make_dispatcher(answering, settings), now))
        app.add_middleware(BesideBoard, board=board)
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
        server = QuietServer(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield address
        finally:
            server.should_exit = True
            await serving
            await database.close()


if __name__ == "__main__":
    sys.exit(main())
