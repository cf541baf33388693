"""Frozen accounts, returns, visitors and cases in the console."""

import io
import re

from openpyxl import load_workbook

from bot.services.ledger_check import check_ledgers
from bot.storage.staff import Role
from tests.console.desk import Desk

ACCOUNT = "6222021234567890128"
FREEZE = {
    "account": ACCOUNT,
    "bank": "工商银行",
    "amount": "1000",
    "since": "2026-11-01T09:00",
    "until": "2027-05-01T09:00",
}


async def test_money_is_frozen_planned_announced_and_returned(desk: Desk) -> None:
    officer = await desk.signed_in(Role.DUTY)
    assert (await officer.submit("/ledger/freeze", FREEZE)).status_code == 303
    page = (await officer.get("/ledger")).text
    assert ACCOUNT not in page
    [entry] = re.findall(r"/ledger/(\d+)/plan", page)
    wrong = await officer.submit(
        f"/ledger/{entry}/plan", {"method": "pro_rata", "claims": "甲 1000\n乙"}
    )
    assert "第 2 行要写姓名和金额" in wrong.text
    claims = {"method": "pro_rata", "claims": "甲 1000\n乙 1000\n丙 1000"}
    assert (await officer.submit(f"/ledger/{entry}/plan", claims)).status_code == 303
    page = (await officer.get("/ledger")).text
    assert page.count("333.33 元") == 2
    assert page.count("333.34 元") == 1
    assert "登记已返还" not in page
    desk.clock.move(days=30)
    officer = await desk.signed_in(Role.CHIEF)
    shares = re.findall(r"/ledger/(\d+)/pay", (await officer.get("/ledger")).text)
    assert len(shares) == 3
    assert (await officer.submit(f"/ledger/{shares[0]}/pay")).status_code == 303
    assert (await officer.submit(f"/ledger/{shares[0]}/pay")).status_code == 409
    async with desk.database.reading() as session:
        assert (await check_ledgers(session)).problems == ()


async def test_a_freeze_entered_by_mistake_is_cancelled_unless_returns_hang_on_it(
    small_desk: Desk,
) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    await officer.submit("/ledger/freeze", FREEZE)
    [wrong] = re.findall(r"/ledger/(\d+)/cancel", (await officer.get("/ledger")).text)
    assert (await officer.submit(f"/ledger/{wrong}/cancel")).status_code == 303
    assert (await officer.submit(f"/ledger/{wrong}/cancel")).status_code == 404
    assert "还没有冻结的账户" in (await officer.get("/ledger")).text
    assert (await officer.submit("/ledger/freeze", FREEZE)).status_code == 303
    [entry] = re.findall(r"/ledger/(\d+)/plan", (await officer.get("/ledger")).text)
    await officer.submit(f"/ledger/{entry}/plan", {"method": "traceable", "claims": "甲 1000"})
    assert f"/ledger/{entry}/cancel" not in (await officer.get("/ledger")).text
    assert (await officer.submit(f"/ledger/{entry}/cancel")).status_code == 409
    async with small_desk.database.reading() as session:
        assert (await check_ledgers(session)).problems == ()


