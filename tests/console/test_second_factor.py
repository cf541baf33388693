"""The second factor: enrolling, codes that serve once, recovery codes, browsers that are ended."""

import re

import httpx
import pyotp
import pytest
from sqlalchemy import select

from bot.services.passwords import hash_password
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.second_factors import RecoveryCode, SecondFactor
from bot.storage.staff import ConsoleSession, Look, Role, Staff, staff_by_login
from tests.console.desk import ORIGIN, SECRET, Browser, Desk, csrf_of, leads_to, ticket_of

PASSWORD = "海边的灯塔有三层楼高"
RECOVERY = re.compile(r'<li class="mono">([A-Z0-9]{4}-[A-Z0-9]{4})</li>')


@pytest.fixture
async def li(desk: Desk) -> Desk:
    """A desk with an officer who has a password."""
    await give_password(desk, "li")
    return desk


async def give_password(desk: Desk, login: str) -> None:
    await desk.staff(Role.DUTY, login)
    async with desk.database.writing() as session:
        staff = await staff_by_login(session, login)
        assert staff is not None
        staff.password_hash = await hash_password(PASSWORD)


async def password(browser: Browser, login: str = "li") -> httpx.Response:
    token = csrf_of(await browser.get("/login"))
    form = {"csrf": token, "login": login, "password": PASSWORD}
    return await browser.post("/login", form, origin=ORIGIN)


async def enrolled(desk: Desk) -> tuple[Browser, list[str]]:
    """A browser of an officer who has just enrolled, and the recovery codes."""
    browser = desk.browser()
    shown = await desk.pass_second(browser, await password(browser), "li")
    return browser, RECOVERY.findall(shown.text)


async def send_code(browser: Browser, asked: httpx.Response, code: str) -> httpx.Response:
    form = {"csrf": csrf_of(asked), "ticket": ticket_of(asked), "code": code}
    return await browser.post("/login/code", form, origin=ORIGIN)


async def ways(desk: Desk) -> list[str]:
    async with desk.database.reading() as session:
        return list(await session.scalars(select(Look.way).order_by(Look.id)))


async def test_the_right_password_alone_opens_nothing(li: Desk) -> None:
    browser = li.browser()
    asked = await password(browser)
    assert asked.status_code == 200
    assert "绑定手机验证器" in asked.text
    assert "fanzha_console" not in browser.client.cookies
    assert (await browser.get("/leads")).status_code == 303


async def test_enrolling_shows_ten_recovery_codes_once_and_signs_in(li: Desk) -> None:
    browser, codes = await enrolled(li)
    assert len(set(codes)) == 10
    page = (await browser.get("/account")).text
    assert "还剩 10 个恢复码" in page
    assert codes[0] not in page
    assert await ways(li) == ["invite", "second_factor", "sign_in"]


async def test_the_secret_and_the_recovery_codes_are_nowhere_in_the_database(li: Desk) -> None:
    _, codes = await enrolled(li)
    async with li.database.reading() as session:
        factor = (await session.scalars(select(SecondFactor))).one()
        kept = set(await session.scalars(select(RecoveryCode.code_hash)))
    assert li.secrets["li"].encode() not in factor.secret_sealed
    assert not kept & {code.replace("-", "") for code in codes}


async def test_a_code_serves_once(li: Desk) -> None:
    await enrolled(li)
    code = li.code("li")
    first, second = li.browser(), li.browser()
    assert leads_to(await send_code(first, await password(first), code)) == "/console/"
    again = await send_code(second, await password(second), code)
    assert again.status_code == 401
    assert "已经用过" in again.text


async def test_a_recovery_code_serves_once_and_is_noted(li: Desk) -> None:
    _, codes = await enrolled(li)
    for typed, leads in ((codes[3].lower().replace("-", " "), "/console/"), (codes[3], "")):
        browser = li.browser()
        assert leads_to(await send_code(browser, await password(browser), typed)) == leads
    assert (await ways(li)).count("recovery_code") == 1


async def test_five_wrong_codes_bring_a_pause_from_whatever_address(li: Desk) -> None:
    await enrolled(li)
    outcomes = []
    for number in range(6):
        browser = li.browser(f"192.0.2.{number + 20}")
        asked = await password(browser)
        outcomes.append((await send_code(browser, asked, "000000")).status_code)
    assert outcomes == [401] * 5 + [429]
    li.clock.move(minutes=15)
    browser = li.browser()
    asked = await password(browser)
    assert (await send_code(browser, asked, li.code("li"))).status_code == 303


@pytest.mark.parametrize("seconds", [-60, 60])
async def test_a_code_of_a_minute_ago_or_ahead_is_wrong(small_desk: Desk, seconds: int) -> None:
    await give_password(small_desk, "li")
    await enrolled(small_desk)
    small_desk.clock.move(minutes=5)
    moment = small_desk.clock().timestamp() + seconds
    browser = small_desk.browser()
    code = pyotp.TOTP(small_desk.secrets["li"]).at(int(moment))
    assert (await send_code(browser, await password(browser), code)).status_code == 401


async def test_a_ticket_is_for_one_browser_and_ten_minutes(small_desk: Desk) -> None:
    await give_password(small_desk, "li")
    await enrolled(small_desk)
    browser, thief = small_desk.browser(), small_desk.browser()
    asked = await password(browser)
    form = {"csrf": csrf_of(await thief.get("/login")), "ticket": ticket_of(asked)}
    taken = await thief.post("/login/code", form | {"code": small_desk.code("li")}, origin=ORIGIN)
    assert taken.status_code == 403
    small_desk.clock.move(minutes=10)
    assert (await send_code(browser, asked, small_desk.code("li"))).status_code == 403


