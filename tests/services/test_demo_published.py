"""The report of the whole demonstration year states every figure of seed-figures.yaml."""

from dataclasses import replace

from bench.published import ABOUT, EXACT, wrong_fields
from bot.services.demo_plan import PUBLISHED, YEAR_BEFORE, scaled
from bot.services.demo_year import make_demonstration
from bot.services.work_report import report_of_database
from bot.services.work_spans import SpanKind, read_span
from bot.storage.database import Database

BASE = replace(scaled(YEAR_BEFORE, 0.001), cases=YEAR_BEFORE.cases, loss_fen=YEAR_BEFORE.loss_fen)
"""Of the year before the report states the changes in cases and loss only."""


async def test_every_figure_of_the_published_year_comes_out_of_the_records(
    sqlite_database: Database,
) -> None:
    plans = [BASE, PUBLISHED]
    cast = await make_demonstration(sqlite_database, plans, "坊子", 7, "x", lambda *_: None)
    async with sqlite_database.reading() as session:
        year = read_span(SpanKind.YEAR, "2024")
        report = await report_of_database(session, cast.chief, year, "本区", year.until)
    assert len(EXACT) + len(ABOUT) == 29
    assert wrong_fields(report) == {}
