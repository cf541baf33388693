"""How fast reports are and what a kill loses: `make bench-reports`, `--small` for counts only.

One bot process, a Bot API double on 127.0.0.1 whose residents answer by themselves, a real
PostgreSQL. The bare loop makes the same inserts and sends and nothing else.
"""

import argparse
import asyncio
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
from bench.postgres import postgres
from bench.reporting import VAULT
from bench.start import free_port
from bot.services.audit import verify
from bot.services.leads import open_value
from bot.storage.database import Database
from bot.storage.dialogues import DATA, Dialogue
from bot.storage.leads import AREA, DESCRIPTION, PHONE, Lead, LeadState
from bot.storage.tables import metadata

ROOT = Path(__file__).parents[1]
STEPS = 6
AT_ONCE = 40
LEAST_REPORTS, LEAST_RATIO = 60.0, 0.5
RATE, MOST_P99 = 50.0, 0.1
MOST_SECONDS = 900.0


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
    lives: tuple[float, float]
    """Least and most seconds that a bot lives."""


FULL = Sizes(900, 300, 2000, (0.5, 4.0))
SMALL = Sizes(12, 6, 16, (1.0, 2.0))


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
def life(nursery: subprocess.Popen[str]) -> Iterator[None]:
    """One bot of a nursery (`bench.reporting`), killed with -9 at the end."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("start\n")
    nursery.stdin.flush()
    born = int(nursery.stdout.readline())
    try:
        yield
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


async def until_done(client: httpx.AsyncClient, limit: float) -> dict[str, Any]:
    """Wait until every resident is done, `limit` seconds at most; the double's last state."""
    ends = time.perf_counter() + limit
    while True:
        state: dict[str, Any] = (await client.get("/control/state")).json()
        if state["done"] == state["count"] or time.perf_counter() > ends:
            return state
        await asyncio.sleep(0.2)


async def speed(url: str, sizes: Sizes) -> list[Figure]:
    """Complete reports a second, against the bare loop, and p99 of a step at a fixed rate."""
    database = await fresh(url)
    async with double() as (api, client):
        with process("bench.reporting", url, api) as nursery, life(nursery):
            await client.post("/control/start", json={"count": 2, "at_once": 2})
            await until_done(client, 60)
            asked = {"count": sizes.reports, "at_once": AT_ONCE}
            await client.post("/control/start", json=asked)
            state = await until_done(client, 300)
            filed = await _count_leads(database)
            rate = sizes.reports / state["seconds"]
            paced = {"count": sizes.paced, "at_once": sizes.paced, "rate": RATE}
            await client.post("/control/start", json=paced)
            slow = await until_done(client, 300)
        bare = await bare_loop(await fresh(url), api, sizes.reports, AT_ONCE)
    await database.close()
    steps = sorted(slow["latencies"])
    p99 = steps[min(len(steps) - 1, int(len(steps) * 0.99))]
    wanted = sizes.reports + 2
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
            f"p99 of a step at {RATE:.0f} updates/s",
            f"≤ {MOST_P99 * 1000:.0f} ms",
            f"{p99 * 1000:.0f} ms",
            p99 <= MOST_P99,
        ),
    ]


def _least(name: str, goal: float, figure: float) -> Figure:
    return Figure(name, f"≥ {goal:g}", f"{figure:.2f}", figure >= goal)


