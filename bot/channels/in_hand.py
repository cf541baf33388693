"""Updates fetched and not yet answered: people side by side, each one's in order.

The server gives every update again until it is confirmed, so an update is confirmed only once it
and all that came before it are answered.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence

from aiogram.types import Update

from bot.handlers.updates import chat_of, kind_of

AT_ONCE = 20
"""Updates of different people answered side by side."""
FEW = AT_ONCE // 2
"""With no more than these in hand there is room for new ones."""
STUCK_SECONDS = 0.5
"""Where the oldest is not answered so long, what came after it is fetched all the same."""


class InHand:
    """What polling has taken up; whatever `answer` raises is raised by `room`."""

    def __init__(self, answer: Callable[[Update], Awaitable[object]]) -> None:
        self.offset = 0
        """The first update that is not confirmed yet; 0 before anything came."""
        self._answer = answer
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._answered: dict[int, bool] = {}
        """By update, in the order in which they came, from the first that is not confirmed."""
        self._passed: set[int] = set()
        """Answered while a fetch that began before may still bring them."""
        self._queues: dict[Hashable, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Event()

    def take_up(self, updates: Sequence[Update]) -> None:
        """Begin with those that are not in hand; one of an unknown kind needs no answer."""
        for update in updates:
            if update.update_id in self._answered or update.update_id in self._passed:
                continue
            self._answered[update.update_id] = False
            if kind_of(update) is None:
                self._done(update)
            else:
                self._queue(update)
        self._passed.clear()

    def _queue(self, update: Update) -> None:
        person = chat_of(update)
        if person in self._queues:
            self._queues[person].append(update)
            return
        self._queues[person] = deque([update])
        task = asyncio.create_task(self._work(person))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _work(self, person: Hashable) -> None:
        queue = self._queues[person]
        try:
            while queue:
                async with self._gate:
                    await self._answer(queue[0])
                self._done(queue.popleft())
        finally:
            del self._queues[person]

    def _done(self, update: Update) -> None:
        self._answered[update.update_id] = True
        while self._answered:
            oldest = next(iter(self._answered))
            if not self._answered[oldest]:
                break
            del self._answered[oldest]
            self._passed.add(oldest)
            self.offset = oldest + 1
        self._moved.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._tasks.discard(task)
        self._moved.set()

    async def room(self) -> None:
        """Wait until it makes sense to fetch more."""
        fetched_from = self.offset
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                while self._tasks and (self.offset == fetched_from or len(self._queues) > FEW):
                    self._raise_failures()
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            pass
        self._raise_failures()

    async def empty(self) -> None:
        """Wait until everything in hand is answered."""
        await asyncio.gather(*self._tasks)

    def _raise_failures(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()
