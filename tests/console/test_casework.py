"""Working a lead in the browser: every form, what it refuses, and that no late save wins."""

import re

import pytest
from sqlalchemy import select, update

from bot.storage.areas import keep_area
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadEvent
from bot.storage.staff import Role, Staff
from tests.console.desk import Browser, Desk


async def held(desk: Desk, **answers: object) -> tuple[Browser, str]:
    """An officer who has just signed for a fresh lead."""
    number = await desk.report(**answers)
    officer = await desk.signed_in(Role.DUTY, "li")
    assert (await officer.submit(f"/leads/{number}/sign")).status_code == 303
    return officer, number


async def send(officer: Browser, number: str, form: str, **values: object):
    """A form of the lead's page, with the version that the page shows."""
    page = (await officer.get(f"/leads/{number}")).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, page
    return await officer.submit(f"/leads/{number}/{form}", {"version": version[1], **values})


async def lead(database: Database, number: str) -> Lead:
    async with database.reading() as session:
        return (await session.scalars(select(Lead).where(Lead.number == number))).one()


async def events(database: Database, number: str) -> list[str]:
    found = (await lead(database, number)).id
    async with database.reading() as session:
        query = select(LeadEvent.event).where(LeadEvent.lead_id == found)
        return list(await session.scalars(query.order_by(LeadEvent.position)))


async def test_a_lead_is_worked_from_signature_to_the_end(desk: Desk) -> None:
    officer, number = await held(desk)
    steps = [
        ("contact", {"way": "phone", "result": "no_answer", "note": "关机"}),
        ("stop-payment", {"bank": "工商银行", "amount": "12500", "receipt": "ZF-1"}),
        ("partner", {"kind": "carrier", "name": "移动", "why": "停机"}),
        ("dispatch", {"station": "城东派出所", "why": "上门"}),
        ("move", {"to": "met"}),
        ("contact", {"way": "visit", "result": "reached"}),
        ("move", {"to": "stopped"}),
        ("outcome", {"loss": "0", "avoided": "1.25万", "basis": "止付回执", "family": "1"}),
        ("follow-up", {"day": "2026-12-01", "why": "电话回访"}),
        ("move", {"to": "closed"}),
    ]
    led_to = {}
    for form, values in steps:
        answer = await send(officer, number, form, **values)
        assert answer.status_code == 303, (form, answer.text)
        led_to[form] = answer.headers["location"].partition("#")[2]
    page = (await officer.get(f"/leads/{number}")).text
    assert (led_to["stop-payment"], led_to["outcome"], led_to["move"]) == ("stop", "outcome", "")
    assert all(f'id="{part}"' in page for part in led_to.values() if part)
    for words in ("电话：没有回应", "工商银行", "ZF-1", "城东派出所", "12,500.00 元", "已办结"):
        assert words in page, words
    assert "关机" not in page
    assert "关机" in (await officer.submit(f"/leads/{number}/full")).text
    answer = await send(officer, number, "move", to="signed", usual="群众再次求助")
    assert answer.status_code == 303
    assert (await events(desk.database, number))[-1] == "reopen"


async def test_only_moves_that_the_table_allows_have_a_button(small_desk: Desk) -> None:
    officer, number = await held(small_desk)
    page = (await officer.get(f"/leads/{number}")).text
    offered = set(re.findall(r'name="to" value="(\w+)"', page))
    assert offered == {"calling", "false_alarm", "withdrawn", "asked"}
    assert "转派出所" in page
    refused = await send(officer, number, "move", to="stopped")
    assert refused.status_code == 409
    assert "不能改为“已劝阻”" in refused.text


async def test_a_save_from_an_old_page_changes_nothing_and_keeps_what_was_typed(
    desk: Desk,
) -> None:
    officer, number = await held(desk)
    old = (await lead(desk.database, number)).version
    await send(officer, number, "contact", way="phone", result="reached")
    late = await officer.submit(
        f"/leads/{number}/dispatch", {"version": old, "station": "城西派出所"}
    )
    assert late.status_code == 409
    assert "刚被更新过" in late.text
    assert "城西派出所" in late.text
    assert (await lead(desk.database, number)).station is None


