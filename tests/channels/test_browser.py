"""The chat page in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.matching.library import Library
from bot.storage.database import Database
from tests.botapi import png
from tests.channels.conftest import web_parts
from tests.channels.screenshots import SCAM, ask, serve_chat
from tests.vision.doubles import quick_reader

pytestmark = pytest.mark.browser


@pytest.fixture
async def address(
    sqlite_database: Database, library: Library, tmp_path: Path
) -> AsyncIterator[str]:
    reader = quick_reader(tmp_path, SCAM)
    async with serve_chat(web_parts(sqlite_database, library, reader=reader)) as served:
        yield served
    await reader.close()


@pytest.fixture
async def tab(browser: Any, address: str) -> AsyncIterator[Any]:
    """A tab in which nothing may go wrong unseen and nothing may be loaded from elsewhere."""
    tab = await browser.new_page(viewport={"width": 360, "height": 740})
    troubles: list[str] = []
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    tab.on(
        "request",
        lambda asked: None if asked.url.startswith(address) else troubles.append(asked.url),
    )
    await tab.goto(address)
    yield tab
    assert troubles == []


async def test_a_resident_asks_reads_and_presses(tab: Any) -> None:
    await ask(tab, SCAM)
    assert await tab.inner_text(".chip.high") == "高危"
    assert "共享屏幕" in await tab.inner_text(".message.high")
    await tab.click(".buttons >> nth=-1 >> text=我已转账")
    await tab.wait_for_selector("text=告诉反诈专班")
    assert "110" in await tab.inner_text(".message >> nth=-1")


async def test_hostile_text_is_shown_not_run(tab: Any) -> None:
    await ask(tab, "<img src=x onerror=alert(1)><script>alert(2)</script>马上转账到安全账户")
    assert await tab.locator("#log img, #log script").count() == 0
    assert "<script>" in await tab.inner_text(".message.mine")


async def test_110_and_96110_can_be_dialled_at_any_time(tab: Any) -> None:
    await ask(tab, SCAM)
    for number in ("110", "96110"):
        link = tab.locator(f'nav a[href="tel:{number}"]')
        assert await link.is_visible()


async def test_large_letters_stay_after_a_reload(tab: Any) -> None:
    size = "getComputedStyle(document.body).fontSize"
    before = float((await tab.evaluate(size))[:-2])
    await tab.click("#larger")
    await tab.reload()
    assert float((await tab.evaluate(size))[:-2]) > before
    wide = await tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360


async def test_a_report_is_written_to_its_end(tab: Any) -> None:
    async def press(label: str) -> None:
        await tab.locator(".buttons").last.get_by_text(label, exact=True).click()
        await tab.wait_for_selector(".waiting", state="detached")

    async def write(text: str) -> None:
        await tab.fill("#text", text)
        await tab.click("#write [type=submit]")
        await tab.wait_for_selector(".waiting", state="detached")

    await press("举报")
    await press("还没转账")
    await press("我自己")
    await write("有人让我下载软件共享屏幕")
    await press("微信")
    for _ in range(3):
        await press("跳过")
    await press("确认提交")
    assert "线索编号" in await tab.inner_text(".message >> nth=-1")


async def test_a_report_goes_on_after_a_reload(tab: Any) -> None:
    await tab.locator(".buttons").last.get_by_text("举报", exact=True).click()
    await tab.wait_for_selector(".waiting", state="detached")
    await tab.reload()
    choice = tab.locator(".buttons").last.get_by_text("还没转账", exact=True)
    assert await choice.is_visible()
    await choice.click()
    await tab.wait_for_selector(".waiting", state="detached")
    following = await tab.inner_text(".message >> nth=-1")
    await tab.reload()
    assert await tab.inner_text(".message >> nth=-1") == following
    await tab.evaluate("sessionStorage.clear()")
    await tab.reload()
    below = "() => document.querySelector('#log > :last-child').getBoundingClientRect().bottom"
    assert await tab.inner_text(".message >> nth=-1") == following
    assert await tab.evaluate(below) <= 740, "the open question is below the fold"


async def test_two_screenshots_are_one_case_and_come_back_marked(tab: Any) -> None:
    files = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": png()} for n in range(2)]
    await tab.set_input_files("#file", files)
    await tab.wait_for_selector(".chip.high")
    await tab.wait_for_selector(".message img")
    assert await tab.locator(".chip").count() == 1
    assert await tab.locator(".message", has_text="正在识别图片…").count() == 1
    assert await tab.evaluate("document.querySelector('.message img').naturalWidth") == 40
    await tab.wait_for_selector(".waiting", state="detached")
