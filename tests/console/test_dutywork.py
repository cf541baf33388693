"""Roster, areas and reports in the browser."""

import io

import pytest
from openpyxl import load_workbook

from bot.storage.staff import Role
from tests.console.desk import Desk


async def test_the_hand_over_list_names_those_whose_shift_is_over(desk: Desk) -> None:
    number = await desk.report()
    officer = await desk.signed_in(Role.DUTY, "li")
    chief = await desk.signed_in(Role.CHIEF, "boss")
    await officer.submit(f"/leads/{number}/sign")
    shift = {"login": "li", "starts_at": "2026-11-24T11:00", "ends_at": "2026-11-24T13:00"}
    assert (await chief.submit("/roster", shift)).status_code == 303
    page = (await officer.get("/roster")).text
    assert "现在在岗：li警官" in page
    assert number in page
    assert ">不在岗<" not in page
    desk.clock.move(hours=2)
    assert ">不在岗<" in (await officer.get("/roster")).text


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        ({"login": "li"}, "请写明开始和结束的时间"),
        ({"login": "li", "starts_at": "x", "ends_at": "y"}, "时间要写成"),
        ({"starts_at": "2026-11-24T11:00", "ends_at": "2026-11-24T13:00"}, "请选择一位"),
    ],
)
async def test_a_wrong_shift_is_refused(
    small_desk: Desk, shift: dict[str, object], words: str
) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    answer = await chief.submit("/roster", shift)
    assert answer.status_code == 400
    assert words in answer.text


async def test_areas_are_added_one_by_one_and_as_a_table(desk: Desk) -> None:
    chief = await desk.signed_in(Role.CHIEF)
    await chief.submit("/areas", {"street": "城东街道", "station": "城东派出所"})
    table = "街道,社区,小区,派出所\n城西街道,河畔社区,,城西派出所\n城东街道,,,新城派出所\n"
    assert (await chief.submit("/areas/import", {"table": table})).status_code == 303
    page = (await chief.get("/areas")).text
    assert "河畔社区" in page
    assert "新城派出所" in page
    assert "城东派出所" not in page
    broken = await chief.submit("/areas/import", {"table": table + "只有一列\n"})
    assert broken.status_code == 400
    assert "第 4 行" in broken.text


async def test_whose_areas_are_whose_is_seen_and_changed(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    assert "还没有网格员" in (await chief.get("/areas")).text
    await small_desk.staff(Role.GRID, "wang")
    assert "先登记地区" in (await chief.get("/areas")).text
    await chief.submit("/areas", {"street": "城东街道", "station": "城东派出所"})
    assert "还没有分地区" in (await chief.get("/areas")).text
    assert 'name="area" value="1">' in (await chief.get("/areas?worker=wang")).text
    await chief.submit("/areas/assign", {"login": "wang", "area": "1"})
    page = (await chief.get("/areas?worker=wang")).text
    assert "<p>城东街道</p>" in page
    assert 'name="area" value="1" checked>' in page
    assert 'name="area"' not in (await chief.get("/areas?worker=nobody")).text


async def test_a_report_is_read_and_taken_away(desk: Desk) -> None:
    await desk.report()
    officer = await desk.signed_in(Role.DUTY)
    page = (await officer.get("/reports?day=2026-11-24")).text
    assert "新增 1 条" in page
    assert "0/1" in page
    file = await officer.get("/reports.xlsx?kind=weekly&day=2026-11-23")
    assert load_workbook(io.BytesIO(file.content))["指标"]["A2"].value == "期间"
    assert (await officer.get("/reports?kind=yearly")).status_code == 400
    assert (await officer.get("/reports?day=gestern")).status_code == 400


async def test_a_lost_phone_is_cut_off_in_one_step(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY, "li")
    chief = await small_desk.signed_in(Role.CHIEF)
    assert (await officer.get("/leads")).status_code == 200
    assert (await chief.submit("/staff/li/cut-off")).status_code == 303
    assert (await officer.get("/leads")).status_code == 303


async def test_somebody_of_a_station_needs_its_name(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    person = {"login": "east", "name": "东", "role": "station"}
    assert (await chief.submit("/staff", person)).status_code == 400
    assert (await chief.submit("/staff", person | {"station": "城东派出所"})).status_code == 200
    assert "城东派出所" in (await chief.get("/staff")).text
