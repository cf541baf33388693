"""The clock: APScheduler turns time into rows, in the one process that holds the lease."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.logs import where
from bot.settings import Settings
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.leases import Guard
from bot.times import SHANGHAI
from bot.times import now as present_moment
from scheduler.jobs import JOBS, Job
from scheduler.leadership import Leadership

LEASE = "clock"
STOP_WITHIN_SECONDS = 3

log = structlog.get_logger(__name__)


class Clock:
    """Every process may run one; only the holder's ticks do anything."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        holder: str,
        jobs: Sequence[Job] = JOBS,
        now: Callable[[], datetime] = present_moment,
        guard: Guard | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._jobs = jobs
        self._now = now
        self._leadership = Leadership(database, LEASE, holder, now, guard)
        self._asking = asyncio.Lock()
        self._running: set[asyncio.Task[object]] = set()
        self._ticks = AsyncIOScheduler(
            timezone=SHANGHAI,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until `stop`."""
        self._start()
        try:
            await stop.wait()
        finally:
            await self._stop()

    def _start(self) -> None:
        for job in self._jobs:
            first = {"next_run_time": datetime.now(SHANGHAI)} if job.at_start else {}
            self._ticks.add_job(self.tick, job.trigger, args=[job], id=job.name, **first)
        self._ticks.start()

    async def tick(self, job: Job) -> bool:
        """Do a job if this process holds the clock; a job that breaks does not stop the others."""
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            async with self._asking:
                held = await self._leadership.hold()
            if held:
                await job.do(self._database, self._settings, self._now())
        except DatabaseUnavailableError:
            log.warning("clock_database_unavailable", job=job.name)
            return False
        except Exception as error:
            log.error("job_broke", job=job.name, **where(error))
            return False
        return held

    async def _stop(self) -> None:
        self._ticks.pause()
        if self._running:
            await asyncio.wait(set(self._running), timeout=STOP_WITHIN_SECONDS)
        self._ticks.shutdown(wait=False)
        await asyncio.sleep(0)
        try:
            await self._leadership.release()
        except DatabaseUnavailableError:
            log.warning("lease_not_released", name=LEASE)
