"""Screenshots of board and chat page: `python -m tests.board.screenshots FOLDER [PAGE …]`."""

import asyncio
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from bot.board.app import BoardApp
from bot.serving import QuietServer
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from bot.times import now
from tests.board.filled import busy_weeks, shown_case
from tests.console.screenshots import keep_small

CASES = (
    (
        "退款变贷款",
        "客服说快递丢了要双倍赔，让她开共享屏幕，验证码被看到，卡里的钱转走了。",
        "退款只在原订单里办",
    ),
    (
        "点赞换来的空账户",
        "群里先发红包，做任务返小钱，后来说要连做三单才能提现，一共垫了好几万。",
        "要自己先垫钱的兼职都是骗局",
    ),
    (
        "假警察要他去宾馆",
        "自称外地民警，说名下有人涉嫌洗钱，让他别告诉家里，到宾馆把钱转到“安全账户”。",
        "公安不会在电话里办案",
    ),
)
SCREENS = {
    "phone": ("/board", 390, 800, "light", ""),
    "phone-dark": ("/board", 390, 800, "dark", ""),
    "phone-larger": ("/board", 360, 800, "light", "larger"),
    "phone-contrast": ("/board", 390, 800, "light", "contrast"),
    "desktop": ("/board", 1366, 768, "light", ""),
    "desktop-dark": ("/board", 1366, 768, "dark", ""),
    "strip": ("/board/strip", 600, 260, "light", ""),
    "strip-dark": ("/board/strip", 340, 400, "dark", ""),
}
BIG = {"wide": (1920, 1080), "tall": (1080, 1920)}


@asynccontextmanager
async def served(filled: bool = True) -> AsyncIterator[str]:
    """The address of a board with made-up reports and cases."""
    folder = Path(tempfile.mkdtemp(prefix="fanzha-board-"))
    database = Database(
        f"sqlite+aiosqlite:///{folder}/board.sqlite3", Vault({1: b"k" * 32}, b"f" * 32)
    )
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    if filled:
        await busy_weeks(database, now())
        for typed in CASES:
            await shown_case(database, now(), typed)
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    board = BoardApp(database, Settings(_env_file=None, district="幸福区"), address, now)
    await board.refresh()
    server = QuietServer(uvicorn.Config(board, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield address
    finally:
        server.should_exit = True
        await task
        await database.close()
        shutil.rmtree(folder, ignore_errors=True)


async def shoot(folder: Path, wanted: Sequence[str]) -> None:
    """Every wanted screen as a PNG file."""
    from playwright.async_api import async_playwright

    async with served() as address, served(filled=False) as bare, async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (path, width, height, scheme, switch) in SCREENS.items():
            if wanted and name not in wanted:
                continue
            size = {"width": width, "height": height}
            page = await browser.new_page(viewport=size, color_scheme=scheme)
            await page.goto(address + path)
            if switch:
                await page.click(f"#{switch}")
            keep_small(await page.screenshot(full_page=True), folder / f"board-{name}.png")
            await page.close()
        for name, (width, height) in BIG.items():
            if wanted and name not in wanted:
                continue
            page = await browser.new_page(viewport={"width": width, "height": height})
            await page.goto(f"{address}/board/screen")
            await page.click("#pause")
            for number in range(await page.locator(".slide").count()):
                await page.wait_for_timeout(700)
                keep_small(await page.screenshot(), folder / f"board-{name}-{number}.png")
                await page.keyboard.press("ArrowRight")
            await page.close()
        if not wanted or "bare" in wanted:
            page = await browser.new_page(viewport={"width": 1366, "height": 768})
            await page.goto(f"{bare}/board")
            keep_small(await page.screenshot(full_page=True), folder / "board-bare.png")
        await browser.close()


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(shoot(Path(sys.argv[1]), sys.argv[2:]))
