"""The console and the pull API as somebody with bad intentions would use them."""

import csv
import io
from dataclasses import replace
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from bot.errors import InvalidInputError
from bot.matching.library import Library
from bot.services.areas import add_area
from bot.services.evidence import kind_of
from bot.services.library import PATTERNS_ROOT, read_patterns
from bot.services.passwords import hash_password
from bot.services.traces import trace_waiting
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadEvent
from bot.storage.staff import Role, Staff
from bot.times import now
from console.visitor import SESSION_COOKIE
from console.workshop import Workshop
from tests.console.desk import ORIGIN, STAFF_ROLES, Browser, Clock, Desk, csrf_of, leads_to
from tests.console.test_access import GUARDED, fill_in
from tests.console.test_casework import send
from tests.handlers.test_urgent import SCAM, answers, begun
from tests.services.casework import officer
from tests.talk import Talk

pytestmark = pytest.mark.slow

SCRIPTS = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}${7*7}")
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "＝1+1", "  =1+1")
PLANTED = "planted" * 6
PASSWORD = "海边的灯塔有三层楼高"
WRITING = [line for line in GUARDED if line[0] == "POST"]


async def told_everywhere(talk: Talk, words: str) -> None:
    """A resident writes the same into every field that takes words."""
    await begun(talk)
    await talk.says("13812340987")
    await answers(talk, words, "我自己", words, "5万", words, words, words, words, words)
    await talk.presses("否")
    await talk.says("/report")
    await talk.presses("被敲诈")
    await talk.presses("我自己")
    await talk.says(f"{words}：有人说要把照片发给家里人")
    await talk.presses("微信")
    await talk.says(f"微信号 wx_bad888 {words}")
    await talk.says("3万")
    await talk.says("13812340987")
    await talk.says(words)
    await talk.presses("确认提交")
    await told_afterwards(talk, words)


async def told_afterwards(talk: Talk, words: str) -> None:
    """What a resident may still write later: more on a report, a message that may be kept, and
    what no button of a follow-up says."""
    await talk.says("/my")
    number = next(label for label in talk.labels if label.startswith("FZ"))
    await talk.presses(number)
    await talk.presses("补充")
    await talk.says(f"{words} 他又打来了")
    await talk.says("取消")
    await talk.says(f"{SCAM} {words}")
    await talk.presses("判断错了")
    await talk.presses("可以，帮助改进")
    await talk.says(f"{SCAM} {words}")
    for data in (f"follow:{words[:20]}:{number}:7", f"follow:fine:{number}:{words[:20]}"):
        await talk.sends_data(data)


async def written_everywhere(li: Browser, number: str, words: str) -> None:
    """An officer writes the same into every form of the lead's page."""
    forms: list[tuple[str, dict[str, object]]] = [
        ("contact", {"way": "phone", "result": "reached", "note": words}),
        ("stop-payment", {"bank": words, "amount": "12500", "receipt": words}),
        ("partner", {"kind": "carrier", "name": words, "why": words}),
        ("appeal", {"to": "asked", "why": words}),
        ("escalate", {"why": words}),
        ("dispatch", {"station": words, "why": words}),
        ("outcome", {"avoided": "1万", "basis": words, "case_no": words}),
    ]
    assert (await li.submit(f"/leads/{number}/sign")).status_code == 303
    for form, values in forms:
        answer = await send(li, number, form, **values)
        assert answer.status_code == 303, (form, answer.text)


async def attacked(database: Database, library: Library, words: str) -> tuple[Desk, Browser]:
    """A desk whose every field holds the words, with an officer signed in."""
    desk = Desk(database, clock=Clock(now()))
    shop = Workshop(lambda: library, lambda: read_patterns(PATTERNS_ROOT))
    desk.console.state.parts = replace(desk.console.state.parts, workshop=shop)
    await told_everywhere(Talk(database, library), words)
    li = await desk.signed_in(Role.CHIEF, "li")
    async with database.writing() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        boss.name = words[:40]
        await add_area(session, boss, words[:40], "", "", words[:60])
        await trace_waiting(session)
    await written_everywhere(li, await newest(database), words)
    return desk, li


async def newest(database: Database) -> str:
    async with database.reading() as session:
        return (await session.scalars(select(Lead.number).order_by(Lead.id))).first() or ""


@pytest.mark.parametrize("words", SCRIPTS)
async def test_what_anybody_writes_is_never_run(
    sqlite_database: Database, library: Library, words: str
) -> None:
    _, li = await attacked(sqlite_database, library, words)
    async with sqlite_database.reading() as session:
        numbers = list(await session.scalars(select(Lead.number)))
    paths = ["/", "/leads", "/leads?state=all", "/roster", "/areas", "/staff", "/looks"]
    paths += ["/reports", "/reports?kind=weekly", *(f"/leads/{number}" for number in numbers)]
    paths += ["/library/review", *(f"/leads/{number}/linked" for number in numbers)]
    shown = [(await li.get(path)).text for path in paths]
    shown += [(await li.submit(f"/leads/{number}/full")).text for number in numbers]
    refused = await send(li, numbers[0], "dispatch", station=words, why=words)
    looked_up = await li.get(f"/leads?state={quote(words)}&risk={quote(words)}")
    for text in (*shown, refused.text, looked_up.text):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "4949" not in text
    assert any("alert(1)" in text or "7*7" in text for text in shown)
    review, full = shown[paths.index("/library/review")], shown[-1]
    assert "alert(1)" in review or "7*7" in review
    assert "他又打来了" in full or "他又打来了" in shown[-2]


