"""Being the one that does something, across processes: a lease that is renewed while in use."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.storage.database import Database
from bot.storage.leases import Guard, hold_lease, release_lease

LENGTH = timedelta(seconds=15)
"""After a crash somebody else takes over once this has run out."""
RENEW_AFTER = LENGTH / 3
ASK_AGAIN_AFTER = timedelta(seconds=1)
GUARDED_ASK_AFTER = timedelta(seconds=0.5)
"""With a guard the death of a holder is seen at once, so it pays to look often."""


class Leadership:
    """One process's hold on a lease; asks the database only when it has to."""

    def __init__(
        self,
        database: Database,
        name: str,
        holder: str,
        now: Callable[[], datetime],
        guard: Guard | None = None,
    ) -> None:
        self.name = name
        self.holder = holder
        self._database = database
        self._now = now
        self._guard = guard
        self._until: datetime | None = None
        self._ask_at: datetime | None = None

    async def hold(self) -> bool:
        """Whether this process is the one, now; renews in time."""
        moment = self._now()
        if self._ask_at is not None and moment < self._ask_at:
            return self._until is not None and moment < self._until
        guarded = self._guard is not None and await self._guard.stands()
        async with self._database.writing() as session:
            held = await hold_lease(
                session, self.name, self.holder, moment, LENGTH, guarded=guarded
            )
        self._until = moment + LENGTH if held else None
        pause = RENEW_AFTER if held else ASK_AGAIN_AFTER
        self._ask_at = moment + (GUARDED_ASK_AFTER if guarded else pause)
        return held

    async def release(self) -> None:
        """Let somebody else begin at once."""
        self._ask_at = None
        if self._until is None:
            return
        self._until = None
        async with self._database.writing() as session:
            await release_lease(session, self.name, self.holder, self._now())
