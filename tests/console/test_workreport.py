"""The work report as page and document; each figure leads to its rows, cases to nobody else."""

import io
import re
from base64 import b64decode
from datetime import timedelta
from html import unescape

import openpyxl
import pytest
from docx import Document

from bot.services.cases import file_case
from bot.storage.activities import Activity, ActivityState
from bot.storage.areas import Area
from bot.storage.staff import Role, staff_by_login
from bot.storage.work_facts import FACTS
from tests.console.desk import NOON, ORIGIN, Desk

YEAR = "kind=year&span=2026"


async def with_a_case(desk: Desk) -> None:
    await desk.staff(Role.CRACKDOWN, "shen")
    async with desk.database.writing() as session:
        shen = await staff_by_login(session, "shen")
        assert shen is not None
        await file_case(session, shen, "坊公刑立〔2026〕77号", "刷单", 320_000_00, NOON, NOON)


async def test_each_figure_leads_to_its_rows(desk: Desk) -> None:
    number = await desk.report()
    officer = await desk.signed_in(Role.DUTY)
    page = (await officer.get(f"/work-report?{YEAR}")).text
    rows = "/console/work-report/rows?kind=year&amp;span=2026&amp;fact=leads"
    assert f'处理预警线索<a href="{rows}">1条</a>' in page
    assert f'<td data-label="数值" class="num"><a href="{rows}">1条</a>' in page
    assert 'href="/console/work-report/rows?kind=month&amp;span=2026-11&amp;fact=leads"' in page
    rows = (await officer.get(f"/work-report/rows?fact=leads&{YEAR}")).text
    assert number in rows
    assert "从 2026-01-01 到 2026-11-24，共 1 行" in rows
    assert "FROM lead" in rows
    assert (
        number not in (await officer.get("/work-report/rows?fact=leads&kind=year&span=2025")).text
    )