async def killed(url: str, sizes: Sizes, name: str) -> list[Figure]:
    """Kill the bot at random while residents report; then look at what is there."""
    database, rng, kills = await fresh(url), random.Random(7), 0
    async with double() as (api, client):
        asked = {"count": sizes.killed, "at_once": AT_ONCE, "paid": 0.5, "leave": 0.3}
        await client.post("/control/start", json=asked)
        state = (await client.get("/control/state")).json()
        ends = time.perf_counter() + MOST_SECONDS
        with process("bench.reporting", url, api) as nursery:
            while state["done"] < state["count"] and time.perf_counter() < ends:
                with life(nursery):
                    state = await until_done(client, rng.uniform(*sizes.lives))
                kills += 1
        people = (await client.get("/control/people")).json()
    lost = [problem for problem in await _losses(database, people) if problem]
    twice, impossible = await _numbers_twice(database), await _impossible(database)
    async with database.reading() as session:
        broken = (await verify(session)).broken
    await database.close()
    done = sum(one["done"] for one in people)
    return [
        Figure(f"{name}: dialogues ended", f"= {sizes.killed}", str(done), done == sizes.killed),
        Figure(f"{name}: kills", "≥ 2", str(kills - 1), kills > 2),
        Figure(f"{name}: acknowledged, lost", "= 0", _some(lost), not lost),
        Figure(f"{name}: numbers twice", "= 0", str(twice), not twice),
        Figure(f"{name}: impossible states", "= 0", str(impossible), not impossible),
        Figure(f"{name}: broken trails", "none", broken or "none", not broken),
    ]


def _some(problems: list[str]) -> str:
    return f"{len(problems)} {problems[:2]}" if problems else "0"


async def _losses(database: Database, people: list[dict[str, Any]]) -> list[str]:
    """What a resident saw acknowledged and is not there, by resident."""
    async with database.reading() as session:
        leads = {lead.number: lead for lead in await session.scalars(select(Lead))}
        told = {
            number: " ".join(
                (
                    open_value(session, lead.description_sealed, DESCRIPTION),
                    open_value(session, lead.phone_sealed, PHONE),
                    open_value(session, lead.area_sealed, AREA),
                )
            )
            for number, lead in leads.items()
        }
        drafts = [
            open_value(session, row.data_sealed, DATA)
            for row in await session.scalars(select(Dialogue))
        ]
    return [_loss(one, told, drafts) for one in people]


def _loss(person: dict[str, Any], told: dict[str, str], drafts: list[str]) -> str:
    acknowledged = person["moves"][: person["acknowledged"]]
    answers = [move["text"] for move in acknowledged if len(move["text"]) > 8]
    if person["number"]:
        kept = [told[person["number"]]] if person["number"] in told else []
    else:
        kept = [*told.values(), *drafts]
    missing = [answer for answer in answers if not any(answer in text for text in kept)]
    filed = person["number"] and person["number"] not in told
    return f"{person['user']}: {missing or person['number']}" if missing or filed else ""


async def _numbers_twice(database: Database) -> int:
    async with database.reading() as session:
        many = select(Lead.number).group_by(Lead.number).having(func.count() > 1)
        same = select(Lead.resident_id).group_by(Lead.resident_id).having(func.count() > 1)
        return len((await session.scalars(many)).all()) + len((await session.scalars(same)).all())


async def _impossible(database: Database) -> int:
    async with database.reading() as session:
        odd = select(func.count()).select_from(Lead).where(Lead.state != LeadState.NEW)
        half = select(func.count()).select_from(Dialogue).where(Dialogue.state.is_(None))
        return (await session.scalar(odd) or 0) + (await session.scalar(half) or 0)


async def _count_leads(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Lead)) or 0


async def measure(sizes: Sizes, *, kills_only: bool = False) -> list[Figure]:
    """Everything, on both databases where it matters."""
    figures: list[Figure] = []
    with postgres() as url, tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        if not kills_only:
            figures += await speed(url, sizes)
        figures += await killed(url, sizes, "PostgreSQL")
        sqlite = f"sqlite+aiosqlite:///{folder}/bench.sqlite3"
        figures += await killed(sqlite, sizes, "SQLite")
    return figures


def main() -> int:
    """Measure, print a table, return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a small run; only counts are judged")
    parser.add_argument("--kills", action="store_true", help="leave the speed out")
    given = parser.parse_args()
    sizes = SMALL if given.small else FULL
    figures = asyncio.run(measure(sizes, kills_only=given.kills))
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
