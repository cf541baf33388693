"""Upstream files of 200,000 rows through `fanzha leads import`: time, memory, refused lines.

`python -m bench.imports [--lines 200000] [--only csv|xlsx] [--small]`: a CSV in GB18030 and a
workbook, each taken in by a process of its own and then once more, which must change nothing in
the database. In the workbook a title and every other street stand over merged cells.
"""

import argparse
import asyncio
import csv
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import MultiCellRange
from rich.console import Console

from bench.goals import Goal, report
from bot.app import open_database
from bot.services.passwords import hash_password
from bot.services.staff import finish_setup, invite
from bot.settings import Settings
from bot.storage.staff import Role
from bot.times import SHANGHAI, now

ROOT = Path(__file__).parents[1]
LINES, SMALL, MERGED = 200_000, 1_000, 5_000
PASSWORD = "correct horse battery"  # noqa: S105
SECONDS, MEGABYTES, AGAIN_SECONDS = 600, 700, 120
HEADER = (
    "预警编号",
    "预警时间",
    "手机号码",
    "预警类型",
    "风险等级",
    "涉案金额",
    "地址",
    "简要案情",
)
AMOUNT = HEADER.index("涉案金额")
TITLE = "电信网络诈骗预警线索（按接收时间）"
STREETS = ("凤凰街道", "坊城街道", "坊安街道")
FORMS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分", "%Y%m%d%H%M%S")
SPOKEN = {"COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
WRONG_EVERY, TWICE_EVERY, SAME_PERSON_EVERY, CORRECTED_EVERY = 100, 40, 25, 400
WROTE = ("lead", "lead_event", "imported_line", "imported_correction", "outbox")
SAID = re.compile(
    r"新收 (\d+) 条（资金预警 \d+ 条），并入在办线索 (\d+) 条，"
    r"以前收过 (\d+) 条，按上级更正 (\d+) 条，没收 (\d+) 行。"
)


@dataclass(frozen=True, slots=True)
class Run:
    """One process: what it said, and what it took."""

    new: int
    merged: int
    known: int
    corrected: int
    refused: int
    seconds: float
    megabytes: float

    @property
    def lines(self) -> int:
        """Every line, whatever became of it."""
        return self.new + self.merged + self.known + self.corrected + self.refused


def rows(lines: int, sign: str, phones: str) -> Iterator[list[str]]:
    """Lines as upstream systems write them: dates in four forms, persons that come again, numbers
    that stand twice, some of them with another amount, and times that nobody can read."""
    rng, begun = Random(7), now().astimezone(SHANGHAI) - timedelta(days=300)
    last: list[str] = []
    for place in range(lines):
        if place % TWICE_EVERY == TWICE_EVERY - 1:
            if place % CORRECTED_EVERY == CORRECTED_EVERY - 1:
                last = [*last[:AMOUNT], "12.5万元", *last[AMOUNT + 1 :]]
            yield last
            continue
        at = begun + timedelta(minutes=rng.randint(0, 300_000))
        person = rng.randrange(max(place, 1)) if place % SAME_PERSON_EVERY == 0 else place
        fund = rng.random() < 0.02
        last = [
            f"{sign}{place:07d}",
            "不详" if place % WRONG_EVERY == WRONG_EVERY // 2 else _written(at, place),
            f"{phones}{person:09d}",
            "资金预警" if fund else "触网预警",
            rng.choice(("高危", "中危", "低危")),
            f"{rng.randint(1, 90) / 10}万元" if fund else "",
            STREETS[place // 2 % len(STREETS)],
            "接到自称客服的电话，要求下载软件",
        ]
        yield last


def _written(at: datetime, place: int) -> str:
    return at.strftime(FORMS[place % len(FORMS)])


def write_csv(target: Path, lines: int) -> None:
    """The file as a CSV in GB18030."""
    with target.open("w", encoding="gb18030", newline="") as file:
        write = csv.writer(file)
        write.writerow(HEADER)
        write.writerows(rows(lines, "C", "13"))


def write_workbook(target: Path, lines: int) -> None:
    """The same as a workbook, with numbers of its own, under a title and with merged cells."""
    book, merged = Workbook(write_only=True), MultiCellRange()
    sheet = book.create_sheet()
    sheet.append([TITLE])
    sheet.append(HEADER)
    merged.add(f"A1:{get_column_letter(len(HEADER))}1")
    street = HEADER.index("地址")
    for place, line in enumerate(rows(lines, "X", "15")):
        below = place % 2 == 1 and place < MERGED
        sheet.append([*line[:street], None, *line[street + 1 :]] if below else line)
        if below:
            column = get_column_letter(street + 1)
            merged.add(f"{column}{place + 2}:{column}{place + 3}")
    sheet.merged_cells = merged
    book.save(target)


async def prepare(folder: Path) -> None:
    """An empty district with a duty officer."""
    settings = Settings(_env_file=None, data_dir=folder)
    async with open_database(settings) as database:
        hashed = await hash_password(PASSWORD)
        async with database.writing() as session:
            _, code = await invite(session, None, "li", "li", Role.DUTY, now())
            await finish_setup(session, code, "li", "li", hashed, now())


def take_in(file: Path, data: Path, source: str) -> Run:
    """Import a file by the command, in a process of its own."""
    begun = time.perf_counter()
    words = ["leads", "import", str(file), "--source", source, "--as", "li"]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", "from bot.cli import main; main()", *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"FANZHA_DATA_DIR": str(data)} | SPOKEN,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{PASSWORD}\n")
    process.stdin.close()
    said = process.stdout.read()
    _, _, used = os.wait4(process.pid, 0)
    found = SAID.search(said)
    if found is None:
        raise SystemExit(f"the import said: {said}")
    counts = [int(one) for one in found.groups()]
    return Run(*counts, time.perf_counter() - begun, used.ru_maxrss / 1024)


def refused_lines(file: Path) -> set[int]:
    """Which lines the file of refused lines names, each with a reason."""
    target = file.with_name(f"{file.stem}-没收的行.csv")
    with target.open(encoding="utf-8-sig", newline="") as written:
        return {int(line[0]) for line in list(csv.reader(written))[1:] if line[1]}


def kept(data: Path) -> dict[str, tuple[int, ...]]:
    """How many rows of each table there are, and how often leads were changed in all."""
    with closing(sqlite3.connect(data / "fanzha.sqlite3")) as database:
        found = {
            name: database.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
            for name in WROTE
        }
        return found | {"version": database.execute("SELECT sum(version) FROM lead").fetchone()}


def measure(folder: Path, lines: int, only: str, *, timed: bool) -> list[Goal]:
    """Both files, or only one of them, each twice."""
    found: list[Goal] = []
    data = folder / "data"
    asyncio.run(prepare(data))
    for name, write in (("CSV", write_csv), ("XLSX", write_workbook)):
        if only not in ("", name.lower()):
            continue
        file = folder / ("leads.csv" if name == "CSV" else "leads.xlsx")
        write(file, lines)
        top = 1 if name == "CSV" else 2
        wrong = {top + 1 + place for place in range(WRONG_EVERY // 2, lines, WRONG_EVERY)}
        first = take_in(file, data, name)
        named, before = refused_lines(file), kept(data)
        again = take_in(file, data, name)
        after = kept(data)
        if timed:
            found += [
                Goal(f"{name}: {lines} lines, s", SECONDS, first.seconds),
                Goal(f"{name}: memory, MB", MEGABYTES, max(first.megabytes, again.megabytes)),
                Goal(f"{name}: the same again, s", AGAIN_SECONDS, again.seconds),
            ]
        changed = again.new + again.merged + again.corrected
        changed += sum(before[one] != after[one] for one in before)
        other = abs(first.corrected - lines // CORRECTED_EVERY)
        found += [
            Goal(f"{name}: lines of which nothing is said", 0, lines - first.lines),
            Goal(f"{name}: wrong lines not in the file, or others in it", 0, len(wrong ^ named)),
            Goal(f"{name}: corrected otherwise than by other content", 0, other),
            Goal(f"{name}: changed by the second time", 0, changed),
        ]
    return found


def main() -> int:
    """Measure and print."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--lines", type=int, default=LINES)
    read.add_argument("--only", choices=("csv", "xlsx"), default="")
    read.add_argument("--small", action="store_true", help="counts only, a few thousand lines")
    chosen = read.parse_args()
    lines = SMALL if chosen.small else chosen.lines
    with tempfile.TemporaryDirectory(prefix="fanzha-import-") as folder:
        found = measure(Path(folder), lines, chosen.only, timed=not chosen.small)
    return report(found, Console())


if __name__ == "__main__":
    sys.exit(main())
