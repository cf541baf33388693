"""The chat page for everybody: by keyboard, on a bad line, on a shared computer, for every eye."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.matching.library import Library
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.residents import Resident
from tests.accessibility import grave_violations
from tests.channels.conftest import web_parts
from tests.channels.screenshots import SCAM, ask, serve_chat

pytestmark = pytest.mark.browser
MOST_BYTES = 150 * 1024
"""Of everything that the page needs before fonts."""


@pytest.fixture
async def address(sqlite_database: Database, library: Library) -> AsyncIterator[str]:
    async with serve_chat(web_parts(sqlite_database, library)) as served:
        yield served


async def said(tab: Any) -> list[str]:
    return [" ".join(words.split()) for words in await tab.locator(".message").all_inner_texts()]


async def test_it_is_light_keeps_its_files_and_paints_at_once(browser: Any, address: str) -> None:
    context = await browser.new_context()
    tab = await context.new_page()
    answers: list[Any] = []
    tab.on("response", lambda one: answers.append(one))
    await tab.goto(address, wait_until="networkidle")
    named = {one.url.partition("?")[0].removeprefix(address): one for one in answers}
    sizes = {name: len(await one.body()) for name, one in named.items()}
    assert {"", "static/chat.css", "static/chat.js"} <= sizes.keys()
    assert sum(sizes.values()) < MOST_BYTES, sizes
    paint = "performance.getEntriesByName('first-contentful-paint').length"
    assert await tab.evaluate(paint) == 1
    await tab.goto(address, wait_until="networkidle")
    fetched = """performance.getEntriesByType('resource')
        .filter((one) => one.name.includes('/static/') && one.transferSize > 0).length"""
    assert await tab.evaluate(fetched) == 0


async def test_axe_finds_no_serious_fault_in_any_look(browser: Any, address: str) -> None:
    tab = await browser.new_page(viewport={"width": 360, "height": 740})
    await tab.goto(address)
    await ask(tab, SCAM)
    await ask(tab, "妈，晚上我不回来吃饭了")
    await tab.locator(".buttons").last.get_by_text("我已转账", exact=True).click()
    await tab.wait_for_selector(".message.action")
    await tab.click("summary")
    for look in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"contrast": "more"}):
        await tab.emulate_media(**look)
        assert await grave_violations(tab) == [], look
    await tab.keyboard.press("Escape")
    assert await tab.inner_text(":focus") == "更多"
    for _ in range(2):
        wide = await tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360
        await tab.click("#larger")


async def test_by_keyboard_alone_one_gets_to_a_report(browser: Any, address: str) -> None:
    tab = await browser.new_page()
    await tab.goto(address)
    await tab.keyboard.type(SCAM)
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".chip.high")
    for _ in range(40):
        await tab.keyboard.press("Shift+Tab")
        if await tab.evaluate("document.activeElement.textContent") == "举报":
            break
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector("text=现在到哪一步了？")
    await tab.wait_for_function("() => document.activeElement.textContent === '还没转账'")
    await tab.keyboard.press("Space")
    await tab.wait_for_selector("text=我自己")
    assert await tab.locator("#log[aria-live=polite][role=log]").count() == 1


async def test_what_is_written_while_the_line_is_gone_arrives_once(
    browser: Any, address: str, sqlite_database: Database
) -> None:
    context = await browser.new_context()
    tab = await context.new_page()
    await tab.goto(address)
    lost = 0

    async def lose_two_answers(route: Any) -> None:
        nonlocal lost
        lost += 1
        if lost <= 2:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await tab.route("**/chat/messages", lose_two_answers)
    await tab.fill("#text", SCAM)
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector("#line:has-text('正在重连')")
    await tab.wait_for_selector(".chip.high")
    assert await tab.inner_text("#line") == ""
    assert await tab.locator(".chip").count() == 1
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Check)) == 1
    await tab.unroute("**/chat/messages")
    await context.set_offline(True)
    await tab.fill("#text", "第二条")
    await tab.keyboard.press("Enter")
    await tab.fill("#text", "第三条")
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector("#line:has-text('正在重连')")
    await context.set_offline(False)
    await tab.wait_for_function("() => !document.querySelector('.waiting')")
    assert "放在一起看" in (await said(tab))[-1]
    mine = await tab.locator(".mine").all_inner_texts()
    assert [one.split()[-1] for one in mine] == [SCAM, "第二条", "第三条"]


async def test_an_unsent_message_survives_a_reload(browser: Any, address: str) -> None:
    tab = await browser.new_page()
    await tab.goto(address)
    await tab.route("**/chat/messages", lambda route: route.abort())
    await tab.fill("#text", SCAM)
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector("#line:has-text('正在重连')")
    await tab.fill("#text", "还没写完")
    await tab.unroute("**/chat/messages")
    await tab.reload()
    await tab.wait_for_selector(".chip.high")
    assert await tab.input_value("#text") == "还没写完"
    assert await tab.locator(".mine").count() == 1


async def test_a_shared_computer_keeps_nothing_unless_asked(
    browser: Any, address: str, sqlite_database: Database
) -> None:
    context = await browser.new_context()
    first = await context.new_page()
    await first.goto(address)
    await ask(first, SCAM)
    before = await said(first)
    await first.reload()
    assert await said(first) == before
    other = await context.new_page()
    await other.goto(address)
    assert await other.locator(".mine").count() == 0
    await first.click("summary")
    await keep_on_this_device(first)
    await other.goto(address)
    assert await said(other) == before
    other.on("dialog", lambda dialog: dialog.accept())
    await other.click("summary")
    async with other.expect_navigation():
        await other.click("#leave")
    assert await other.locator(".mine").count() == 0
    assert await other.evaluate("localStorage.getItem('talk')") is None
    await ask(other, "第二个人")
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Resident)) == 2


async def keep_on_this_device(tab: Any) -> None:
    async with tab.expect_response("**/chat/keep"):
        await tab.check("#keep")
    await tab.wait_for_function("() => localStorage.getItem('keep') === '1'")


async def lasts_till_closed(context: Any) -> bool:
    (cookie,) = await context.cookies()
    return bool(cookie["expires"] == -1)


async def test_who_one_is_ends_with_the_browser_unless_asked(browser: Any, address: str) -> None:
    context = await browser.new_context()
    tab = await context.new_page()
    await tab.goto(address)
    assert await lasts_till_closed(context)
    await tab.click("summary")
    await keep_on_this_device(tab)
    assert not await lasts_till_closed(context)
    await tab.reload()
    assert await tab.is_checked("#keep")
    assert not await lasts_till_closed(context)
    await context.set_offline(True)
    await tab.click("summary")
    await tab.locator("#keep").click()
    await tab.wait_for_selector(".trouble:has-text('还没有改好')")
    assert await tab.is_checked("#keep")
    await context.set_offline(False)
    async with tab.expect_response("**/chat/keep"):
        await tab.locator("#keep").click()
    assert await lasts_till_closed(context)


async def report(tab: Any, *presses: str) -> None:
    """A report that has its lead number after these presses."""
    await ask(tab, "/report")
    for label in ("还没转账", "我自己"):
        await press(tab, label)
    await ask(tab, "有人让我下载软件共享屏幕")
    for label in presses:
        await press(tab, label)


async def press(tab: Any, label: str) -> None:
    await tab.locator(".buttons").last.get_by_text(label, exact=True).click()
    await tab.wait_for_selector(".waiting", state="detached")


async def test_under_a_lead_number_it_is_said_once_how_answers_are_kept(
    browser: Any, address: str
) -> None:
    context = await browser.new_context()
    tab = await context.new_page()
    await tab.goto(address)
    steps = ("微信", *["跳过"] * 3, "确认提交")
    await report(tab, *steps)
    assert "线索编号" in (await said(tab))[-1]
    await tab.click(".message >> nth=-1 >> button >> text=在这台设备上保留")
    await tab.wait_for_selector(".note:has-text('已保留')")
    assert await tab.is_checked("#keep")
    assert not await lasts_till_closed(context)
    await report(tab, *steps)
    assert "线索编号" in (await said(tab))[-1]
    assert await tab.locator(".note").count() == 1


async def test_a_file_under_way_at_a_reload_is_named(browser: Any, address: str) -> None:
    tab = await browser.new_page()
    await tab.goto(address)
    await tab.route("**/chat/files**", lambda route: route.abort())
    kept = {"name": "转账记录.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    await tab.set_input_files("#file", [kept])
    await tab.wait_for_selector("#line:has-text('正在重连')")
    await tab.unroute("**/chat/files**")
    await tab.reload()
    assert "转账记录.pdf 没有等到回答" in (await said(tab))[-1]
    await tab.reload()
    assert "没有等到回答" not in "".join(await said(tab))
    await tab.set_input_files("#file", [kept])
    await tab.wait_for_selector(".waiting", state="detached")
    await tab.reload()
    assert "没有等到回答" not in "".join(await said(tab))


async def test_a_refused_message_is_still_there_after_a_reload(browser: Any, address: str) -> None:
    context = await browser.new_context()
    tab = await context.new_page()
    await tab.goto(address)
    await context.clear_cookies()
    await tab.fill("#text", SCAM)
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".trouble:has-text('刷新')")
    await tab.reload()
    assert await tab.input_value("#text") == SCAM


async def test_a_browser_that_lets_pages_keep_nothing_shows_the_page_and_answers(
    browser: Any, address: str
) -> None:
    tab = await browser.new_page()
    troubles: list[str] = []
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    await tab.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, {"
        "  get() { throw new DOMException('denied', 'SecurityError'); } });"
        "Object.defineProperty(navigator, 'cookieEnabled', { get: () => false });"
    )
    await tab.goto(address)
    assert "Cookie" in (await said(tab))[-1]
    await ask(tab, SCAM)
    assert await tab.locator(".chip.high").count() == 1
    await tab.click("#larger")
    await tab.click("summary")
    tab.on("dialog", lambda dialog: dialog.accept())
    async with tab.expect_navigation():
        await tab.click("#leave")
    assert troubles == []


async def test_messages_written_together_have_one_answer_which_stands_last(
    browser: Any, address: str
) -> None:
    tab = await browser.new_page()
    await tab.goto(address)
    for part in SCAM.split("，"):
        await tab.fill("#text", part)
        await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".message:has-text('这 4 条消息放在一起看')")
    assert await tab.locator(".chip").count() == 1
    assert await tab.locator(".chip.high").count() == 1
    before = await said(tab)
    assert "放在一起看" in before[-1]
    await tab.reload()
    assert await said(tab) == before
