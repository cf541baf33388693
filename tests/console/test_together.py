"""Finding leads and handing many over: what is found by what, and that nothing is overwritten."""

import re

import pytest
from sqlalchemy import select

from bot.storage.leads import Lead
from bot.storage.staff import Look, Role, Staff
from tests.console.desk import PHONE, Browser, Desk
from tests.services.casework import officer as member
from tests.services.casework import pushed


async def find(officer: Browser, words: str) -> list[str]:
    answer = await officer.submit("/find", {"q": words}, page="/leads")
    assert answer.status_code == 200, answer.text
    return re.findall(r'data-row href="/console/leads/([^"]+)"', answer.text)


@pytest.mark.parametrize(
    "words",
    [
        "{number}",
        "{digits}",
        PHONE,
        "138 1234 5678",
        "138-1234-5678",
        "wx_refund_2026",
        "微信 wx_refund_2026",
        "电商",
        "li警官",
    ],
)
async def test_a_lead_is_found_by_what_one_has(desk: Desk, words: str) -> None:
    number = await desk.report()
    other = {"phone": "13911112222", "suspects": "", "category": "brushing"}
    await desk.report(account=2, **other)
    officer = await desk.signed_in(Role.DUTY, "li")
    await officer.submit(f"/leads/{number}/sign")
    digits = "".join(sign for sign in number if sign.isdigit())
    assert await find(officer, words.format(number=number, digits=digits)) == [number]


@pytest.mark.parametrize("words", ["1381234567", "幸福里", "%", "_", "x' OR 1=1 --", "FZ"])
async def test_what_is_sealed_is_found_whole_or_not_at_all(small_desk: Desk, words: str) -> None:
    await small_desk.report()
    officer = await small_desk.signed_in(Role.DUTY)
    assert await find(officer, words) == []


@pytest.mark.parametrize("typed", ["工行-2026 1124-0007", "工行20261124 0007", "AB12", "ab-12"])
async def test_a_lead_is_found_by_the_receipt_of_a_bank(small_desk: Desk, typed: str) -> None:
    number, other = await small_desk.report(), await small_desk.report(account=2)
    officer = await small_desk.signed_in(Role.DUTY, "li")
    for lead in (number, other):
        await officer.submit(f"/leads/{lead}/sign")
    form = {"bank": "工商银行", "amount": "12500", "receipt": "工行20261124-0007", "version": "1"}
    await officer.submit(f"/leads/{number}/stop-payment", form)
    await officer.submit(
        f"/leads/{number}/stop-payment", form | {"receipt": "Ab 12", "version": "2"}
    )
    assert await find(officer, typed) == [number]
    assert await find(officer, "AB1") == []


async def test_a_receipt_given_with_the_result_is_found_too(small_desk: Desk) -> None:
    number = await small_desk.report()
    officer = await small_desk.signed_in(Role.DUTY, "li")
    await officer.submit(f"/leads/{number}/sign")
    form = {"bank": "工商银行", "amount": "12500", "version": "1"}
    await officer.submit(f"/leads/{number}/stop-payment", form)
    answered = {"result": "stopped", "receipt": "ZF-778899", "version": "2"}
    await officer.submit(f"/leads/{number}/stop-payment/1", answered)
    assert await find(officer, "zf778899") == [number]


async def test_finding_by_a_phone_is_noted_and_by_a_word_is_not(small_desk: Desk) -> None:
    number = await small_desk.report()
    officer = await small_desk.signed_in(Role.DUTY, "li")
    await find(officer, "电商")
    await find(officer, PHONE)
    async with small_desk.database.reading() as session:
        looks = (await session.scalars(select(Look).where(Look.way == "search"))).all()
    assert [(look.actor, look.subject) for look in looks] == [("staff:li", number)]


async def test_a_station_finds_its_own_leads_only(small_desk: Desk) -> None:
    number = await small_desk.report()
    station = await small_desk.signed_in(Role.STATION, "suo")
    for words in (number, PHONE, "电商"):
        assert await find(station, words) == []
    async with small_desk.database.writing() as session:
        (await session.scalars(select(Staff).where(Staff.login == "suo"))).one().station = "城东所"
        (await session.scalars(select(Lead))).one().station = "城东所"
    for words in (number, PHONE, "电商", "城东所"):
        assert await find(station, words) == [number]


async def test_nothing_typed_is_said(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.submit("/find", {"q": "  "})
    assert answer.status_code == 400
    assert "请输入线索编号" in answer.text


async def picked(officer: Browser) -> dict[str, str]:
    """The boxes of the queue: number to value."""
    page = (await officer.get("/leads")).text
    values = re.findall(r'name="lead" form="hand-over" value="([^"]+)"', page)
    return {value.partition("@")[0]: value for value in values}


async def test_many_leads_are_handed_over_each_as_it_was_shown(desk: Desk) -> None:
    numbers = [await desk.report(account=account) for account in range(3)]
    li, wang = await desk.signed_in(Role.DUTY, "li"), await desk.signed_in(Role.DUTY, "wang")
    for number in numbers[:2]:
        await li.submit(f"/leads/{number}/sign")
    shown = await picked(li)
    await wang.submit(f"/leads/{numbers[1]}/take-over", {"version": "1"})
    form = {"lead": list(shown.values()), "to": "wang", "why": "换班"}
    answer = await li.submit("/hand-over", form)
    said = re.findall(r'leads/([^"]+)">[^<]+</a> <span class="chip (ok|bad)"', answer.text)
    assert dict(said) == {numbers[0]: "ok", numbers[1]: "bad", numbers[2]: "bad"}
    page = (await li.get(f"/leads/{numbers[0]}")).text
    assert "wang警官 办理" in page
    assert "移交" in page
    assert "换班" in page


async def test_a_colleague_is_told_once_of_many_leads(small_desk: Desk) -> None:
    numbers = [await small_desk.report(account=account) for account in range(2)]
    li, _ = (
        await small_desk.signed_in(Role.DUTY, "li"),
        await small_desk.signed_in(Role.DUTY, "wang"),
    )
    async with small_desk.database.writing() as session:
        await member(session, "wang", chat=7)
    for number in numbers:
        await li.submit(f"/leads/{number}/sign")
    form = {"lead": list((await picked(li)).values()), "to": "wang"}
    await li.submit("/hand-over", form)
    async with small_desk.database.reading() as session:
        told = [text for key, text in await pushed(session) if key.startswith("handed")]
    assert told == ["li警官把 2 条线索移交给您办理，发 /queue 查看。"]


@pytest.mark.parametrize("to", ["", "nobody", "grid", "closed"])
async def test_leads_are_handed_to_those_who_work_them_only(small_desk: Desk, to: str) -> None:
    number = await small_desk.report()
    officer = await small_desk.signed_in(Role.DUTY, "li")
    await small_desk.staff(Role.GRID, "grid")
    await small_desk.staff(Role.DUTY, "closed")
    chief = await small_desk.signed_in(Role.CHIEF)
    await chief.submit("/staff/closed/deactivate")
    await officer.submit(f"/leads/{number}/sign")
    form = {"lead": [f"{number}@1"], "to": to}
    assert "请选择一位在用账号" in (await officer.submit("/hand-over", form)).text
    assert "li警官 办理" in (await officer.get(f"/leads/{number}")).text


@pytest.mark.parametrize("lead", [[], ["x"], ["FZ261124-0001-0@1'"], ["../../etc@1"]])
async def test_nothing_ticked_is_said(small_desk: Desk, lead: list[str]) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.submit("/hand-over", {"lead": lead, "to": "li"})
    assert answer.status_code == 400
    assert "请先勾选" in answer.text
