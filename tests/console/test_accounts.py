"""Setting up the first officer, inviting, signing in and out."""

import re

import pytest

from bot.services.staff import bind_chat, make_setup_code
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff, staff_by_login
from tests.console.desk import ORIGIN, Browser, Desk, csrf_of, leads_to

PASSWORD = "海边的灯塔有三层楼高"
CODE = re.compile(r'<p class="code">([A-Z0-9-]+)</p>')


async def setup_code(desk: Desk) -> str:
    async with desk.database.writing() as session:
        code = await make_setup_code(session, desk.clock())
        assert code
        return code


async def send_setup(desk: Desk, browser: Browser, code: str, **typed: str) -> str | int:
    """Open the link and send its form; the status, or where it leads."""
    page = await browser.get(f"/setup?code={code}")
    if page.status_code != 200:
        return page.status_code
    form = {"login": "zhao", "name": "赵队", "password": PASSWORD, "again": PASSWORD} | typed
    answer = await browser.post(
        "/setup", {"csrf": csrf_of(page), "code": code, **form}, origin=ORIGIN
    )
    answer = await desk.pass_second(browser, answer, form["login"])
    return leads_to(answer) or answer.status_code


async def sign_in(
    desk: Desk, browser: Browser, login: str, password: str, next: str = ""
) -> tuple[int, str]:
    token = csrf_of(await browser.get("/login"))
    form = {"csrf": token, "login": login, "password": password, "next": next}
    answer = await browser.post("/login", form, origin=ORIGIN)
    answer = await desk.pass_second(browser, answer, login, next)
    return answer.status_code, leads_to(answer)


async def test_the_first_officer_sets_up_by_the_link_and_is_the_chief(desk: Desk) -> None:
    code = await setup_code(desk)
    browser = desk.browser()
    assert await send_setup(desk, browser, code) == "/console/"
    page = (await browser.get("/staff")).text
    assert "专班负责人" in page
    assert PASSWORD not in page
    assert await send_setup(desk, desk.browser(), code, login="qian") == 400


@pytest.mark.parametrize(
    "typed",
    [
        {"password": "short", "again": "short"},
        {"again": "something else entirely"},
        {"login": "赵"},
        {"name": ""},
        {"password": "zhao-zhao-zhao", "again": "zhao-zhao-zhao"},
    ],
)
async def test_a_refused_form_keeps_the_code_good(small_desk: Desk, typed: dict[str, str]) -> None:
    code = await setup_code(small_desk)
    browser = small_desk.browser()
    assert await send_setup(small_desk, browser, code, **typed) == 400
    assert await send_setup(small_desk, browser, code) == "/console/"


async def test_a_wrong_code_is_refused_and_five_bring_a_pause(desk: Desk) -> None:
    code = await setup_code(desk)
    browser = desk.browser()
    outcomes = [await send_setup(desk, browser, "AAAA-AAAA") for _ in range(6)]
    assert outcomes == [400] * 5 + [429]
    assert await send_setup(desk, browser, code) == 429
    assert await send_setup(desk, desk.browser("192.0.2.8"), code) == "/console/"


async def test_an_invited_officer_sets_a_password_and_signs_in(desk: Desk) -> None:
    chief = await desk.signed_in(Role.CHIEF)
    page = await chief.submit("/staff", {"login": "li", "name": "李警官", "role": "duty"})
    found = CODE.search(page.text)
    assert found
    assert f"{ORIGIN}/console/setup?code={found[1]}" in page.text
    assert found[1] not in (await chief.get("/staff")).text
    assert await send_setup(desk, desk.browser(), found[1], login="li") == "/console/"
    browser = desk.browser()
    assert await sign_in(desk, browser, "li", PASSWORD) == (303, "/console/")
    assert (await browser.get("/leads")).status_code == 200


async def test_a_new_code_resets_a_forgotten_password_and_signs_out_everywhere(
    desk: Desk,
) -> None:
    chief = await desk.signed_in(Role.CHIEF)
    officer = await desk.signed_in(Role.DUTY, "li")
    found = CODE.search((await chief.submit("/staff/li/invite")).text)
    assert found
    assert await send_setup(desk, desk.browser(), found[1]) == "/console/"
    assert (await officer.get("/leads")).status_code == 303


async def test_signing_in_leads_back_to_the_page_asked_for(desk: Desk) -> None:
    assert await send_setup(desk, desk.browser(), await setup_code(desk)) == "/console/"
    browser = desk.browser()
    asked = await browser.get("/leads?risk=urgent")
    assert asked.headers["location"] == "/console/login?next=%2Fconsole%2Fleads%3Frisk%3Durgent"
    to = "/console/leads?risk=urgent"
    assert await sign_in(desk, browser, "zhao", PASSWORD, next=to) == (303, to)


