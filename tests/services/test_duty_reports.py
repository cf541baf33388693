"""The daily and the weekly report: figures with what they are made of, and sent once."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.errors import NotAllowedError
from bot.services.contacts import record_contact
from bot.services.duty_report_kinds import ReportKind
from bot.services.duty_report_sheets import to_workbook
from bot.services.duty_report_text import to_text
from bot.services.duty_reports import (
    due_at,
    make_report,
    report_for,
    report_waits,
    send_report,
    span_before,
)
from bot.services.handling import dispatch
from bot.services.leads import sign_for
from bot.services.merging import merge
from bot.services.outcomes import record_outcome
from bot.services.outgoing import Outgoing
from bot.services.stop_payment import answer_stop_payment, ask_stop_payment
from bot.services.transitions import move
from bot.storage.areas import keep_area
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.database import Database
from bot.storage.leads import LeadState
from bot.storage.outbox import PAYLOAD, OutboxMessage
from bot.storage.staff import Role
from bot.storage.stop_payments import StopResult
from bot.times import SHANGHAI
from tests.services.casework import NOON, filed, officer

TODAY = NOON.astimezone(SHANGHAI).date()
HOUR = timedelta(hours=1)
RATIOS = ("签收及时率", "联系成功率", "见面率", "落地核查率", "劝阻成功率", "预警后被骗率")


async def day_of_work(database: Database) -> None:
    """Seven leads of one day: worked in every way that a figure counts."""
    async with database.writing() as session:
        await keep_area(session, "城东街道", "幸福里社区", "", "城东派出所")
        li = await officer(session)
        numbers = [await filed(session, account=n, phone=f"1381234567{n}") for n in range(7)]
        for place, number in enumerate(numbers[:5]):
            late = timedelta(minutes=4 if place == 0 else 1)
            await sign_for(session, li, number, NOON + late)
        for number in numbers[1:4]:
            await record_contact(
                session, li, number, ContactWay.PHONE, ContactResult.REACHED, NOON + HOUR
            )
        for number in numbers[2:4]:
            await dispatch(session, li, number, "城东派出所", "", NOON + HOUR)
        await move(session, li, numbers[2], LeadState.MET, "", NOON + HOUR)
        await move(session, li, numbers[2], LeadState.DEFRAUDED, "", NOON + 2 * HOUR)
        await record_outcome(
            session, li, numbers[2], NOON + 2 * HOUR, loss="3000", age_band="60以上"
        )
        await move(session, li, numbers[1], LeadState.STOPPED, "", NOON + 2 * HOUR)
        await record_outcome(
            session, li, numbers[1], NOON + 2 * HOUR, avoided="1万", basis="止付回执"
        )
        asked = await ask_stop_payment(session, li, numbers[1], "工商银行", "12500", NOON + HOUR)
        await session.flush()
        await answer_stop_payment(
            session, li, numbers[1], asked.id, StopResult.STOPPED, "1万", NOON + HOUR
        )
        await merge(session, li, numbers[6], numbers[5], "", NOON + HOUR)


async def test_only_a_loss_after_the_warning_counts_as_one(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        for account, happened in enumerate(("paid", "not_paid")):
            number = await filed(session, account=account, happened=happened, amount_fen=None)
            await sign_for(session, li, number, NOON)
            await dispatch(session, li, number, "城东派出所", "", NOON)
            for state in (LeadState.MET, LeadState.DEFRAUDED):
                await move(session, li, number, state, "", NOON)
        report = await make_report(session, ReportKind.DAILY, TODAY, NOON + HOUR)
    rates = {one.name: (one.numerator, one.denominator) for one in report.figures.ratios}
    assert rates["预警后被骗率"] == (1, 2)


async def test_each_figure_has_its_numerator_and_denominator(database: Database) -> None:
    await day_of_work(database)
    async with database.reading() as session:
        report = await make_report(
            session, ReportKind.DAILY, TODAY, NOON + 3 * HOUR, residents=3000
        )
    figures = report.figures
    assert {one.name: (one.numerator, one.denominator) for one in figures.ratios} == {
        "签收及时率": (4, 6),
        "联系成功率": (3, 5),
        "见面率": (1, 2),
        "落地核查率": (1, 2),
        "劝阻成功率": (1, 3),
        "预警后被骗率": (1, 1),
    }
    assert {one.name: (one.fen, one.count) for one in figures.sums} == {
        "损失金额": (300_000, 1),
        "避免损失": (1_000_000, 1),
        "申请止付": (1_250_000, 1),
        "已止付": (1_000_000, 1),
        "已冻结": (0, 0),
        "已返还": (0, 0),
    }
    assert (figures.received, figures.urgent, figures.signed, figures.met) == (6, 6, 5, 1)
    assert (figures.open, figures.overdue) == (6, 4)
    assert figures.types == (("fake_customer_service", 6),)
    assert figures.streets == (("城东街道", 6),)
    assert figures.ages == (("60以上", 1),)
    assert figures.average_loss_fen == 300_000
    assert figures.per_ten_thousand == 20.0
    text = to_text(report)
    for words in (
        "新增 6 条",
        "签收及时率：66.7%（4/6）",
        "冒充电商物流客服 6/6",
        "城东街道 6/6",
        "万人发案：20.00（6 条/3000 人）",
    ):
        assert words in text
    assert "平均损失：3,000.00 元（3,000.00 元/1 条）" in to_text(
        replace(report, kind=ReportKind.WEEKLY)
    )
    book = load_workbook(io.BytesIO(to_workbook(report)))
    assert book.sheetnames == ["指标", "金额", "类型", "街道", "年龄", "职业"]
    rows = {row[0]: row[1:4] for row in book["指标"].iter_rows(values_only=True)}
    assert rows["签收及时率"] == (4, 6, pytest.approx(4 / 6))
    assert {name: rows[name][:2] for name in RATIOS} == {
        one.name: (one.numerator, one.denominator) for one in figures.ratios
    }
    assert rows["平均损失（元）"] == (3000, 1, 3000)
    assert rows["万人发案"] == (6, 3000, 20)
    assert rows["上期收到"] == (6, 0, "—")
    sums = {row[0]: row[1:3] for row in book["金额"].iter_rows(min_row=2, values_only=True)}
    assert sums == {
        "损失金额": (3000, 1),
        "避免损失": (10_000, 1),
        "申请止付": (12_500, 1),
        "已止付": (10_000, 1),
        "已冻结": ("—", 0),
        "已返还": ("—", 0),
    }
    assert "平均损失" not in text
    assert "损失比上期：3,000.00 元/—" in text


async def test_a_day_without_leads_divides_by_nothing(database: Database) -> None:
    async with database.reading() as session:
        report = await make_report(session, ReportKind.WEEKLY, TODAY, NOON)
    assert all(one.share is None for one in report.figures.ratios)
    assert "签收及时率：—（0/0）" in to_text(report)
    text = to_text(report)
    for words in (
        "损失金额：—（0 笔）",
        "已返还：—（0 笔）",
        "平均损失：—（—/0 条）",
        "损失比上期：—/—",
    ):
        assert words in text
    assert "0.00 元" not in text
    book = load_workbook(io.BytesIO(to_workbook(report)))
    assert {row[3] for row in book["指标"].iter_rows(min_row=11, values_only=True)} == {"—"}
    assert {row[1] for row in book["金额"].iter_rows(min_row=2, values_only=True)} == {"—"}


async def test_spans_are_compared_with_the_one_before_and_the_year_before(
    database: Database,
) -> None:
    async with database.writing() as session:
        for days, count in ((0, 3), (1, 2), (365, 1)):
            for account in range(count):
                await filed(session, account=account, now=NOON - timedelta(days=days))
    async with database.reading() as session:
        figures = (await make_report(session, ReportKind.DAILY, TODAY, NOON)).figures
    assert (figures.received, figures.before, figures.year_before) == (3, (2, 0), (1, 0))


@pytest.mark.parametrize(
    ("kind", "at", "now", "due", "first"),
    [
        ("daily", "08:00", "2026-11-24 09:00", "2026-11-24 08:00", "2026-11-23"),
        ("daily", "08:00", "2026-11-24 07:59", "2026-11-23 08:00", "2026-11-22"),
        ("weekly", "mon 08:30", "2026-11-24 09:00", "2026-11-23 08:30", "2026-11-16"),
        ("weekly", "mon 08:30", "2026-11-23 08:00", "2026-11-16 08:30", "2026-11-09"),
        ("weekly", "sun 08:30", "2026-11-24 09:00", "2026-11-22 08:30", "2026-11-09"),
    ],
)
def test_a_report_tells_of_the_span_that_is_over(
    kind: str, at: str, now: str, due: str, first: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    found = due_at(ReportKind(kind), at, moment)
    assert found == datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)
    assert span_before(ReportKind(kind), found) == date.fromisoformat(first)


async def test_it_is_sent_to_the_chiefs_once_with_its_workbook(database: Database) -> None:
    kind, at = ReportKind.DAILY, "08:00"
    async with database.writing() as session:
        assert await send_report(session, kind, at, NOON) == 0
        await officer(session, "boss", Role.CHIEF, chat=103)
        await officer(session, "li", Role.DUTY, chat=101)
        assert await report_waits(session, kind, at, NOON)
        assert await send_report(session, kind, at, NOON) == 1
        assert await send_report(session, kind, at, NOON + HOUR) == 0
        assert not await report_waits(session, kind, at, NOON + HOUR)
        assert await report_waits(session, kind, at, NOON + 24 * HOUR)
        (row,) = (await session.scalars(select(OutboxMessage))).all()
    message = Outgoing.from_json(database.vault.open(row.payload_sealed, PAYLOAD))
    assert message.document is not None
    assert message.document.name == "daily-20261123.xlsx"


@pytest.mark.parametrize("role", [Role.GRID, Role.STATION, Role.ADMIN, Role.AUDITOR])
async def test_only_the_duty_team_reads_reports(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        somebody = await officer(session, "somebody", role)
        with pytest.raises(NotAllowedError):
            await report_for(session, somebody, ReportKind.DAILY, TODAY, NOON)
