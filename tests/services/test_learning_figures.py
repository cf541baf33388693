"""What learning came to, with intervals, and nothing of fewer than five people."""

import io
from datetime import UTC, date, datetime, time, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from bot.services.education import education
from bot.services.learning_figures import TOO_FEW, Share, in_words, learning_figures
from bot.services.learning_files import learning_sheets
from bot.services.learning_kept import figures_of_span, keep_figures, spans_over
from bot.services.quizzes import answer, begin_about
from bot.services.retention import LEARNING_KEPT, purge
from bot.services.statistic_files import to_workbook
from bot.services.subscriptions import leave, subscribe
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.drills import DrillRun
from bot.storage.residents import find_or_add_resident
from bot.storage.subscriptions import Subscription
from bot.times import SHANGHAI, local_day, midnight
from tests.services.broadcasting import NOON

DAY = timedelta(days=1)
SINCE, UNTIL = NOON - 3 * DAY, NOON + 3 * DAY


async def answers(database: Database, account: int, family: str, right: bool, at: datetime) -> None:
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", account, at)
        asked = await begin_about(session, education(), resident, family, at)
        chosen = asked.question.answer if right else 1 - min(asked.question.answer, 1)
        await answer(session, education(), resident, asked.attempt_id, 0, chosen, at)


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [(0, 5, 0.0, 0.434), (5, 5, 0.566, 1.0), (8, 10, 0.490, 0.943), (50, 100, 0.404, 0.596)],
)
def test_the_interval_is_wilsons(part: int, of: int, low: float, high: float) -> None:
    interval = Share(part, of).interval
    assert interval is not None
    assert interval == pytest.approx((low, high), abs=0.001)


async def test_before_and_after_are_the_same_people(database: Database) -> None:
    for account in range(6):
        await answers(database, account, "brush_task", account < 2, NOON - 2 * DAY)
        await answers(database, account, "brush_task", account < 5, NOON)
    await answers(database, 9, "brush_task", False, NOON)
    for account in range(5):
        await answers(database, account, "police_case", account < 4, NOON - 2 * DAY)
        await answers(database, account, "police_case", True, NOON)
    async with database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    family, police = figures.families
    assert (family.name, family.before, family.after) == ("brush_task", Share(2, 6), Share(5, 6))
    assert (police.name, police.people) == ("police_case", 5)
    (unsaid,) = figures.audiences
    assert (unsaid.name, unsaid.people, unsaid.before.of) == ("", 6, 11)
    assert figures.everybody is not None
    assert figures.everybody.after == Share(10, 11)
    assert figures.finished == Share(23, 23)
    for account in range(6):
        await answers(database, account, "brush_task", False, UNTIL + 7 * DAY)
    async with database.reading() as session:
        again = await learning_figures(session, SINCE, UNTIL)
        later = await learning_figures(session, UNTIL, UNTIL + 10 * DAY)
    assert again == figures, "what is answered later changes nothing in it"
    assert [(one.name, one.after) for one in later.families] == [("brush_task", Share(0, 6))]
    words = "\n".join(in_words(figures, {"brush_task": "刷单返利"}))
    assert "首答对 54.5%" in words
    before, after = words.split("刷单返利：")[1].split("\n")[0].split(" → ")
    assert before.startswith("33.3%（9.7%–")
    assert after.startswith("83.3%（")
    assert "未说明（6 人）：54.5%（" in words


async def test_one_person_with_many_families_is_still_one_person(database: Database) -> None:
    families = list(education().articles)[:6]
    for family in families:
        for days in (-2, 0):
            await answers(database, 1, family, True, NOON + days * DAY)
    async with database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    assert (figures.everybody, figures.families, figures.audiences) == (None, (), ())
    assert figures.told("finished") is None
    shown = [row for sheet in learning_sheets(figures, {}) for row in sheet.rows]
    assert [row[1] for row in shown if row[0] == "做完的答题"] == [TOO_FEW]


@pytest.mark.parametrize(("people", "median"), [(5, 2), (4, None)])
async def test_days_to_forget_are_told_of_five_people(
    sqlite_database: Database, people: int, median: int | None
) -> None:
    for family in ("brush_task", "police_case"):
        for account in range(people):
            for days, right in ((-2, True), (0, False)):
                await answers(sqlite_database, account, family, right, NOON + days * DAY)
            await answers(sqlite_database, account, family, False, UNTIL + DAY)
    async with sqlite_database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
        later = await learning_figures(session, UNTIL, UNTIL + 2 * DAY)
    assert figures.days_to_forget == median
    assert later.days_to_forget is None, "known no more already"


async def test_what_is_left_out_cannot_be_reckoned_from_the_whole(database: Database) -> None:
    for family, people in (("brush_task", 8), ("police_case", 5), ("cs_insurance", 2)):
        for account in range(people):
            for days in (-2, 0):
                await answers(database, account, family, True, NOON + days * DAY)
    async with database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    assert figures.everybody is not None
    assert figures.everybody.people == 8
    assert [one.name for one in figures.families] == ["brush_task"]


async def test_the_workbook_names_nobody(sqlite_database: Database) -> None:
    for account in range(4_711, 4_717):
        for days in (-2, 0):
            await answers(sqlite_database, account, "brush_task", True, NOON + days * DAY)
    async with sqlite_database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    content = to_workbook(*learning_sheets(figures, {"brush_task": "=刷单返利"}))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["宣教效果", "按骗术", "按人群"]
    cells = [str(cell.value) for sheet in book for row in sheet.rows for cell in row]
    assert not [cell for cell in cells if "471" in cell]
    assert not [cell for cell in cells if cell.startswith("=")]
    line = [cell.value for cell in book["按骗术"][2]]
    assert line[1:4] == [6, 6, 1]
    assert line[4] == pytest.approx(0.61, abs=0.01)


