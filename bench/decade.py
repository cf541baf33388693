"""The yearly report with ten such years of nine districts in one database, on both of them.

`python -m bench.decade [--share 0.1] [--years 10] [--districts 9] [--only sqlite] [--small]`: one
demonstration
year is made by the ordinary services, its days are counted, and its rows are copied by SQL to the
other years and districts. `--share` is the size of that year, 1 for the whole of it. What is
copied is what the report counts: leads and their outcomes with the counted days, books,
activities, requests, tasks, training, shifts; no trails, which only counting days reads.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from rich.console import Console
from sqlalchemy import Connection, Table, func, select, text

from bench.goals import Goal, report
from bench.postgres import postgres
from bot.services.demo_plan import PUBLISHED, YEAR_BEFORE, scaled
from bot.services.demo_year import make_demonstration
from bot.services.rollups import roll_day
from bot.services.work_report import work_report
from bot.services.work_report_docx import to_docx
from bot.services.work_spans import SpanKind, read_span
from bot.storage.database import Database
from bot.storage.figures import received
from bot.storage.leads import Lead
from bot.storage.staff import Staff
from bot.storage.tables import metadata
from bot.storage.vault import Vault

VAULT = Vault({1: b"k" * 32}, b"f" * 32)
BASE = 2024
SECONDS = 5.0
NOW = datetime(BASE + 1, 2, 1, tzinfo=UTC)
COPIED = {
    "lead": "received_at",
    "lead_outcome": "at",
    "ledger_entry": "happened_at",
    "activity": "filed_at",
    "partner_request": "asked_at",
    "unit_task": "given_at",
    "training_session": "held_at",
    "shift": "starts_at",
}
"""Each table with the moment by which its rows are chosen."""
STEP = 20_000_000
"""Ids and positions of each copy lie so far apart."""
FIRST_DAY = datetime(BASE - 1, 12, 31, 16, tzinfo=UTC)
LAST_DAY = datetime(BASE, 12, 30, 16, tzinfo=UTC)
"""The last day is not copied: the year is a leap year, and others have no such day."""


def shifts(years: int, districts: int) -> Iterator[tuple[int, int]]:
    """Each copy: its number from 1, and by how many days it lies before the base year."""
    number = 0
    for year in range(years):
        back = (date(BASE, 1, 1) - date(BASE - year, 1, 1)).days
        for district in range(districts):
            if year or district:
                number += 1
                yield number, back


def copy_rows(connection: Connection, number: int, back: int) -> None:
    """One more district's year of every table."""
    sqlite = connection.dialect.name == "sqlite"
    since, until = (
        f"'{one:%Y-%m-%d %H:%M:%S}'" if sqlite else f"TIMESTAMPTZ '{one:%Y-%m-%d %H:%M:%S}+00'"
        for one in (FIRST_DAY, LAST_DAY)
    )
    for name, moment in COPIED.items():
        table = metadata.tables[name]
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        values = [_value(table, one.name, number, back, sqlite=sqlite) for one in table.columns]
        connection.execute(
            text(
                f'INSERT INTO "{name}" ({names}) SELECT {", ".join(values)} FROM "{name}" '  # noqa: S608
                f'WHERE "{moment}" >= {since} AND "{moment}" < {until} AND {_key(table)} < {STEP}'
            )
        )


def copy_days(connection: Connection, years: int, districts: int) -> None:
    """The counted days of the other years, each figure as often as there are districts."""
    for year in range(years):
        back = (date(BASE, 1, 1) - date(BASE - year, 1, 1)).days
        sqlite = connection.dialect.name == "sqlite"
        day = f"date(day, '-{back} days')" if sqlite else f"day - {back}"
        if back:
            for name, figures in (
                ("day_figure", 'dimension, value, "count", part, fen'),
                ("rolled_day", "rolled_at"),
            ):
                connection.execute(
                    text(
                        f"INSERT INTO {name} (day, {figures}) SELECT {day}, {figures} "  # noqa: S608
                        f"FROM {name} WHERE day >= '{BASE}-01-01' AND day < '{BASE}-12-31'"
                    )
                )
    times = f'"count" = "count" * {districts}, part = part * {districts}, fen = fen * {districts}'
    connection.execute(text(f"UPDATE day_figure SET {times} WHERE day < '{BASE}-12-31'"))  # noqa: S608


