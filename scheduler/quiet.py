"""Quiet hours and days without notices at the moment of sending, not only of planning.

A campaign that begins in the evening, or is held up by an outage, must not go on through the night.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.services.runtime_settings import rules_in_force
from bot.services.sending_rules import Rules, place
from bot.settings import Settings
from bot.storage.claims import move_due
from bot.storage.database import Database
from bot.storage.outbox import Priority

RULES_KEPT = timedelta(seconds=10)
"""So long a change of the rules may take until it is heeded."""
MOVED_AT_ONCE = 5000
QUIET = "quiet hours"
"""Why a message was moved; emergencies, alerts and receipts never are."""


class Quiet:
    """The rules in force as one sender's channel heeds them; without settings there are none."""

    def __init__(
        self,
        database: Database,
        channel: str,
        settings: Settings | None,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._channel = channel
        self._settings = settings
        self._now = now
        self._rules: Rules | None = None
        self._read_at: datetime | None = None

    async def holds(self) -> bool:
        """Whether campaigns are not to go now; those due are moved to when they may."""
        rules = await self._present()
        if rules is None:
            return False
        placed = place(now := self._now(), rules)
        if not placed.why:
            return False
        moved = MOVED_AT_ONCE
        while moved == MOVED_AT_ONCE:
            async with self._database.writing() as session:
                moved = await move_due(
                    session,
                    channel=self._channel,
                    priority=Priority.CAMPAIGN,
                    now=now,
                    until=placed.moment,
                    error=QUIET,
                    limit=MOVED_AT_ONCE,
                )
        return True

    async def _present(self) -> Rules | None:
        now = self._now()
        if self._settings is None:
            return None
        if self._read_at is None or not self._read_at <= now < self._read_at + RULES_KEPT:
            async with self._database.reading() as session:
                self._rules = await rules_in_force(session, self._settings)
            self._read_at = now
        return self._rules