@pytest.mark.parametrize("login", ["zhao", "nobody"])
async def test_wrong_passwords_look_the_same_for_everybody_and_lead_to_a_pause(
    small_desk: Desk, login: str
) -> None:
    await send_setup(small_desk, small_desk.browser(), await setup_code(small_desk))
    browser = small_desk.browser()
    outcomes = [(await sign_in(small_desk, browser, login, "wrong password"))[0] for _ in range(6)]
    assert outcomes == [401] * 5 + [429]
    small_desk.clock.move(minutes=15)
    assert (await sign_in(small_desk, browser, login, "wrong password"))[0] == 401


async def test_a_new_session_each_time_and_none_after_signing_out(desk: Desk) -> None:
    await send_setup(desk, desk.browser(), await setup_code(desk))
    browser = desk.browser()
    await sign_in(desk, browser, "zhao", PASSWORD)
    first = browser.client.cookies["fanzha_console"]
    await sign_in(desk, browser, "zhao", PASSWORD)
    assert browser.client.cookies["fanzha_console"] != first
    kept = browser.client.cookies["fanzha_console"]
    assert (await browser.submit("/logout")).headers["location"] == "/console/login"
    browser.client.cookies.set("fanzha_console", kept, domain="console.test", path="/console")
    assert (await browser.get("/leads")).status_code == 303


async def test_an_idle_session_ends_and_a_page_that_renews_itself_is_idle(desk: Desk) -> None:
    officer = await desk.signed_in(Role.DUTY)
    for _ in range(3):
        desk.clock.move(hours=11)
        assert (await officer.get("/leads")).status_code == 200
    desk.clock.move(hours=11)
    assert (await officer.get("/leads", **{"x-console-refresh": "1"})).status_code == 200
    desk.clock.move(hours=2)
    assert (await officer.get("/leads")).status_code == 303


async def test_an_officer_binds_a_chat_with_a_code_of_their_own(desk: Desk) -> None:
    officer = await desk.signed_in(Role.DUTY, "li")
    found = CODE.search((await officer.submit("/account/chat-code")).text)
    assert found
    async with desk.database.writing() as session:
        resident = await find_or_add_resident(session, "telegram", 7, desk.clock())
        bound = await bind_chat(session, resident, found[1], desk.clock())
        assert isinstance(bound, Staff)
        assert bound.login == "li"


async def test_an_administrator_cannot_make_or_reset_a_chief(desk: Desk) -> None:
    await desk.staff(Role.CHIEF, "zhao")
    admin = await desk.signed_in(Role.ADMIN)
    made = await admin.submit("/staff", {"login": "x2", "name": "某人", "role": "chief"})
    assert made.status_code == 403
    for act in ("invite", "deactivate"):
        assert (await admin.submit(f"/staff/zhao/{act}")).status_code == 403
    async with desk.database.reading() as session:
        assert await staff_by_login(session, "x2") is None


async def test_what_is_done_to_accounts_is_in_the_record(desk: Desk) -> None:
    number = await desk.report()
    chief = await desk.signed_in(Role.CHIEF)
    await chief.submit("/staff", {"login": "li", "name": "李警官", "role": "duty"})
    await chief.submit("/staff/li/deactivate")
    await chief.submit(f"/leads/{number}/full")
    auditor = await desk.signed_in(Role.AUDITOR)
    page = (await auditor.get("/looks")).text
    for words in ("邀请账号", "停用账号", "网页查看", number):
        assert words in page
    narrowed = (await auditor.get(f"/looks?q={number}")).text
    assert ">网页查看</td>" in narrowed
    assert ">停用账号</td>" not in narrowed


async def test_the_record_is_narrowed_by_what_was_done_and_by_day(small_desk: Desk) -> None:
    number = await small_desk.report()
    chief = await small_desk.signed_in(Role.CHIEF)
    await chief.submit(f"/leads/{number}/full")
    small_desk.clock.move(days=2)
    chief = await small_desk.signed_in(Role.CHIEF, "qian")
    await chief.submit("/staff", {"login": "li", "name": "李警官", "role": "duty"})
    day, later = "2026-11-24", "2026-11-26"
    for query, shown, hidden in (
        ("way=console", "网页查看", "邀请账号"),
        (f"since={later}", "邀请账号", "网页查看"),
        (f"since={day}&until={day}&way=console&q={number}", "网页查看", "邀请账号"),
    ):
        text = (await chief.get(f"/looks?{query}")).text
        assert f">{shown}</td>" in text, query
        assert f">{hidden}</td>" not in text, query
    assert "没有找到" in (await chief.get("/looks?way=purge")).text
    assert (await chief.get("/looks?since=x")).status_code == 400