async def test_one_tap_makes_a_lead_of_a_visitor(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    assert (await officer.submit("/visitors", {"matter": "advice"})).status_code == 303
    assert (await officer.submit("/visitors", {"matter": "x"})).status_code == 400
    sent = await officer.submit("/visitors", {"lead": "1"})
    assert "/console/leads/FZ261124-0001" in sent.headers["location"]
    assert (await officer.get(sent.headers["location"].removeprefix("/console"))).status_code == 200


async def test_cases_are_kept_by_the_crackdown_role(small_desk: Desk) -> None:
    shen = await small_desk.signed_in(Role.CRACKDOWN)
    case = {
        "number": "坊公7号",
        "category": "刷单",
        "loss": "3.2万",
        "filed_at": "2026-11-03T09:00",
    }
    assert (await shen.submit("/cases", case)).status_code == 303
    step = {"step": "criminal", "number": "坊公7号", "persons": "3", "at": "2026-11-20T09:00"}
    assert (await shen.submit("/cases/step", step)).status_code == 303
    page = (await shen.get("/cases")).text
    assert "32,000.00 元" in page
    assert "刑事打击 3" in page
    assert (await shen.submit("/cases/step", {**step, "number": "没有"})).status_code == 404


async def test_a_wrong_payment_and_its_plan_are_taken_back_on_the_page(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    await officer.submit("/ledger/freeze", FREEZE)
    [entry] = re.findall(r"/ledger/(\d+)/plan", (await officer.get("/ledger")).text)
    await officer.submit(f"/ledger/{entry}/plan", {"method": "traceable", "claims": "甲 1000"})
    [share] = re.findall(r"/ledger/(\d+)/pay", (await officer.get("/ledger")).text)
    await officer.submit(f"/ledger/{share}/pay")
    [paid] = re.findall(r"/ledger/(\d+)/cancel", (await officer.get("/ledger")).text)
    assert (await officer.submit(f"/ledger/{share}/cancel")).status_code == 409
    assert (await officer.submit(f"/ledger/{paid}/cancel")).status_code == 303
    assert (await officer.submit(f"/ledger/{share}/cancel")).status_code == 303
    page = (await officer.get("/ledger")).text
    assert re.findall(r"/ledger/(\d+)/cancel", page) == [entry]


async def test_a_visit_is_corrected_on_the_page(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    await officer.submit("/visitors", {"matter": "advice"})
    [visit] = re.findall(r"/visitors/(\d+)/correct", (await officer.get("/ledger")).text)
    gone = await officer.submit(f"/visitors/{visit}/correct", {"matter": ""})
    assert gone.status_code == 303
    assert "/correct" not in (await officer.get("/ledger")).text


async def test_a_case_and_its_steps_are_corrected_on_the_page(small_desk: Desk) -> None:
    shen = await small_desk.signed_in(Role.CRACKDOWN)
    case = {"number": "7号", "category": "刷单", "loss": "3万", "filed_at": "2026-11-03T09:00"}
    await shen.submit("/cases", case)
    step = {"step": "criminal", "number": "7号", "persons": "3", "at": "2026-11-20T09:00"}
    await shen.submit("/cases/step", step)
    page = (await shen.get("/cases")).text
    [number] = re.findall(r"/cases/(\d+)/correct", page)
    [entry] = re.findall(r"/cases/step/(\d+)/correct", page)
    changed = case | {"loss": "4万", "filed_at": "2026-11-02T09:00"}
    assert (await shen.submit(f"/cases/{number}/correct", changed)).status_code == 303
    assert (await shen.submit(f"/cases/step/{entry}/correct", {"persons": "0"})).status_code == 303
    page = (await shen.get("/cases")).text
    assert "40,000.00 元" in page
    assert "刑事打击 3" not in page
    assert (await shen.submit(f"/cases/{number}/cancel")).status_code == 303
    assert "还没有案件" in (await shen.get("/cases")).text


async def test_who_gets_what_is_seen_in_full_and_the_look_is_noted(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    await officer.submit("/ledger/freeze", FREEZE)
    [entry] = re.findall(r"/ledger/(\d+)/plan", (await officer.get("/ledger")).text)
    renewed = {"until": "2027-08-01T09:00"}
    await officer.submit(
        f"/ledger/{entry}/plan", {"method": "traceable", "claims": "王 小明 250.5"}
    )
    await officer.submit(f"/ledger/{entry}/renew", renewed)
    assert "王 小明" not in (page := (await officer.get("/ledger")).text)
    [entry] = re.findall(r"/ledger/(\d+)/open", page)
    [share] = re.findall(r"/ledger/(\d+)/pay", page)
    await officer.submit(f"/ledger/{share}/pay", {"paid_at": "2026-11-20T10:00"})
    shown = (await officer.submit(f"/ledger/{entry}/open")).text
    for words in (ACCOUNT, "工商银行", "王 小明", "250.50 元", "749.50 元", "2026-11-20 10:00"):
        assert words in shown, words
    sheet = await officer.submit(f"/ledger/{entry}/sheet")
    book = load_workbook(io.BytesIO(sheet.content))
    head, person, whole = book.active.iter_rows(values_only=True)
    assert dict(zip(head, person, strict=True)) == {
        "受害人": "王 小明",
        "损失（元）": "250.50",
        "返还（元）": 250.5,
        "方式": "逐笔追溯",
        "公告开始": None,
        "公告期满": None,
        "返还时间": "2026-11-20 10:00",
        "登记人": "duty警官",
    }
    assert whole[:3] == (f"账号 {ACCOUNT} 工商银行", "冻结 1000.00", 250.5)
    chief = await small_desk.signed_in(Role.CHIEF)
    assert (await chief.get("/looks")).text.count("冻结账第 1 笔") == 0
    assert (await chief.get("/looks")).text.count("冻结账第 2 笔") == 2
    assert (await chief.submit("/ledger/999/open")).status_code == 404


async def test_days_of_notice_and_payment_are_those_that_were_not_those_of_entering(
    small_desk: Desk,
) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    await officer.submit("/ledger/freeze", FREEZE | {"since": "2026-09-01T09:00"})
    [entry] = re.findall(r"/ledger/(\d+)/plan", (await officer.get("/ledger")).text)
    plan = {"method": "pro_rata", "claims": "甲 1000\n乙 1000"}
    early = await officer.submit(
        f"/ledger/{entry}/plan", plan | {"notice_from": "2026-08-31T09:00"}
    )
    assert (early.status_code, "公告开始的时间早于冻结" in early.text) == (400, True)
    plan |= {"notice_from": "2026-10-01T09:00"}
    assert (await officer.submit(f"/ledger/{entry}/plan", plan)).status_code == 303
    first, second = re.findall(r"/ledger/(\d+)/pay", (await officer.get("/ledger")).text)
    for day, words in (("2026-10-30", "满 30 天"), ("2026-12-01", "还没有到")):
        wrong = await officer.submit(f"/ledger/{first}/pay", {"paid_at": f"{day}T09:00"})
        assert words in wrong.text
    paid = await officer.submit(f"/ledger/{first}/pay", {"paid_at": "2026-10-31T09:00"})
    assert paid.status_code == 303
    assert "2026-10-31 已返还" in (await officer.get("/ledger")).text
    rows = "/work-report/rows?fact=returned&kind=month&span="
    assert "500元" in (await officer.get(f"{rows}2026-10")).text
    assert "没有记录" in (await officer.get(f"{rows}2026-11")).text
    assert (await officer.submit(f"/ledger/{second}/pay")).status_code == 303
    async with small_desk.database.reading() as session:
        assert (await check_ledgers(session)).problems == ()


async def test_money_is_not_returned_before_it_was_frozen(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    await officer.submit("/ledger/freeze", FREEZE)
    [entry] = re.findall(r"/ledger/(\d+)/plan", (await officer.get("/ledger")).text)
    await officer.submit(f"/ledger/{entry}/plan", {"method": "traceable", "claims": "甲 1000"})
    [share] = re.findall(r"/ledger/(\d+)/pay", (await officer.get("/ledger")).text)
    wrong = await officer.submit(f"/ledger/{share}/pay", {"paid_at": "2026-10-31T09:00"})
    assert (wrong.status_code, "早于冻结" in wrong.text) == (400, True)


async def test_what_a_visitor_tells_goes_into_the_lead(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    told = {"lead": "1", "phone": "138 1234 5678", "words": "被骗 3 万元", "transferred": "1"}
    wrong = await officer.submit("/visitors", told | {"phone": "没有"})
    assert (wrong.status_code, "5 到 15 位" in wrong.text) == (400, True)
    made = await officer.submit("/visitors", told | {"area": "幸福里"})
    lead = made.headers["location"].removeprefix("/console")
    full = (await officer.submit(f"{lead}/full")).text
    assert all(words in full for words in ("13812345678", "幸福里", "被骗 3 万元"))


async def test_a_freeze_names_its_lead_and_may_end_before_its_time(small_desk: Desk) -> None:
    officer, number = await small_desk.signed_in(Role.DUTY), await small_desk.report()
    wrong = await officer.submit("/ledger/freeze", FREEZE | {"lead": "FZ261124-9999-9"})
    assert wrong.status_code in (400, 404)
    assert (await officer.submit("/ledger/freeze", FREEZE | {"lead": number})).status_code == 303
    [entry] = re.findall(r"/ledger/(\d+)/release", (await officer.get("/ledger")).text)
    for at in ("2026-10-01T09:00", "2026-12-01T09:00"):
        early = await officer.submit(f"/ledger/{entry}/release", {"at": at})
        assert (early.status_code, "解除的时间" in early.text) == (400, True)
    released = {"at": "2026-11-20T09:00"}
    assert (await officer.submit(f"/ledger/{entry}/release", released)).status_code == 303
    page = (await officer.get("/ledger")).text
    assert '2026-11-01</span> 至 <span class="time">2026-11-20<' in page
    [entry] = re.findall(r"/ledger/(\d+)/open", page)
    assert number in (await officer.submit(f"/ledger/{entry}/open")).text
    again = FREEZE | {"since": "2026-11-21T09:00"}
    assert (await officer.submit("/ledger/freeze", again)).status_code == 303
    rows = "/work-report/rows?fact=frozen_fen&kind=month&span=2026-11"
    assert "2000元" in (await officer.get(rows)).text
    async with small_desk.database.reading() as session:
        assert (await check_ledgers(session)).problems == ()
