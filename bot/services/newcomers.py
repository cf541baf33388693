"""Who is new in a guarded group and has not said anything yet; known again after a restart.

Kept is a keyed hash of group and account together, and until when: nobody can be found by it, and
it goes with the first message. Only groups that are registered are looked at.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from bot.services.guard import find_guarded
from bot.storage import newcomers as rows
from bot.storage.database import Database, DatabaseUnavailableError

NEW_FOR = timedelta(days=30)
REMEMBERED = 10_000
"""So many at most are in memory; the oldest make room."""


class Newcomers:
    """Those who came while this process ran, and those of before from the database."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._until: dict[str, datetime] = {}
        self._loaded = False

    async def came(self, chat: int, members: Sequence[int]) -> None:
        """Remember who joined a group. Without the database this process alone knows."""
        until = self._now() + NEW_FOR
        hashes = [self._hash(chat, member) for member in members]
        try:
            async with self._database.reading() as session:
                if await find_guarded(session, chat) is None:
                    return
            async with self._database.writing() as session:
                await rows.keep_newcomers(session, hashes, until)
        except DatabaseUnavailableError:
            pass
        self._until |= dict.fromkeys(hashes, until)
        while len(self._until) > REMEMBERED:
            del self._until[next(iter(self._until))]

    async def speaks_first(self, chat: int, member: int) -> bool:
        """Whether this is the first message of somebody new; the next one is not."""
        await self._load()
        found = self._hash(chat, member)
        until = self._until.pop(found, None)
        if until is None:
            return False
        with suppress(DatabaseUnavailableError):
            async with self._database.writing() as session:
                await rows.drop_newcomer(session, found)
        return until > self._now()

    async def _load(self) -> None:
        if self._loaded:
            return
        with suppress(DatabaseUnavailableError):
            async with self._database.reading() as session:
                known = await rows.newcomers_until(session, self._now(), REMEMBERED)
            self._until = known | self._until
            self._loaded = True

    def _hash(self, chat: int, member: int) -> str:
        return self._database.vault.fingerprint(f"{chat}:{member}", rows.NEWCOMER)
