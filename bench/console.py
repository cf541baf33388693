"""How fast the console's pages are with a million leads: `make bench-console`.

A real PostgreSQL of its own holds the leads of two years, far more of them open than any district
has, with trails, outcomes, receipts and counted days. Twenty officers, a few of them of stations,
click through every page of their menu, lead pages, searches and lists, each after a moment's
reading; the server and its pages come over HTTP. A page's figure is its 95th percentile.
"""

import argparse
import asyncio
import os
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from rich.console import Console
from sqlalchemy import func, select

from bench.console_desk import DAYS, Desk, fill_desk, serve_console
from bench.goals import Goal, report
from bench.leads import NOW
from bench.postgres import postgres
from bot.services.rollups import midnight
from bot.services.statistics import read_span
from bot.services.statistics import statistics as month_of
from bot.storage.database import Database
from bot.storage.figures import count_leads, received
from bot.storage.leads import Lead
from bot.storage.staff import Role, Staff
from bot.storage.tables import metadata
from bot.storage.vault import Vault
from console.menu import pages_of

GOAL_MS = 200.0
OFFICERS = 20
THINKS_SECONDS = (1.0, 3.0)
ROUNDS = 4
WORST = 0.95
LISTS = {
    "线索：紧急": "/leads?risk=urgent",
    "线索：超时": "/leads?overdue=1",
    "线索：我的": "/leads?mine=1",
    "线索：已办结": "/leads?state=closed",
    "线索：第 10 页": "/leads?page=10",
    "统计：全年": "/statistics?span=2026",
    "统计：背后的线索": "/statistics/leads?dimension=category&span=2026-10&value=brushing",
    "周报": "/reports?kind=weekly",
}


@dataclass
class Seen:
    """What the officers saw: how long each page took, and every answer that was wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run has counted; a wrong one means that a figure says nothing."""

    leads: int
    month_rolled: int
    month_raw: int
    pages: int
    wrong: tuple[str, ...]


def main() -> int:
    """Measure, print the table, return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    with postgres() as url:
        seen, counts = asyncio.run(measure(url, given.leads, rounds=given.rounds))
    return told(seen, counts, given.leads)


async def measure(
    url: str,
    leads: int,
    *,
    rounds: int = ROUNDS,
    thinks: tuple[float, float] = THINKS_SECONDS,
    officers: int = OFFICERS,
    days: int = DAYS,
) -> tuple[Seen, Counts]:
    """Fill an empty database, let the officers click, count what they saw."""
    database = Database(url, Vault({1: b"k" * 32}, b"f" * 32))
    begun = time.perf_counter()
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        desk = await fill_desk(database, leads, officers, days)
        Console().print(f"{leads:,} leads loaded in {time.perf_counter() - begun:.0f} s")
        seen = Seen()
        async with serve_console(database) as address:
            for one in desk.officers[:1] + desk.officers[-1:]:
                await _click_through(address, desk, one, Seen(), 1, (0, 0))
            await asyncio.gather(
                *(_click_through(address, desk, one, seen, rounds, thinks) for one in desk.officers)
            )
        return seen, await _counts(database, seen)
    finally:
        await database.close()


async def _click_through(
    address: str,
    desk: Desk,
    officer: tuple[str, Role],
    seen: Seen,
    rounds: int,
    thinks: tuple[float, float],
) -> None:
    token, role = officer
    chance = random.Random(token)  # noqa: S311 - which page comes next is no secret
    cookies = {"fanzha_console": token}
    async with httpx.AsyncClient(base_url=address, cookies=cookies, timeout=60) as client:
        for _ in range(rounds):
            clicks = _clicks(desk, role, chance)
            chance.shuffle(clicks)
            for name, path, wanted in clicks:
                await asyncio.sleep(chance.uniform(*thinks))
                begun = time.perf_counter()
                if path.startswith("/find "):
                    form = {"csrf": desk.csrf(token), "q": path.removeprefix("/find ")}
                    answer = await client.post("/console/find", data=form)
                else:
                    answer = await client.get(f"/console{path}")
                seen.took[name].append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 200 or wanted not in answer.text:
                    seen.wrong.append(f"{name} {path}: {answer.status_code}")


def _clicks(desk: Desk, role: Role, chance: random.Random) -> list[tuple[str, str, str]]:
    """Every page of somebody's menu and what lies behind it: its name, address, what it shows."""
    found = [(one.name, one.path, "</main>") for one in pages_of(role)]
    found.append(("查找：没有的词", "/find 稳赚不赔", "经过里都没有这些词"))
    if role is Role.STATION:
        return [*found, ("线索（派出所）", "/leads", "data-row")]
    number = desk.number(chance)
    found += [(name, path, "</main>") for name, path in LISTS.items()]
    found.append(("线索详情", f"/leads/{number}", number))
    for name, words in desk.searches(chance):
        found.append((name, f"/find {words}", "data-row"))
    return found


async def _counts(database: Database, seen: Seen) -> Counts:
    span = read_span(f"{NOW:%Y-%m}", NOW)
    chief = Staff(login="chief", name="", role=Role.CHIEF, active=True, created_at=NOW)
    async with database.reading() as session:
        kept = await session.scalar(select(func.count()).select_from(Lead)) or 0
        days = (midnight(span.first), midnight(span.until))
        raw = await count_leads(session, received(*days))
        rolled = await month_of(session, chief, span)
    return Counts(kept, rolled.total.now.count, raw, len(seen.took), tuple(seen.wrong))


def told(seen: Seen, counts: Counts, leads: int) -> int:
    """Print the table; 1 where a page is slow or a count is wrong."""
    screen = Console()
    load = os.getloadavg()[0]
    clicks = sum(len(spans) for spans in seen.took.values())
    screen.print(f"{clicks} clicks of {OFFICERS} officers; load average {load:.1f}")
    goals = [
        Goal(f"{name}, p95 ms", GOAL_MS, worst(spans))
        for name, spans in sorted(seen.took.items(), key=lambda one: -worst(one[1]))
    ]
    missed = report(goals, screen)
    for line in counts.wrong[:20]:
        screen.print(f"wrong: {line}", markup=False)
    return int(missed or wrong_counts(counts, leads))


def worst(spans: Sequence[float]) -> float:
    """The 95th percentile in milliseconds."""
    if len(spans) < 2:
        return spans[0]
    return statistics.quantiles(spans, n=100, method="inclusive")[round(WORST * 100) - 1]


def wrong_counts(counts: Counts, leads: int) -> bool:
    """Whether leads are missing, a page was not as it should, or a roll-up differs."""
    same = counts.month_rolled == counts.month_raw > 0
    return counts.leads != leads or not same or bool(counts.wrong)


if __name__ == "__main__":
    raise SystemExit(main())
