"""How fast reports are and what a kill loses: `make bench-reports`, `--small` for counts only.

One bot process, a Bot API double on 127.0.0.1 whose residents answer by themselves, a real
PostgreSQL. The bare loop writes and sends what the bot does and does nothing else.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.officers import hire
from bench.postgres import postgres
from bench.report_checks import acts_lost, impossible, losses, numbers_twice
from bench.report_parts import Figure, Sizes, double, fresh, life, process, until_done
from bench.report_speed import speed
from bot.event_loop import run
from bot.services.audit import verify

MOST_SECONDS = 900.0
LONGEST_LIFE = 30.0
"""Seconds; a bot that acknowledges so little is killed then."""
FULL = Sizes(900, 300, 2000, (50, 800))
SMALL = Sizes(10, 6, 16, (5, 20))


async def killed(url: str, sizes: Sizes, name: str, folder: Path) -> list[Figure]:
    """Kill the bot at random while residents report and officers act; then look what is there."""
    database, rng, kills = await fresh(url), random.Random(7), 0
    await hire(database)
    acts = folder / f"{name}.acts"
    async with double() as (api, client):
        asked = {"count": sizes.killed, "at_once": sizes.killed, "paid": 0.5, "leave": 0.3}
        await client.post("/control/start", json=asked)
        state = (await client.get("/control/state")).json()
        ends = time.perf_counter() + MOST_SECONDS
        with process("bench.reporting", url, api, str(acts)) as nursery:
            while state["done"] < state["count"] and time.perf_counter() < ends:
                with life(nursery):
                    most = state["acknowledged"] + rng.randint(*sizes.lives)
                    state = await until_done(client, LONGEST_LIFE, most)
                kills += 1
        people = (await client.get("/control/people")).json()
    lost = [problem for problem in await losses(database, people) if problem]
    done = await asyncio.to_thread(_lines, acts)
    undone = await acts_lost(database, done)
    twice, odd = await numbers_twice(database), await impossible(database)
    async with database.reading() as session:
        broken = (await verify(session)).broken
    await database.close()
    ended, few = sum(one["done"] for one in people), sizes.killed // 10
    return [
        Figure(f"{name}: dialogues ended", f"= {sizes.killed}", str(ended), ended == sizes.killed),
        Figure(f"{name}: kills", "≥ 2", str(kills - 1), kills > 2),
        Figure(f"{name}: acknowledged, lost", "= 0", _some(lost), not lost),
        Figure(f"{name}: numbers twice", "= 0", str(twice), not twice),
        Figure(
            f"{name}: officers' acts",
            f"≥ {few}",
            str(len(done)),
            len(done) >= few,
        ),
        Figure(f"{name}: officers' acts, lost", "= 0", _some(undone), not undone),
        Figure(f"{name}: impossible states", "= 0", _some(odd), not odd),
        Figure(f"{name}: broken trails", "none", broken or "none", not broken),
    ]


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _some(problems: list[str]) -> str:
    return f"{len(problems)} {problems[:2]}" if problems else "0"


async def measure(sizes: Sizes, *, kills_only: bool = False) -> list[Figure]:
    """Everything, on both databases where it matters."""
    figures: list[Figure] = []
    with postgres() as url, tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        if not kills_only:
            figures += await speed(url, sizes)
        figures += await killed(url, sizes, "PostgreSQL", Path(folder))
        sqlite = f"sqlite+aiosqlite:///{folder}/bench.sqlite3"
        figures += await killed(sqlite, sizes, "SQLite", Path(folder))
    return figures


def main() -> int:
    """Measure, print a table, return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a small run; only counts are judged")
    parser.add_argument("--kills", action="store_true", help="leave the speed out")
    given = parser.parse_args()
    sizes = SMALL if given.small else FULL
    figures = run(measure(sizes, kills_only=given.kills))
    table = Table("measure", "goal", "figure", "")
    short = False
    for one in figures:
        judged = not given.small or one.goal.startswith(("=", "none"))
        short = short or (judged and not one.ok)
        mark = "[green]ok[/]" if one.ok else "[red]short[/]" if judged else "not judged"
        table.add_row(one.name, one.goal, one.figure, mark)
    Console(width=110).print(table)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
