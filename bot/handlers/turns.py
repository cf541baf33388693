"""One update of a person at a time, and not too many."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from enum import StrEnum

REMEMBERED = 10_000


class Turns:
    """Locks by person, forgotten when nobody waits."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, person: Hashable) -> AsyncIterator[None]:
        """Wait until the person's earlier updates are done."""
        lock, waiting = self._locks.get(person, (asyncio.Lock(), 0))
        self._locks[person] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[person]
            if waiting == 1:
                del self._locks[person]
            else:
                self._locks[person] = (lock, waiting - 1)


class Pace(StrEnum):
    """What to do with a message."""

    ANSWER = "answer"
    WARN = "warn"
    IGNORE = "ignore"


class Throttle:
    """At most `limit` messages a person and `window` seconds; the first above it is told so."""

    def __init__(self, limit: int, window: float = 60.0) -> None:
        self.limit = limit
        self.window = window
        self._seen: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def pace(self, person: Hashable, moment: float) -> Pace:
        """Count a message that came at `moment` (seconds, monotonic)."""
        seen = self._seen.setdefault(person, deque(maxlen=self.limit + 1))
        self._seen.move_to_end(person)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        while seen and moment - seen[0] >= self.window:
            seen.popleft()
        if len(seen) < self.limit:
            seen.append(moment)
            return Pace.ANSWER
        if len(seen) == self.limit:
            seen.append(moment)
            return Pace.WARN
        return Pace.IGNORE
