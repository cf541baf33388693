"""The table of jobs: what time alone sets going."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.services.broadcasts import broadcasts_wait, make_due_occurrences
from bot.services.retention import purge
from bot.settings import Settings
from bot.storage.database import Database
from bot.times import SHANGHAI

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again; `at_start` also once when the clock starts."""

    name: str
    trigger: BaseTrigger
    do: Callable[[Database, Settings, datetime], Awaitable[None]]
    at_start: bool = False


async def go_out(database: Database, settings: Settings, now: datetime) -> None:
    """Put due broadcasts into the outbox; writes only where something waits."""
    async with database.reading() as session:
        if not await broadcasts_wait(session, now):
            return
    async with database.writing() as session:
        made = await make_due_occurrences(session, now)
    if made:
        log.info("broadcasts_went_out", count=made)


async def forget(database: Database, settings: Settings, now: datetime) -> None:
    """Delete what has been kept long enough."""
    async with database.writing() as session:
        purged = await purge(session, settings.check_retention_days, now)
    log.info("purged", **asdict(purged))


JOBS: tuple[Job, ...] = (
    Job("broadcasts", IntervalTrigger(seconds=1, timezone=SHANGHAI), go_out),
    Job("retention", CronTrigger(hour=3, minute=30, timezone=SHANGHAI), forget, at_start=True),
)