async def test_articles_opened_and_subscriptions_kept(database: Database) -> None:
    async with database.writing() as session:
        for number in range(4):
            resident = await find_or_add_resident(session, "web", number, NOON)
            level = "none" if number == 3 else "high"
            session.add(
                Check(
                    reference=f"r{number}",
                    resident_id=resident.id,
                    text_hash="h",
                    level=level,
                    score=0.9,
                    action="A0",
                    library_version="1",
                    created_at=NOON,
                    read_at=NOON if number == 0 else None,
                )
            )
            begun = NOON - 31 * DAY
            session.add(
                Subscription(
                    resident_id=resident.id,
                    audience="老人",
                    kinds="daily",
                    since=begun,
                    ended_at=begun + 2 * DAY if number == 0 else None,
                )
            )
    async with database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    assert figures.opened == Share(1, 3)
    assert figures.kept == Share(3, 4)


async def test_what_warnings_came_to_stays_when_their_checks_are_deleted(
    database: Database,
) -> None:
    async with database.writing() as session:
        for number in range(8):
            resident = await find_or_add_resident(session, "web", number % 6, NOON)
            session.add(
                Check(
                    reference=f"r{number}", resident_id=resident.id, text_hash="h", level="high",
                    score=0.9, action="A0", library_version="1",
                    created_at=NOON + timedelta(hours=number // 6),
                    read_at=NOON if number in (0, 7) else None,
                )
            )  # fmt: skip
    until = datetime.combine(NOON.date() + 3 * DAY, time(), SHANGHAI)
    for hours in (0, 0.5, 24):
        async with database.writing() as session:
            await purge(session, 10, NOON + 10 * DAY + timedelta(hours=hours))
            left = len((await session.scalars(select(Check))).all())
        assert left == {0: 8, 0.5: 2, 24: 0}[hours]
        async with database.reading() as session:
            for since, told in ((until - 6 * DAY, Share(2, 8)), (until - DAY, Share(0, 0))):
                figures = await learning_figures(session, since, until)
                assert figures.told("opened") == told


async def test_who_changes_the_hour_keeps_the_day_on_which_it_began(database: Database) -> None:
    async with database.writing() as session:
        for number in range(5):
            resident = await find_or_add_resident(session, "web", number, NOON)
            for days, hour in ((-31, 8), (-10, 9)):
                await subscribe(
                    session, resident, area_id=None, audience="不限", kinds=("daily",), hour=hour,
                    now=NOON + days * DAY,
                )  # fmt: skip
            if number == 4:
                await leave(session, resident, None, NOON - 9 * DAY)
                await subscribe(
                    session, resident, area_id=None, audience="不限", kinds=("daily",), hour=9,
                    now=NOON,
                )  # fmt: skip
    async with database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    assert figures.kept == Share(4, 4), "who came back began anew"


async def test_where_nothing_was_nothing_is_told(sqlite_database: Database) -> None:
    async with sqlite_database.reading() as session:
        figures = await learning_figures(session, SINCE, UNTIL)
    assert figures.everybody is None
    assert "—（0/0）" in in_words(figures, {})[0]


async def test_figures_of_spans_that_are_over_outlive_the_people(database: Database) -> None:
    monday = NOON - timedelta(days=NOON.astimezone(SHANGHAI).weekday(), hours=1)
    for account in range(6):
        await answers(database, account, "brush_task", account < 2, monday)
        await answers(database, account, "brush_task", account < 5, monday + 2 * DAY)
    for account in range(3):
        await answers(database, account, "police_case", True, monday)
    async with database.writing() as session:
        for account in range(4):
            session.add(
                DrillRun(
                    resident_id=account + 1, drill="brush_task", family="brush_task",
                    guarded=False, node="end", missed="", result="stopped", started_at=monday,
                )
            )  # fmt: skip
    week = midnight(local_day(monday)), midnight(local_day(monday) + 7 * DAY)
    assert await keep_figures(database, LEARNING_KEPT, monday + 3 * DAY) == 0, "nothing is over"
    night = week[1] + timedelta(hours=3, minutes=30)
    async with database.reading() as session:
        counted = await learning_figures(session, *week)
    assert await keep_figures(database, LEARNING_KEPT, night) == 1
    assert await keep_figures(database, LEARNING_KEPT, night) == 0
    late = NOON + 500 * DAY
    year = midnight(date(NOON.year, 1, 1)), midnight(date(NOON.year + 1, 1, 1))
    await keep_figures(database, LEARNING_KEPT, year[1] + timedelta(hours=3, minutes=30))
    async with database.writing() as session:
        await purge(session, 30, late)
    await keep_figures(database, LEARNING_KEPT, late)
    async with database.reading() as session:
        assert (await learning_figures(session, *week)).everybody is None
        kept = await figures_of_span(session, *week, late)
        assert (await figures_of_span(session, *year, late)).everybody == kept.everybody
    assert kept.families == counted.families != ()
    assert (kept.everybody, kept.finished) == (counted.everybody, Share(15, 15))
    assert kept.told("stopped") is counted.told("stopped") is None
    assert (kept.stopped.part, kept.people["stopped"]) == (0, 0), "not even hidden"


def test_a_span_of_which_a_part_is_forgotten_is_not_kept() -> None:
    began, known_from = datetime(2024, 5, 6, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=SHANGHAI)
    spans = set(spans_over(began, known_from, datetime(2026, 2, 10, tzinfo=UTC)))
    assert (date(2025, 12, 29), date(2026, 1, 5)) not in spans
    assert {(date(2026, 1, 5), date(2026, 1, 12)), (date(2026, 1, 1), date(2026, 2, 1))} <= spans
    assert all(one.year == 2026 for one, _ in spans)
