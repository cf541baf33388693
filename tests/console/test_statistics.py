"""The statistics page: figures, their leads, workbooks and charts."""

import io
import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from PIL import Image
from sqlalchemy import select

from bot.services.knowledge import category_name
from bot.services.rollups import roll_day
from bot.services.statistic_charts import COUNT, DARK, LIGHT, Chart, Format, draw
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.outcomes import LeadOutcome
from bot.storage.staff import Role
from bot.times import SHANGHAI
from tests.console.desk import PHONE, Desk
from tests.services.casework import officer
from tests.services.test_learning_figures import answers

SPAN = "span=2026-11"
DIMENSIONS = ("category", "channel", "age", "street", "hour")


async def rolled(desk: Desk, leads: int = 3) -> None:
    """Some leads of today, counted."""
    for account in range(leads):
        await desk.report(account=account)
    async with desk.database.writing() as session:
        await roll_day(session, desk.clock().astimezone(SHANGHAI).date(), desk.clock())


async def test_every_link_of_a_figure_leads_to_as_many_leads(desk: Desk) -> None:
    await rolled(desk)
    chief = await desk.signed_in(Role.CHIEF)
    text = (await chief.get(f"/statistics?{SPAN}")).text
    links = re.findall(r'href="/console(/statistics/leads\?[^"]+)">([\d,]+)</a>', text)
    assert len(links) >= len(DIMENSIONS)
    assert "<b>3</b><span>收到线索" in text
    for link, count in links:
        behind = (await chief.get(link.replace("&amp;", "&"))).text
        assert len(set(re.findall(r'/leads/(FZ[\w-]+)"', behind))) == int(count), link


async def test_losses_stand_beside_those_of_the_month_and_the_year_before(
    small_desk: Desk,
) -> None:
    moments = {"2026-11-10": 30_000, "2026-10-10": 20_000, "2025-11-10": 40_000}
    numbers = [await small_desk.report(account=account) for account in range(len(moments))]
    async with small_desk.database.writing() as session:
        li = await officer(session)
        for number, (day, loss) in zip(numbers, moments.items(), strict=True):
            lead = (await session.scalars(select(Lead).where(Lead.number == number))).one()
            lead.received_at = datetime.fromisoformat(f"{day}T12:00:00+08:00")
            outcome = {"loss_fen": loss, "family_notified": False, "at": small_desk.clock()}
            session.add(LeadOutcome(lead_id=lead.id, staff_id=li.id, **outcome))
        await session.flush()
        for day in moments:
            await roll_day(session, date.fromisoformat(day), small_desk.clock())
    chief = await small_desk.signed_in(Role.CHIEF)
    text = re.sub(r"<[^>]+>", "", (await chief.get(f"/statistics?{SPAN}")).text)
    assert "损失300.00 元200.00 元 +50%400.00 元 -25%" in text
    book = await chief.get(f"/statistics/table.xlsx?{SPAN}&dimension=category")
    rows = list(openpyxl.load_workbook(io.BytesIO(book.content)).active.values)
    assert dict(zip(rows[0], rows[-1], strict=True)) == {
        "骗局类型": "全部",
        "条数": 1,
        "占比": 1,
        "有损失": 1,
        "损失（元）": 300,
        "上期条数": 1,
        "去年同期条数": 1,
        "上期损失（元）": 200,
        "去年同期损失（元）": 400,
    }


async def test_a_long_list_behind_a_figure_goes_on(small_desk: Desk) -> None:
    await rolled(small_desk)
    async with small_desk.database.writing() as session:
        first = (await session.scalars(select(Lead))).first()
        columns = {c.key: getattr(first, c.key) for c in Lead.__table__.columns if c.key != "id"}
        session.add_all(Lead(**columns | {"number": f"FZ-{n}"}) for n in range(60))
    chief = await small_desk.signed_in(Role.CHIEF)
    seen: list[str] = []
    path = f"/statistics/leads?{SPAN}&dimension=all"
    while path:
        text = (await chief.get(path)).text
        seen += set(re.findall(r'/leads/(FZ[\w-]+)"', text))
        found = re.search(r'href="/console(/statistics/leads\?[^"]+before=\d+)"', text)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 63


