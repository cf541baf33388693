"""A whole demonstration year on both databases, and its report against the published figures.

`python -m bench.work_report [sqlite | postgresql] [--small]`: loading time of two years, time of
the yearly report with its document, also as the command that a person runs, and every figure.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bench.goals import Goal, report
from bench.postgres import postgres
from bench.published import planned, stated, wrong_fields
from bot.app import open_database
from bot.services.demo_cast import SHOWN_LOGIN
from bot.services.demo_plan import PUBLISHED, YEAR_BEFORE, scaled
from bot.services.demo_year import make_demonstration
from bot.services.ledger_check import check_ledgers
from bot.services.passwords import hash_password
from bot.services.work_report import work_report
from bot.services.work_report_docx import to_docx
from bot.services.work_spans import SpanKind, read_span
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
PASSWORD = "correct horse battery"  # noqa: S105
LOAD_SECONDS, REPORT_SECONDS = 300, 3
SMALL = 0.01
YEAR = read_span(SpanKind.YEAR, "2024")


async def measured(settings: Settings, name: str, *, small: bool) -> list[Goal]:
    """Load two years into an empty database and report the later one, in this process and by the
    command in one of its own."""
    before, plan = (scaled(one, SMALL) if small else one for one in (YEAR_BEFORE, PUBLISHED))
    async with open_database(settings) as database:
        hashed, start = await hash_password(PASSWORD), time.perf_counter()
        cast = await make_demonstration(
            database, [before, plan], "坊子", 7, hashed, lambda *_: None
        )
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
    by_command = commanded(settings)
    wanted = planned(plan, before).items()
    wrong = {key: (stated(made[key]), one) for key, one in wanted if stated(made[key]) != one}
    wrong = wrong if small else wrong_fields(made)
    for key, (ours, theirs) in wrong.items():
        print(f"{name}: {key} is {ours}, should be {theirs}")
    times = [
        Goal(f"{name}: two years loaded, s", LOAD_SECONDS, loaded),
        Goal(f"{name}: yearly report with document, s", REPORT_SECONDS, told),
        Goal(f"{name}: the same by the command, s", REPORT_SECONDS, by_command),
    ]
    return [
        *([] if small else times),
        Goal(f"{name}: figures not as they should be", 0, len(wrong)),
        Goal(f"{name}: ledgers that do not agree", 0, len(problems)),
    ]


def commanded(settings: Settings) -> float:
    """Seconds of `fanzha report year 2024 --docx`, from its start to its end."""
    words = ["report", "year", "2024", "--as", SHOWN_LOGIN, "--docx"]
    words.append(str(settings.data_dir / "report.docx"))
    kept = {
        "FANZHA_DATA_DIR": str(settings.data_dir),
        "FANZHA_DATABASE_URL": settings.database_url,
        "PYTHONIOENCODING": "utf-8",
    }
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "from bot.cli import main; main()", *words],
        cwd=ROOT,
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        env=os.environ | kept,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the report said: {done.stderr}")
    return time.perf_counter() - start


async def main(only: str, *, small: bool) -> int:
    """Both databases, or only one of them."""
    found: list[Goal] = []
    if only in ("", "sqlite"):
        with tempfile.TemporaryDirectory(prefix="fanzha-demo-") as folder:
            settings = Settings(_env_file=None, data_dir=Path(folder))
            found += await measured(settings, "SQLite", small=small)
    if only in ("", "postgresql"):
        with postgres() as url, tempfile.TemporaryDirectory(prefix="fanzha-demo-") as folder:
            settings = Settings(_env_file=None, data_dir=Path(folder), database_url=url)
            found += await measured(settings, "PostgreSQL", small=small)
    return report(found, Console())


if __name__ == "__main__":
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("only", nargs="?", choices=("sqlite", "postgresql"))
    read.add_argument("--small", action="store_true", help="a hundredth of the years, no times")
    chosen = read.parse_args()
    sys.exit(asyncio.run(main(chosen.only or "", small=chosen.small)))
