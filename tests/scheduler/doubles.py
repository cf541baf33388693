"""A clock to turn by hand and a sender that does what it is told."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.services.outgoing import Outgoing
from bot.storage.database import Database
from bot.storage.outbox import OutboxMessage, Priority
from scheduler.outbox import OutboxWorker
from scheduler.senders.base import Delivered, SendResult
from tests.services.broadcasting import NOON, queue_text, row_of


@dataclass
class HandClock:
    """Stands still until turned."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class ScriptedSender:
    """Delivers everything, except where `script` has results for an address, used one by one."""

    channel: str = "telegram"
    concurrency: int = 5
    script: dict[str, Iterator[SendResult | BaseException]] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    most_at_once: int = 0
    closed: bool = False
    _at_once: int = 0

    async def send(self, address: str, message: Outgoing) -> SendResult:
        self.tried.append(message.text)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await (self.hold.wait() if self.hold else asyncio.sleep(0))
        finally:
            self._at_once -= 1
        result = next(self.script.get(address, iter(())), Delivered("7"))
        if isinstance(result, BaseException):
            raise result
        if isinstance(result, Delivered):
            self.sent.append((address, message.text))
        return result

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.sent]

    async def close(self) -> None:
        self.closed = True


def worker_of(
    database: Database, sender: ScriptedSender, clock: HandClock, holder: str = "w1"
) -> OutboxWorker:
    return OutboxWorker(database, sender, holder=holder, now=clock)


async def queue(database: Database, *keys: str, priority: Priority = Priority.RECEIPT) -> None:
    async with database.writing() as session:
        for key in keys:
            await queue_text(session, key, priority=priority, address=f"to-{key}")


async def state_of(database: Database, key: str) -> OutboxMessage:
    async with database.reading() as session:
        row = await row_of(session, key)
        session.expunge(row)
        return row
