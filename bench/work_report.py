"""A whole demonstration year on both databases, and its report against the published figures.

`python -m bench.work_report [sqlite | postgresql]`: loading time of two years, time of the yearly
report with its document, and every figure.
"""

import asyncio
import sys
import tempfile
import time

from rich.console import Console

from bench.goals import Goal, report
from bench.postgres import postgres
from bench.published import wrong_fields
from bot.services.demo_plan import PUBLISHED, YEAR_BEFORE
from bot.services.demo_year import make_demonstration
from bot.services.ledger_check import check_ledgers
from bot.services.work_report import work_report
from bot.services.work_report_docx import to_docx
from bot.services.work_spans import SpanKind, read_span
from bot.storage.database import Database
from bot.storage.tables import metadata
from bot.storage.vault import Vault

VAULT = Vault({1: b"k" * 32}, b"f" * 32)
LOAD_SECONDS, REPORT_SECONDS = 300, 3
YEAR = read_span(SpanKind.YEAR, "2024")


async def measured(url: str, name: str) -> list[Goal]:
    """Load two years into an empty database and report the later one."""
    database = Database(url, VAULT)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    start = time.perf_counter()
    plans = [YEAR_BEFORE, PUBLISHED]
    cast = await make_demonstration(database, plans, "坊子", 7, "", lambda *_: None)
    loaded = time.perf_counter() - start
    start = time.perf_counter()
    async with database.reading() as session:
        made = await work_report(
            session, cast.chief, YEAR, district="坊子", now=YEAR.until, demonstration=True
        )
    to_docx(made)
    told = time.perf_counter() - start
    async with database.reading() as session:
        problems = (await check_ledgers(session)).problems
    await database.close()
    for key, (ours, theirs) in wrong_fields(made).items():
        print(f"{name}: {key} is {ours}, published {theirs}")
    return [
        Goal(f"{name}: two years loaded, s", LOAD_SECONDS, loaded),
        Goal(f"{name}: yearly report with document, s", REPORT_SECONDS, told),
        Goal(f"{name}: figures not as published", 0, len(wrong_fields(made))),
        Goal(f"{name}: ledgers that do not agree", 0, len(problems)),
    ]


async def main(only: str) -> int:
    """Both databases, or only one of them."""
    found: list[Goal] = []
    if only in ("", "sqlite"):
        with tempfile.TemporaryDirectory(prefix="fanzha-demo-") as folder:
            found += await measured(f"sqlite+aiosqlite:///{folder}/demo.sqlite3", "SQLite")
    if only in ("", "postgresql"):
        with postgres() as url:
            found += await measured(url, "PostgreSQL")
    return report(found, Console())


if __name__ == "__main__":
    sys.exit(asyncio.run(main("".join(sys.argv[1:2]))))
