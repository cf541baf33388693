"""Pages that stay open: they ring for what is new, keep the keyboard's place, say when they stand
still, run by the server's clock, and leave room for further pages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.services.leads import sign_for
from bot.storage.staff import Role, staff_by_login
from bot.times import now
from console.visitor import SESSION_COOKIE
from tests.console.desk import Desk
from tests.console.serving import BEFORE_IT_ASKS, serve_desk

pytestmark = pytest.mark.browser
WAITING = 12
MORE_THAN_A_BROWSER_ASKS_AT_ONCE = 8


@pytest.fixture
async def address(small_desk: Desk) -> AsyncIterator[str]:
    small_desk.clock.at = now()
    async with serve_desk(small_desk) as served:
        yield served


async def context_of(browser: Any, desk: Desk, address: str, **options: Any) -> Any:
    """A browser context in which a chief is signed in."""
    officer = await desk.signed_in(Role.CHIEF, "zhao")
    context = await browser.new_context(**options)
    value = officer.client.cookies[SESSION_COOKIE]
    await context.add_cookies([{"name": SESSION_COOKIE, "value": value, "url": address}])
    return context


async def sign(desk: Desk, *numbers: str) -> None:
    async with desk.database.writing() as session:
        zhao = await staff_by_login(session, "zhao")
        assert zhao is not None
        for number in numbers:
            await sign_for(session, zhao, number, desk.clock())


@pytest.mark.parametrize("path", ["/leads", "/"])
async def test_a_new_urgent_lead_rings_however_many_wait_and_an_old_one_never(
    browser: Any, small_desk: Desk, address: str, path: str
) -> None:
    old = [await small_desk.report(account=account) for account in range(WAITING)]
    context = await context_of(browser, small_desk, address)
    page = await context.new_page()
    await page.goto(address + path)
    new = await small_desk.report(account=WAITING)
    await page.wait_for_selector(
        f"#news:has-text('{new}')", state="attached", timeout=BEFORE_IT_ASKS
    )
    assert await page.inner_text("#news") == f"新的紧急线索 {new}"
    await sign(small_desk, *old[:3], new)
    await page.evaluate("renew()")
    assert await page.get_attribute("body", "data-rang") == "1"
    await context.close()


async def test_where_the_list_is_full_only_what_stands_before_is_new(
    browser: Any, small_desk: Desk, address: str
) -> None:
    context = await context_of(browser, small_desk, address)
    page = await context.new_page()
    await page.goto(f"{address}/leads")
    full = [str(number) for number in range(50)]
    for before, after, new in (
        (full, ["new", *full[:-1]], ["new"]),
        (full, [*full[1:], "older"], []),
        (full[:3], ["0", "raised", "1", "2"], ["raised"]),
        (full[:3], [*full[:3], "raised"], ["raised"]),
        ([], ["first"], ["first"]),
        (["gone"], ["new"], ["new"]),
    ):
        found = await page.evaluate("([one, two]) => newlyUrgent(one, two)", [before, after])
        assert found == new, (before, after)
    await context.close()


async def test_a_page_that_is_cut_off_says_so_until_it_is_not(
    browser: Any, small_desk: Desk, address: str
) -> None:
    context = await context_of(browser, small_desk, address)
    page = await context.new_page()
    await page.clock.install()
    for path in ("/leads", f"/leads/{await small_desk.report()}"):
        await page.goto(address + path)
        await page.clock.run_for(60_000)
        await page.wait_for_selector("#cut", state="hidden")
        await context.set_offline(True)
        for _ in range(4):
            await page.clock.run_for(20_000)
        assert "现在连不上服务器，这一页停在" in await page.inner_text("#cut:not([hidden])")
        await context.set_offline(False)
        await page.wait_for_selector("#cut", state="hidden")
    await context.close()


async def test_a_server_that_only_fails_is_no_server(
    browser: Any, small_desk: Desk, address: str
) -> None:
    context = await context_of(browser, small_desk, address)
    page = await context.new_page()
    await page.clock.install()
    await page.goto(f"{address}/leads")
    await page.route("**/leads", lambda route: route.fulfill(status=503, body="-"))
    for _ in range(4):
        await page.clock.run_for(20_000)
    await page.wait_for_selector("#cut:not([hidden])")
    await context.close()


async def test_many_leads_can_be_open_at_once(browser: Any, small_desk: Desk, address: str) -> None:
    number = await small_desk.report()
    context = await context_of(browser, small_desk, address)
    for _ in range(MORE_THAN_A_BROWSER_ASKS_AT_ONCE):
        page = await context.new_page()
        await page.goto(f"{address}/leads/{number}", timeout=BEFORE_IT_ASKS)
    first = await context.new_page()
    await first.goto(f"{address}/leads", timeout=BEFORE_IT_ASKS)
    new = await small_desk.report(account=2)
    await first.wait_for_selector(f"#live >> text={new}", timeout=BEFORE_IT_ASKS)
    await context.close()


async def test_the_keyboard_stays_where_it_is_when_the_queue_renews(
    browser: Any, small_desk: Desk, address: str
) -> None:
    numbers = [await small_desk.report(account=account) for account in range(3)]
    context = await context_of(browser, small_desk, address)
    page = await context.new_page()
    await page.goto(f"{address}/leads?state=new")
    focused = "document.activeElement.closest('tr').querySelector('[data-row]').textContent"
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("Tab")
    for _ in range(2):
        assert await page.inner_text(":focus") == "签收"
        assert await page.evaluate(focused) == numbers[1]
        await page.evaluate("renew()")
    await sign(small_desk, numbers[1])
    await page.evaluate("renew()")
    there = "number => document.activeElement.textContent === number"
    await page.wait_for_function(there, arg=numbers[2])
    await context.close()


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_limits_follow_the_servers_clock(
    browser: Any, small_desk: Desk, address: str, minutes: int
) -> None:
    await small_desk.report()
    context = await context_of(browser, small_desk, address)
    page = await context.new_page()
    await page.clock.install(time=now() + timedelta(minutes=minutes))
    await page.goto(f"{address}/leads")
    left = await page.inner_text(".clock")
    assert left.startswith(("剩 1 分", "剩 2 分", "剩 3 分"))
    await context.set_offline(True)  # else a renewal brings the server's time back
    await page.clock.run_for(200_000)
    await page.wait_for_selector(".clock.late:has-text('超时')")
    await context.close()


async def test_the_answer_of_a_form_leads_back_to_its_page(
    browser: Any, small_desk: Desk, address: str
) -> None:
    number = await small_desk.report()
    context = await context_of(browser, small_desk, address)
    page = await context.new_page()
    await page.goto(f"{address}/leads/{number}")
    await page.click("text=查看完整信息")
    await page.goto(page.url)
    assert page.url == f"{address}/leads/{number}"
    await page.click("text=查看完整信息")
    await page.click("text=重新遮盖")
    assert "138****5678" in await page.inner_text("main")
    await context.close()
