"""Telling open pages that something changed, without their asking again and again.

One look at the database a second serves every page of this process, and none while nobody watches.
What changed is not said: a page fetches what it may see by itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import structlog

from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.overview import newest_event

LOOK_EVERY_SECONDS = 1.0
STREAM_SECONDS = 60.0
"""A stream ends after this and the browser opens it anew: so a session that was ended hears no
more, and nobody's rights are older."""
KEEP_ALIVE_SECONDS = 15.0
BROWSER_WAITS_MILLISECONDS = 2000

log = structlog.get_logger(__name__)


class Pulse:
    """The number of changes that the pages of this process know of."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mark = 0
        self._watchers = 0
        self._changed = asyncio.Condition()
        self._ended = False

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop`, then let every stream end."""
        while not stop.is_set():
            if self._watchers:
                await self._look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_SECONDS)
        self._ended = True
        await self._tell(self._mark)

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events for one page: `desk` whenever a lead changed."""
        self._watchers += 1
        loop = asyncio.get_running_loop()
        ends_at, known = loop.time() + STREAM_SECONDS, None
        try:
            yield f"retry: {BROWSER_WAITS_MILLISECONDS}\n\n"
            while not self._ended and (left := ends_at - loop.time()) > 0:
                mark = await self._next(known, min(left, KEEP_ALIVE_SECONDS))
                yield ": \n\n" if mark == known else f"event: desk\ndata: {mark}\n\n"
                known = mark
        finally:
            self._watchers -= 1

    async def _look(self) -> None:
        try:
            async with self._database.reading() as session:
                mark = await newest_event(session)
        except DatabaseUnavailableError:
            log.warning("pulse_without_database")
            return
        if mark != self._mark:
            await self._tell(mark)

    async def _tell(self, mark: int) -> None:
        async with self._changed:
            self._mark = mark
            self._changed.notify_all()

    async def _next(self, known: int | None, seconds: float) -> int | None:
        """The mark once it is no longer `known`, or the same after a while."""
        changed = self._changed
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), changed:
                await changed.wait_for(lambda: self._ended or self._mark not in {known, 0})
        return self._mark or known