@pytest.mark.parametrize("ticket", ["", "x", "AAAA", "不是票", "e30="])
async def test_a_forged_ticket_opens_nothing(small_desk: Desk, ticket: str) -> None:
    browser = small_desk.browser()
    token = csrf_of(await browser.get("/login"))
    for step in ("/login/code", "/login/enrol"):
        form = {"csrf": token, "ticket": ticket, "code": "123456"}
        assert (await browser.post(step, form, origin=ORIGIN)).status_code == 403


async def test_a_ticket_for_a_code_enrols_nothing(small_desk: Desk) -> None:
    await give_password(small_desk, "li")
    await enrolled(small_desk)
    browser = small_desk.browser()
    asked = await password(browser)
    form = {"csrf": csrf_of(asked), "ticket": ticket_of(asked), "code": small_desk.code("li")}
    assert (await browser.post("/login/enrol", form, origin=ORIGIN)).status_code == 403
    assert "fanzha_console" not in browser.client.cookies


async def test_a_changed_password_ends_the_ticket_and_the_authenticator(desk: Desk) -> None:
    await give_password(desk, "li")
    await enrolled(desk)
    browser = desk.browser()
    asked = await password(browser)
    chief = await desk.signed_in(Role.CHIEF)
    shown = await chief.submit("/staff/li/invite")
    code = re.search(r'<p class="code">([A-Z0-9-]+)</p>', shown.text)
    assert code
    fresh = desk.browser()
    page = await fresh.get(f"/setup?code={code[1]}")
    new = "山上的松树一年四季都绿"
    form = {"csrf": csrf_of(page), "code": code[1], "password": new, "again": new}
    assert SECRET.search((await fresh.post("/setup", form, origin=ORIGIN)).text)
    assert (await send_code(browser, asked, desk.code("li"))).status_code == 403


async def test_where_it_is_optional_only_who_enrolled_is_asked(sqlite_database: Database) -> None:
    desk = Desk(sqlite_database, Settings(second_factor="optional"))
    await give_password(desk, "li")
    browser = desk.browser()
    assert (await password(browser)).status_code == 303
    begun = await browser.submit("/account/second")
    secret = SECRET.search(begun.text)
    assert secret
    desk.secrets["li"] = secret[1].replace(" ", "")
    form = {"ticket": ticket_of(begun), "code": desk.code("li")}
    shown = await browser.submit("/account/second/confirm", form)
    assert len(RECOVERY.findall(shown.text)) == 10
    other = desk.browser()
    assert "再输一个验证码" in (await password(other)).text


async def test_a_new_phone_needs_the_old_one_or_a_recovery_code(small_desk: Desk) -> None:
    await give_password(small_desk, "li")
    browser, codes = await enrolled(small_desk)
    assert (await browser.submit("/account/second", {"code": "000000"})).status_code == 400
    begun = await browser.submit("/account/second", {"code": codes[0]})
    secret = SECRET.search(begun.text)
    assert secret
    old, new = small_desk.secrets["li"], secret[1].replace(" ", "")
    small_desk.secrets["li"] = new
    form = {"ticket": ticket_of(begun), "code": small_desk.code("li")}
    assert (await browser.submit("/account/second/confirm", form)).status_code == 200
    other = small_desk.browser()
    small_desk.clock.move(seconds=30)
    code = pyotp.TOTP(old).at(small_desk.clock())
    assert (await send_code(other, await password(other), code)).status_code == 401
    assert (await send_code(other, await password(other), codes[1])).status_code == 401


async def test_one_sees_ones_browsers_and_ends_them(li: Desk) -> None:
    first, _ = await enrolled(li)
    second, third = li.browser("192.0.2.9"), li.browser("192.0.2.10")
    for browser in (second, third):
        browser.client.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537"
        await li.pass_second(browser, await password(browser), "li")
    page = (await second.get("/account")).text
    assert "Chrome · Windows · 192.0.2.10" in page
    handles = re.findall(r'name="handle" value="([0-9a-f]+)"', page)
    assert len(handles) == 2
    assert (await second.submit("/account/browsers/end", {"handle": handles[0]})).status_code == 303
    signed_in = [(await one.get("/account")).status_code for one in (first, second, third)]
    assert sorted(signed_in) == [200, 200, 303]
    await second.submit("/account/browsers/end")
    assert (await first.get("/account")).status_code == 303
    assert (await second.get("/account")).status_code == 200


async def test_nobody_ends_another_ones_browser(small_desk: Desk) -> None:
    li = await small_desk.signed_in(Role.DUTY, "li")
    other = await small_desk.signed_in(Role.DUTY, "wang")
    async with small_desk.database.reading() as session:
        query = select(ConsoleSession.token_hash).join(Staff).where(Staff.login == "li")
        handle = str(await session.scalar(query))[:12]
    for typed in (handle, handle[:4], "%", "_" * 12):
        answer = await other.submit("/account/browsers/end", {"handle": typed})
        assert answer.status_code == 404
    assert (await li.get("/account")).status_code == 200


async def test_wrong_passwords_are_in_the_record(small_desk: Desk) -> None:
    await give_password(small_desk, "li")
    browser = small_desk.browser()
    token = csrf_of(await browser.get("/login"))
    for login in ("li", "nobody"):
        form = {"csrf": token, "login": login, "password": "wrong password"}
        assert (await browser.post("/login", form, origin=ORIGIN)).status_code == 401
    assert await ways(small_desk) == ["invite", "sign_in_failed"]
