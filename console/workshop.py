"""What work on the scam library needs: the library in service, and its texts for replays."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.matching.library import Library
from bot.services.library_replay import Candidate, Replayed, replay
from console.trials import Trials

if TYPE_CHECKING:
    from bot.services.patterns import Patterns


class Workshop:
    """Replays against the library in service; the files are read once for each of their versions.

    `read` reads the texts of the files and takes seconds; it runs in a thread.
    """

    def __init__(self, current: Callable[[], Library], read: Callable[[], "Patterns"]) -> None:
        self.current = current
        self._read = read
        self._patterns: Patterns | None = None
        self._of = ""
        self._one_at_a_time = asyncio.Lock()
        self.trials = Trials(current, self.patterns)

    async def replayed(self, candidates: Sequence[Candidate]) -> Replayed:
        """Every case and genuine message judged again with the candidates."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._replay, candidates, self.current())

    async def patterns(self) -> "Patterns":
        """The texts of the files as they are in service."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._patterns_of, self.current())

    def _replay(self, candidates: Sequence[Candidate], library: Library) -> Replayed:
        return replay(candidates, library, self._patterns_of(library))

    def _patterns_of(self, library: Library) -> "Patterns":
        files = library.version.partition("+")[0]
        if self._patterns is None or self._of != files:
            self._patterns, self._of = self._read(), files
        return self._patterns