def _key(table: Table) -> str:
    [key] = table.primary_key.columns
    return f'"{key.name}"'


def _value(table: Table, name: str, number: int, back: int, *, sqlite: bool) -> str:
    column = table.columns[name]
    if name in ("id", "position") or (table.name == "lead_outcome" and name == "lead_id"):
        return f'"{name}" + {number * STEP}'
    if name == "number":
        return f"\"number\" || '-{number}'"
    if name == "pull_position":
        return "NULL"
    if "DATETIME" in str(column.type).upper() or "Utc" in type(column.type).__name__:
        if not sqlite:
            return f"\"{name}\" - INTERVAL '{back} days'"
        return f"strftime('%Y-%m-%d %H:%M:%f000', \"{name}\", '-{back} days')"
    return f'"{name}"'


async def loaded(database: Database, share: float, years: int, districts: int) -> None:
    """The base year by the services, its days counted, and all copies."""
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    before = replace(scaled(YEAR_BEFORE, 0.001), year=BASE - years - 1)
    plan = PUBLISHED if share >= 1 else scaled(PUBLISHED, share)
    await make_demonstration(database, [before, plan], "坊子", 7, "", lambda *_: None)
    day = date(BASE, 1, 1)
    while day.year == BASE:
        async with database.writing() as session:
            for _ in range(31):
                if day.year == BASE:
                    await roll_day(session, day, NOW)
                day += timedelta(days=1)
    async with database.engine.begin() as connection:
        for number, back in shifts(years, districts):
            await connection.run_sync(copy_rows, number, back)
        await connection.run_sync(copy_days, years, districts)
        await connection.exec_driver_sql("ANALYZE")


async def measured(url: str, name: str, share: float, years: int, districts: int) -> list[Goal]:
    """Load, and report the base year and the one in the middle."""
    database = Database(url, VAULT)
    await loaded(database, share, years, districts)
    found: list[Goal] = []
    async with database.reading() as session:
        leads = await session.scalar(text("SELECT count(*) FROM lead")) or 0
        chief = await session.get_one(Staff, 1)
        for year in (BASE, BASE - years // 2):
            span = read_span(SpanKind.YEAR, str(year))
            begun = time.perf_counter()
            made = await work_report(
                session, chief, span, district="坊子", now=NOW, demonstration=True
            )
            told = time.perf_counter() - begun
            to_docx(made)
            whole = time.perf_counter() - begun
            within = received(span.since, span.until)
            counted = await session.scalar(select(func.count()).select_from(Lead).where(within))
            missed = abs((counted or 0) - made["warning.leads_total"].numerator)
            found += [
                Goal(f"{name}: {year} of {leads} leads: figures, s", SECONDS, told),
                Goal(f"{name}: {year}: with its document, s", SECONDS, whole),
                Goal(f"{name}: {year}: leads not counted", 0, missed),
            ]
    await database.close()
    return found


def main() -> int:
    """Measure and print."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--share", type=float, default=1.0)
    read.add_argument("--years", type=int, default=10)
    read.add_argument("--districts", type=int, default=9)
    read.add_argument("--only", choices=("sqlite", "postgresql"), default="")
    read.add_argument("--small", action="store_true", help="counts only, of a few thousand leads")
    chosen = read.parse_args()
    if chosen.small:
        chosen.share, chosen.years, chosen.districts = 0.01, 3, 2
    size, found = (chosen.share, chosen.years, chosen.districts), list[Goal]()
    if chosen.only in ("", "sqlite"):
        with tempfile.TemporaryDirectory(prefix="fanzha-decade-") as folder:
            url = f"sqlite+aiosqlite:///{folder}/decade.sqlite3"
            found += asyncio.run(measured(url, "SQLite", *size))
    if chosen.only in ("", "postgresql"):
        with postgres() as url:
            found += asyncio.run(measured(url, "PostgreSQL", *size))
    counts = [goal for goal in found if goal.goal == 0]
    return report(counts if chosen.small else found, Console())


if __name__ == "__main__":
    sys.exit(main())