async def test_the_leads_behind_a_figure_are_taken_away_as_the_list_shows_them(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rolled(small_desk, leads=2)
    other = await small_desk.report(account=9, category="", description="=1+1 骗子叫王五")
    li = await small_desk.signed_in(Role.DUTY, "li")
    form: dict[str, object] = {"span": "2026-11", "dimension": "category"}
    form["value"] = "fake_customer_service"
    page = f"/statistics/leads?{SPAN}&dimension=category&value=fake_customer_service"
    answer = await li.submit("/statistics/leads.xlsx", form, page=page)
    assert answer.headers["content-disposition"].startswith("attachment")
    head, *rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.values
    listed = re.findall(r'data-row href="/console/leads/(FZ[\w-]+)"', (await li.get(page)).text)
    assert [row[0] for row in rows] == listed
    assert other not in listed
    assert len(head) == len(set(head)) == len(rows[0])
    shown = dict(zip(head, rows[0], strict=True))
    assert (shown["金额（元）"], shown["状态"]) == (12500, "待签收")
    whole = await li.submit("/statistics/leads.xlsx", form | {"dimension": "all"}, page=page)
    cells = [
        str(cell)
        for row in openpyxl.load_workbook(io.BytesIO(whole.content)).active.values
        for cell in row
    ]
    assert other in cells
    for secret in (PHONE, "王五", "wx_refund", "幸福里"):
        assert secret not in " ".join(cells)
    chief = await small_desk.signed_in(Role.CHIEF)
    looked = re.findall(r">([^<>]+)</td>", (await chief.get("/looks")).text)
    for name in ("全部", category_name("fake_customer_service")):
        place = looked.index(f"统计 2026-11 {name}")
        assert looked[place - 2 : place] == ["li", "导出"]
    monkeypatch.setattr("bot.services.statistic_files.MOST_ROWS", 1)
    refused = await li.submit("/statistics/leads.xlsx", form, page=page)
    assert (refused.status_code, "超过 1 条" in refused.text) == (400, True)


@pytest.mark.parametrize("dimension", [*DIMENSIONS, "rate"])
async def test_every_table_is_a_workbook(small_desk: Desk, dimension: str) -> None:
    await rolled(small_desk)
    chief = await small_desk.signed_in(Role.CHIEF)
    answer = await chief.get(f"/statistics/table.xlsx?{SPAN}&dimension={dimension}")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    if dimension != "rate":
        assert rows[-1][:2] == ("全部", 3)
        assert sum(row[1] for row in rows[1:-1]) == 3


@pytest.mark.parametrize("dimension", ["category", "hour"])
async def test_every_chart_is_shown_and_saved(small_desk: Desk, dimension: str) -> None:
    await rolled(small_desk)
    chief = await small_desk.signed_in(Role.CHIEF)
    path = f"/statistics/chart?{SPAN}&dimension={dimension}"
    light, dark = await chief.get(path), await chief.get(f"{path}&dark=1")
    assert light.headers["content-type"] == dark.headers["content-type"] == "image/svg+xml"
    assert LIGHT.bar in light.text
    assert DARK.bar in dark.text
    assert "<script" not in light.text
    saved = await chief.get(f"{path}&kind=png&saved=1")
    assert saved.content.startswith(b"\x89PNG")
    assert ".png" in saved.headers["content-disposition"]


@pytest.mark.parametrize(
    "query",
    [
        "span=2026-13",
        "span=x",
        "span=2099-01",
        "dimension=nothing",
        "dimension=hour&value=25",
        "dimension=hour&value=x",
        "dimension=rate&value=x",
        "dimension=all&before=0",
    ],
)
async def test_a_wrong_address_is_answered_in_words(small_desk: Desk, query: str) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    path = "/statistics" if query.startswith("span") else "/statistics/leads"
    answer = await chief.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert 'role="' in answer.text or "problem" in answer.text or "返回" in answer.text


async def test_nothing_counted_yet_is_said(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    assert "还没有统计" in (await chief.get("/statistics")).text
    chart = await chief.get("/statistics/chart?dimension=category")
    assert chart.status_code == 200


async def test_a_street_with_hostile_letters_stays_a_street(
    small_desk: Desk, sqlite_database: Database
) -> None:
    await small_desk.report()
    async with sqlite_database.writing() as session:
        for lead in await session.scalars(select(Lead)):
            lead.street = '=1+1"><script>x</script>$\\frac'
        await roll_day(session, small_desk.clock().astimezone(SHANGHAI).date(), small_desk.clock())
    chief = await small_desk.signed_in(Role.CHIEF)
    assert "<script>x" not in (await chief.get("/statistics")).text
    for kind in ("svg", "png"):
        chart = await chief.get(f"/statistics/chart?dimension=street&kind={kind}")
        assert chart.status_code == 200
        assert b"<script" not in chart.content
    book = await chief.get("/statistics/table.xlsx?dimension=street")
    rows = list(openpyxl.load_workbook(io.BytesIO(book.content)).active.values)
    assert not rows[1][0].startswith("=")


async def test_what_learning_came_to_stands_with_its_interval(small_desk: Desk) -> None:
    for account in range(5):
        for day in (timedelta(days=-2), timedelta(0)):
            at = small_desk.clock() + day
            await answers(small_desk.database, account, "brush_task", bool(account) or not day, at)
    chief = await small_desk.signed_in(Role.CHIEF)
    page = (await chief.get("/statistics?span=2026")).text
    assert "<b>80.0%</b>" in page
    assert "37.6%–96.4%" in page
    assert "刷单" in page.partition("宣教效果")[2]
    answer = await chief.get("/statistics/learning.xlsx?span=2026")
    assert openpyxl.load_workbook(io.BytesIO(answer.content))["按人群"]["A2"].value == "未说明"
    assert (await chief.get("/statistics/learning.xlsx?span=x")).status_code == 400


def coloured(content: bytes) -> int:
    """How many dots of a chart have the colour of its bars."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    bar = tuple(bytes.fromhex(LIGHT.bar.removeprefix("#")))
    return sum(count for count, colour in picture.getcolors(2**20) or () if colour == bar)


@pytest.mark.parametrize("lying", [True, False])
def test_one_bar_alone_is_no_wall(lying: bool) -> None:
    alone = draw(Chart("来源", ("网页",), (15,), lying), Format.PNG)
    beside = draw(Chart("来源", ("网页", "电话"), (15, 0), lying), Format.PNG)
    assert 0 < coloured(alone) < 1.1 * coloured(beside)


def test_the_same_numbers_are_drawn_once() -> None:
    chart = Chart("来源", ("网页",), (16,), True)
    assert draw(chart, Format.SVG) is draw(replace(chart), Format.SVG)


def test_a_chart_for_a_phone_is_narrower_and_counts_are_written_out() -> None:
    chart = Chart("来源", ("网页",), (28_000_000,), True)
    wide, narrow = (Image.open(io.BytesIO(draw(chart, Format.PNG, narrow=one))) for one in (0, 1))
    assert narrow.width < 0.6 * wide.width
    assert coloured(draw(chart, Format.PNG, narrow=True)) > 0
    assert COUNT.format(28_000_000) == "28,000,000"
