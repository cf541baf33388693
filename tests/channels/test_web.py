"""The chat page: what it takes, what it refuses, and whom it knows."""

import asyncio
import json
import re

import httpx
import pytest
from sqlalchemy import func, select

from bot.channels.local import Client
from bot.channels.web import chat_app
from bot.matching.library import Library
from bot.services.groups import add_robot
from bot.services.notifications import tell_resident
from bot.services.outgoing import Outgoing
from bot.services.runtime_settings import change_settings
from bot.services.staff import invite
from bot.settings import Settings
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.outbox import Priority
from bot.storage.residents import Resident
from bot.storage.staff import Role
from bot.storage.vault import Vault
from bot.times import now
from tests.channels.conftest import Page, web_parts
from tests.services.broadcasting import add_staff

ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
SCAM = "您好我是微信支付客服，百万保障今晚到期，下载会议软件打开共享屏幕，我教您取消扣费"


async def test_a_message_is_answered_with_text_marks_and_buttons(page: Page) -> None:
    await page.open()
    (answer,) = await page.says(SCAM)
    assert "共享屏幕" in answer["text"]
    assert answer["bold"]
    assert [label for row in answer["rows"] for label, _ in row][0] == "我已转账"
    pressed = await page.post(
        "/chat/messages", {"id": "message-2", "data": answer["rows"][0][0][1]}
    )
    assert "110" in pressed.json()["messages"][0]["text"].split("\n")[0]


async def test_the_page_loads_nothing_from_elsewhere_and_runs_no_inline_script(page: Page) -> None:
    answer = await page.client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert " onclick" not in answer.text


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(page: Page) -> None:
    cookie = (await page.client.get("/")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


async def test_the_cookie_ends_with_the_browser_until_one_asks_to_be_kept(page: Page) -> None:
    first = await page.client.get("/")
    assert "max-age" not in first.headers["set-cookie"].lower()
    await page.open()
    assert "set-cookie" not in (await page.client.get("/")).headers
    for on, lasts in ((True, True), (False, False)):
        answer = await page.post("/chat/keep", {"on": on})
        cookie = answer.headers["set-cookie"]
        assert page.client.cookies["fanzha_chat"] in cookie
        assert ("max-age=15552000" in cookie.lower()) == lasts
        assert "httponly" in cookie.lower()
    assert (await page.client.post("/chat/keep", json={"on": True})).status_code == 403
    assert (await page.post("/chat/keep", {"on": "yes, for ever"})).status_code == 422


async def test_behind_https_the_cookie_is_secure(
    sqlite_database: Database, library: Library
) -> None:
    settings = Settings(_env_file=None, public_url="https://fanzha.example")
    transport = httpx.ASGITransport(chat_app(web_parts(sqlite_database, library, settings)))
    async with httpx.AsyncClient(transport=transport, base_url="https://fanzha.example") as client:
        assert "secure" in (await client.get("/")).headers["set-cookie"].lower()


@pytest.mark.parametrize(("proxies", "secure"), [("127.0.0.1", True), ("10.0.0.1", False)])
async def test_only_a_trusted_proxy_says_that_people_come_by_https(
    sqlite_database: Database, library: Library, proxies: str, secure: bool
) -> None:
    settings = Settings(_env_file=None, trusted_proxies=proxies)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(chat_app(web_parts(sqlite_database, library, settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/", headers={"X-Forwarded-Proto": "https"})
    assert ("secure" in answer.headers["set-cookie"].lower()) is secure


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 32},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=["no token", "wrong token", "other origin", "cross-site"],
)
async def test_requests_of_other_pages_are_refused(
    page: Page, sqlite_database: Database, headers: dict
) -> None:
    await page.open()
    answer = await page.post("/chat/messages", {"id": "message-1", "text": SCAM}, **headers)
    assert answer.status_code == 403
    assert "刷新" in answer.json()["error"] or "过期" in answer.json()["error"]
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Check)) == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "x", "text": "太短的编号"},
        {"id": "message-1", "text": ""},
        {"id": "message-1", "data": "x" * 65},
        {"id": "message-1", "text": 5},
        ["message-1", "text"],
    ],
)
async def test_malformed_messages_are_told_so(page: Page, body: object) -> None:
    await page.open()
    answer = await page.post("/chat/messages", body)
    assert answer.status_code == 422
    assert answer.json()["error"] == "没有收到完整的消息，请刷新页面再发一次。"


