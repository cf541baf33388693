"""How fast reports are and what a kill loses: `make bench-reports`, `--small` for counts only.

One bot process, a Bot API double on 127.0.0.1 whose residents answer by themselves, a real
PostgreSQL. The bare loop makes the same inserts and sends and nothing else.
"""

import argparse
import asyncio
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bench.bare import bare_loop
from bench.officers import hire
from bench.postgres import postgres
from bench.processor import seconds_of, seconds_of_family
from bench.report_checks import acts_lost, impossible, losses, numbers_twice
from bench.reporting import VAULT
from bench.start import free_port
from bot.event_loop import run
from bot.services.audit import verify
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.tables import metadata

ROOT = Path(__file__).parents[1]
STEPS = 6
AT_ONCE = 40
LEAST_REPORTS, LEAST_RATIO = 60.0, 0.5
RATE, MOST_P99 = 50.0, 0.1
MOST_SECONDS = 900.0
LONGEST_LIFE = 30.0
"""Seconds; a bot that acknowledges so little is killed then."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure against its goal."""

    name: str
    goal: str
    figure: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done."""

    reports: int
    paced: int
    killed: int
    lives: tuple[int, int]
    """Least and most answers that a bot acknowledges before it is killed."""


FULL = Sizes(900, 300, 2000, (50, 800))
SMALL = Sizes(12, 6, 16, (5, 20))


@contextmanager
def process(module: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process of ours, killed at the end."""
    running = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", module, *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@contextmanager
def life(nursery: subprocess.Popen[str]) -> Iterator[int]:
    """One bot of a nursery (`bench.reporting`) by its number, killed with -9 at the end."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("start\n")
    nursery.stdin.flush()
    born = next(int(line) for line in nursery.stdout if line.strip().isdigit())  # logs come, too
    try:
        yield born
    finally:
        os.kill(born, signal.SIGKILL)


@asynccontextmanager
async def double() -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """The Bot API double, and a client to set its residents going."""
    port = free_port()
    with process("bench.residents", str(port)):
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
            for _ in range(200):
                try:
                    await client.get("/control/state")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
            yield url, client


async def fresh(url: str) -> Database:
    """An empty schema."""
    database = Database(url, VAULT)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
    return database


async def until_done(
    client: httpx.AsyncClient, limit: float, acknowledged: float = math.inf
) -> dict[str, Any]:
    """Wait until every resident is done or so many answers were acknowledged, `limit` seconds at
    most; the double's last state."""
    ends = time.perf_counter() + limit
    while True:
        state: dict[str, Any] = (await client.get("/control/state")).json()
        done = state["done"] == state["count"] or state["acknowledged"] >= acknowledged
        if done or time.perf_counter() > ends:
            return state
        await asyncio.sleep(0.2 if math.isinf(acknowledged) else 0.02)


async def speed(url: str, sizes: Sizes) -> list[Figure]:
    """Complete reports a second, against the bare loop, and p99 of a step at a fixed rate."""
    database = await fresh(url)
    async with double() as (api, client):
        with process("bench.reporting", url, api) as nursery, life(nursery) as bot:
            await client.post("/control/start", json={"count": 2, "at_once": 2})
            before = await _used(await until_done(client, 60), bot, database)
            asked = {"count": sizes.reports, "at_once": AT_ONCE}
            await client.post("/control/start", json=asked)
            state = await until_done(client, 300)
            after = await _used(state, bot, database)
            filed = await _count_leads(database)
            rate = sizes.reports / state["seconds"]
            paced = {"count": sizes.paced, "at_once": sizes.paced, "rate": RATE}
            await client.post("/control/start", json=paced)
            slow = await until_done(client, 300)
        bare_used = time.process_time()
        bare = await bare_loop(await fresh(url), api, sizes.reports, AT_ONCE)
        bare_used = time.process_time() - bare_used
    await database.close()
    steps = sorted(slow["latencies"])
    p99 = steps[min(len(steps) - 1, int(len(steps) * 0.99))]
    wanted = sizes.reports + 2
    spent = [end - begin for begin, end in zip(before, after, strict=True)] + [bare_used]
    return [
        Figure("reports filed", f"= {wanted}", str(filed), filed == wanted),
        Figure(
            "paced steps",
            f"= {sizes.paced * STEPS}",
            str(len(steps)),
            len(steps) == sizes.paced * STEPS,
        ),
        _least("six-step reports/s, PostgreSQL", LEAST_REPORTS, rate),
        _least("× a bare loop", LEAST_RATIO, rate / bare),
        Figure(
            "processor ms a report: bot, database, double, bare loop",
            "told",
            ", ".join(f"{one / sizes.reports * 1000:.1f}" for one in spent),
            True,
        ),
        Figure(
            f"p99 of a step at {RATE:.0f} updates/s",
            f"≤ {MOST_P99 * 1000:.0f} ms",
            f"{p99 * 1000:.0f} ms",
            p99 <= MOST_P99,
        ),
    ]


async def _used(state: dict[str, Any], bot: int, database: Database) -> list[float]:
    """Seconds of processor that the bot, PostgreSQL and the double have used."""
    async with database.reading() as session:
        backend = await session.scalar(select(func.pg_backend_pid())) or 0
    return [seconds_of(bot), seconds_of_family(backend), state["processor"]]


def _least(name: str, goal: float, figure: float) -> Figure:
    return Figure(name, f"≥ {goal:g}", f"{figure:.2f}", figure >= goal)


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


async def _count_leads(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Lead)) or 0


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
