"""Headers, cookies, proxies, odd requests and failures."""

import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.staff import Role
from bot.storage.vault import Vault
from console.pages import HERE, STATIC
from console.security import safe_next
from tests.console.desk import ORIGIN, Desk, csrf_of

PASSWORD = "海边的灯塔有三层楼高"


@pytest.mark.parametrize(
    "path", ["/login", "/leads", "/nowhere", "/static/console.css", "/healthz"]
)
async def test_every_answer_carries_the_headers(small_desk: Desk, path: str) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    headers = (await officer.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "template", sorted((HERE / "templates").glob("*.html")), ids=lambda p: p.name
)
def test_no_page_has_inline_code_or_calls_another_host(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe", text)
    assert not re.search(r"<script(?![^>]*src=\"\{\{ base \}\}/static/)", text)
    assert not re.search(r"(src|href|action)=\"https?:", text)


@pytest.mark.parametrize(
    "template", sorted((HERE / "templates").glob("*.html")), ids=lambda p: p.name
)
def test_every_form_that_changes_something_has_a_token(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.S):
        assert 'name="csrf"' in form


def test_static_files_name_no_other_host() -> None:
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text.replace("https", "http"), path


@pytest.mark.parametrize(("public_url", "secure"), [("", False), ("https://fanzha.test", True)])
async def test_cookies_are_for_our_pages_only(
    sqlite_database: Database, public_url: str, secure: bool
) -> None:
    desk = Desk(sqlite_database, Settings(public_url=public_url))
    cookie = (await desk.browser().get("/login")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/console" in cookie
    assert ("Secure" in cookie) is secure


@pytest.mark.parametrize(("proxies", "secure"), [("192.0.2.7", True), ("192.0.2.8", False)])
async def test_only_a_trusted_proxy_says_that_people_come_by_https(
    sqlite_database: Database, proxies: str, secure: bool
) -> None:
    desk = Desk(sqlite_database, Settings(trusted_proxies=proxies))  # type: ignore[arg-type]
    answer = await desk.browser("192.0.2.7").get("/login", **{"x-forwarded-proto": "https"})
    assert ("Secure" in answer.headers["set-cookie"]) is secure


async def tries_left(desk: Desk, address: str, forwarded: str) -> int:
    """How many wrong passwords it takes until a pause, from one connection."""
    browser = desk.browser(address)
    token = csrf_of(await browser.get("/login"))
    for count in range(10):
        answer = await browser.post(
            "/login",
            {"csrf": token, "login": "li", "password": "wrong password"},
            **{"x-forwarded-for": forwarded.format(count)},
        )
        if answer.status_code == 429:
            return count
    return 10


@pytest.mark.parametrize(
    ("proxies", "forwarded", "tries"),
    [
        ("", "198.51.100.{}", 5),
        ("192.0.2.7", "198.51.100.{}", 10),
        ("192.0.2.0/24", "198.51.100.{}", 10),
        ("192.0.2.7", "198.51.100.{}, 203.0.113.9", 5),
        ("192.0.2.7,203.0.113.9", "198.51.100.{}, 203.0.113.9", 10),
        ("192.0.2.99", "198.51.100.{}", 5),
    ],
)
async def test_only_a_trusted_proxy_says_who_is_asking(
    sqlite_database: Database, proxies: str, forwarded: str, tries: int
) -> None:
    desk = Desk(sqlite_database, Settings(trusted_proxies=proxies))  # type: ignore[arg-type]
    assert await tries_left(desk, "192.0.2.7", forwarded) == tries


async def test_behind_a_tls_proxy_forms_of_the_public_address_count(
    sqlite_database: Database,
) -> None:
    settings = Settings(public_url="https://fanzha.test")
    officer = await Desk(sqlite_database, settings).signed_in(Role.DUTY)
    answer = await officer.submit("/account/chat-code", origin="https://fanzha.test")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/console/leads?risk=urgent", "/console/leads?risk=urgent"),
        ("", "/console/"),
        ("//evil.test/console/", "/console/"),
        ("https://evil.test/", "/console/"),
        ("/elsewhere", "/console/"),
        ("/console/\\evil.test", "/console/"),
        ("/console/\r\nx: y", "/console/"),
    ],
)
def test_signing_in_leads_to_our_own_pages_only(wanted: str, goes_to: str) -> None:
    assert safe_next("/console", wanted) == goes_to


@pytest.mark.parametrize("path", ["/nowhere", "/leads/x/y", "/static/../app.py", "/static/nothing"])
async def test_an_unknown_page_says_so(small_desk: Desk, path: str) -> None:
    answer = await small_desk.browser().get(path)
    assert answer.status_code == 404
    assert "返回首页" in answer.text


async def test_a_wrong_method_and_a_wrong_number_are_pages(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.CHIEF)
    assert (await officer.post("/looks")).status_code == 405
    for path in ("/leads?page=0", "/leads?page=x", "/looks?page=-1", "/leads?page=999999999999"):
        answer = await officer.get(path)
        assert answer.status_code == 400
        assert "返回首页" in answer.text


async def test_a_body_that_is_too_large_is_refused(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.CHIEF)
    answer = await officer.submit("/staff", {"name": "x" * 70_000})
    assert answer.status_code == 413
    assert "太大" in answer.text


@pytest.mark.parametrize(
    "value",
    ["\x00", "\ud83d", "‮abc", "<b>", "a" * 100],
    ids=["nul", "surrogate", "rtl", "tag", "long"],
)
async def test_odd_names_are_refused_in_words(small_desk: Desk, value: str) -> None:
    officer = await small_desk.signed_in(Role.CHIEF)
    token = csrf_of(await officer.get("/staff"))
    typed = value.encode("utf-8", "surrogatepass")
    answer = await officer.client.post(
        "/console/staff",
        content=b"csrf=" + token.encode() + b"&role=duty&name=x&login=" + typed,
        headers={"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN},
    )
    assert answer.status_code == 400
    assert "返回首页" in answer.text


async def test_what_nobody_expected_is_logged_without_values_and_told_in_a_sentence(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = await small_desk.signed_in(Role.DUTY)

    async def broken(*_: object, **__: object) -> None:
        phone = "138" + "1234" * 2
        raise RuntimeError("broken" if phone else "")

    monkeypatch.setattr("console.leads.desk.queue_page", broken)
    with capture_logs() as logs:
        answer = await officer.get("/leads")
    assert answer.status_code == 500
    assert "系统出了点问题" in answer.text
    assert "broken" not in answer.text
    assert "RuntimeError" in repr(logs)
    assert "13812341234" not in repr(logs)


async def test_a_database_that_is_gone_is_told_and_the_health_check_sees_it(
    vault: Vault,
) -> None:
    gone = Desk(Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", vault))
    browser = gone.browser()
    assert (await browser.get("/healthz")).status_code == 503
    token = csrf_of(await browser.get("/login"))
    answer = await browser.post("/login", {"csrf": token, "login": "li", "password": PASSWORD})
    assert answer.status_code == 503
    assert "稍后再试" in answer.text


async def test_the_health_check_answers_ok(desk: Desk) -> None:
    answer = await desk.browser().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
