"""A campaign in a real browser: written, approved, delivered by the Bot API double, followed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.services.areas import add_area
from bot.services.going_out import make_due_occurrences
from bot.services.grid import describe_group
from bot.services.groups import add_telegram_group
from bot.settings import Settings
from bot.storage.areas import all_areas
from bot.storage.database import Database
from bot.storage.staff import Role, staff_by_login
from bot.times import now
from console.visitor import SESSION_COOKIE
from scheduler.outbox import OutboxWorker
from scheduler.senders.telegram import TelegramSender
from tests.accessibility import grave_violations
from tests.botapi import Bot, BotApiServer, Chat
from tests.console.desk import Desk
from tests.console.furnished import furnish_groups
from tests.console.serving import serve_desk

pytestmark = pytest.mark.browser

POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"


WORDS = "{社区}的居民请注意，陌生来电先挂断，拨 96110。"


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


async def three_groups(desk: Desk, api: BotApiServer, bot: Bot) -> list[Chat]:
    """Groups of 100 people each in two communities, one of them of elders."""
    chats = [api.add_group(f"{number} 号楼", bots=[bot]) for number in (1, 2, 3)]
    login = await desk.staff(Role.CHIEF, "zhao")
    async with desk.database.writing() as session:
        chief = await staff_by_login(session, login)
        assert chief is not None
        for community in ("幸福里", "和平里"):
            await add_area(session, chief, "东街", community, "", "城东所")
        areas = {area.community: area.id for area in await all_areas(session)}
        for chat, place, tags in zip(
            chats, ("幸福里", "和平里", "幸福里"), ((), ("老人",), ()), strict=True
        ):
            made = await add_telegram_group(session, chief, chat.id, f"群 {chat.id}", desk.clock())
            await describe_group(
                session, chief, made.id, area_id=areas[place], audiences=tags, members=100
            )
    return chats


async def deliver(desk: Desk, api: BotApiServer, bot: Bot) -> None:
    """What the scheduler does: put what is due into the outbox, send it."""
    async with desk.database.writing() as session:
        await make_due_occurrences(session, desk.clock(), bot_name=bot.user.username or "")
    sender = TelegramSender(bot.token, api.url)
    worker = OutboxWorker(desk.database, sender, holder="w", now=desk.clock)
    await worker.deliver_due()
    await sender.close()
    async with desk.database.writing() as session:
        await make_due_occurrences(session, desk.clock())


async def test_composed_approved_by_another_delivered_and_seen_in_the_ledger(
    browser: Any, sqlite_database: Database
) -> None:
    desk = Desk(sqlite_database, settings=Settings(telegram_name="fanzha_bot"))
    desk.clock.at = now().replace(hour=4, minute=0)
    async with BotApiServer() as api, serve_desk(desk) as served:
        bot = api.add_bot()
        chats = await three_groups(desk, api, bot)
        author = await page_of(browser, desk, served, "qian", Role.CHIEF)
        await author.goto(f"{served}/campaigns/new")
        await author.fill("[name=words]", WORDS)
        await author.fill("[name=elder]", "陌生来电先挂断。")
        await author.wait_for_selector("#shown >> text=老人群")
        looks = await author.locator(".look .story").all_inner_texts()
        await author.click("button.main")
        await author.wait_for_url(f"{served}/campaigns/1")
        assert "等另一个人批准" in await author.inner_text("#live")
        second = await page_of(browser, desk, served, "li", Role.DUTY)
        await second.goto(f"{served}/campaigns")
        await second.click("button:has-text('批准') >> nth=0")
        await second.wait_for_url(f"{served}/campaigns/1")
        await second.goto(f"{served}/campaigns")
        await second.wait_for_selector("text=没有等待批准的通知")
        api.fail("sendMessage", chat=chats[2], description="Bad Request: message is strange")
        await author.reload()
        await deliver(desk, api, bot)
        await author.wait_for_selector("#live >> text=3 / 3", timeout=10_000)
        told = {message.text for chat in chats for message in api.messages(chat)}
        assert told == {one.replace("start=b0", "start=b1") for one in looks}
        rows = await author.locator("#live table tbody tr").all_inner_texts()
        assert [row.split("\t") for row in rows] == [
            ["东街 和平里", "1", "1", "100", "0", "0", "—", "0", "0", "0"],
            ["东街 幸福里", "2", "1", "100", "1", "0", "—", "0", "0", "0"],
        ]
        assert "对方不收这条消息" in await author.inner_text(".troubles")
        assert await grave_violations(author) == []
        await author.click("text=失败的再发一次")
        await author.wait_for_selector("#live >> text=2 / 3")
        await deliver(desk, api, bot)
        await author.wait_for_selector("#live >> text=已结束", timeout=10_000)
        assert [len(api.messages(chat)) for chat in chats] == [1, 1, 1]
        async with author.expect_download() as waiting:
            await author.click("text=导出每个群的记录")
        saved = await (await waiting.value).path()
        table = await asyncio.to_thread(saved.read_text, "utf-8-sig")
        assert table.count("已送达") == 3
