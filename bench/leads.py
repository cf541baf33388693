"""How fast the duty desk is with a million leads: `make bench-leads`.

A real PostgreSQL of its own holds the leads, sealed as in service. `queue page` is the slowest of
the console's lists, each the median of its runs, with everything the service does for it; `pull`
opens every value and writes the JSON that another system gets.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql

from bench.postgres import postgres
from bot.services.api_tokens import Scope, System
from bot.services.desk import queue_page
from bot.services.leads import OPEN_STATES
from bot.services.pulling import MOST_LEADS, make_pullable, pull_page
from bot.storage.database import Database
from bot.storage.desk import QueueFilter, queue_query
from bot.storage.leads import AREA, DESCRIPTION, IDENTIFIER, PHONE, Lead, LeadState, Risk
from bot.storage.staff import Role, Staff
from bot.storage.tables import metadata
from bot.storage.vault import Vault

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
GOALS = {"queue page": 20.0, "pull": 20_000.0}
UNITS = {"queue page": "ms", "pull": "leads/s"}
PULLED = 100_000
RUNS = 15
POOL = 500
CATEGORIES = ("brushing", "fake_customer_service", "fake_police", "investment", "loan", "romance")
STATIONS = 12
WITHIN_A_WEEK = "i % 600000"
IN_HAND = 2000
"""Leads that the measured officer holds: far more than anybody works."""
STORY = "对方自称短视频平台客服，说我开了百万保障会员要扣费，让我下载会议软件打开共享屏幕再转账"
STATES = (*OPEN_STATES, LeadState.CLOSED, LeadState.CLOSED)
LISTS: Mapping[str, Mapping[str, Any]] = {
    "all open": {},
    "page 20": {"offset": 570},
    "urgent": {"risk": Risk.URGENT},
    "unsigned": {"states": (LeadState.NEW,)},
    "mine": {"mine": True},
    "overdue": {"overdue": True},
    "closed": {"states": (LeadState.CLOSED,)},
    "mine, low, calling": {"mine": True, "risk": Risk.LOW, "states": (LeadState.CALLING,)},
}


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run has seen; a wrong one means that a figure says nothing."""

    leads: int
    pulled: int
    twice: int
    lines: Mapping[str, int]


