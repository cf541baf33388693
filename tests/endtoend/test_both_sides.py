"""What a resident does and what an officer does, each in a real browser, against one server."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.app import LibraryInService
from bot.matching.library import Library
from bot.services.patterns import Patterns
from bot.storage.leads import Lead
from bot.storage.staff import Role
from bot.storage.vault import Vault
from tests.channels.screenshots import ask
from tests.console.test_second_factor import PASSWORD, give_password
from tests.endtoend.house import House, open_house
from tests.services.conftest import small_library, small_patterns, small_root
from tests.services.test_library_replay import NEW

__all__ = ["small_library", "small_patterns", "small_root"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
PHONE = {"viewport": {"width": 360, "height": 740}}
QUICK = 8000
"""Milliseconds in which what happens on one side shows on the other."""
MOST_TABS = 120
FOCUSED = """async () => {
    const one = document.activeElement;
    const inSight = () => {
        const place = one.getBoundingClientRect();
        const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
        const hit = document.elementFromPoint(x, y);
        return place.width > 0 && hit && (one.closest('.top') || !hit.closest('.top'));
    };
    scrollBy(0, 0);
    for (let frame = 0; frame < 90 && !inSight(); frame++) {
        await new Promise(requestAnimationFrame);
    }
    const look = getComputedStyle(one);
    (window.visited = window.visited || new Set()).add(one);
    return {
        words: (((one.labels && one.labels[0]) || one).innerText || '').trim(),
        nowhere: one === document.body,
        seen: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2 && inSight(),
    };
}"""
"""What has the keyboard, and whether it is in sight, also when something else scrolls."""
NEVER_REACHED = """() => Array.from(
    document.querySelectorAll('a[href], button, input, select, textarea, summary')
).filter((one) => one.checkVisibility() && !window.visited.has(one)).map((one) => one.outerHTML)"""
FOR_HANDS = """() => Array.from(
    document.querySelectorAll('nav, button, input, select, textarea, summary, dialog, .top')
).filter((one) => one.checkVisibility()).map((one) => one.outerHTML)"""
TOLD = """() => Array.from(
    document.querySelectorAll('dd, .story, .idents li, .trail li, h1, h2'), (one) => [
        one.checkVisibility(), one.textContent.trim()
    ]).filter(([shown]) => shown).map(([, words]) => words)"""
"""What a lead's page says, without its forms."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    chromium: str,
    vault: Vault,
    tmp_path_factory: pytest.TempPathFactory,
    small_root: Path,
    small_library: Library,
    small_patterns: Patterns,
) -> AsyncIterator[House]:
    """One server and one browser for every test here."""
    folder = tmp_path_factory.mktemp("house")
    service = LibraryInService(small_root, folder, small_library)
    async with open_house(folder, vault, service, small_patterns) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def _nothing_went_wrong(house: House) -> AsyncIterator[None]:
    yield
    troubles, house.troubles = house.troubles, []
    assert troubles == []
    for context in house.browser.contexts:
        await context.close()


async def press(tab: Any, label: str) -> None:
    await tab.locator(".buttons").last.get_by_text(label, exact=True).click()
    await tab.wait_for_selector(".waiting", state="detached")


async def file_report(tab: Any) -> str:
    """From the first button to the lead's number."""
    for label in ("举报", "还没转账", "我自己"):
        await press(tab, label)
    await ask(tab, "有人让我下载软件共享屏幕")
    await press(tab, "微信")
    for _ in range(3):
        await press(tab, "跳过")
    await press(tab, "确认提交")
    said = await tab.locator(".message").last.inner_text()
    found = re.search(r"FZ\d{6}-\d+-\d", said)
    assert found, said
    return found[0]


