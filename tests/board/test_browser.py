"""The board in a real browser: it renews itself, outlives its server, fits, can be read by all."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from bot.serving import QuietServer
from tests.accessibility import grave_violations
from tests.board.conftest import Shown
from tests.board.filled import TYPED, approve, busy_weeks, shown_case, written_case

pytestmark = pytest.mark.browser
DAY_MS = 24 * 3600 * 1000
MOST_BYTES = 300 * 1024
"""Of everything that a page needs before fonts, unpacked."""
WIDER = "document.documentElement.scrollWidth - window.innerWidth"


@dataclass
class Served:
    """A board on a port of this machine, and how to take it away."""

    address: str
    board: Shown
    server: QuietServer
    serving: asyncio.Task[None]

    async def stop(self) -> None:
        self.server.should_exit = True
        await asyncio.wait_for(self.serving, 10)


@pytest.fixture
async def served(shown: Shown) -> AsyncIterator[Served]:
    await shown.app.refresh()
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(shown.app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = QuietServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    served = Served(f"http://127.0.0.1:{listening.getsockname()[1]}", shown, server, serving)
    yield served
    await served.stop()


async def open_tab(browser: Any, served: Served, path: str, **options: Any) -> tuple[Any, list]:
    """A tab, and everything that went wrong in it or was asked of another machine."""
    options = {"viewport": {"width": 360, "height": 740}} | options
    tab = await browser.new_page(**options)
    troubles: list[str] = []
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    tab.on("requestfailed", lambda asked: troubles.append(asked.url))
    tab.on(
        "request",
        lambda asked: None if asked.url.startswith(served.address) else troubles.append(asked.url),
    )
    await tab.goto(served.address + path)
    return tab, troubles


async def test_an_open_page_shows_an_approval_without_reloading(
    browser: Any, served: Served
) -> None:
    board = served.board
    database, now = board.app._database, board.clock()
    tabs = [await open_tab(browser, served, path) for path in ("/board", "/board/screen")]
    case = await written_case(database, now, TYPED)
    for tab, _ in tabs:
        await tab.evaluate("window.unchanged = true")
        await tab.evaluate("look()")
        assert TYPED[0] not in await tab.locator("main").text_content()
    await approve(database, case, now)
    await board.app.refresh()
    for tab, troubles in tabs:
        await tab.evaluate("look()")
        assert TYPED[0] in await tab.locator("main").text_content()
        assert await tab.evaluate("window.unchanged")
        assert troubles == []


async def test_an_open_page_outlives_its_server_by_a_day_and_says_how_old_it_is(
    browser: Any, served: Served
) -> None:
    tab, _ = await open_tab(browser, served, "/board")
    before = await tab.inner_text("main")
    assert not await tab.locator("#age").is_visible()
    await served.stop()
    await tab.evaluate("look()")
    await tab.evaluate(f"seen -= {DAY_MS}; tellAge()")
    assert "24 小时前" in await tab.inner_text("#age")
    assert await tab.inner_text("main") == before


async def test_everybody_can_read_every_page(browser: Any, served: Served) -> None:
    board = served.board
    await busy_weeks(board.app._database, board.clock())
    await shown_case(board.app._database, board.clock(), ("长" * 20, "x" * 200, "信" * 40))
    board.clock.move(days=1)
    await board.app.refresh()
    for path, scheme, switch in (
        ("/board", "light", "larger"),
        ("/board", "dark", "larger"),
        ("/board", "light", "contrast"),
        ("/board/screen", "light", ""),
        ("/board/screen", "dark", ""),
        ("/board/strip", "light", ""),
        ("/board/strip", "dark", ""),
    ):
        tab, troubles = await open_tab(
            browser, served, path, color_scheme=scheme, reduced_motion="reduce"
        )
        if switch:
            await tab.click(f"#{switch}")
            assert await tab.get_attribute(f"#{switch}", "aria-pressed") == "true"
        assert await grave_violations(tab) == [], (path, scheme, switch)
        assert await tab.evaluate(WIDER) <= 0, (path, scheme, switch)
        assert troubles == []
        await tab.close()


@pytest.mark.parametrize("path", ["/board", "/board/screen", "/board/strip"])
async def test_a_page_is_light(browser: Any, served: Served, path: str) -> None:
    await busy_weeks(served.board.app._database, served.board.clock())
    served.board.clock.move(days=1)
    await served.board.app.refresh()
    tab = await browser.new_page()
    sizes: dict[str, int] = {}

    async def weigh(answer: Any) -> None:
        sizes[answer.url] = len(await answer.body())

    tab.on("response", weigh)
    await tab.goto(served.address + path, wait_until="networkidle")
    assert len(sizes) >= 3
    assert sum(sizes.values()) < MOST_BYTES, sizes


async def test_large_print_stays_after_a_reload(browser: Any, served: Served) -> None:
    tab, _ = await open_tab(browser, served, "/board")
    size = "parseFloat(getComputedStyle(document.querySelector('.part p')).fontSize)"
    before = await tab.evaluate(size)
    await tab.click("#larger")
    await tab.reload()
    assert await tab.evaluate(size) >= 1.3 * before


@pytest.mark.parametrize(("motion", "paused"), [("reduce", "true"), ("no-preference", "false")])
async def test_a_screen_rotates_unless_somebody_asked_for_no_motion(
    browser: Any, served: Served, motion: str, paused: str
) -> None:
    tab, _ = await open_tab(
        browser,
        served,
        "/board/screen",
        reduced_motion=motion,
        viewport={"width": 1920, "height": 1080},
    )
    assert await tab.get_attribute("#pause", "aria-pressed") == paused
    assert await tab.locator(".slide:visible").count() == 1
    moving = await tab.evaluate("show(place + 1); document.getAnimations().length")
    assert (moving == 0) == (motion == "reduce")
    first = await tab.inner_text("main")
    await tab.keyboard.press("ArrowRight")
    assert await tab.inner_text("main") != first


async def test_the_whole_page_is_read_aloud_and_stopped(browser: Any, served: Served) -> None:
    tab, _ = await open_tab(browser, served, "/board")
    await tab.evaluate(
        "() => { window.said = [];"
        " speechSynthesis.speak = (one) => said.push([one.lang, one.text]); }"
    )
    await tab.click("#aloud")
    said = await tab.evaluate("said")
    assert len(said) == await tab.locator("main .part").count()
    assert {lang for lang, _ in said} == {"zh-CN"}
    assert "96110" in "".join(text for _, text in said)
    assert await tab.inner_text("#aloud") == "停止朗读"
    await tab.click("#aloud")
    assert await tab.inner_text("#aloud") == "朗读"
