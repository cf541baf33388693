"""A partner signs in: its own requests, nothing else; the squad asks one or all."""

import re

import pytest
from sqlalchemy import select

from bot.services.lead_batches import LeadRow, file_many
from bot.services.units import add_unit, set_partner
from bot.storage.leads import Lead, LeadKind, Risk
from bot.storage.staff import Role, staff_by_login
from bot.storage.units import UnitKind
from tests.console.desk import NOON, Browser, Desk

WORDS = "请核实 6222021234567890128 今天的取款"


async def partner(desk: Desk, login: str, unit: str, kind: UnitKind = UnitKind.BANK) -> Browser:
    browser = await desk.signed_in(Role.PARTNER, login)
    async with desk.database.writing() as session:
        boss = await staff_by_login(session, "boss")
        assert boss is not None
        made = await add_unit(session, boss, unit, kind, desk.clock())
        await set_partner(session, boss, login, made.id)
    return browser


def numbers(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"XZ\d{6}-\d{4}-\d", page)))


async def test_a_request_goes_to_its_partner_and_the_result_comes_back(desk: Desk) -> None:
    chief = await desk.signed_in(Role.CHIEF, "boss")
    bank, other = [await partner(desk, f"p{n}", f"银行{n}") for n in (1, 2)]
    page = (await chief.get("/requests")).text
    [unit] = re.findall(r'<option value="(\d+)">银行1</option>', page)
    sent = await chief.submit("/requests/ask", {"kind": "verify", "unit": unit, "words": WORDS})
    assert sent.status_code == 303
    [number] = numbers((await bank.get("/requests")).text)
    assert numbers((await other.get("/requests")).text) == []
    assert "6222021234567890128" not in (await bank.get("/requests")).text
    opened = await bank.submit(f"/requests/{number}/open")
    assert "6222021234567890128" in opened.text
    done = {"result": "done", "words": "已劝止", "receipt": "R1"}
    for act in ("open", "acknowledge", "answer"):
        assert (await other.submit(f"/requests/{number}/{act}", done)).status_code == 404
    assert (await bank.submit(f"/requests/{number}/acknowledge")).status_code == 303
    for result in ("", "x"):
        wrong = await bank.submit(f"/requests/{number}/answer", done | {"result": result})
        assert (wrong.status_code, "请选择办理结果" in wrong.text) == (400, True)
    assert (await bank.submit(f"/requests/{number}/answer", done)).status_code == 303
    assert (await bank.submit(f"/requests/{number}/answer", done)).status_code == 409
    shown = (await chief.get("/requests")).text
    assert "已办理" in shown
    assert "已劝止" in shown
    assert numbers((await chief.get("/requests?unreported=1")).text) == []
    right = {"result": "not_found", "words": "查无此卡"}
    assert "更正结果" not in shown
    assert (await chief.submit(f"/requests/{number}/correct", right)).status_code == 403
    assert (await other.submit(f"/requests/{number}/correct", right)).status_code == 404
    wrong = await bank.submit(f"/requests/{number}/correct", right | {"result": "x"})
    assert (wrong.status_code, "请选择更正为哪一项" in wrong.text) == (400, True)
    assert (await bank.submit(f"/requests/{number}/correct", right)).status_code == 303
    history = (await chief.submit(f"/requests/{number}/open")).text
    assert history.index("<b>已办理</b> R1") < history.index("<b>查无</b> R1")
    again = {"result": "open", "words": "发错了"}
    assert (await bank.submit(f"/requests/{number}/correct", again)).status_code == 303
    assert numbers((await chief.get("/requests?unreported=1")).text) == [number]


async def test_one_tap_asks_every_partner(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "boss")
    bank = await partner(small_desk, "p1", "银行1")
    carrier = await partner(small_desk, "p2", "通信公司1", UnitKind.CARRIER)
    lead = await small_desk.report()
    sent = await chief.submit("/requests/ask-all", {"lead": lead, "words": "仍在转账"})
    assert sent.status_code == 303
    assert len(numbers((await chief.get("/requests")).text)) == 2
    assert "银行卡紧急处置" in (await bank.get("/requests")).text
    assert "电话卡停机" in (await carrier.get("/requests")).text


