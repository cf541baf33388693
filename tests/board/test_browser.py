"""The board in a real browser: it renews itself, outlives its server, fits, can be read by all."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from bot.board.app import LOOK_EVERY_SECONDS
from bot.services.board import Board
from bot.serving import QuietServer
from tests.accessibility import grave_violations
from tests.board.conftest import Shown
from tests.board.filled import (
    TYPED,
    approve,
    busy_weeks,
    longest_board,
    shown_case,
    written_case,
)

pytestmark = pytest.mark.browser
DAY_SECONDS = 24 * 3600
CUT = """document.querySelectorAll('.slide').length && [
    document.body, ...document.querySelectorAll('.always, .slide:not([hidden]) .part'),
].filter((one) => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth)
.map((one) => `${one.className}: ${one.innerText}`)"""
"""What of the slide shown, and of what stands beside it, does not fit."""
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


async def open_tab(
    browser: Any, served: Served, path: str, *, timers: bool = False, **options: Any
) -> tuple[Any, list]:
    """A tab, and everything that went wrong in it or was asked of another machine; with `timers`
    its clock goes as the test says."""
    options = {"viewport": {"width": 360, "height": 740}} | options
    tab = await browser.new_page(**options)
    if timers:
        await tab.clock.install()
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


@contextlib.asynccontextmanager
async def kept_fresh(board: Shown, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The board looks by itself, so often that its part of the minute is over at once."""
    monkeypatch.setattr("bot.board.app.LOOK_EVERY_SECONDS", 0.05)
    stop = asyncio.Event()
    looking = asyncio.create_task(board.app.keep_fresh(stop))
    yield
    stop.set()
    await asyncio.wait_for(looking, 10)


@pytest.mark.parametrize("path", ["/board", "/board/screen", "/board/strip"])
async def test_an_open_page_shows_an_approval_within_a_minute_without_reloading(
    browser: Any, served: Served, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    board = served.board
    database, now = board.app._database, board.clock()
    tab, troubles = await open_tab(browser, served, path, timers=True)
    case = await written_case(database, now, TYPED)
    await tab.evaluate("window.unchanged = true")
    before = await tab.get_attribute("html", "data-version")
    left_ms = 60_000 - LOOK_EVERY_SECONDS * 1000
    async with kept_fresh(board, monkeypatch):
        await approve(database, case, now)
        for _ in range(400):
            if (await board.feed())["_fanzha"]["version"] != before:
                break
            await asyncio.sleep(0.05)
    await tab.clock.run_for(left_ms)
    await tab.wait_for_function(f"() => document.documentElement.dataset.version !== '{before}'")
    if path != "/board/strip":
        assert TYPED[0] in await tab.locator("main").text_content()
    assert await tab.evaluate("window.unchanged")
    assert troubles == []


async def test_an_open_page_outlives_its_server_by_a_day_and_says_how_old_it_is(
    browser: Any, served: Served
) -> None:
    tab, _ = await open_tab(browser, served, "/board", timers=True)
    before = await tab.inner_text("main")
    await tab.clock.run_for(60_000)
    assert not await tab.locator("#age").is_visible()
    await served.stop()
    await tab.clock.fast_forward(DAY_SECONDS * 1000)
    await tab.wait_for_selector("#age:has-text('24 小时前')")
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
    answers: list[Any] = []
    tab.on("response", lambda one: answers.append(one))
    await tab.goto(served.address + path, wait_until="networkidle")
    sizes = {one.url: len(await one.body()) for one in answers}
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


async def test_a_slide_stays_until_it_can_be_read_and_gives_way(
    browser: Any, served: Served
) -> None:
    tab, _ = await open_tab(browser, served, "/board/screen", timers=True)
    first = await tab.inner_text("main")
    to_read_ms = len(first) * 200
    assert to_read_ms > 20_000
    await tab.clock.run_for(to_read_ms - 3_000)
    assert await tab.inner_text("main") == first
    await tab.clock.run_for(6_000)
    following = await tab.inner_text("main")
    assert following != first
    await tab.click("#pause")
    await tab.clock.run_for(60_000)
    assert await tab.inner_text("main") == following


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (1366, 768)])
async def test_nothing_is_cut_on_a_big_screen(
    browser: Any, served: Served, monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    async def longest(*_: object) -> Board:
        return longest_board(served.board.clock())

    monkeypatch.setattr("bot.board.app.read_board", longest)
    served.board.clock.move(days=1)
    await served.board.app.refresh()
    size = {"width": width, "height": height}
    tab, _ = await open_tab(
        browser, served, "/board/screen", viewport=size, reduced_motion="reduce"
    )
    for silent in (False, True):
        if silent:
            await tab.evaluate(f"seen -= {DAY_SECONDS * 1000}; tellAge()")
        for number in range(await tab.locator(".slide").count()):
            await tab.evaluate(f"show({number})")
            assert await tab.evaluate(CUT) == [], (number, silent)


async def test_a_community_site_shows_the_strip_in_a_frame_and_nothing_else(
    browser: Any, served: Served
) -> None:
    site = await asyncio.start_server(_community_site(served.address), "127.0.0.1", 0)
    port = site.sockets[0].getsockname()[1]
    tab = await browser.new_page()
    await tab.goto(f"http://localhost:{port}/", wait_until="networkidle")
    strip, board = (tab.frame(name=name) for name in ("strip", "board"))
    assert await strip.locator(".calls >> text=96110").is_visible()
    assert await strip.evaluate("look().then(() => age.hidden)")
    assert await board.locator(".part").count() == 0
    site.close()


def _community_site(address: str) -> Any:
    frames = "".join(
        f'<iframe name="{name}" src="{address}{path}" width="600" height="260"></iframe>'
        for name, path in (("strip", "/board/strip"), ("board", "/board"))
    )
    page = f"<!doctype html><title>小区网站</title>{frames}".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
        writer.write(f"{head}Content-Length: {len(page)}\r\nConnection: close\r\n\r\n".encode())
        writer.write(page)
        await writer.drain()
        writer.close()

    return answer


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