@pytest.mark.parametrize("words", FORMULAS)
async def test_no_cell_of_an_export_is_a_formula(
    sqlite_database: Database, library: Library, words: str
) -> None:
    _, li = await attacked(sqlite_database, library, words)
    for full in ("", "1"):
        asked = {"full": full}
        table = (await li.submit("/export", asked | {"form": "csv"})).content.decode("utf-8-sig")
        cells = [cell for line in csv.reader(io.StringIO(table)) for cell in line]
        assert len(cells) > 30
        book = load_workbook(
            io.BytesIO((await li.submit("/export", asked | {"form": "xlsx"})).content)
        )
        kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
        assert kinds <= {"s", "inlineStr", "n"}
        cells += [str(cell.value or "") for row in book.active.iter_rows() for cell in row]
        assert [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@"))] == []
    today = f"{now():%Y-%m-%d}"
    book = load_workbook(io.BytesIO((await li.get(f"/reports.xlsx?day={today}")).content))
    assert "f" not in {
        cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row
    }


@pytest.mark.parametrize("role", STAFF_ROLES)
async def test_a_forged_form_changes_nothing_whoever_is_signed_in(
    small_desk: Desk, role: Role
) -> None:
    number = await small_desk.report()
    victim = await small_desk.signed_in(role)
    other = await small_desk.signed_in(Role.CHIEF, "other")
    stolen = csrf_of(await other.get("/account"))
    own = csrf_of(await victim.get("/account"))
    async with small_desk.database.reading() as session:
        before = await session.scalar(select(func.count()).select_from(LeadEvent))
    for _, path in WRITING:
        where = fill_in(path, number)
        attempts = (
            await victim.post(where, {"csrf": stolen}, origin=ORIGIN),
            await victim.post(where, {}, origin=ORIGIN),
            await victim.post(where, {"csrf": own}, origin="https://evil.test"),
            await victim.post(where, {"csrf": own}, origin="null"),
            await victim.post(f"{where}?csrf={own}", {}, origin=ORIGIN),
        )
        assert {answer.status_code for answer in attempts} == {403}, path
    async with small_desk.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(LeadEvent)) == before
        assert (await session.scalars(select(Lead.state))).all() == ["new"]
    assert (await victim.get("/account")).status_code == 200


async def with_password(desk: Desk) -> None:
    await desk.staff(Role.DUTY, "li")
    async with desk.database.writing() as session:
        staff = (await session.scalars(select(Staff).where(Staff.login == "li"))).one()
        staff.password_hash = await hash_password(PASSWORD)


async def sign_in(desk: Desk, browser: Browser, wanted: str = "") -> str:
    """Sign in by the form; returns where it leads."""
    token = csrf_of(await browser.get(f"/login?next={quote(wanted)}"))
    form = {"csrf": token, "login": "li", "password": PASSWORD, "next": wanted}
    answer = await browser.post("/login", form, origin=ORIGIN)
    answer = await desk.pass_second(browser, answer, "li", wanted)
    assert leads_to(answer), answer.text
    return leads_to(answer)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "/console//evil.test/../..",
        "javascript:alert(1)",
        "/console/@evil.test",
        "\thttps://evil.test",
    ],
)
async def test_signing_in_never_leads_elsewhere(small_desk: Desk, wanted: str) -> None:
    await with_password(small_desk)
    assert (await sign_in(small_desk, small_desk.browser(), wanted)).startswith("/console/")


async def test_a_session_is_new_at_each_sign_in_and_dead_after_signing_out(
    small_desk: Desk,
) -> None:
    await with_password(small_desk)
    browser = small_desk.browser()
    for path in ("/", "/console"):
        browser.client.cookies.set(SESSION_COOKIE, PLANTED, domain="console.test", path=path)
    await sign_in(small_desk, browser)
    tokens = [one.value for one in browser.client.cookies.jar if one.name == SESSION_COOKIE]
    first = next(token for token in tokens if token != PLANTED)
    thief = small_desk.browser()
    thief.client.cookies.set(SESSION_COOKIE, PLANTED, domain="console.test", path="/console")
    assert (await thief.get("/leads")).status_code == 303
    again = small_desk.browser()
    await sign_in(small_desk, again)
    second = again.client.cookies.get(SESSION_COOKIE, path="/console")
    assert second != first
    assert (await again.get("/leads")).status_code == 200
    assert (await again.submit("/logout")).status_code == 303
    late = small_desk.browser()
    late.client.cookies.set(SESSION_COOKIE, second or "", domain="console.test", path="/console")
    assert (await late.get("/leads")).status_code == 303