async def test_a_notice_goes_to_every_bank_at_once(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "boss")
    notice = {"kind": "notice", "unit": "banks", "words": "近期有人冒充客服，请留意大额取款"}
    empty = await chief.submit("/requests/ask", notice)
    assert (empty.status_code, "还没有登记银行" in empty.text) == (400, True)
    bank, other = [await partner(small_desk, f"p{n}", f"银行{n}") for n in (1, 2)]
    carrier = await partner(small_desk, "p3", "通信公司1", UnitKind.CARRIER)
    assert (await chief.submit("/requests/ask", notice)).status_code == 303
    asked = [numbers((await one.get("/requests")).text) for one in (bank, other, carrier)]
    assert [len(one) for one in asked] == [1, 1, 0]
    assert asked[0] != asked[1]
    assert (await chief.submit("/requests/ask", notice | {"unit": "x"})).status_code == 400
    lead = await small_desk.report()
    everybody = notice | {"unit": "everybody", "lead": lead}
    assert (await chief.submit("/requests/ask", everybody)).status_code == 303
    quick = {"lead": lead, "words": "仍在转账"}
    assert (await chief.submit("/requests/ask-all", quick)).status_code == 303
    assert (await chief.submit("/requests/ask-all", quick)).status_code == 409


async def test_a_partner_reports_and_the_squad_answers(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "boss")
    bank = await partner(small_desk, "p1", "银行1")
    assert (await bank.submit("/requests/report", {"words": "<b>老人</b>取款"})).status_code == 303
    page = (await chief.get("/requests")).text
    assert "&lt;b&gt;老人&lt;/b&gt;取款" in page
    [number] = numbers(page)
    done = {"result": "done"}
    assert (await bank.submit(f"/requests/{number}/answer", done)).status_code == 403
    assert (await chief.submit(f"/requests/{number}/acknowledge")).status_code == 303


async def test_a_unit_is_added_by_the_chief(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    unit = {"name": "坊子农商银行", "kind": "bank", "member": "1", "two_card": "1"}
    assert (await chief.submit("/units", unit)).status_code == 303
    assert "坊子农商银行" in (await chief.get("/units")).text
    assert (await chief.submit("/units", unit)).status_code == 409
    assert "坊子农商银行" in (await chief.get("/two-card")).text
    assert (await chief.submit("/units/1/roles", {"member": "1"})).status_code == 303
    assert "坊子农商银行" not in (await chief.get("/two-card")).text
    assert 'name="member" value="1" checked' in (await chief.get("/units")).text


async def test_money_stands_at_the_head_of_the_list_with_its_stop_payment(
    small_desk: Desk,
) -> None:
    duty = await small_desk.signed_in(Role.DUTY)
    async with small_desk.database.writing() as session:
        row = LeadRow(LeadKind.FUND, Risk.URGENT, NOON, amount_fen=1_200_000, transferred=True)
        await file_many(session, [row], "upstream", "import")
        lead = (await session.scalars(select(Lead))).one()
    page = (await duty.get("/leads")).text
    assert "资金预警，先止付" in page
    assert "还没有申请" in page
    await duty.submit(f"/leads/{lead.number}/sign", page=f"/leads/{lead.number}")
    assert f'href="/console/leads/{lead.number}#stop">登记止付' in (await duty.get("/leads")).text
    assert 'id="stop"' in (await duty.get(f"/leads/{lead.number}")).text
    asked = {"bank": "工行", "amount": "1.2万", "version": "1"}
    await duty.submit(f"/leads/{lead.number}/stop-payment", asked)
    assert "<b>已申请</b>" in (await duty.get("/leads")).text


async def test_one_tap_on_the_leads_page_asks_every_partner_each_with_its_receipt(
    small_desk: Desk,
) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "boss")
    bank = await partner(small_desk, "p1", "银行一")
    carrier = await partner(small_desk, "p2", "移动", UnitKind.CARRIER)
    number = await small_desk.report(suspects="账号 6222021234567890128 电话 13912345678")
    lead = f"/leads/{number}"
    assert "预警后仍在被骗" not in (await chief.get(lead)).text
    await chief.submit(f"{lead}/sign", page=lead)
    assert "预警后仍在被骗：请全部 2 家处置" in (await chief.get(lead)).text
    assert (await chief.submit(f"{lead}/ask-all", page=lead)).status_code == 303
    again = await chief.submit(f"{lead}/ask-all", page=lead)
    assert (again.status_code, "没有重复发出" in again.text) == (409, True)
    asked = [numbers((await one.get("/requests")).text) for one in (bank, carrier)]
    assert [len(one) for one in asked] == [1, 1]
    shown = [
        (await one.submit(f"/requests/{found[0]}/open")).text
        for one, found in zip((bank, carrier), asked, strict=True)
    ]
    assert "6222021234567890128" in shown[0]
    assert "13912345678" not in shown[0]
    assert "13912345678" in shown[1]
    assert "6222021234567890128" not in shown[1]
    assert all("本人电话 13812345678" in words for words in shown)
    done = {"result": "done", "words": "已处置", "receipt": "HZ-77"}
    await bank.submit(f"/requests/{asked[0][0]}/answer", done)
    page = (await chief.get(lead)).text
    assert "HZ-77" in page
    assert "6222021234567890128" not in page
    assert page.count("未反馈") == 1


