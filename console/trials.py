"""Trials of families, one at a time in a process; they go on while nobody looks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from bot.errors import ConflictError
from bot.matching.library import Library
from bot.services.family_trial import Part, Trial, begin_trial, judge_part, parts_of

if TYPE_CHECKING:
    from bot.services.expansion import Slots
    from bot.services.patterns import Patterns


class Trials:
    """The trial under way and the last one of each family."""

    def __init__(
        self, current: Callable[[], Library], patterns: Callable[[], Awaitable["Patterns"]]
    ) -> None:
        self._current = current
        self._patterns = patterns
        self._last: dict[str, Trial] = {}
        self._now = ""
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether a trial is under way."""
        return self._task is not None and not self._task.done()

    def of(self, family: str) -> Trial | None:
        """The last trial of a family since the process began."""
        return self._last.get(family)

    async def begin(self, family: str) -> None:
        """Begin a trial, or let that family's go on. Raises ConflictError while another's is."""
        library, patterns = self._current(), await self._patterns()
        parts = parts_of(patterns, family)
        if self.running and self._now != family:
            raise ConflictError("正在试跑另一个骗术，通常一分钟内结束，请稍后再试。")
        if not self.running:
            self._now, trial = family, begin_trial(library, family, parts)
            self._last[family] = trial
            self._task = asyncio.create_task(self._run(library, patterns.slots, trial, parts))

    async def _run(
        self, library: Library, slots: "Slots", trial: Trial, parts: Sequence[Part]
    ) -> None:
        for part in parts:
            trial.add(part.kind, await asyncio.to_thread(judge_part, library, slots, part))
