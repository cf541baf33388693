"""Screenshots of the chat page: `python -m tests.channels.screenshots FOLDER [NAME …]`.

A resident asks about a message, presses a button and has a picture looked at, in light and dark,
on a desktop and a phone, and in large print.
"""

import asyncio
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn

from bot.channels.web import WebParts, chat_app
from bot.services.library import PATTERNS_ROOT, load_library
from bot.serving import QuietServer
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from tests.channels.conftest import web_parts
from tests.conftest import ROOT
from tests.console.screenshots import keep_small

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1366, "height": 800}
LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
    "phone-large": {"viewport": PHONE},
    "phone-contrast": {"viewport": PHONE, "contrast": "more"},
}
SCAM = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"
ORDINARY = "妈，晚上我不回来吃饭了，你们先吃。"


@asynccontextmanager
async def serve_chat(parts: WebParts) -> AsyncIterator[str]:
    """The address of the chat page, for as long as the block runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = QuietServer(uvicorn.Config(chat_app(parts), log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    await asyncio.wait_for(task, 10)


async def ask(tab: Any, text: str) -> None:
    """Write a message and wait for the answer."""
    await tab.fill("#text", text)
    await tab.click("#write [type=submit]")
    await tab.wait_for_selector(".waiting", state="detached")


async def _visit(tab: Any, look: str) -> AsyncIterator[str]:
    """The names of what is to be seen, one after the other."""
    if look == "phone-large":
        await tab.click("#larger")
    yield f"chat-opening-{look}"
    await ask(tab, SCAM)
    yield f"chat-verdict-{look}"
    await ask(tab, ORDINARY)
    await tab.locator(".buttons").last.get_by_text("举报", exact=True).click()
    await tab.wait_for_selector(".waiting", state="detached")
    yield f"chat-question-{look}"


async def shoot(folder: Path, wanted: Sequence[str]) -> None:
    """Every look of the page at its opening, after a verdict, and at a question."""
    from playwright.async_api import async_playwright

    kept = Path(tempfile.mkdtemp(prefix="fanzha-shots-"))
    database = Database(f"sqlite+aiosqlite:///{kept}/s.sqlite3", Vault({1: b"k" * 32}, b"f" * 32))
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    parts = web_parts(database, load_library(PATTERNS_ROOT, ROOT / "build" / "library"))
    async with serve_chat(parts) as address, async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for look, options in LOOKS.items():
            tab = await browser.new_page(**options)
            await tab.goto(address)
            async for name in _visit(tab, look):
                if not wanted or name in wanted:
                    await tab.mouse.move(0, 0)
                    keep_small(await tab.screenshot(), folder / f"{name}.png")
            await tab.close()
        await browser.close()
    await database.close()
    shutil.rmtree(kept, ignore_errors=True)


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(shoot(Path(sys.argv[1]), sys.argv[2:]))
