"""Two-card units by month: cards with sources, the score, inspections and what is put right."""

import re

import pytest

from bot.services.ledger_check import check_ledgers
from bot.storage.staff import Role
from tests.console.desk import Browser, Desk

UNIT = {"name": "坊子农商银行", "kind": "bank", "two_card": "1"}


async def cared(desk: Desk) -> tuple[Browser, str]:
    chief = await desk.signed_in(Role.CHIEF)
    await chief.submit("/units", UNIT)
    [unit] = re.findall(r'<option value="(\d+)">坊子农商', (await chief.get("/two-card")).text)
    return chief, unit


def cells(page: str) -> list[str]:
    """The first unit's line."""
    body = page.partition("<tbody>")[2].partition("</tr>")[0]
    return re.findall(r"<td[^>]*>([^<]*)</td>", body)


async def test_a_month_is_the_sum_of_its_lines_and_tasks(small_desk: Desk) -> None:
    chief, unit = await cared(small_desk)
    cards = {"unit": unit, "kind": "bank_card", "month": "2026-11", "source": "省厅通报"}
    for count in ("3", "4"):
        assert (await chief.submit("/two-card", cards | {"count": count})).status_code == 303
    for score in ("90", "85"):
        await chief.submit("/two-card", cards | {"kind": "score", "count": score})
    await chief.submit("/two-card", cards | {"month": "2026-10", "count": "9"})
    task = {"unit": unit, "kind": "inspection", "title": "查开卡", "due_at": "2026-12-01T09:00"}
    await chief.submit("/tasks", task)
    [inspection] = re.findall(r"/tasks/(\d+)/finish", (await chief.get("/tasks")).text)
    await chief.submit(f"/tasks/{inspection}/finish", {"result": "登记不全", "findings": "2"})
    await chief.submit("/tasks", task | {"kind": "rectification", "parent": inspection})
    page = (await chief.get("/two-card")).text
    assert cells(page) == ["坊子农商银行", "7", "—", "85", "1", "2", "1"]
    assert page.count("省厅通报") >= 2
    newest = re.findall(r"/two-card/(\d+)/cancel", page)
    assert len(newest) == 4
    for entry in newest:
        await chief.submit(f"/two-card/{entry}/cancel")
    assert (await chief.submit(f"/two-card/{newest[0]}/cancel")).status_code == 404
    assert cells((await chief.get("/two-card")).text)[1:4] == ["—"] * 3
    assert cells((await chief.get("/two-card?month=2026-10")).text)[1] == "9"
    async with small_desk.database.reading() as session:
        assert (await check_ledgers(session)).problems == ()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"source": ""}, "请写明涉案卡的来源"),
        ({"month": "2027-01"}, "还没有开始"),
        ({"count": "三"}, "数量写整数"),
        ({"kind": "score", "count": "101"}, "1 到 100"),
        ({"kind": "x"}, "涉案卡数或评分"),
        ({"unit": "99"}, "请选择一家涉两卡单位"),
    ],
)
async def test_what_is_wrong_is_said(small_desk: Desk, wrong: dict[str, str], words: str) -> None:
    chief, unit = await cared(small_desk)
    form = {"unit": unit, "kind": "bank_card", "count": "3", "month": "2026-11", "source": "倒查"}
    answer = await chief.submit("/two-card", form | wrong)
    assert answer.status_code == 400
    assert words in answer.text
    assert cells((await chief.get("/two-card")).text)[1] == "—"


async def test_findings_are_written_line_by_line_and_a_unit_leaves(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF, "boss")
    await chief.submit("/units", {"name": "乙银行", "kind": "bank", "member": "1"})
    task = {"kind": "inspection", "unit": "1", "title": "查开卡", "due_at": "2026-12-01T09:00"}
    await chief.submit("/tasks", task)
    await chief.submit("/tasks/1/finish", {"result": "查完", "found": "登记不全\n没有提示牌"})
    page = (await chief.get("/tasks")).text
    assert page.count("未交办") == 2
    right = task | {"kind": "rectification", "parent": "1", "finding": "2"}
    assert (await chief.submit("/tasks", right)).status_code == 303
    page = (await chief.get("/tasks")).text
    assert (page.count("未交办"), page.count("整改中")) == (1, 1)
    assert (await chief.submit("/units/1/leave")).status_code == 303
    assert "乙银行" not in (await chief.get("/units")).text


async def test_a_task_is_withdrawn_on_the_page(small_desk: Desk) -> None:
    chief, unit = await cared(small_desk)
    task = {"unit": unit, "kind": "inspection", "title": "查开卡", "due_at": "2026-11-03T18:00"}
    assert (await chief.submit("/tasks", task)).status_code == 400
    assert (
        await chief.submit("/tasks", task | {"given_at": "2026-11-03T09:00"})
    ).status_code == 303
    done = {"result": "查完", "done_at": "2026-11-03T10:00"}
    assert (await chief.submit("/tasks/1/finish", done)).status_code == 303
    assert cells((await chief.get("/two-card")).text)[4] == "1"
    assert (await chief.submit("/tasks/1/withdraw", {"why": ""})).status_code == 400
    assert (await chief.submit("/tasks/1/withdraw", {"why": "登记错单位"})).status_code == 303
    assert "登记错单位" in (await chief.get("/tasks")).text
    assert cells((await chief.get("/two-card")).text)[4] == "0"


async def test_the_leads_of_a_case_are_shown_to_the_crackdown_role(small_desk: Desk) -> None:
    number = await small_desk.report()
    shen = await small_desk.signed_in(Role.CRACKDOWN)
    case = {"number": "7号", "category": "刷单", "filed_at": "2026-11-03T09:00", "leads": number}
    assert (await shen.submit("/cases", case)).status_code == 303
    assert number in (await shen.get("/cases")).text
    chief = await small_desk.signed_in(Role.CHIEF)
    assert (await chief.get("/cases")).status_code == 403
    assert "7号" not in (await chief.get(f"/leads/{number}")).text