def main() -> int:
    """Measure, print plan and table, return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    given = parser.parse_args()
    with postgres() as url:
        figures, counts = asyncio.run(measure(url, given.leads))
    return report(figures, counts, given.leads)


async def measure(url: str, leads: int, *, runs: int = RUNS) -> tuple[dict[str, float], Counts]:
    """Fill an empty database and take every figure."""
    database = Database(url, Vault({1: b"k" * 32}, b"f" * 32))
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        staff = await fill(database, leads)
        slowest, lines = await time_lists(database, staff, runs)
        narrow = QueueFilter((LeadState.CALLING,), Risk.LOW, staff.id)
        for title, chosen in (("all open", QueueFilter(OPEN_STATES)), ("mine", narrow)):
            Console().print(f"{title}:\n{await plan(database, chosen)}", markup=False)
        rate, pulled, twice = await time_pull(database, min(leads, PULLED))
        async with database.reading() as session:
            kept = await session.scalar(select(func.count()).select_from(Lead)) or 0
    finally:
        await database.close()
    return {"queue page": slowest, "pull": rate}, Counts(kept, pulled, twice, lines)


async def fill(
    database: Database, leads: int, ago: str = WITHIN_A_WEEK, open_one_in: int = 1
) -> Staff:
    """Leads in every state and risk, due around now; everything personal sealed.

    `ago`: how many seconds before NOW lead `i` came in, in SQL. `open_one_in`: of so many leads
    one has any of STATES, the others are closed.
    """
    vault, each = database.vault, max(leads // IN_HAND, 50) | 1
    async with database.writing() as session:
        staff = Staff(login="li", name="李", role=Role.DUTY, active=True, created_at=NOW)
        session.add(staff)
        await session.flush()
        await session.execute(
            text("CREATE TEMP TABLE pool (n int, story bytea, phone bytea, area bytea, who bytea)")
        )
        pool = [
            {
                "n": n,
                "story": vault.seal(f"{STORY}{n}", DESCRIPTION),
                "phone": vault.seal(f"138{n:08d}", PHONE),
                "area": vault.seal("幸福里社区3号楼", AREA),
                "who": vault.seal(f"139{n:08d}", IDENTIFIER),
            }
            for n in range(POOL)
        ]
        await session.execute(
            text("INSERT INTO pool VALUES (:n, :story, :phone, :area, :who)"), pool
        )
        await session.execute(text("SET LOCAL statement_timeout = 0"))
        for start in range(0, leads, 10_000):
            end = min(start + 10_000, leads)
            await _fill_part(session, staff.id, start, end, each, (ago, open_one_in))
    async with database.engine.connect() as connection:
        whole = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await whole.execute(text("VACUUM (ANALYZE) lead"))
    return staff


async def _fill_part(
    session: Any, staff_id: int, start: int, end: int, each: int, when: tuple[str, int]
) -> None:
    ago, open_one_in = when
    states = ", ".join(f"'{state}'" for state in STATES)
    risks = ", ".join(f"'{risk}'" for risk in Risk)
    categories = ", ".join(f"'{one}'" for one in CATEGORIES)
    numbers = {"first": start + 1, "last": end, "staff": staff_id, "now": NOW, "pool": POOL}
    numbers["each"] = each
    await session.execute(
        text(f"""
        INSERT INTO lead (number, kind, risk, state, channel, happened, contact_channel,
            transferred, amount_fen, category, street, area_station, description_sealed,
            phone_sealed, phone_hash, area_sealed, assignee_id,
            received_at, due_at, step_due_at, version, reminded, prank, traced)
        SELECT 'FZ' || lpad(i::text, 12, '0'), 'bot_report',
            (ARRAY[{risks}])[1 + i % 4],
            CASE WHEN i % {open_one_in} = 0
                THEN (ARRAY[{states}])[1 + (i * 7 / 4) % {len(STATES)}] ELSE 'closed' END,
            'web', 'paid', 'phone', true, i % 1000 * 10000,
            (ARRAY[{categories}])[1 + i % {len(CATEGORIES)}], 'street ' || i % 12,
            'station ' || i % {STATIONS}, pool.story, pool.phone, md5(i::text), pool.area,
            CASE WHEN i % CAST(:each AS int) = 0 THEN CAST(:staff AS bigint) END,
            CAST(:now AS timestamptz) - make_interval(secs => {ago}),
            CAST(:now AS timestamptz) - make_interval(secs => {ago}),
            CASE WHEN i % 5 > 0 THEN
                CAST(:now AS timestamptz) + make_interval(secs => (i * 37 % 600000) - 300000) END,
            0, 0, false, true
        FROM generate_series(CAST(:first AS int), CAST(:last AS int)) i
        JOIN pool ON pool.n = i % CAST(:pool AS int)
        ORDER BY i"""),  # noqa: S608 - words of our own
        numbers,
    )
    await session.execute(
        text("""
        INSERT INTO suspect_identifier (lead_id, kind, value_sealed, value_hash)
        SELECT lead.id, 'phone', pool.who, md5(lead.id::text)
        FROM lead JOIN pool ON pool.n = lead.id % CAST(:pool AS int)
        WHERE lead.id BETWEEN :first AND :last"""),
        {"first": start + 1, "last": end, "pool": POOL},
    )


async def time_lists(database: Database, staff: Staff, runs: int) -> tuple[float, dict[str, int]]:
    """The slowest list in milliseconds, and how many lines each has."""
    took: dict[str, float] = {}
    lines: dict[str, int] = {}
    for name, chosen in LISTS.items():
        spans = []
        for _ in range(runs):
            async with database.reading() as session:
                await session.connection()
                begun = time.perf_counter()
                page = await queue_page(session, staff, NOW, limit=30, **chosen)
                spans.append((time.perf_counter() - begun) * 1000)
        took[name], lines[name] = statistics.median(spans), len(page.lines)
    Console().print({name: f"{span:.1f} ms" for name, span in took.items()})
    return max(took.values()), lines


async def plan(database: Database, chosen: QueueFilter) -> str:
    """How PostgreSQL answers one list."""
    query = queue_query(chosen).limit(30)
    compiled = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    async with database.reading() as session:
        rows = await session.execute(text(f"EXPLAIN (ANALYZE, COSTS OFF) {compiled}"))
        return "\n".join(row[0] for row in rows)


async def time_pull(database: Database, leads: int) -> tuple[float, int, int]:
    """Leads a second, how many came, and how many of them twice."""
    await make_pullable(database, most=leads)
    system = System(1, "bench", frozenset(Scope), stale=False)
    after, seen, pulled = "", set[str](), 0
    begun, busy = time.perf_counter(), time.process_time()
    while pulled < leads:
        async with database.reading() as session:
            page = await pull_page(session, system, after, MOST_LEADS)
        to_json({"leads": page.leads, "next": page.next, "more": page.more})
        if not page.leads:
            break
        pulled += len(page.leads)
        seen |= {lead["number"] for lead in page.leads}
        after = page.next
    span, busy = time.perf_counter() - begun, time.process_time() - busy
    Console().print(f"pull: {busy / pulled * 1e6:.1f} µs of processor time a lead")
    return pulled / span, pulled, pulled - len(seen)


def report(figures: Mapping[str, float], counts: Counts, leads: int) -> int:
    """Print the table; 1 where a goal is missed or a count is wrong."""
    table = Table("measure", "goal", "figure", "")
    missed = wrong_counts(counts, leads)
    for name, figure in figures.items():
        less = name == "queue page"
        good = figure <= GOALS[name] if less else figure >= GOALS[name]
        sign = "≤" if less else "≥"
        goal, unit = f"{sign} {GOALS[name]:,.0f} {UNITS[name]}", UNITS[name]
        table.add_row(name, goal, f"{figure:,.1f} {unit}", "ok" if good else "short")
        missed = missed or not good
    Console().print(table)
    return int(missed)


def wrong_counts(counts: Counts, leads: int) -> bool:
    """Whether leads are missing, were pulled twice, or a list is empty."""
    whole = counts.leads == leads and counts.pulled == min(leads, PULLED)
    return not whole or counts.twice > 0 or not all(counts.lines.values())


if __name__ == "__main__":
    raise SystemExit(main())