async def test_lists_that_are_longer_than_a_page_can_be_turned(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("partner_requests.REQUESTS_SHOWN", "unit_tasks.TASKS_SHOWN", "cases.CASES_SHOWN"):
        monkeypatch.setattr(f"bot.services.{name}", 1)
    chief = await small_desk.signed_in(Role.CHIEF, "boss")
    shen = await small_desk.signed_in(Role.CRACKDOWN, "shen")
    await partner(small_desk, "p1", "银行1")
    for place in (1, 2):
        small_desk.clock.move(seconds=60)
        ask = {"kind": "verify", "unit": "1", "words": f"核查{place}"}
        await chief.submit("/requests/ask", ask)
        task = {"kind": "meeting", "unit": "1", "title": f"任务{place}"}
        await chief.submit("/tasks", task | {"due_at": f"2026-12-0{place}T09:00"})
        case = {"number": f"{place}号", "category": "刷单", "filed_at": f"2026-11-0{place}T09:00"}
        await shen.submit("/cases", case)
    for who, path, first, second in (
        (chief, "/requests?", "核查1", "核查2"),
        (chief, "/tasks?", "任务1", "任务2"),
        (shen, "/cases?", "2号", "1号"),
    ):
        for page, shown, other in ((1, first, second), (2, second, first)):
            told = (await who.get(f"{path}page={page}")).text
            assert f"第 {page} / 2 页，共 2 条" in told
            assert (shown in told, other in told) == (True, False)
        assert (await who.get(f"{path}page=3")).status_code == 404
    assert "unreported=1&amp;page=2" in (await chief.get("/requests?unreported=1")).text


async def test_the_button_says_whom_it_asks_and_only_these_are_asked(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "boss")
    named = await partner(small_desk, "p1", "工行坊子支行")
    other = await partner(small_desk, "p2", "农行坊子支行")
    carrier = await partner(small_desk, "p3", "移动坊子分公司", UnitKind.CARRIER)
    number = await small_desk.report(suspects="账号 6222021234567890128 电话 13912345678")
    lead = f"/leads/{number}"
    await chief.submit(f"{lead}/sign", page=lead)
    page = (await chief.get(lead)).text
    assert "预警后仍在被骗：请工行坊子支行、移动坊子分公司处置" in page
    assert "改为请全部 3 家处置" in page
    before = (await chief.get(f"/requests?quick={number}")).text
    assert "请这 2 家处置" in before
    assert "请全部 3 家处置" in before
    assert (await chief.get("/requests?quick=FZ1")).status_code == 404
    assert (await chief.submit(f"{lead}/ask-all", page=lead)).status_code == 303
    asked = [numbers((await one.get("/requests")).text) for one in (named, other, carrier)]
    assert [len(one) for one in asked] == [1, 0, 1]
    second = await small_desk.report(suspects="账号 6222021234567890128")
    everybody = {"lead": second, "everybody": "1"}
    assert (await chief.submit("/requests/ask-all", everybody)).status_code == 303
    [found] = numbers((await other.get("/requests")).text)
    assert "6222021234567890128" in (await other.submit(f"/requests/{found}/open")).text