async def test_who_mistypes_an_address_gets_a_page_with_the_way_on(page: Page) -> None:
    asked = {"Accept": "text/html,*/*"}
    answer = await page.client.get("/no-such-page<script>", headers=asked)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "没有这个页面" in answer.text
    assert 'href="/"' in answer.text
    assert 'href="tel:110"' in answer.text
    assert "no-such-page" not in answer.text
    assert (await page.client.head("/", headers=asked)).status_code == 200
    other = await page.client.get("/chat/inbox")
    assert (other.status_code, other.json()) == (403, {"error": "页面已过期，请刷新后再发。"})


async def test_nothing_at_all_is_told_so(page: Page) -> None:
    await page.open()
    answer = await page.client.post(
        "/chat/messages", content=b"\xff{", headers={"X-CSRF-Token": page.token}
    )
    assert answer.status_code == 422


async def test_100_000_characters_are_judged_and_more_is_refused(page: Page) -> None:
    await page.open()
    (answer,) = await page.says("今天天气不错，" * 14_285 + "好好好好好", "message-1")
    assert answer["text"]
    (answer,) = await page.says("天" * 100_001, "message-2")
    assert "太长" in answer["text"]


async def test_a_body_of_megabytes_is_cut_off(page: Page) -> None:
    await page.open()
    answer = await page.post("/chat/messages", {"id": "message-1", "text": "天" * 2_000_000})
    assert answer.status_code == 413
    assert "太长" in answer.json()["error"]


async def test_surrogates_and_nul_are_stripped_at_the_door(page: Page) -> None:
    await page.open()
    body = json.dumps({"id": "message-1", "text": "转账\ud800\0到安全账户"})
    answer = await page.client.post(
        "/chat/messages",
        content=body,
        headers={"X-CSRF-Token": page.token, "Content-Type": "application/json"},
    )
    assert answer.status_code == 200


async def test_the_same_message_sent_twice_is_one_check(
    page: Page, sqlite_database: Database
) -> None:
    await page.open()
    answers = await asyncio.gather(page.says(SCAM), page.says(SCAM))
    assert answers[0] == answers[1]
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Check)) == 1


async def test_new_cookies_do_not_help_against_the_limit_of_an_address(
    sqlite_database: Database, library: Library
) -> None:
    settings = Settings(_env_file=None, messages_per_minute=1)
    app = chat_app(web_parts(sqlite_database, library, settings))
    answers = []
    for number in range(22):
        address = "192.0.2.1" if number < 21 else "192.0.2.2"
        transport = httpx.ASGITransport(app, client=(address, 4321))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            other = Page(client)
            await other.open()
            answers.append(await other.post("/chat/messages", {"id": "message-1", "text": "好"}))
    assert [one.status_code for one in answers] == [200] * 20 + [429, 200]
    assert "110" in answers[20].json()["error"]


async def test_who_leaves_a_shared_computer_comes_back_as_somebody_new(page: Page) -> None:
    await page.open()
    before = page.client.cookies["fanzha_chat"]
    assert (await page.client.post("/chat/leave", json={})).status_code == 403
    assert (await page.post("/chat/leave", {})).status_code == 200
    await page.open()
    assert page.client.cookies["fanzha_chat"] != before


async def test_files_are_kept_by_their_version_only(page: Page) -> None:
    html = await page.open()
    for path in set(re.findall(r'"(/static/[^"]+)"', html)):
        assert "immutable" in (await page.client.get(path)).headers["cache-control"], path
        bare = await page.client.get(path.partition("?")[0])
        assert bare.headers["cache-control"] == "no-store"


async def test_two_browsers_are_two_people(
    page: Page, sqlite_database: Database, library: Library
) -> None:
    await page.open()
    await page.says(SCAM)
    transport = httpx.ASGITransport(chat_app(web_parts(sqlite_database, library)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        other = Page(client)
        await other.open()
        await other.says(SCAM)
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Resident)) == 2


async def test_a_page_that_is_only_looked_at_leaves_no_trace(
    page: Page, sqlite_database: Database
) -> None:
    await page.open()
    async with sqlite_database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Resident)) == 0


def opening(html: str) -> list[dict]:
    found = re.search(r'<script id="opening" type="application/json">(.*?)</script>', html)
    return json.loads(found[1])


