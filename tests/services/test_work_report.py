"""The work report: what it counts, what it does not know, and that its words follow its figures."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.errors import InvalidInputError, NotAllowedError
from bot.services.cases import file_case
from bot.services.charts import bar_chart
from bot.services.leads import sign_for
from bot.services.roster import add_shifts
from bot.services.staff import deactivate
from bot.services.transitions import move
from bot.services.visitors import receive_visitors
from bot.services.work_report import Figure, Unit, WorkReport, work_report
from bot.services.work_report_prose import sections, to_text
from bot.services.work_report_text import change_words, figure_words, money, percent
from bot.services.work_rows import rows_of_fact
from bot.services.work_spans import SpanKind, read_span
from bot.storage.database import Database
from bot.storage.follow_ups import SATISFIED, FollowAnswer, FollowUp
from bot.storage.leads import Lead, LeadState
from bot.storage.staff import Role
from tests.services.casework import NOON, filed, officer

YEAR = read_span(SpanKind.YEAR, "2026")


def change(value: float | None) -> Figure:
    return Figure("publicity.cases_yoy", "", Unit.SHARE, value, 0, 0, "", "cases")


async def made(
    database: Database, role: Role = Role.CHIEF, now: datetime = YEAR.until
) -> WorkReport:
    async with database.writing() as session:
        boss = await officer(session, f"x{role}", role)
        return await work_report(session, boss, YEAR, district="坊子", now=now)


async def test_without_records_everything_is_a_dash(database: Database) -> None:
    report = await made(database)
    assert {figure_words(one) for one in report.figures.values()} == {"—"}
    assert report.by_station == report.by_area == report.by_kind == ()
    assert "同比" not in "".join(one.words for part in sections(report) for one in part.paragraphs)


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.DUTY, Role.CHIEF, Role.CRACKDOWN)]
)
async def test_nobody_else_sees_it(sqlite_database: Database, role: Role) -> None:
    with pytest.raises(NotAllowedError):
        await made(sqlite_database, role)


async def test_nought_is_told_apart_from_not_recorded(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        await filed(session)
    report = await made(sqlite_database)
    assert figure_words(report["warning.leads_total"]) == "1条"
    assert figure_words(report["warning.leads_fund"]) == "0条"
    assert figure_words(report["warning.dissuasion_success_rate"]) == "—"


async def test_a_full_rate_stands_with_its_meaning_beside_who_was_defrauded_later(
    database: Database,
) -> None:
    async with database.writing() as session:
        li = await officer(session)
        for account in (1, 2):
            number = await filed(session, account=account)
            await sign_for(session, li, number, NOON)
            await move(session, li, number, LeadState.DISPATCHED, "坊城所", NOON)
            for state in (LeadState.MET, LeadState.STOPPED):
                await move(session, li, number, state, "", NOON)
        await move(session, li, number, LeadState.FOLLOWUP, "", NOON)
        later = NOON + timedelta(days=20)
        await move(session, li, number, LeadState.DEFRAUDED, "", later)
    report = await made(database)
    assert (
        "劝阻成功率100%（止住转账且回访没说被骗 / 已劝阻的人，2 / 2），"
        "预警后被骗率50%（见面后 30 天内或回访时得知被骗，报送前转走的不算 / 已见面，1 / 2）"
    ) in to_text(report)


async def test_satisfaction_is_of_those_who_said_how_satisfied_they_are(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        for account, satisfied in enumerate((SATISFIED, SATISFIED, 1, None, None)):
            await filed(session, account=account)
            lead = (await session.scalars(select(Lead).order_by(Lead.id.desc()))).first()
            assert lead is not None
            answered = NOON if account < 4 else None
            answer = FollowAnswer.FINE if account < 4 else None
            kept = {"answered_at": answered, "answer": answer, "satisfied": satisfied}
            session.add(FollowUp(lead_id=lead.id, days=7, asked_at=NOON, **kept))
    assert "回访答复率80%（4 / 5），满意率66.67%（2 / 3）" in to_text(await made(sqlite_database))
    async with sqlite_database.reading() as session:
        boss = await officer(session, "boss", Role.CHIEF)
        found = await rows_of_fact(session, boss, "follow_satisfied", YEAR)
    assert (found.name, found.total) == ("回访满意率的分子", "2")
    assert found.header[:2] == ("线索", "回访")
    assert found.rows[0][1] == "7 天"
    assert found.rows[0][3:] == ("没有再遇到", "满意")


async def test_years_end_at_midnight_in_shanghai(database: Database) -> None:
    last = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    async with database.writing() as session:
        shen = await officer(session, "shen", Role.CRACKDOWN)
        for number, at in enumerate((last, last + timedelta(seconds=1))):
            await file_case(session, shen, f"{number}号", "刷单", 100, at, at)
    report = await made(database)
    assert figure_words(report["publicity.cases"]) == "1起"
    assert report["publicity.cases_yoy"].value is None


async def test_who_left_the_task_force_later_still_counts_in_the_year(database: Database) -> None:
    async with database.writing() as session:
        for login in ("shen", "gao"):
            await officer(session, login, Role.CRACKDOWN)
        boss = await officer(session, "boss", Role.CHIEF)
        await deactivate(session, boss, "gao", YEAR.until + timedelta(days=9))
        next_year = read_span(SpanKind.YEAR, "2027")
        told = {"district": "坊子", "now": next_year.until}
        for year, people in ((YEAR, 2), (next_year, 1)):
            report = await work_report(session, boss, year, **told)  # type: ignore[arg-type]
            assert report["crackdown.task_force_size"].value == people


async def test_a_change_needs_a_base_and_says_which_way(database: Database) -> None:
    before = NOON - timedelta(days=365)
    async with database.writing() as session:
        shen = await officer(session, "shen", Role.CRACKDOWN)
        for number, at in enumerate((before, before, NOON, NOON, NOON)):
            await file_case(session, shen, f"{number}号", "刷单", 100_00, at, at)
    report = await made(database)
    assert "发案3起，同比上升50%；损失金额300元，同比上升50%" in to_text(report)


async def test_a_year_that_runs_is_compared_with_the_same_days(database: Database) -> None:
    """Whole years would make a fall of what is a rise: the year before has its December."""
    november, december = NOON - timedelta(days=365), datetime(2025, 12, 20, 4, tzinfo=UTC)
    async with database.writing() as session:
        shen = await officer(session, "shen", Role.CRACKDOWN)
        for number, at in enumerate((november, *[december] * 3, NOON, NOON)):
            await file_case(session, shen, f"{number}号", "刷单", 100_00, at, NOON)
        li = await officer(session)
        came = [("advice", NOON - timedelta(days=day)) for day in range(328)]
        await receive_visitors(session, li, came, NOON)
        boss = await officer(session, "boss", Role.CHIEF)
        shifts = [("li", NOON, NOON + timedelta(hours=30))]
        await add_shifts(session, boss, shifts, NOON)
    report = await made(database, now=NOON)
    assert "发案2起，同比上升100%；损失金额200元，同比上升100%" in to_text(report)
    assert to_text(report).startswith("坊子2026年反诈工作报告（截至11月24日）")
    assert (report["warning.visitors_per_day"].value, report.counted.days) == (1.0, 328)
    duty = report["warning.duty"]
    assert (duty.numerator, duty.denominator) == (0, 327 * 24 * 60 + 12 * 60)
    assert len(report.leads_by_part) == 11
    later = await made(database, Role.DUTY, NOON + timedelta(hours=6))
    assert later["warning.duty"].numerator == 6 * 60
    over = await made(database, Role.CRACKDOWN)
    assert "发案2起，同比下降50%" in to_text(over)


def test_of_a_leap_day_the_year_before_ends_with_the_28th() -> None:
    year = read_span(SpanKind.YEAR, "2024")
    for day, last in (("2024-02-28", date(2023, 3, 1)), ("2024-02-29", date(2023, 3, 1))):
        cut = year.so_far(datetime.fromisoformat(f"{day}T12:00+08:00"))
        assert cut.year_before().after == last
    assert year.so_far(year.until) == year
    assert year.so_far(datetime(2023, 5, 1, tzinfo=UTC)) == year


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-0.254, "，同比下降25.4%"),
        (-0.38850, "，同比下降38.85%"),
        (0.5, "，同比上升50%"),
        (0.0, "，与上年同期持平"),
        (1 / 30_000, "，同比上升不到0.01%"),
        (-1 / 30_000, "，同比下降不到0.01%"),
        (None, ""),
    ],
)
def test_words_follow_the_figures(value: float | None, words: str) -> None:
    assert change_words(change(value)) == words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (1_776_460_000, "1776.46万元"),
        (1_602_040_000, "1602.04万元"),
        (1_000_000, "1万元"),
        (999_999, "9999.99元"),
        (150, "1.5元"),
        (0, "0元"),
    ],
)
def test_money_is_read_easily(fen: int, words: str) -> None:
    assert money(fen) == words


def test_shares_have_two_decimals_at_most() -> None:
    assert [percent(share) for share in (1, 0.254, 0.38849, 1 / 3, 0)] == [
        "100%",
        "25.4%",
        "38.85%",
        "33.33%",
        "0%",
    ]


def test_what_is_not_all_or_nothing_is_not_written_so() -> None:
    shares = [percent(share) for share in (20_498 / 20_499, 1 / 20_499, 0.99994, 0.00012, 1.00001)]
    assert shares == ["99.99%", "不到0.01%", "99.99%", "0.01%", "100%"]
    assert figure_words(change(-0.254)) == "-25.4%"
    assert figure_words(change(1 / 30_000)) == "+不到0.01%"


@pytest.mark.parametrize(
    ("kind", "typed", "first", "days", "before"),
    [
        (SpanKind.YEAR, "2024", date(2024, 1, 1), 366, date(2023, 1, 1)),
        (SpanKind.MONTH, "2024-2", date(2024, 2, 1), 29, date(2023, 2, 1)),
        (SpanKind.MONTH, "2024-12", date(2024, 12, 1), 31, date(2023, 12, 1)),
        (SpanKind.WEEK, "2024-06-05", date(2024, 6, 3), 7, date(2023, 6, 5)),
        (SpanKind.WEEK, "2025-01-01", date(2024, 12, 30), 7, date(2024, 1, 1)),
    ],
)
def test_spans(kind: SpanKind, typed: str, first: date, days: int, before: date) -> None:
    span = read_span(kind, typed)
    assert (span.first, span.days, span.year_before().first) == (first, days, before)
    assert read_span(kind, span.typed) == span
    parts = span.parts()
    assert (parts[0].first, parts[-1].after) == (span.first, span.after)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (SpanKind.YEAR, "24"),
        (SpanKind.YEAR, "1999"),
        (SpanKind.YEAR, "99999"),
        (SpanKind.MONTH, "2024-13"),
        (SpanKind.MONTH, "2024"),
        (SpanKind.WEEK, "2024-02-30"),
        (SpanKind.WEEK, "昨天"),
    ],
)
def test_what_is_no_span_is_refused(kind: SpanKind, typed: str) -> None:
    with pytest.raises(InvalidInputError, match="2024-06"):
        read_span(kind, typed)


def test_a_chart_is_a_picture_whatever_its_bars() -> None:
    for bars in ([], [("一月", 0)], [(f"很长的派出所名字{n}", n * 1000) for n in range(40)]):
        assert bar_chart("预警线索", bars).startswith(b"\x89PNG")
