"""The composer in a real browser: what it shows while somebody writes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.storage.staff import Role
from bot.times import now
from console.visitor import SESSION_COOKIE
from tests.accessibility import grave_violations
from tests.console.desk import Desk
from tests.console.screenshots import furnish_groups
from tests.console.serving import serve_desk

pytestmark = pytest.mark.browser

POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"


@pytest.fixture
async def address(small_desk: Desk) -> AsyncIterator[str]:
    """The console on a port of this machine, at noon today, with a grid and groups."""
    small_desk.clock.at = now().replace(hour=4, minute=0)
    await small_desk.staff(Role.CHIEF, "zhao")
    await furnish_groups(small_desk, "zhao")
    async with serve_desk(small_desk) as served:
        yield served


async def page_of(browser: Any, desk: Desk, address: str, login: str, role: Role) -> Any:
    officer = await desk.signed_in(role, login)
    context = await browser.new_context(viewport={"width": 1366, "height": 900})
    token = officer.client.cookies[SESSION_COOKIE]
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    return await context.new_page()


async def test_what_is_written_is_shown_as_each_channel_shows_it(
    browser: Any, small_desk: Desk, address: str
) -> None:
    page = await page_of(browser, small_desk, address, "qian", Role.CHIEF)
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{address}/campaigns/new")
    await page.fill("[name=words]", "{社区}的居民请注意，先拨 96110。")
    await page.wait_for_selector("#shown >> text=社区服务站的居民请注意，先拨 96110。")
    assert "发给 6 个群" in await page.inner_text("#count")
    await page.fill("[name=elder]", "陌生来电先挂断。")
    await page.wait_for_selector(".look-elders >> text=陌生来电先挂断。")
    await page.click("text=配一张海报")
    await page.fill("[name=poster]", POSTER)
    await page.wait_for_selector(".posters img")
    await page.wait_for_function(
        "() => [...document.images].every(one => one.complete && one.naturalWidth)", timeout=20_000
    )
    names = await page.locator(".look figcaption b").all_inner_texts()
    assert names == [
        "Telegram 群",
        "Telegram 群（老人群）",
        "微信群（人工转发）",
        "企业微信群机器人",
        "海报",
    ]
    assert await page.locator(".chat-wechat .said").count() == 2
    assert await grave_violations(page) == []
    await page.fill("[name=words]", "保证追回")
    await page.wait_for_selector(".is-wrong >> text=不能写")
    assert "还不能提交" in await page.inner_text("#count")
    await page.select_option("[name=template]", "parcel_gift_card")
    await page.wait_for_selector("#what >> text=社区名称")
    await page.wait_for_selector("#shown >> text=社区服务站反诈提醒】")
    await page.select_option("[name=template]", "")
    assert await page.input_value("textarea[name=words]") == "保证追回"
    assert complaints == []