async def test_after_a_reload_the_open_question_stands_there_with_its_buttons(page: Page) -> None:
    (greeting,) = opening(await page.open())
    await page.says("/report", "message-1")
    for _ in range(2):
        *_, question = opening(await page.open())
        pressed = {name: data for row in question["rows"] for name, data in row}
        assert {"还没转账", "取消"} <= pressed.keys()
    answer = await page.post("/chat/messages", {"id": "message-2", "data": pressed["还没转账"]})
    *_, following = answer.json()["messages"]
    shown = opening(await page.open())
    assert shown[0] == greeting
    assert "没写完" in shown[1]["text"]
    assert shown[2] == {**following, "id": 0}
    await page.says("取消", "message-3")
    assert opening(await page.open()) == [greeting]


async def test_after_a_reload_a_grid_workers_notice_goes_on(
    page: Page, sqlite_database: Database
) -> None:
    await page.open()
    async with sqlite_database.writing() as session:
        staff, code = await invite(session, None, "zhao", "赵", Role.GRID, now())
        await add_robot(session, staff, "幸福里", ROBOT, now())
    await page.says(f"/bind {code}", "message-1")
    (question,) = await page.says("/notice", "message-2")
    assert opening(await page.open())[-1] == {**question, "id": 0}


async def test_another_name_and_new_numbers_of_the_district_are_shown(
    page: Page, sqlite_database: Database
) -> None:
    assert "本区反诈机器人" in await page.open()
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        typed = {"district": "坊子分局", "local_numbers": "反诈中心 0536-7660000"}
        given = (session, chief, typed, Settings(_env_file=None))
        await change_settings(*given, seen=0, now=now())
    shown = await page.open()
    assert "<h1>坊子分局反诈机器人</h1>" in shown
    assert '<a href="tel:0536-7660000">反诈中心 <b>0536-7660000</b></a>' in shown
    assert "本区" not in shown
    assert "这里是坊子分局反诈机器人" in (await page.says("/start"))[0]["text"]


async def test_a_cookie_that_is_no_good_is_replaced(page: Page) -> None:
    page.client.cookies.set("fanzha_chat", "short", domain="test.local", path="/")
    await page.open()
    assert len(page.client.cookies["fanzha_chat"]) >= 32
    assert (await page.says(SCAM))[0]["text"]


async def test_the_inbox_holds_a_message_until_it_was_seen(
    page: Page, sqlite_database: Database
) -> None:
    await page.open()
    await page.says(SCAM)
    user = Client(page.client.cookies["fanzha_chat"]).user_id
    assert user < 2**48
    async with sqlite_database.writing() as session:
        resident = (await session.scalars(select(Resident))).one()
        await tell_resident(
            session, resident, Outgoing("有新消息"), key="k", priority=Priority.RECEIPT, now=now()
        )
    token = {"X-CSRF-Token": page.token}
    for _ in range(2):
        answer = (await page.client.get("/chat/inbox?after=0", headers=token)).json()
        assert [message["text"] for message in answer["messages"]] == ["有新消息"]
    await page.post("/chat/inbox/seen", {"upto": answer["last"]})
    answer = (await page.client.get("/chat/inbox?after=0", headers=token)).json()
    assert answer["messages"] == []


async def test_an_open_page_hears_of_every_message_though_the_one_before_is_gone(
    page: Page, sqlite_database: Database
) -> None:
    await page.open()
    await page.says(SCAM)
    token, after = {"X-CSRF-Token": page.token}, 0
    for words in ("已签收", "已办结"):
        async with sqlite_database.writing() as session:
            resident = (await session.scalars(select(Resident))).one()
            message = Outgoing(words)
            await tell_resident(
                session, resident, message, key=words, priority=Priority.RECEIPT, now=now()
            )
        answer = (await page.client.get(f"/chat/inbox?after={after}", headers=token)).json()
        assert [message["text"] for message in answer["messages"]] == [words]
        after = answer["last"]
        await page.post("/chat/inbox/seen", {"upto": after})


async def test_the_inbox_is_nobody_elses(page: Page) -> None:
    assert (await page.client.get("/chat/inbox?after=0")).status_code == 403


async def test_health_follows_the_database(library: Library, vault: Vault) -> None:
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", vault)
    transport = httpx.ASGITransport(chat_app(web_parts(gone, library)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/healthz")).status_code == 503
        assert (await client.get("/")).status_code == 200
    await gone.close()
