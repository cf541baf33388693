"""The outbox worker: claims due messages, sends them outside any transaction, marks their end."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.logs import where
from bot.settings import Settings
from bot.storage import claims
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.leases import Guard
from bot.storage.outbox import Priority
from bot.times import now as present_moment
from scheduler.budget import Turns
from scheduler.leadership import Leadership
from scheduler.outcomes import MOST_ATTEMPTS, InHand, keep_outcome, take_in_hand
from scheduler.quiet import Quiet
from scheduler.senders.base import (
    GROUP_PAUSE,
    Delivered,
    Failed,
    PutOff,
    Sender,
    SendResult,
)

POLL = timedelta(seconds=0.5)
REST_AFTER_TROUBLE = timedelta(seconds=2)
SEND_LIMIT = timedelta(seconds=40)
CLAIM_LENGTH = timedelta(seconds=90)
"""Longer than a send and the marking of its end can take, so that a claim outlives its send."""
KEEP_AGAIN_AFTER = timedelta(seconds=1)
STOP_WITHIN = timedelta(seconds=4)

log = structlog.get_logger(__name__)


class OutboxWorker:
    """Sends what is due on one channel while it holds the channel's lease.

    With `settings` it heeds the rules in force, also where what was queued goes on into the night.
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        holder: str,
        now: Callable[[], datetime] = present_moment,
        guard: Guard | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.holder = holder
        self._database = database
        self._sender = sender
        self._now = now
        self._leadership = Leadership(database, f"sender:{sender.channel}", holder, now, guard)
        self._in_hand: dict[asyncio.Task[None], InHand] = {}
        self._resting: dict[int, datetime] = {}
        self._turns = Turns()
        self._quiet = Quiet(database, sender.channel, settings, now)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop`; then finish what is in hand, for a few seconds at most."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                rest = await self._round()
                await asyncio.wait(
                    [stopped, *self._in_hand],
                    timeout=rest.total_seconds(),
                    return_when=asyncio.FIRST_COMPLETED,
                )
        finally:
            stopped.cancel()
            await self._finish()

    async def _round(self) -> timedelta:
        """One look at the queue; how long to rest after it. One channel's trouble stays its own."""
        try:
            await self.begin_due()
        except Exception as error:
            log.error("outbox_round_broke", channel=self._sender.channel, **where(error))
            return REST_AFTER_TROUBLE
        return POLL

    async def deliver_due(self) -> int:
        """Send what is due now and wait for its end; returns how many sends began."""
        begun = await self.begin_due()
        while self._in_hand:
            await asyncio.wait(list(self._in_hand))
        return begun

    async def begin_due(self) -> int:
        """Claim due messages and begin sending them, as many as may be in hand at once."""
        begun = 0
        while await self._leadership.hold():
            claimed = await self._claim()
            if not claimed:
                break
            for in_hand in claimed:
                task = asyncio.create_task(self._deliver(in_hand))
                self._in_hand[task] = in_hand
                task.add_done_callback(self._let_go)
            begun += len(claimed)
        return begun

    async def _claim(self) -> list[InHand]:
        free = self._sender.concurrency - len(self._in_hand)
        moment = self._now()
        busy = self._busy_groups(moment)
        if free <= 0:
            return []
        held = Priority.CAMPAIGN if await self._quiet.holds() else None
        async with self._database.reading() as session:
            if not await claims.anything_due(
                session,
                channel=self._sender.channel,
                now=moment,
                except_groups=busy,
                except_priority=held,
            ):
                return []
        async with self._database.writing() as session:
            rows = await claims.claim_due(
                session,
                worker=self.holder,
                channel=self._sender.channel,
                limit=free,
                now=moment,
                lease=CLAIM_LENGTH,
                except_groups=busy,
                except_priority=held,
                fair_turn=self._turns.next(),
            )
        return [take_in_hand(self._database.vault, row, moment + CLAIM_LENGTH) for row in rows]

    def _busy_groups(self, moment: datetime) -> set[int]:
        self._resting = {
            group_id: until for group_id, until in self._resting.items() if until > moment
        }
        sending = {row.group_id for row in self._in_hand.values() if row.group_id is not None}
        return sending | set(self._resting)

    async def _deliver(self, row: InHand) -> None:
        result = await self._send(row)
        if row.group_id is not None and isinstance(result, Delivered | PutOff):
            asked = result.wait if isinstance(result, PutOff) else None
            self._resting[row.group_id] = self._now() + max(GROUP_PAUSE, asked or GROUP_PAUSE)
        while not await self._keep(row, result):
            if self._now() >= row.claimed_until:
                log.warning("outbox_end_not_kept", message=row.id)
                return
            await asyncio.sleep(KEEP_AGAIN_AFTER.total_seconds())

    async def _send(self, row: InHand) -> SendResult:
        if row.message is None:
            return Failed("not readable")
        if row.attempts > MOST_ATTEMPTS:
            return Failed("never came to an end")
        try:
            async with asyncio.timeout(SEND_LIMIT.total_seconds()):
                return await self._sender.send(row.address, row.message)
        except TimeoutError:
            return PutOff("timed out")
        except Exception as error:
            log.error("outbox_send_broke", message=row.id, **where(error))
            return PutOff(type(error).__name__)

    async def _keep(self, row: InHand, result: SendResult) -> bool:
        try:
            async with self._database.writing() as session:
                state = await keep_outcome(session, row, result, self.holder, self._now())
        except DatabaseUnavailableError:
            return False
        log.info(
            "outbox_message",
            message=row.id,
            channel=self._sender.channel,
            state=state,
            attempts=row.attempts,
        )
        return True

    def _let_go(self, task: asyncio.Task[None]) -> None:
        row = self._in_hand.pop(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("outbox_message_broke", message=row.id, **where(error))

    async def _finish(self) -> None:
        if self._in_hand:
            _, late = await asyncio.wait(list(self._in_hand), timeout=STOP_WITHIN.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            await self._leadership.release()
        except DatabaseUnavailableError:
            log.warning("lease_not_released", name=self._leadership.name)
