"""The work report as page and document; each figure leads to its rows, cases to nobody else."""

import io
import re
from base64 import b64decode

import pytest
from docx import Document

from bot.services.cases import file_case
from bot.storage.staff import Role, staff_by_login
from bot.storage.work_facts import FACTS
from tests.console.desk import NOON, Desk

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
    assert "预警线索1条" in page
    assert "rows?fact=leads&amp;kind=year&amp;span=2026" in page
    rows = (await officer.get(f"/work-report/rows?fact=leads&{YEAR}")).text
    assert number in rows
    assert (
        number not in (await officer.get("/work-report/rows?fact=leads&kind=year&span=2025")).text
    )


async def test_the_document_is_a_word_file(small_desk: Desk) -> None:
    officer = await small_desk.signed_in(Role.DUTY)
    answer = await officer.get(f"/work-report.docx?{YEAR}")
    assert "2026" in Document(io.BytesIO(answer.content)).paragraphs[0].text


async def test_rows_of_cases_are_for_the_crackdown_role_alone(desk: Desk) -> None:
    await with_a_case(desk)
    officer, shen = await desk.signed_in(Role.CHIEF), await desk.signed_in(Role.CRACKDOWN)
    page = (await officer.get(f"/work-report?{YEAR}")).text
    assert "发案1起" in page
    for name in ("cases", "loss", "solved", "criminal", "task_force"):
        assert f"fact={name}&amp;" not in page
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
