"""How fast reports are: bot and bare loop by turns, so that a machine which is not always as fast
tells of both alike; then the time of a step at a fixed rate.

Each has a database of its own on one server. Afterwards what each wrote and sent is compared: the
bare loop must do as much as the bot.
"""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import func, make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.bare import BARE_TOKEN, BareLoop, script_of
from bench.processor import seconds_of, seconds_of_family
from bench.report_parts import Figure, Sizes, double, fresh, life, process, until_done
from bench.reporting import TOKEN
from bot.garbage import keep_what_is_loaded
from bot.storage.database import Database
from bot.storage.leads import Lead

STEPS = 6
AT_ONCE = 40
TURNS = 5
LEAST_REPORTS, LEAST_RATIO = 60.0, 0.5
RATE, MOST_P99 = 50.0, 0.1
SAME_COMMITS = 0.5
"""By so many a report they may differ: making a connection counts as some, too."""
LEAVES_SECONDS = 10.0
"""A server counts what a connection did when it is gone, which takes some time."""
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
ROWS = text("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")
COMMITS = text("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")


@dataclass
class Done:
    """Reports, the seconds that they took, and the processor's seconds by who used it."""

    reports: int = 0
    seconds: float = 0.0
    used: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def rate(self) -> float:
        """Reports a second."""
        return self.reports / self.seconds


async def speed(url: str, sizes: Sizes) -> list[Figure]:
    """Complete reports a second, against the bare loop, and p99 of a step at a fixed rate."""
    beside_url = await _beside(url)
    database, beside = await fresh(url), await fresh(beside_url)
    bot, bare = Done(), Done()
    async with double() as (api, client):
        with process("bench.reporting", url, api) as nursery, life(nursery) as number:
            await _report(client, count=1, at_once=1)
            loop = BareLoop(beside, api, await script_of(database))
            await loop.run(1, 1)
            keep_what_is_loaded()  # as the bot does
            for _ in range(TURNS):
                await _bot_turn(client, database, number, sizes.reports // TURNS, bot)
                await _bare_turn(loop, sizes.reports // TURNS, bare)
            slow = await _report(client, count=sizes.paced, at_once=sizes.paced, rate=RATE)
            filed = await _count_leads(database)
        await loop.close()
    await database.close()
    wanted, bare_wanted = 1 + bot.reports + sizes.paced, 1 + bare.reports
    steps = sorted(slow["latencies"])
    p99 = steps[min(len(steps) - 1, int(len(steps) * 0.99))]
    return [
        _exactly("reports filed", wanted, filed),
        _exactly("paced steps", sizes.paced * STEPS, len(steps)),
        _least("six-step reports/s, PostgreSQL", LEAST_REPORTS, bot.rate),
        _least("× a bare loop", LEAST_RATIO, bot.rate / bare.rate),
        _processor(bot, bare),
        *_sent_alike(slow["sent"], wanted, bare_wanted),
        *await _written_alike((url, wanted), (beside_url, bare_wanted)),
        Figure(
            f"p99 of a step at {RATE:.0f} updates/s",
            f"≤ {MOST_P99 * 1000:.0f} ms",
            f"{p99 * 1000:.0f} ms",
            p99 <= MOST_P99,
        ),
    ]


async def _beside(url: str) -> str:
    """The address of one more database on the same server, empty."""
    name = f"{make_url(url).database}_bare"
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def _report(client: httpx.AsyncClient, **asked: float) -> dict[str, Any]:
    """The state of the double once all residents who were set going have done."""
    await client.post("/control/start", json=asked)
    return await until_done(client, 300)


async def _bot_turn(
    client: httpx.AsyncClient, database: Database, bot: int, reports: int, done: Done
) -> None:
    before = await _used(client, bot, database)
    state = await _report(client, count=reports, at_once=AT_ONCE)
    for user, seconds in (await _used(client, bot, database)).items():
        done.used[user] += seconds - before[user]
    done.seconds += state["seconds"]
    done.reports += reports


async def _bare_turn(loop: BareLoop, reports: int, done: Done) -> None:
    before = time.process_time()
    done.seconds += await loop.run(reports, AT_ONCE)
    done.used["bare loop"] += time.process_time() - before
    done.reports += reports


async def _used(client: httpx.AsyncClient, bot: int, database: Database) -> dict[str, float]:
    """Seconds of processor that the bot, PostgreSQL and the double have used."""
    state = (await client.get("/control/state")).json()
    async with database.reading() as session:
        backend = await session.scalar(select(func.pg_backend_pid())) or 0
    return {
        "bot": seconds_of(bot),
        "database": seconds_of_family(backend),
        "double": state["processor"],
    }


def _processor(*every: Done) -> Figure:
    spent = {
        user: f"{seconds / done.reports * 1000:.1f}"
        for done in every
        for user, seconds in done.used.items()
    }
    return Figure(
        f"processor ms a report: {', '.join(spent)}", "told", ", ".join(spent.values()), True
    )


def _sent_alike(sent: dict[str, dict[str, int]], bots: int, bares: int) -> list[Figure]:
    """What the bare loop sent a report, to be what the bot did."""
    return [
        _as_the_bot(f"{what} sent a report", number / bots, sent[BARE_TOKEN][what] / bares)
        for what, number in sent[TOKEN].items()
    ]


async def _written_alike(bot: tuple[str, int], bare: tuple[str, int]) -> list[Figure]:
    """The same of rows that were inserted, changed or deleted, and of transactions."""
    (rows, commits), (bare_rows, bare_commits) = [
        [number / reports for number in await _written(url)] for url, reports in (bot, bare)
    ]
    near = abs(bare_commits - commits) <= SAME_COMMITS
    return [
        _as_the_bot("rows written a report", rows, bare_rows),
        Figure(
            "commits a report by the bare loop, by the bot",
            f"± {SAME_COMMITS:g}",
            f"{bare_commits:.1f}, {commits:.1f}",
            near,
        ),
    ]


async def _written(url: str) -> tuple[int, int]:
    """Rows written in a database and transactions committed, once whoever did it is gone."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with asyncio.timeout(LEAVES_SECONDS), engine.connect() as connection:
        while await connection.scalar(OTHERS):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        found = await connection.scalar(ROWS), await connection.scalar(COMMITS)
    await engine.dispose()
    return found


async def _count_leads(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Lead)) or 0


def _exactly(name: str, wanted: int, figure: int) -> Figure:
    return Figure(name, f"= {wanted}", str(figure), figure == wanted)


def _least(name: str, goal: float, figure: float) -> Figure:
    return Figure(name, f"≥ {goal:g}", f"{figure:.2f}", figure >= goal)


def _as_the_bot(name: str, bot: float, bare: float) -> Figure:
    """A figure of the bare loop, to be the bot's to a tenth."""
    return Figure(f"{name} by the bare loop", f"= {bot:.1f}", f"{bare:.1f}", abs(bot - bare) < 0.1)