@pytest.mark.parametrize("path", ["/login", "/leads", "/leads/x", "/nowhere", "/looks"])
async def test_no_page_can_be_framed(small_desk: Desk, path: str) -> None:
    for browser in (small_desk.browser(), await small_desk.signed_in(Role.CHIEF)):
        headers = (await browser.get(path)).headers
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


ACTIVE = {
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    "bare svg": b'<svg onload="alert(1)" xmlns="http://www.w3.org/2000/svg"/>',
    "html": b"<!doctype html><html><script>alert(1)</script></html>",
    "xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
    "exe": b"MZ" + b"\x90\x00" * 60,
}


@pytest.mark.parametrize("name", list(ACTIVE))
async def test_what_a_browser_would_run_is_not_taken_for_a_picture(name: str) -> None:
    with pytest.raises(InvalidInputError, match="这种文件收不了"):
        kind_of(ACTIVE[name])


@pytest.mark.parametrize(
    "piece",
    ["../../secret.key", "..%2f..%2fsecret.key", "1/../../x", "1%00", "-1", "9" * 30, "0x1"],
)
async def test_an_address_of_a_file_names_no_path(small_desk: Desk, piece: str) -> None:
    number = await small_desk.report()
    duty = await small_desk.signed_in(Role.DUTY)
    answer = await duty.get(f"/leads/{number}/evidence/{piece}")
    assert answer.status_code in (400, 404), answer.status_code
    assert "content-disposition" not in answer.headers


ODD = ["%00", "%ff", "..%2f", "'%20OR%201=1--", "%F0%9F%98%80", "A" * 3000, "{{7*7}}", "%0d%0aX:y"]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_odd_addresses_are_never_a_failure_of_ours(desk: Desk, odd: str) -> None:
    chief = await desk.signed_in(Role.CHIEF)
    for path in (
        f"/leads/{odd}",
        f"/leads/{odd}/evidence/1",
        f"/leads?state={odd}&risk={odd}&page={odd}",
        f"/leads?state=all&mine={odd}&overdue={odd}",
        f"/looks?words={odd}",
        f"/reports?kind={odd}&day={odd}",
        f"/reports?day={odd}",
        f"/reports.xlsx?day={odd}",
        f"/notices/new?template={odd}",
    ):
        answer = await chief.get(path)
        assert answer.status_code < 500, (path, answer.text[-300:])
        assert "x" not in answer.headers


FORMS: dict[str, tuple[str, ...]] = {
    "/leads/{number}/move": ("to", "usual", "why"),
    "/leads/{number}/contact": ("way", "result", "note"),
    "/leads/{number}/dispatch": ("station", "why"),
    "/leads/{number}/partner": ("kind", "name", "back"),
    "/leads/{number}/stop-payment": ("bank", "amount", "receipt", "asked_at"),
    "/leads/{number}/outcome": ("loss", "avoided", "basis", "case_no", "age"),
    "/leads/{number}/follow-up": ("day", "why"),
    "/leads/{number}/merge": ("into", "why"),
    "/leads/{number}/prank": ("why", "undo"),
    "/leads/{number}/appeal": ("to", "why"),
    "/roster": ("login", "starts_at", "ends_at"),
    "/areas": ("street", "community", "estate", "station"),
    "/areas/import": ("table",),
    "/export": ("since", "until", "form", "full"),
    "/groups": ("name", "kind", "address"),
    "/groups/wechat": ("title",),
    "/forwards/confirm": ("number", "members"),
    "/activities": ("kind", "place", "people", "once"),
    "/notices": ("template", "at", "groups"),
    "/notices/preview": ("template", "at", "groups"),
    "/staff": ("login", "name", "role", "station"),
}
HOSTILE = ("\x00", "\ud83d", "9" * 400, "1e999", "-1", "0001-01-01", "9999-12-31T23:59", "😀" * 90)


@pytest.mark.parametrize("value", HOSTILE, ids=[repr(value)[:12] for value in HOSTILE])
async def test_odd_values_in_forms_are_never_a_failure_of_ours(desk: Desk, value: str) -> None:
    number = await desk.report()
    chief = await desk.signed_in(Role.CHIEF)
    assert (await chief.submit(f"/leads/{number}/sign")).status_code == 303
    token = csrf_of(await chief.get("/account"))
    raw = quote(value.encode("utf-8", "surrogatepass"))
    for path, names in FORMS.items():
        fields = "".join(f"&{name}={raw}" for name in names)
        for version in ("1", raw):
            answer = await chief.client.post(
                f"/console{fill_in(path, number)}",
                content=f"csrf={token}&version={version}{fields}",
                headers={"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN},
            )
            assert answer.status_code < 500, (path, value, answer.text[-300:])
