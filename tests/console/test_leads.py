"""The duty desk in the browser: queue, one lead, signing, looking."""

import asyncio
import re

import pytest
from sqlalchemy import select

from bot.services.leads import sign_for
from bot.storage.database import Database
from bot.storage.staff import Look, Role, staff_by_login
from tests.console.desk import PHONE, Desk


async def looks(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as session:
        rows = (
            await session.scalars(select(Look).where(Look.way != "sign_in").order_by(Look.id))
        ).all()
        return [(row.actor, row.subject, row.way) for row in rows if row.way != "invite"]


async def test_the_queue_shows_what_is_most_pressing_first(desk: Desk) -> None:
    low = await desk.report(happened="not_paid")
    urgent = await desk.report(account=2)
    officer = await desk.signed_in(Role.DUTY)
    page = (await officer.get("/leads")).text
    assert page.index(urgent) < page.index(low)
    assert "12,500.00 元" in page
    assert "冒充电商物流客服" in page
    assert "剩 3 分钟" in page


async def test_an_overdue_lead_says_so(desk: Desk) -> None:
    await desk.report()
    officer = await desk.signed_in(Role.DUTY)
    desk.clock.move(minutes=8)
    assert "超时 5 分钟" in (await officer.get("/leads")).text
    overview = (await officer.get("/")).text
    assert re.search(r"<b>1</b><span>已超时", overview)


@pytest.mark.parametrize("path", ["/", "/leads", "/leads/{}"])
async def test_lists_and_details_hold_no_personal_data(desk: Desk, path: str) -> None:
    number = await desk.report(description=f"他让我打 {PHONE} 联系，卡号 6222021234567890128")
    officer = await desk.signed_in(Role.DUTY)
    page = (await officer.get(path.format(number))).text
    assert number in page
    for value in (PHONE, "6222021234567890128", "幸福里社区3号楼", "wx_refund_2026"):
        assert value not in page
    assert await looks(desk.database) == []


async def test_full_data_is_shown_once_and_the_look_is_logged(desk: Desk) -> None:
    number = await desk.report()
    officer = await desk.signed_in(Role.DUTY)
    full = await officer.submit(f"/leads/{number}/full")
    assert full.status_code == 200
    assert PHONE in full.text
    assert "幸福里社区3号楼" in full.text
    assert full.headers["cache-control"] == "no-store"
    assert PHONE not in (await officer.get(f"/leads/{number}")).text
    assert await looks(desk.database) == [("staff:duty", number, "console")]


async def test_signing_puts_the_officer_on_the_lead(desk: Desk) -> None:
    number = await desk.report()
    officer = await desk.signed_in(Role.DUTY, "li")
    answer = await officer.submit(f"/leads/{number}/sign")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/leads/{number}"
    page = (await officer.get(f"/leads/{number}")).text
    assert "li警官" in page
    assert "签收这条线索" not in page


async def test_the_slower_of_two_officers_is_told_who_has_it(desk: Desk) -> None:
    number = await desk.report()
    await desk.staff(Role.DUTY, "wang")
    async with desk.database.writing() as session:
        wang = await staff_by_login(session, "wang")
        assert wang is not None
        await sign_for(session, wang, number, desk.clock())
    officer = await desk.signed_in(Role.DUTY, "li")
    answer = await officer.submit(f"/leads/{number}/sign")
    assert answer.status_code == 409
    assert "wang警官签收" in answer.text


async def test_of_two_who_sign_at_once_one_gets_the_lead(desk: Desk) -> None:
    number = await desk.report()
    officers = [await desk.signed_in(Role.DUTY, login) for login in ("li", "wang", "sun")]
    answers = await asyncio.gather(
        *(officer.submit(f"/leads/{number}/sign") for officer in officers)
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"urgent", "low"}),
        ("?risk=urgent", {"urgent"}),
        ("?risk=nonsense", {"urgent", "low"}),
        ("?state=signed", {"urgent"}),
        ("?state=closed", set()),
        ("?state=all", {"urgent", "low"}),
        ("?mine=1", {"urgent"}),
        ("?mine=1&risk=low", set()),
        ("?page=2", set()),
    ],
)
async def test_filters_are_in_the_address(small_desk: Desk, query: str, shown: set[str]) -> None:
    numbers = {
        "urgent": await small_desk.report(),
        "low": await small_desk.report(account=2, happened="not_paid"),
    }
    officer = await small_desk.signed_in(Role.DUTY)
    await officer.submit(f"/leads/{numbers['urgent']}/sign")
    page = (await officer.get(f"/leads{query}")).text
    assert {name for name, number in numbers.items() if number in page} == shown


async def test_a_long_queue_is_paged(small_desk: Desk) -> None:
    for account in range(31):
        await small_desk.report(account=account)
    officer = await small_desk.signed_in(Role.DUTY)
    first = (await officer.get("/leads?risk=urgent")).text
    assert "第 1 / 2 页" in first
    assert "/console/leads?risk=urgent&amp;page=2" in first
    second = (await officer.get("/leads?risk=urgent&page=2")).text
    assert second.count('class="number"') == 1


@pytest.mark.parametrize(
    "number",
    ["FZ261124-0001-0", "nonsense", "FZ261124-9999-1", "%00", "1' OR 1=1", "<script>", "9" * 500],
)
async def test_an_unknown_number_is_a_page_that_says_so(small_desk: Desk, number: str) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.get(f"/leads/{number}")
    assert answer.status_code == 404
    assert "返回首页" in answer.text
    assert "<script>" not in answer.text


async def test_what_a_resident_wrote_is_never_markup(desk: Desk) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 'zq' * 3 }}"
    number = await desk.report(description=evil, area=evil, suspects=evil, category="<b>x</b>")
    officer = await desk.signed_in(Role.DUTY)
    for page in (
        await officer.get("/leads"),
        await officer.get(f"/leads/{number}"),
        await officer.submit(f"/leads/{number}/full"),
    ):
        assert page.status_code == 200
        for markup in ("<script>alert", "<img src=x", "<b>x</b>", "zqzqzq"):
            assert markup not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


async def test_reports_of_the_same_suspect_point_to_each_other(desk: Desk) -> None:
    one = await desk.report(suspects="微信 wx_refund_2026")
    other = await desk.report(account=2, suspects="微信 wx_refund_2026")
    alone = await desk.report(account=3, suspects="", phone="")
    officer = await desk.signed_in(Role.DUTY)
    page = (await officer.get(f"/leads/{one}")).text
    assert "可能相关" in page
    assert other in page
    assert "可能相关" not in (await officer.get(f"/leads/{alone}")).text


async def test_an_empty_queue_says_what_will_come(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    assert "没有要办的线索" in (await officer.get("/")).text
    assert "没有未办结的线索" in (await officer.get("/leads")).text