@pytest.mark.parametrize(
    ("form", "values", "words"),
    [
        ("move", {"to": "nonsense"}, "请点页面上的按钮"),
        ("move", {"to": "false_alarm"}, "请写明误报的原因"),
        ("contact", {"way": "pigeon", "result": "reached"}, "请点页面上的按钮"),
        ("dispatch", {"station": " "}, "请写明转给哪个派出所"),
        ("partner", {"kind": "bank"}, "写明名称"),
        ("stop-payment", {"bank": "工商银行", "amount": "很多"}, "没看懂金额"),
        ("stop-payment", {"bank": "工商银行", "amount": "1", "asked_at": "昨天"}, "时间要写成"),
        (
            "stop-payment",
            {"bank": "银行", "amount": "1", "asked_at": "2030-01-01T00:00"},
            "时间不对",
        ),
        ("outcome", {"avoided": "100"}, "依据"),
        ("follow-up", {"day": "2020-01-01"}, "今天以后"),
        ("follow-up", {"day": "下周"}, "日期要写成"),
        ("merge", {"into": "FZ1"}, None),
        ("escalate", {}, "请写明报负责人的原因"),
        ("prank", {}, "请写明标记的原因"),
        ("appeal", {"to": "asked"}, "请写明申诉"),
        ("appeal", {"to": "lifted", "why": "x"}, None),
    ],
)
async def test_a_wrong_form_says_what_is_wrong_and_changes_nothing(
    small_desk: Desk, form: str, values: dict[str, object], words: str | None
) -> None:
    officer, number = await held(small_desk)
    before = (await lead(small_desk.database, number)).version
    answer = await send(officer, number, form, **values)
    assert 400 <= answer.status_code < 500
    if words is not None:
        assert words in answer.text
    assert (await lead(small_desk.database, number)).version == before


async def test_a_repeat_victim_is_merged_and_more_pressing(desk: Desk) -> None:
    first = await desk.report(happened="not_paid")
    officer, second = await held(desk, account=2, happened="not_paid")
    page = (await officer.get(f"/leads/{second}")).text
    assert "同一个人的其他线索" in page
    assert first in page
    assert (await send(officer, second, "merge", into=first)).status_code == 303
    merged = (await officer.get(f"/leads/{second}")).text
    assert "已并入" in merged
    assert (await lead(desk.database, second)).state == "merged"
    assert (await lead(desk.database, first)).risk == "medium"


async def test_a_station_works_its_own_leads_and_sees_no_other(desk: Desk) -> None:
    officer, number = await held(desk)
    other = await desk.report(account=2)
    station = await desk.signed_in(Role.STATION, "east")
    async with desk.database.writing() as session:
        await session.execute(
            update(Staff).where(Staff.login == "east").values(station="城东派出所")
        )
    assert (await station.get(f"/leads/{number}")).status_code == 404
    assert number not in (await station.get("/leads")).text
    await send(officer, number, "dispatch", station="城东派出所")
    assert number in (await station.get("/leads")).text
    assert other not in (await station.get("/leads")).text
    assert other not in (await station.get("/")).text
    page = (await station.get(f"/leads/{number}")).text
    assert set(re.findall(r'name="to" value="(\w+)"', page)) == {
        "met",
        "unreachable",
        "refused",
        "defrauded",
    }
    assert "止付" not in page
    assert (await send(station, number, "move", to="met")).status_code == 303
    assert (await station.get(f"/leads/{other}")).status_code == 404
    assert (await station.submit(f"/leads/{other}/full")).status_code == 404
    assert (await send(station, number, "move", to="stopped")).status_code == 303
    refused = await send(officer, number, "move", to="closed")
    assert refused.status_code == 303


async def test_a_wrong_station_is_put_right_on_the_page(small_desk: Desk) -> None:
    officer, number = await held(small_desk)
    assert (await send(officer, number, "dispatch", station="城东派出所")).status_code == 303
    page = (await officer.get(f"/leads/{number}")).text
    assert "转给另一个派出所" in page
    assert (await send(officer, number, "dispatch", station="城西派出所")).status_code == 303
    assert "改派派出所" in (await officer.get(f"/leads/{number}")).text
    assert (await lead(small_desk.database, number)).station == "城西派出所"
    assert (await events(small_desk.database, number))[-1] == "redispatched"


async def test_the_station_of_the_area_is_proposed(small_desk: Desk) -> None:
    async with small_desk.database.writing() as session:
        await keep_area(session, "城东街道", "", "", "城东派出所")
        await keep_area(session, "城东街道", "幸福里社区", "", "幸福派出所")
    officer, number = await held(small_desk)
    assert "幸福派出所（按地区）" in (await officer.get(f"/leads/{number}")).text
