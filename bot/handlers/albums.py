"""Pictures that belong together: gathered until nothing more is to be expected."""

import asyncio
from dataclasses import dataclass, field

from aiogram.types import Message

from bot.services.pictures import MOST_IN_CASE

ALBUM_WINDOW = 2.0
"""Seconds without another picture after which an album is taken to be whole."""
SLOWEST_FETCH = 25.0


@dataclass
class Case:
    """The pictures of one album, or one picture."""

    expected: int
    window: float
    caption: str = ""
    contents: list[bytes] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    joined: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def join(self, message: Message) -> None:
        """One more picture is on its way."""
        self.joined += 1
        self.caption = self.caption or (message.caption or "")
        self._changed.set()

    def add(self, content: bytes) -> None:
        self.contents.append(content)
        self._changed.set()

    def miss(self, words: str) -> None:
        self.troubles.append(words)
        self._changed.set()

    async def is_whole(self) -> None:
        """Wait until nothing more is to be expected."""
        while (here := len(self.contents) + len(self.troubles)) < self.expected:
            self._changed.clear()
            try:
                async with asyncio.timeout(SLOWEST_FETCH if here < self.joined else self.window):
                    await self._changed.wait()
            except TimeoutError:
                return


def expected(message: Message) -> tuple[int, float]:
    """How many pictures belong together, and how long to wait for another.

    The chat page says how many, as "name:count"; Telegram does not.
    """
    album = message.media_group_id
    if not album:
        return 1, ALBUM_WINDOW
    _, _, count = album.partition(":")
    if count.isdecimal():
        return min(int(count), MOST_IN_CASE), SLOWEST_FETCH
    return MOST_IN_CASE, ALBUM_WINDOW