async def test_the_document_is_a_word_file(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.get(f"/work-report.docx?{YEAR}")
    document = Document(io.BytesIO(answer.content))
    assert "2026" in document.paragraphs[0].text
    leads_to = {one.target_ref for one in document.part.rels.values() if one.is_external}
    assert not any("fact=leads&" in one for one in leads_to)
    await small_desk.report()
    answer = await officer.get(f"/work-report.docx?{YEAR}")
    document = Document(io.BytesIO(answer.content))
    leads_to = {one.target_ref for one in document.part.rels.values() if one.is_external}
    rows = f"{ORIGIN}/console/work-report/rows?fact=leads&{YEAR}"
    assert rows in leads_to
    assert number_of_rows((await officer.get(rows.removeprefix(f"{ORIGIN}/console"))).text) == 1
    told = next(one for one in document.paragraphs if "处理预警线索" in one.text)
    assert "处理预警线索1条" in told.text


def number_of_rows(page: str) -> int:
    return int(re.findall(r"共 (\d+) 行", page)[0])


async def test_a_change_leads_to_the_same_days_of_the_year_before(small_desk: Desk) -> None:
    for days in (365, 370, 0):
        small_desk.clock.at = NOON - timedelta(days=days)
        await small_desk.report(days + 1)
    small_desk.clock.at = NOON
    officer = await small_desk.signed_in(Role.DUTY)
    page = (await officer.get(f"/work-report?{YEAR}")).text
    before = "/console/work-report/rows?kind=year&amp;span=2026&amp;fact=leads&amp;before=1"
    assert f'<a href="{before}">同比' in page
    rows = (await officer.get(f"/work-report/rows?fact=leads&{YEAR}&before=1")).text
    assert number_of_rows(rows) == 2
    assert "从 2025-01-01 到 2025-11-24" in rows


async def test_activities_of_a_station_lead_to_their_rows(small_desk: Desk) -> None:
    await small_desk.staff(Role.CHIEF, "boss")
    async with small_desk.database.writing() as session:
        boss = await staff_by_login(session, "boss")
        assert boss is not None
        for station, count in (("城东所", 2), ("", 1)):
            area = Area(street="东街", community=station, estate="", station=station)
            session.add(area)
            await session.flush()
            session.add_all(
                Activity(
                    staff_id=boss.id,
                    area_id=area.id,
                    kind="visit",
                    place="东门",
                    people=3,
                    state=ActivityState.APPROVED,
                    filed_at=NOON,
                )
                for _ in range(count)
            )
    officer = await small_desk.signed_in(Role.CHIEF)
    page = (await officer.get(f"/work-report?{YEAR}")).text
    found = re.findall(r'href="/console(/work-report/rows[^"]+part=[^"]+)"><b>(\d+)</b>', page)
    assert {count for _, count in found} == {"1", "2", "3"}
    for link, count in found:
        rows = await officer.get(unescape(link))
        assert number_of_rows(rows.text) == int(count), link
    assert (
        await officer.get(f"/work-report/rows?fact=leads&part=station&{YEAR}")
    ).status_code == 404
    assert (
        await officer.get(f"/work-report/rows?fact=activities&part=x&{YEAR}")
    ).status_code == 404


async def test_rows_of_cases_are_for_the_crackdown_role_alone(desk: Desk) -> None:
    await with_a_case(desk)
    officer, shen = await desk.signed_in(Role.CHIEF), await desk.signed_in(Role.CRACKDOWN)
    page = (await officer.get(f"/work-report?{YEAR}")).text
    assert "电诈刑事发案1起" in page
    for name in ("cases", "loss", "solved", "criminal", "task_force"):
        assert f'fact={name}"' not in page
        assert (await officer.get(f"/work-report/rows?fact={name}&{YEAR}")).status_code == 403
    assert "32万元" in (await shen.get(f"/work-report/rows?fact=loss&{YEAR}")).text
    assert (await shen.get(f"/work-report/rows?fact=leads&{YEAR}")).status_code == 403


async def test_nothing_of_a_case_is_on_a_page_or_in_a_file_of_others(small_desk: Desk) -> None:
    await with_a_case(small_desk)
    await small_desk.report()
    chief = await small_desk.signed_in(Role.CHIEF)
    paths = ["/", "/leads", "/looks", "/staff", "/requests", "/reports", f"/work-report?{YEAR}"]
    paths += [f"/work-report/rows?fact={name}&{YEAR}" for name in FACTS]
    for path in paths:
        assert "77号" not in (await chief.get(path)).text, path
    for form in ("csv", "json"):
        data = {"since": "2026-01-01", "until": "2026-12-31", "form": form, "full": "1"}
        assert "77号" not in (await chief.submit("/export", data)).text


async def test_what_is_no_span_or_figure_is_said(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    assert (await officer.get("/work-report?kind=year&span=x")).status_code == 400
    assert (await officer.get("/work-report?kind=century")).status_code == 400
    assert (await officer.get("/work-report/rows?fact=x")).status_code == 404
    for kind in ("year", "month", "week"):
        assert (await officer.get(f"/work-report?kind={kind}")).status_code == 200


async def test_rows_beyond_a_page_are_on_the_next_ones(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.work_rows.ROWS_SHOWN", 2)
    made = {await small_desk.report(account) for account in range(1, 6)}
    officer = await small_desk.signed_in(Role.DUTY)
    rows, seen = f"/work-report/rows?fact=leads&{YEAR}", list[str]()
    for number in (1, 2, 3):
        page = (await officer.get(f"{rows}&page={number}")).text
        assert f"第 {number} / 3 页" in page
        assert "共 5 行" in page
        seen += re.findall(r'class="number" href="/console/leads/([^"]+)"', page)
    assert (len(seen), set(seen)) == (5, made)
    assert (await officer.get(f"{rows}&page=4")).status_code == 404


async def test_the_page_shows_its_charts(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    assert "<img" not in (await officer.get(f"/work-report?{YEAR}")).text.split("<main")[1]
    await small_desk.report()
    page = (await officer.get(f"/work-report?{YEAR}")).text
    [picture] = re.findall(r'src="data:image/png;base64,([^"]+)" alt="预警线索柱状图', page)
    assert b64decode(picture).startswith(b"\x89PNG")
    png, svg = (
        unescape(one) for one in re.findall(r'href="/console(/work-report/chart[^"]+)"', page)
    )
    saved = await officer.get(png)
    assert saved.content.startswith(b"\x89PNG")
    assert saved.headers["content-disposition"].endswith('"work-report-leads-2026.png"')
    assert "<svg" in (await officer.get(svg)).text
    assert (await officer.get("/work-report/chart?chart=x")).status_code == 400


async def test_the_tables_are_workbooks(small_desk: Desk) -> None:
    number = await small_desk.report(amount_fen=1_250_000)
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.get(f"/work-report.xlsx?{YEAR}")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["指标", "预警线索"]
    figures = {row[0]: row[1:4] for row in book["指标"].values}
    assert figures["预警线索"] == (1, "条", "1条")
    assert sum(row[1] for row in list(book["预警线索"].values)[1:]) == 1
    page = (await officer.get(f"/work-report/rows?fact=leads&{YEAR}")).text
    [path] = re.findall(r'href="/console(/work-report/rows.xlsx[^"]+)"', page)
    rows = openpyxl.load_workbook(io.BytesIO((await officer.get(unescape(path))).content)).active
    assert [number in row for row in rows.values] == [False, True]
    assert (await officer.get("/work-report/rows.xlsx?fact=cases&kind=year")).status_code == 403
