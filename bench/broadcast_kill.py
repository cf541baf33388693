"""Two schedulers on PostgreSQL, killed in turn while they send; what arrived stands in a file.

The sender appends a line for every send before it is marked, as a real message would have left.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import structlog
from sqlalchemy import func, select

from bench.goals import Goal
from bot.services.outgoing import Outgoing
from bot.storage.database import Database
from bot.storage.leases import Guard
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority, queue_message
from bot.storage.vault import Vault
from scheduler import outbox
from scheduler.run import new_holder
from scheduler.senders.base import Delivered, SendResult

AT_ONCE = 20
CLAIM = timedelta(seconds=10)
"""Shorter than in service, so that what was in flight at a kill is taken up within the run."""
READY = "ready"
"""What a process writes before its first send."""
VAULT = Vault({1: b"k" * 32}, b"f" * 32)
ROOT = Path(__file__).parents[1]


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


async def serve(url: str, log: Path) -> None:
    """One scheduler's sending half, until it is killed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    outbox.CLAIM_LENGTH = CLAIM
    database = Database(url, VAULT)
    holder = new_holder()
    guard = Guard(database, holder)
    worker = outbox.OutboxWorker(
        database, FileSender(log), holder=holder, now=lambda: datetime.now(UTC), guard=guard
    )
    await worker.run(asyncio.Event())


async def killed(database: Database, messages: int, every: int, folder: Path) -> list[Goal]:
    """Queue, run two schedulers, kill the one that sends after each `every` arrivals, count.

    Only first arrivals count: rows met in flight again and again would be killed until given up.
    """
    chance = Random(7)
    url = database.url.render_as_string(hide_password=False)
    now = datetime.now(UTC)
    async with database.writing() as session:
        for number in range(messages):
            await queue_message(
                session,
                dedupe_key=f"bench:{number}",
                priority=Priority.CAMPAIGN,
                channel="telegram",
                address=str(number),
                payload=Outgoing("提醒").to_json(),
                due_at=now,
                now=now,
            )
    log = folder / "sent.log"
    log.touch()
    running = [Child(url, log) for _ in range(2)]
    kills: list[tuple[float, int]] = []
    begun = time.time()
    next_kill = every
    try:
        while await _waiting(database) and time.time() - begun < 600:
            await asyncio.sleep(0.05)
            sending, ready, arrived = _alive(log, {one.pid for one in running})
            if arrived >= next_kill and sending and len(ready) > 1:
                for one in running:
                    if one.pid == sending:
                        one.kill()
                kills.append((time.time(), sending))
                running = [one for one in running if one.pid != sending] + [Child(url, log)]
                next_kill = arrived + every + chance.randrange(every // 4)
    finally:
        for one in running:
            one.kill()
    return _judge(log.read_text(), await _rows(database), messages, kills)


class Child:
    """A scheduler process."""

    def __init__(self, url: str, log: Path) -> None:
        command = [sys.executable, "-m", "bench.broadcast_kill", url, str(log)]
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


async def _waiting(database: Database) -> int:
    query = select(func.count()).select_from(OutboxMessage)
    open_states = (DeliveryState.QUEUED, DeliveryState.SENDING)
    async with database.reading() as session:
        return await session.scalar(query.where(OutboxMessage.state.in_(open_states))) or 0


def _alive(log: Path, running: set[int]) -> tuple[int, set[int], int]:
    """The running process that sent last, 0 for none; those that are ready; how many arrived."""
    lines = [line.split() for line in log.read_text().splitlines()]
    ready = {int(line[1]) for line in lines if line[2:] == [READY]} & running
    sends = [(int(line[1]), line[2]) for line in lines if len(line) == 3 and line[2] != READY]
    last = sends[-1][0] if sends else 0
    return (last if last in running else 0), ready, len({address for _, address in sends})


async def _rows(database: Database) -> Sequence[OutboxMessage]:
    async with database.reading() as session:
        return (await session.scalars(select(OutboxMessage))).all()


def _judge(
    written: str,
    rows: Sequence[OutboxMessage],
    messages: int,
    kills: list[tuple[float, int]],
) -> list[Goal]:
    """What the file says against what the database says."""
    lines = [line.split() for line in written.splitlines() if not line.endswith(READY)]
    sent = Counter(address for _, _, address in lines)
    twice = {address for address, count in sent.items() if count > 1}
    shown = {row.dedupe_key.split(":")[1] for row in rows if row.attempts > 1}
    gaps = []
    for moment, pid in kills:
        after = [float(at) for at, by, _ in lines if float(at) > moment and int(by) != pid]
        if after:
            gaps.append(min(after) - moment)
    return [
        Goal(f"of {messages} sends, {len(kills)} kills -9: never sent", 0, messages - len(sent)),
        Goal("not marked as sent", 0, sum(row.state != DeliveryState.SENT for row in rows)),
        Goal("sent twice though not in flight at a kill", 0, len(twice - shown)),
        Goal("sent twice, each listed by its attempts", len(kills) * AT_ONCE, len(twice)),
        Goal("kills", 1, len(kills), least=True),
        Goal("the next one sends after a kill, s", 2, max(gaps, default=0.0)),
    ]


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2])))
