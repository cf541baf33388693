"""Does every broadcast arrive, in time, once: `make bench-broadcast`.

The budget runs against the Bot API double's own flood clock: ten thousand groups on a simulated
clock, three hundred in real time over HTTP. Then a large campaign is queued, and schedulers are
killed while they send.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aiogram import Bot
from rich.console import Console
from sqlalchemy import func, select, text

from bench.broadcast_budget import OVERALL, REPLIES_A_SECOND, simulated
from bench.broadcast_kill import Trial, killed
from bench.goals import Goal, report
from bench.postgres import postgres
from bench.report_parts import fresh
from bot.channels.telegram import telegram_bot
from bot.services.campaigns import Selector
from bot.services.going_out import make_due_occurrences
from bot.services.sending_rules import Rules
from bot.settings import Settings
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.groups import ADDRESS, CommunityGroup
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.staff import Role, Staff
from bot.storage.targets import unfilled
from scheduler.budget import Limiter
from scheduler.jobs import QUEUED_AT_ONCE
from scheduler.outbox import OutboxWorker
from scheduler.senders.telegram import TelegramSender
from tests.botapi import BotApiServer
from tests.botapi.model import Chat

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MEMORY_MB = 60
TOKEN = "123456:TESTTESTTESTTESTTESTTEST"  # noqa: S105
NO_RULES = Rules(None, 99, ())


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    simulated: int = 10_000
    over_http: int = 300
    targets: int = 100_000
    killed: int = 20_000
    kill_every: int = 350


SMALL = Sizes(simulated=1000, over_http=25, targets=4000, killed=600, kill_every=150)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a run of a minute")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sizes = SMALL if parser.parse_args(arguments).small else Sizes()
    found = simulated(sizes.simulated) + simulated(sizes.simulated, burst=50)
    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder, postgres() as url:
        sqlite = f"sqlite+aiosqlite:///{Path(folder)}/bench.sqlite3"
        found += asyncio.run(over_http(sqlite, sizes.over_http))
        for name, where in (("SQLite", sqlite), ("PostgreSQL", url)):
            found += asyncio.run(queued(where, name, sizes.targets))
        found += asyncio.run(survive(url, sizes, Path(folder)))
    return report(found, Console(width=120))


async def over_http(url: str, groups: int) -> list[Goal]:
    """The real worker and sender, and answers beside them, in real time."""
    database = await fresh(url)
    async with BotApiServer() as api:
        bot = api.add_bot(TOKEN)
        chats = [api.add_group(f"{n} 号楼", members=[], bots=[bot]) for n in range(groups)]
        residents = [api.private_chat(bot, api.add_user(f"居民{n}")) for n in range(groups)]
        flood = api.flood()
        staff = await _fill_groups(database, [chat.id for chat in chats])
        await _queue_notice(database, staff)
        limiter = Limiter()
        sender = TelegramSender(bot.token, api.url, limiter)
        worker = OutboxWorker(database, sender, holder="bench", now=lambda: datetime.now(UTC))
        stop = asyncio.Event()
        settings = Settings(_env_file=None, telegram_token=bot.token, telegram_api=api.url)
        answering = asyncio.create_task(_answer(telegram_bot(settings, limiter), residents, stop))
        begun = time.perf_counter()
        running = asyncio.create_task(worker.run(stop))
        while await _count(database, DeliveryState.SENT) < groups:
            if time.perf_counter() - begun > groups:
                break
            await asyncio.sleep(0.1)
        stop.set()
        await asyncio.gather(running, answering)
        await sender.close()
        arrived = [len(api.messages(chat)) for chat in chats]
        meant = {chat.id for chat in chats}
        moments = [
            call.time for call in api.calls("sendMessage") if int(call.params["chat_id"]) in meant
        ]
        took = moments[-1] - moments[0]
    await database.close()
    floor = groups / (OVERALL - REPLIES_A_SECOND)
    return [
        Goal(f"{groups} groups over HTTP: × the floor of {floor:.0f} s", 1.05, took / floor),
        Goal("429 answers over HTTP", 0, flood.refused),
        Goal("groups with other than one message", 0, sum(count != 1 for count in arrived)),
    ]


async def _answer(bot: Bot, residents: Sequence[Chat], stop: asyncio.Event) -> None:
    """What the dialogue sends meanwhile: answers, evenly, each to another resident."""
    for number in range(10 * len(residents)):
        if stop.is_set():
            break
        await bot.send_message(residents[number % len(residents)].id, "收到")
        await asyncio.sleep(1 / REPLIES_A_SECOND)
    await bot.session.close()


async def queued(url: str, name: str, targets: int) -> list[Goal]:
    """One approval that reaches everybody: until every target is in the outbox."""
    database = await fresh(url)
    await _fill_groups(database, range(-1, -targets - 1, -1))
    async with database.writing() as session:
        staff = (await session.scalars(select(Staff))).one()
        selector = Selector(channels=("telegram",)).to_json(None)
        session.add(_campaign(staff, selector))
    before, begun = _memory(), time.perf_counter()
    worked = await _processor(database)
    going = True
    while going:
        async with database.writing() as session:
            await make_due_occurrences(session, NOON, NO_RULES, most=QUEUED_AT_ONCE)
            going = bool(await unfilled(session, 1))
    took, grew = time.perf_counter() - begun, _memory() - before
    worked = await _processor(database) - worked
    kept = await _count(database, DeliveryState.QUEUED)
    await database.close()
    return [
        Goal(f"{targets} targets queued on {name}, s", 5, took),
        Goal(f"processor time for it, server and we, on {name}, s", 5, worked),
        Goal(f"targets missing on {name}", 0, targets - kept),
        Goal(f"memory grown by on {name}, MB", MEMORY_MB, grew),
    ]


async def survive(url: str, sizes: Sizes, folder: Path) -> list[Goal]:
    """Kill -9 while it sends."""
    database = await fresh(url)
    try:
        return await killed(database, Trial(sizes.killed, sizes.kill_every), folder)
    finally:
        await database.close()


def _campaign(staff: Staff, selector: str | None) -> Broadcast:
    return Broadcast(
        dedupe_key=f"bench:{time.perf_counter_ns()}",
        template="",
        text="陌生人让您转账,先停下,拨 96110 问一问。",
        state=BroadcastState.SCHEDULED,
        created_by=staff.id,
        created_at=NOON,
        send_at=NOON,
        selector=selector,
    )


async def _fill_groups(database: Database, chat_ids: Sequence[int]) -> Staff:
    async with database.writing() as session:
        staff = Staff(login="wang", name="王", role=Role.GRID, active=True, created_at=NOON)
        session.add(staff)
        await session.flush()
        vault = database.vault
        for start in range(0, len(chat_ids), 5000):
            rows = [
                {
                    "channel": "telegram",
                    "title": f"{-chat} 号楼",
                    "address_sealed": vault.seal(str(chat), ADDRESS),
                    "address_hash": vault.fingerprint(str(chat), ADDRESS),
                    "active": True,
                    "added_by": staff.id,
                    "added_at": NOON,
                    "audiences": "",
                }
                for chat in chat_ids[start : start + 5000]
            ]
            await session.execute(insert(session, CommunityGroup), rows)
    return staff


async def _queue_notice(database: Database, staff: Staff) -> None:
    async with database.writing() as session:
        session.add(_campaign(staff, Selector().to_json(None)))
        await session.flush()
        await make_due_occurrences(session, NOON, NO_RULES)


async def _count(database: Database, state: DeliveryState) -> int:
    query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == state)
    async with database.reading() as session:
        return await session.scalar(query) or 0


async def _processor(database: Database) -> float:
    """Seconds of processor time that we and the database's server have used so far."""
    if database.engine.dialect.name == "sqlite":
        return time.process_time()
    async with database.reading() as session:
        folder = await session.scalar(text("SHOW data_directory"))
    return time.process_time() + _used_by_children(Path(str(folder), "postmaster.pid"))


def _used_by_children(pid_file: Path) -> float:
    server, ticks = pid_file.read_text().split()[0], 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:13])) if fields[1] == server else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    raise SystemExit(main())
