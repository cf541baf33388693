"""Two whole schedulers on PostgreSQL, killed in turn while a campaign goes out.

Clock and workers run as `fanzha scheduler` composes them; only the sender is ours: it appends a
line for every send before it is marked, as a real message would have left. The campaign comes
again every day and its time passed seven times while nothing ran, so it must go out once. The
schedulers' clock begins at noon of an ordinary day, whenever this runs.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import structlog
from sqlalchemy import func, select

from bench.goals import Goal
from bot.services.campaigns import Selector
from bot.services.outgoing import Outgoing
from bot.settings import Settings
from bot.storage.broadcasts import Broadcast, BroadcastState, Late, Occurrence
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.groups import ADDRESS, CommunityGroup
from bot.storage.leases import Lease
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.staff import Role, Staff
from bot.storage.vault import Vault
from scheduler import jobs, outbox, run
from scheduler.clock import LEASE
from scheduler.senders.base import Delivered, SendResult

AT_ONCE = 20
READY = "ready"
"""What a process writes before its first send."""
VAULT = Vault({1: b"k" * 32}, b"f" * 32)
ROOT = Path(__file__).parents[1]
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""Tuesday, 12:00 in Shanghai."""
MISSED_DAYS = 7
EVERY_THIRD = 3
"""Of the kills one in so many hits the holder of the clock, the others whoever sends."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How many groups, after how many arrivals somebody is killed, and how long a claim holds.

    Nobody is killed while only one of the `schedulers` has started.

    The claim is shorter than in service, so that what was in flight at a kill is taken up within
    the run; targets are queued in ten transactions, so that kills meet these, too.
    """

    groups: int
    every: int
    claim: timedelta = timedelta(seconds=10)
    schedulers: int = 2


class FileSender:
    """Writes down what it sends: moment, process, address."""

    channel = "telegram"
    concurrency = AT_ONCE

    def __init__(self, log: Path) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(self._log, f"{time.time()} {os.getpid()} {READY}\n".encode())

    async def send(self, address: str, message: Outgoing) -> SendResult:
        """One line, written whole."""
        os.write(self._log, f"{time.time()} {os.getpid()} {address}\n".encode())
        await asyncio.sleep(0.01)
        return Delivered("1")

    async def close(self) -> None:
        """Nothing to give back."""


