"""The console in a real browser: what headers and scripts do there, and what fits on a screen."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pyotp
import pytest

from bot.services.areas import add_area
from bot.services.staff import make_setup_code
from bot.storage.staff import Role, staff_by_login
from bot.times import now
from console.visitor import SESSION_COOKIE
from tests.console.desk import Desk
from tests.console.serving import BEFORE_IT_ASKS, serve_desk

pytestmark = pytest.mark.browser

PASSWORD = "海边的灯塔有三层楼高"


@pytest.fixture
async def address(small_desk: Desk) -> AsyncIterator[str]:
    """The console on a port of this machine, with the real time."""
    small_desk.clock.at = now()
    async with serve_desk(small_desk) as served:
        yield served


async def open_page(browser: Any, width: int = 1366) -> tuple[Any, list[str]]:
    """A page, and what its console complains about."""
    context = await browser.new_context(viewport={"width": width, "height": 768})
    page = await context.new_page()
    complaints: list[str] = []
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


async def signed_in_page(browser: Any, desk: Desk, address: str, width: int = 1366) -> Any:
    officer = await desk.signed_in(Role.CHIEF, "zhao")
    page, _ = await open_page(browser, width)
    token = officer.client.cookies[SESSION_COOKIE]
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    return page


async def test_from_the_setup_link_to_a_signed_lead(
    browser: Any, small_desk: Desk, address: str
) -> None:
    number = await small_desk.report()
    async with small_desk.database.writing() as session:
        code = await make_setup_code(session, small_desk.clock())
    page, complaints = await open_page(browser)
    await page.goto(f"{address}/setup?code={code}")
    for name, value in (
        ("login", "zhao"),
        ("name", "赵队"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ):
        await page.fill(f"[name={name}]", value)
    await page.click("button.main")
    await page.click("text=不能扫码")
    secret = (await page.inner_text(".secret")).replace(" ", "")
    await page.fill("[name=code]", pyotp.TOTP(secret).at(small_desk.clock()))
    await page.click("button.main")
    assert await page.locator(".codes li").count() == 10
    await page.click("text=已经抄好，继续")
    await page.click(f"text={number}")
    assert "138****5678" in await page.inner_text("main")
    await page.click("text=查看完整信息")
    assert "13812345678" in await page.inner_text("main")
    await page.click("text=签收这条线索")
    await page.wait_for_url(f"{address}/leads/{number}")
    assert "赵队" in await page.inner_text("main")
    assert "13812345678" not in await page.inner_text("main")
    await page.click("text=退出")
    await page.wait_for_url(f"{address}/login")
    assert complaints == []


async def test_the_clock_runs(browser: Any, small_desk: Desk, address: str) -> None:
    await small_desk.report()
    page = await signed_in_page(browser, small_desk, address)
    await page.goto(f"{address}/leads")
    first = await page.inner_text(".clock")
    assert re.fullmatch(r"剩 \d 分 \d+ 秒", first)
    await page.wait_for_function(
        "before => document.querySelector('.clock').textContent !== before",
        arg=first,
        timeout=BEFORE_IT_ASKS,
    )


async def test_the_queue_renews_itself(browser: Any, small_desk: Desk, address: str) -> None:
    page = await signed_in_page(browser, small_desk, address)
    await page.goto(f"{address}/leads")
    assert "没有未办结的线索" in await page.inner_text("#live")
    number = await small_desk.report()
    await page.evaluate("renew()")
    assert number in await page.inner_text("#live")


async def test_a_report_appears_by_itself_and_an_urgent_one_rings_until_that_is_switched_off(
    browser: Any, small_desk: Desk, address: str
) -> None:
    page = await signed_in_page(browser, small_desk, address)
    await page.goto(f"{address}/leads")
    for account, rings in enumerate(("1", "2")):
        number = await small_desk.report(account=account)
        await page.wait_for_selector(f"#live >> text={number}", timeout=BEFORE_IT_ASKS)
        assert await page.get_attribute("body", "data-rang") == rings
    assert number in await page.inner_text("#news")
    assert "点一下这里" in await page.inner_text("[data-sound]")
    await page.click("[data-sound]")
    assert await page.inner_text("[data-sound]") == "♪ 新紧急线索有声音"
    await page.click("[data-sound]")
    await page.evaluate("delete document.body.dataset.rang")
    number = await small_desk.report(account=7)
    await page.wait_for_selector(f"#live >> text={number}", timeout=BEFORE_IT_ASKS)
    assert await page.get_attribute("body", "data-rang") is None


async def test_the_queue_by_keyboard_alone(browser: Any, small_desk: Desk, address: str) -> None:
    numbers = [await small_desk.report(account=account) for account in range(3)]
    page = await signed_in_page(browser, small_desk, address)
    await page.goto(f"{address}/leads")
    for key in "jjkjx":
        await page.keyboard.press(key)
    assert await page.inner_text(":focus") == numbers[1]
    assert await page.locator(":checked[name=lead]").count() == 1
    await page.evaluate("renew()")
    assert await page.inner_text(":focus") == numbers[1]
    assert await page.locator(":checked[name=lead]").count() == 1
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/leads/{numbers[1]}")
    await page.keyboard.press("s")
    await page.wait_for_selector("text=zhao警官 办理")
    await page.goto(f"{address}/leads")
    await page.keyboard.press("/")
    await page.keyboard.type(numbers[2])
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/find")
    assert await page.locator("[data-row]").all_inner_texts() == [numbers[2]]


async def test_two_officers_at_one_lead_see_each_other_and_a_late_save_is_refused(
    browser: Any, small_desk: Desk, address: str
) -> None:
    number = await small_desk.report()
    first = await signed_in_page(browser, small_desk, address)
    other = await small_desk.signed_in(Role.DUTY, "li")
    second, complaints = await open_page(browser)
    cookie = {"name": SESSION_COOKIE, "url": address}
    token = other.client.cookies[SESSION_COOKIE]
    await second.context.add_cookies([cookie | {"value": token}])
    await first.goto(f"{address}/leads/{number}")
    await second.goto(f"{address}/leads/{number}")
    await second.wait_for_selector("#others:not([hidden]) >> text=zhao警官")
    await second.click("text=签收这条线索")
    await second.wait_for_selector("text=li警官 办理")
    await first.wait_for_selector(
        "#others:not([hidden]) >> text=打开最新的", timeout=BEFORE_IT_ASKS
    )
    await first.click("text=签收这条线索")
    assert "已由li警官签收" in await first.inner_text("[role=alert]:visible")
    assert complaints == []


async def test_nothing_of_a_resident_runs_in_the_page(
    browser: Any, small_desk: Desk, address: str
) -> None:
    evil = "<img src=x onerror='document.title=\"taken\"'><script>document.title='taken'</script>"
    number = await small_desk.report(description=evil, area=evil, suspects=evil)
    page = await signed_in_page(browser, small_desk, address)
    await page.goto(f"{address}/leads/{number}")
    await page.click("text=查看完整信息")
    assert "onerror" in await page.inner_text(".story")
    assert "taken" not in await page.title()


async def test_closing_an_account_asks_first(browser: Any, small_desk: Desk, address: str) -> None:
    page = await signed_in_page(browser, small_desk, address)
    await small_desk.staff(Role.DUTY, "li")
    asked = []

    async def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        await (dialog.dismiss() if len(asked) == 1 else dialog.accept())

    page.on("dialog", answer)
    await page.goto(f"{address}/staff")
    await page.click("text=停用")
    assert await page.locator("tr.off").count() == 0
    await page.click("text=停用")
    await page.wait_for_selector("tr.off")
    assert len(asked) == 2


@pytest.mark.parametrize("width", [1366, 1000, 390])
async def test_every_page_fits_the_screen(
    browser: Any, small_desk: Desk, address: str, width: int
) -> None:
    number = await small_desk.report(description="长" * 500, suspects="x" * 200, area="区" * 60)
    page = await signed_in_page(browser, small_desk, address, width)
    async with small_desk.database.writing() as session:
        chief = await staff_by_login(session, "zhao")
        assert chief
        await add_area(session, chief, "东街街道", "", "", "城东派出所")
    await small_desk.staff(Role.GRID, "wang")
    for path in (
        *("/", "/leads", f"/leads/{number}", "/export", "/notices", "/staff", "/looks"),
        "/areas?worker=wang",
    ):
        await page.goto(f"{address}{path}")
        wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, (path, width)


ROOM = """() => {
    const row = document.querySelector('tbody tr');
    const role = document.createRange();
    role.selectNodeContents(row.querySelector('[data-label=身份]'));
    return [role.getClientRects().length, row.cells[0].offsetWidth / row.offsetWidth];
}"""
"""On how many lines a role stands, and how much of the row the name takes."""


@pytest.mark.parametrize("width", [1366, 390])
async def test_a_long_name_leaves_room_for_the_other_cells(
    browser: Any, small_desk: Desk, address: str, width: int
) -> None:
    await small_desk.staff(Role.ADMIN, "a" * 32, "一个特别长的名字" * 4)
    page = await signed_in_page(browser, small_desk, address, width)
    await page.goto(f"{address}/staff")
    lines, share = await page.evaluate(ROOM)
    assert lines == 1
    assert (share > 0.8) == (width == 390)


async def test_the_head_of_the_queue_stays_in_sight(
    browser: Any, small_desk: Desk, address: str
) -> None:
    for account in range(25):
        await small_desk.report(account=account)
    page = await signed_in_page(browser, small_desk, address)
    await page.goto(f"{address}/leads")
    await page.evaluate("window.scrollTo(0, 600)")
    top = await page.evaluate("document.querySelector('th').getBoundingClientRect().top")
    assert 0 < top < 80


async def test_a_phone_shows_where_in_the_menu_one_is(
    browser: Any, small_desk: Desk, address: str
) -> None:
    page = await signed_in_page(browser, small_desk, address, 360)
    await page.goto(f"{address}/looks")
    places = await page.evaluate(
        """Array.from(document.querySelectorAll("nav [aria-current]"), (one) => {
            const place = one.getBoundingClientRect();
            return [place.left >= 0 && place.right <= window.innerWidth, one.textContent];
        })"""
    )
    assert places == [[True, "管理"], [True, "查看记录"]]
