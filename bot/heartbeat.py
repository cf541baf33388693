"""A part's sign of life, as long as it works: seen by officers on the overview."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

import structlog

from bot.services.heartbeats import BEAT_EVERY_SECONDS, Alive, beat
from bot.storage.database import Database, DatabaseUnavailableError

log = structlog.get_logger(__name__)


class Heartbeat:
    """Beats from the event loop that does the work, so that a loop that hangs does not beat."""

    def __init__(
        self,
        database: Database,
        part: Alive,
        now: Callable[[], datetime],
        works: Callable[[], bool] = lambda: True,
        seconds: float = BEAT_EVERY_SECONDS,
    ) -> None:
        """`works` says whether the part does its work now; while it does not, nothing is said."""
        self._database = database
        self._part = part
        self._now = now
        self._works = works
        self._seconds = seconds
        self._holder = uuid4().hex

    async def run(self, stop: asyncio.Event) -> None:
        """Beat until `stop`."""
        while not stop.is_set():
            if self._works():
                await self._beat()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)

    async def _beat(self) -> None:
        try:
            async with self._database.writing() as session:
                await beat(session, self._part, self._holder, self._now())
        except DatabaseUnavailableError:
            log.warning("heartbeat_without_database", part=self._part.value)