async def serve(url: str, log: Path, begun: float, claim: float, queued_at_once: int) -> None:
    """One scheduler, until it is killed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    outbox.CLAIM_LENGTH = timedelta(seconds=claim)
    jobs.QUEUED_AT_ONCE = queued_at_once
    run.make_senders = lambda settings, limiter: [FileSender(log)]
    settings = Settings(_env_file=None, data_dir=log.parent / "data")
    database = Database(url, VAULT)
    await run.run_scheduler(database, settings, stop=asyncio.Event(), now=_clock_from(begun))


def _clock_from(begun: float) -> Callable[[], datetime]:
    return lambda: NOON + timedelta(seconds=time.time() - begun)


async def killed(database: Database, trial: Trial, folder: Path) -> list[Goal]:
    """Plan, run two schedulers, kill one of them after each `every` arrivals, count.

    Only first arrivals count: rows met in flight again and again would be killed until given up.
    """
    chance = Random(7)
    begun = time.time()
    await _plan(database, trial.groups)
    log = folder / "sent.log"
    log.touch()
    url = database.url.render_as_string(hide_password=False)
    command = [url, log, begun, trial.claim.total_seconds(), max(trial.groups // 10, 1)]
    running = [Child(command) for _ in range(trial.schedulers)]
    kills: list[tuple[float, int]] = []
    next_kill = trial.every
    try:
        while await _left(database, trial.groups) and time.time() - begun < 600:
            await asyncio.sleep(0.05)
            sending, ready, arrived = _alive(log, {one.pid for one in running})
            if arrived < next_kill or not sending or len(ready) < 2:
                continue
            by_clock = len(kills) % EVERY_THIRD == EVERY_THIRD - 1
            victim = await _clock_holder(database, ready) if by_clock else sending
            for one in running:
                if one.pid == victim:
                    one.kill()
            kills.append((time.time(), victim))
            running = [one for one in running if one.pid != victim]
            if len(running) < 2:
                running.append(Child(command))
            next_kill = arrived + trial.every + chance.randrange(trial.every // 4)
        await _until_done(database)
    finally:
        for one in running:
            one.kill()
    return [
        *_judge(log.read_text(), await _rows(database), trial.groups, kills),
        *await _judge_campaign(database),
    ]


async def _plan(database: Database, groups: int) -> None:
    """Groups, and a campaign of every day whose time passed while nothing ran."""
    missed = NOON - timedelta(days=MISSED_DAYS, hours=3)
    async with database.writing() as session:
        staff = Staff(login="wang", name="王", role=Role.GRID, active=True, created_at=missed)
        session.add(staff)
        await session.flush()
        rows = [
            {
                "channel": "telegram",
                "title": f"{number} 号楼",
                "address_sealed": database.vault.seal(str(number), ADDRESS),
                "address_hash": database.vault.fingerprint(str(number), ADDRESS),
                "active": True,
                "added_by": staff.id,
                "added_at": missed,
                "audiences": "",
            }
            for number in range(groups)
        ]
        for start in range(0, groups, 2000):
            await session.execute(insert(session, CommunityGroup), rows[start : start + 2000])
        session.add(
            Broadcast(
                dedupe_key="bench",
                template="",
                text="陌生人让您转账，先停下，拨 96110 问一问。",
                state=BroadcastState.SCHEDULED,
                created_by=staff.id,
                created_at=missed,
                send_at=missed,
                rule="daily 09:00",
                late=Late.ONCE,
                selector=Selector().to_json(None),
            )
        )


class Child:
    """A scheduler process."""

    def __init__(self, arguments: Sequence[object]) -> None:
        command = [sys.executable, "-m", "bench.broadcast_kill", *map(str, arguments)]
        null = os.open(os.devnull, os.O_WRONLY)
        self.pid = os.posix_spawn(
            sys.executable,
            command,
            {**os.environ, "PYTHONPATH": str(ROOT)},
            file_actions=[(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)],
        )
        os.close(null)

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


async def _left(database: Database, groups: int) -> int:
    """Targets that have not come to an end, those not queued yet among them."""
    ended = (DeliveryState.QUEUED, DeliveryState.SENDING)
    query = select(func.count()).select_from(OutboxMessage)
    async with database.reading() as session:
        done = await session.scalar(query.where(OutboxMessage.state.not_in(ended))) or 0
    return groups - done


async def _until_done(database: Database) -> None:
    """Wait for the clock to note that the last target of the occurrence was queued."""
    query = select(func.count()).select_from(Occurrence).where(Occurrence.filled_at.is_(None))
    async with asyncio.timeout(30):
        while True:
            async with database.reading() as session:
                if not await session.scalar(query):
                    return
            await asyncio.sleep(0.05)


async def _clock_holder(database: Database, running: Collection[int]) -> int:
    """The running process that holds the clock; any of them where none does just now."""
    async with database.reading() as session:
        holder = await session.scalar(select(Lease.holder).where(Lease.name == LEASE)) or ""
    pids = {str(pid): pid for pid in running}
    return next((pids[part] for part in holder.split(":") if part in pids), min(running))


def _alive(log: Path, running: set[int]) -> tuple[int, set[int], int]:
    """The running process that sent last, 0 for none; those that are ready; how many arrived."""
    lines = [line.split() for line in log.read_text().splitlines()]
    ready = {int(line[1]) for line in lines if line[2:] == [READY]} & running
    sends = [(int(line[1]), line[2]) for line in lines if len(line) == 3 and line[2] != READY]
    last = sends[-1][0] if sends else 0
    return (last if last in running else 0), ready, len({address for _, address in sends})


async def _rows(database: Database) -> dict[str, OutboxMessage]:
    """What the database says, by address."""
    query = select(CommunityGroup.title, OutboxMessage).join(
        CommunityGroup, CommunityGroup.id == OutboxMessage.group_id
    )
    async with database.reading() as session:
        return {title.split()[0]: row for title, row in await session.execute(query)}


def _judge(
    written: str,
    rows: dict[str, OutboxMessage],
    messages: int,
    kills: list[tuple[float, int]],
) -> list[Goal]:
    """What the file says against what the database says."""
    lines = [line.split() for line in written.splitlines() if not line.endswith(READY)]
    sent = Counter(address for _, _, address in lines)
    twice = {address for address, count in sent.items() if count > 1}
    shown = {address for address, row in rows.items() if row.attempts > 1}
    marked = sum(row.state == DeliveryState.SENT for row in rows.values())
    gaps = []
    for moment, pid in kills:
        after = [float(at) for at, by, _ in lines if float(at) > moment and int(by) != pid]
        if after:
            gaps.append(min(after) - moment)
    return [
        Goal(f"of {messages} sends, {len(kills)} kills -9: never sent", 0, messages - len(sent)),
        Goal("not marked as sent", 0, messages - marked),
        Goal("sent twice though not in flight at a kill", 0, len(twice - shown)),
        Goal("sent twice, each listed by its attempts", len(kills) * AT_ONCE, len(twice)),
        Goal("kills", 1, len(kills), least=True),
        Goal("the next one sends after a kill, s", 2, max(gaps, default=0.0)),
    ]


async def _judge_campaign(database: Database) -> list[Goal]:
    """Seven days missed are one going-out, and the next is tomorrow's."""
    async with database.reading() as session:
        slots = await session.scalar(select(func.count()).select_from(Occurrence))
        cast = (await session.scalars(select(Broadcast))).one()
    ahead = (cast.send_at - NOON) / timedelta(days=1)
    return [
        Goal(f"goings-out more or fewer than one for {MISSED_DAYS} days missed", 0, abs(slots - 1)),
        Goal("days until the next one", 1, ahead),
        Goal("next one already due", 0, int(ahead <= 0)),
    ]


if __name__ == "__main__":
    asyncio.run(
        serve(
            sys.argv[1],
            Path(sys.argv[2]),
            float(sys.argv[3]),
            float(sys.argv[4]),
            int(sys.argv[5]),
        )
    )
