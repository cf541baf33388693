"""A small demonstration year: every figure of its report is as planned, from the records."""

import io
from dataclasses import replace

import pytest
from docx import Document

from bench.published import ABOUT, EXACT, planned, stated
from bot.errors import ConflictError
from bot.services.audit import verify
from bot.services.demo_cast import Cast
from bot.services.demo_plan import PUBLISHED, YEAR_BEFORE, scaled
from bot.services.demo_year import make_demonstration
from bot.services.demonstration import DEMONSTRATION, refuse_demonstration
from bot.services.ledger_check import check_ledgers
from bot.services.work_report import FACTS, WorkReport, report_of_database
from bot.services.work_report_docx import to_docx
from bot.services.work_report_prose import to_text
from bot.services.work_spans import SpanKind, read_span
from bot.storage.database import Database
from bot.storage.work_facts import measure, rows_query
from tests.services.casework import filed

SHARE = 0.01
BEFORE, PLAN = (
    replace(scaled(plan, SHARE), visitors_per_day=2) for plan in (YEAR_BEFORE, PUBLISHED)
)
YEAR = read_span(SpanKind.YEAR, "2024")
SUMS = {"loss", "frozen_fen", "returned", "avoided"}
DISTINCT = {"squad", "trained", "to_train", "stations", "frozen"}
PERSONS = {"visitors", "criminal", "handled", "penalty", "coercive"}


async def made(database: Database) -> tuple[Cast, WorkReport]:
    cast = await make_demonstration(database, [PLAN, BEFORE], "坊子", 7, "x", lambda *_: None)
    async with database.reading() as session:
        return cast, await report_of_database(session, cast.chief, YEAR, "本区", YEAR.until)


async def test_every_figure_is_as_planned_and_the_books_agree(database: Database) -> None:
    _, report = await made(database)
    wanted = planned(PLAN, BEFORE)
    assert {key: stated(report[key]) for key in wanted} == wanted
    assert set(EXACT) | set(ABOUT) <= set(wanted)
    assert len(report.by_station) == len(report.by_area) == PLAN.stations
    assert sum(count for _, count in report.by_area) == PLAN.activities
    assert sum(count for _, count in report.leads_by_part) == PLAN.leads_total
    async with database.reading() as session:
        assert (await check_ledgers(session)).problems == ()
        assert not (await verify(session)).broken
        for name in set(FACTS) - SUMS - DISTINCT - PERSONS:
            since, until = YEAR.since, YEAR.until
            rows = (await session.scalars(rows_query(session, FACTS[name], since, until))).all()
            assert len(rows) == await measure(session, FACTS[name], since, until), name
    the_document_says_the_same(report)
    await nothing_real_gets_in(database)


def the_document_says_the_same(report: WorkReport) -> None:
    assert to_text(report).startswith(f"{DEMONSTRATION}\n坊子2024年反诈工作报告")
    document = Document(io.BytesIO(to_docx(report)))
    words = "\n".join(one.text for one in document.paragraphs)
    assert document.sections[0].header.paragraphs[0].text == DEMONSTRATION
    assert f"处理预警线索{PLAN.leads_total}条" in words
    assert len(document.inline_shapes) == 4
    assert len(document.tables[0].rows) == len(report.figures) + 1


async def nothing_real_gets_in(database: Database) -> None:
    with pytest.raises(ConflictError, match="已经有演示数据"):
        await make_demonstration(database, [PLAN], "坊子", 7, "x", lambda *_: None)
    async with database.reading() as session:
        with pytest.raises(ConflictError, match="fanzha console"):
            await refuse_demonstration(session)


async def test_a_real_database_gets_no_demonstration(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        await filed(session)
    with pytest.raises(ConflictError, match="不能混入演示数据"):
        await make_demonstration(sqlite_database, [PLAN], "坊子", 7, "x", lambda *_: None)
    async with sqlite_database.reading() as session:
        await refuse_demonstration(session)


def test_the_plan_makes_the_published_changes() -> None:
    wanted = planned(PUBLISHED, YEAR_BEFORE)
    assert {key: wanted[key] for key in EXACT} == dict(EXACT)
    for key, about in ABOUT.items():
        assert float(f"{wanted[key]:.2g}") == about