async def told(tab: Any, words: str) -> None:
    """Wait until the chat page says so by itself; coming back to the page makes it look."""
    said = tab.locator(f".message:has-text('{words}')")
    for _ in range(QUICK // 500):
        await tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await tab.wait_for_timeout(500)
        if await said.count():
            break
    assert await said.count() == 1


async def test_a_report_is_seen_signed_called_and_closed_and_the_resident_is_told(
    house: House,
) -> None:
    officer = await house.officer("li")
    await officer.goto(house.console("/leads"))
    assert "没有未办结的线索" in await officer.inner_text("#live")
    resident = await house.resident(**PHONE)
    number = await file_report(resident)
    await officer.wait_for_selector(f"#live >> text={number}", timeout=QUICK)
    await officer.click(f"text={number}")
    await officer.click("text=签收这条线索")
    await officer.wait_for_selector("text=li警官 办理")
    await told(resident, "已由值班民警签收")
    await officer.click("#next summary:has-text('电话')")
    await officer.click("#next button:has-text('联系上了'):visible")
    await officer.wait_for_selector(".trail >> text=电话")
    await officer.click("#next >> text=已劝阻")
    await told(resident, "已登记劝阻")
    officer.on("dialog", lambda dialog: dialog.accept())
    await officer.click("#next button:has-text('已办结')")
    await told(resident, f"您报送的 {number} 已办结")
    wide = await resident.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["viewport"]["width"]


async def test_of_two_officers_one_gets_the_lead_and_the_other_is_told_who(house: House) -> None:
    number = await house.desk.report(account=7)
    pages = [await house.officer(login) for login in ("wang", "zhao")]
    for page in pages:
        await page.goto(house.console(f"/leads/{number}"))
    await asyncio.gather(*(page.click("text=签收这条线索") for page in pages))
    await asyncio.gather(*(page.wait_for_selector("text=警官 办理") for page in pages))
    refused = [page for page in pages if await page.locator("[role=alert]:visible").count()]
    assert len(refused) == 1
    winner = "zhao" if refused[0] is pages[0] else "wang"
    assert f"已由{winner}警官签收" in await refused[0].inner_text("[role=alert]:visible")
    for page in pages:
        assert f"{winner}警官 办理" in await page.inner_text("main")
    async with house.desk.database.reading() as session:
        lead = (await session.scalars(select(Lead).where(Lead.number == number))).one()
        assert lead.version == 1


async def test_a_script_added_in_the_library_changes_what_residents_hear(house: House) -> None:
    resident = await house.resident()
    officer = await house.officer("chen")
    await ask(resident, NEW)
    assert await resident.locator(".chip.high, .chip.suspicious").count() == 0
    await officer.goto(house.console("/library"))
    await officer.select_option("[name=family]", "police_case")
    await officer.fill("#add [name=text]", NEW)
    await officer.fill("#add [name=why]", "昨天接报两起")
    await officer.click("#add button.main")
    await officer.wait_for_url(house.console("/library/versions"))
    for _ in range(10):
        await ask(resident, NEW)
        if await resident.locator(".chip.high, .chip.suspicious").count():
            break
        await asyncio.sleep(0.3)
    assert await resident.locator(".chip.high, .chip.suspicious").count() == 1


async def tab_to(tab: Any, words: str) -> None:
    """Press Tab until what begins with these words has the focus, which is seen at each step."""
    for _ in range(MOST_TABS):
        await tab.keyboard.press("Tab")
        at = await tab.evaluate(FOCUSED)
        assert at["seen"] or at["nowhere"], at
        if not at["nowhere"] and at["words"].startswith(words):
            return
    pytest.fail(f"the keyboard never came to {words}")


async def press_enter(tab: Any) -> None:
    """Enter, and the page that it leads to."""
    async with tab.expect_navigation():
        await tab.keyboard.press("Enter")


async def sign_in_by_keyboard(house: House, tab: Any, login: str) -> None:
    """Name and password, the secret typed into an authenticator, its code, the recovery codes."""
    await give_password(house.desk, login)
    await tab.goto(house.console("/login"))
    await tab.keyboard.type(login)
    await tab_to(tab, "密码")
    await tab.keyboard.type(PASSWORD)
    await press_enter(tab)
    await tab_to(tab, "不能扫码")
    await tab.keyboard.press("Enter")
    secret = (await tab.inner_text(".secret")).replace(" ", "")
    await tab_to(tab, "验证码")
    await tab.keyboard.type(pyotp.TOTP(secret).now())
    await press_enter(tab)
    await tab_to(tab, "已经抄好")
    await press_enter(tab)


async def test_a_lead_from_signing_in_to_closed_by_the_keyboard_alone(house: House) -> None:
    number = await house.desk.report(account=11)
    tab = await house.officer("qian")
    await tab.context.clear_cookies()
    tab.on("dialog", lambda dialog: dialog.accept())
    await sign_in_by_keyboard(house, tab, "sun")
    await tab_to(tab, "线索")
    await press_enter(tab)
    for key in "jkj" + "j" * 9:
        await tab.keyboard.press(key)
        if key == "j" and await tab.inner_text(":focus") == number:
            break
    await press_enter(tab)
    async with tab.expect_navigation():
        await tab.keyboard.press("s")
    for words in ("电话", "联系上了", "已劝阻", "已办结"):
        await tab_to(tab, words)
        if words == "电话":
            await tab.keyboard.press("Enter")
        else:
            await press_enter(tab)
    assert await tab.inner_text(".lead-head .chip.state-closed") == "已办结"
    assert "电话：联系上了" in await tab.inner_text("main")


async def test_the_keyboard_comes_to_everything_of_a_lead_and_out_again(house: House) -> None:
    number = await house.desk.report(account=12)
    tab = await house.officer("zhou")
    await tab.goto(house.console(f"/leads/{number}"))
    await tab.click("text=签收这条线索")
    await tab.wait_for_selector("text=zhou警官 办理")
    await tab.wait_for_load_state()
    await tab_to(tab, "跳到正文")
    for _ in range(MOST_TABS):
        await tab.keyboard.press("Tab")
        at = await tab.evaluate(FOCUSED)
        assert at["seen"] or at["nowhere"], at
        if at["words"].startswith("跳到正文"):
            break
    else:
        pytest.fail("the keyboard never came round to the beginning of the page")
    assert await tab.evaluate(NEVER_REACHED) == []


async def test_on_paper_a_lead_says_what_it_says_on_the_screen_without_menu_and_forms(
    house: House,
) -> None:
    number = await house.desk.report(account=13)
    page = await house.officer("wu", Role.CHIEF)
    await page.goto(house.console(f"/leads/{number}"))
    await page.click("text=签收这条线索")
    await page.wait_for_selector("text=wu警官 办理")
    await page.wait_for_load_state()
    on_screen = await page.evaluate(TOLD)
    await page.emulate_media(media="print")
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert await page.evaluate(FOR_HANDS) == []
    on_paper = await page.evaluate(TOLD)
    left_out = set(on_screen) - set(on_paper)
    assert left_out == {"下一步：首次联系", "其他操作"}
    assert "138****5678" in on_paper
    assert "13812345678" not in await page.inner_text("body")
    await page.goto(house.console("/work-report/rows?fact=leads&kind=year"))
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert "SELECT" in await page.inner_text(".query")
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not await page.locator("details[open]").count()
