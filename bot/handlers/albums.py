"""Pictures and words that belong together: gathered while the first of them are being read."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime

from aiogram.types import Message

from bot.handlers.bundles import Bundle, window_between
from bot.handlers.hidden_links import words_to_judge
from bot.handlers.origins import origin_of
from bot.matching.result import Verdict
from bot.services.pictures import MOST_IN_CASE

GATHERING_SECONDS = 2.0
"""Without another picture for this long a case is taken to be whole."""
SLOWEST_FETCH = 25.0
SLOWEST_HEARING = 130.0
"""Longer than a voice note is listened to."""
MOST_WORDS = 20


@dataclass
class Case:
    """The pictures of one album, or those sent or passed on one after another, with words."""

    expected: int
    window: float
    album: str = ""
    words: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What is told of cards, files and voice notes."""
    verdicts: list[Verdict] = field(default_factory=list)
    """Those on what came with the pictures and counts by itself."""
    joined: int = 0
    together: int = 0
    """How many messages it is made of."""
    heard_later: int = 0
    """How many voice notes of it are still listened to."""
    closed: bool = False
    _last: datetime | None = None
    _passed_on: bool = False
    _last_here: float = 0.0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, message: Message, *, more_may_come: bool) -> "Case":
        """The case that a picture begins.

        The chat page says how many belong together, as "name:count"; Telegram does not.
        """
        album = message.media_group_id or ""
        _, _, count = album.partition(":")
        if count.isdecimal():
            return cls(min(int(count), MOST_IN_CASE), SLOWEST_FETCH, album)
        return cls(MOST_IN_CASE if more_may_come else 1, GATHERING_SECONDS, album)

    @property
    def caption(self) -> str:
        """All words that came with it."""
        return "\n".join(self.words)

    @property
    def size(self) -> int:
        """How many pictures there are, as far as is known."""
        return self.expected if ":" in self.album else self.joined

    def belongs(self, message: Message) -> bool:
        """Whether a message goes on with it; on the chat page the album alone tells."""
        full = self.joined >= MOST_IN_CASE or len(self.words) + len(self.notes) >= MOST_WORDS
        if self.closed or full:
            return False
        if ":" in self.album or (self.album and self.album == message.media_group_id):
            return self.album == message.media_group_id
        if self._last is None:
            return False
        both = self._passed_on and message.forward_origin is not None
        return message.date - self._last <= window_between(passed_on=both)

    def join(self, message: Message) -> None:
        """One more picture is on its way."""
        self.joined += 1
        self._note(message, words_to_judge(message))

    def add_words(self, message: Message) -> None:
        """Words that belong to the pictures."""
        self._note(message, words_to_judge(message))

    def begin_with(self, before: Bundle) -> None:
        """What was sent just before the pictures belongs to them."""
        self.words += [text for text in before.texts.values() if text]
        self.origins += before.origins
        self.notes += before.notes
        self.together += len(before.texts)
        if before.heard_later:
            self.heard_later, before.case = before.heard_later, self
        if before.notes and before.verdict is not None:
            self.verdicts.append(before.verdict)

    def add_thing(
        self, message: Message, words: str, note: str, verdict: Verdict | None = None
    ) -> None:
        """A card or a file that belongs to the pictures: its words, what is told of it, and its
        verdict."""
        self.notes.append(note)
        if verdict is not None:
            self.verdicts.append(verdict)
        self._note(message, words)

    def await_voice(self, message: Message) -> None:
        """A voice note that belongs to the pictures is listened to; the case waits for it."""
        self.heard_later += 1
        self._note(message, words_to_judge(message))

    def heard(self, words: str, note: str) -> bool:
        """What a voice note says; False where the case was answered without it."""
        self.heard_later -= 1
        self._changed.set()
        if self.closed:
            return False
        self.notes.append(note)
        if words:
            self.words.append(words)
        return True

    def _note(self, message: Message, words: str) -> None:
        self.together += 1
        self._last, self._passed_on = message.date, message.forward_origin is not None
        self._last_here = asyncio.get_running_loop().time()
        if words:
            self.words.append(words)
        origin = origin_of(message)
        if origin and origin not in self.origins:
            self.origins.append(origin)
        self._changed.set()

    def add(self, content: bytes) -> None:
        """A picture is here."""
        self.contents.append(content)
        self._changed.set()

    def miss(self, words: str) -> None:
        """A picture will not come."""
        self.troubles.append(words)
        self._changed.set()

    async def pictures(self) -> AsyncIterator[bytes]:
        """Each picture once it is here; the case is closed when no more is to be expected."""
        place = 0
        while place < len(self.contents) or await self._more():
            while place < len(self.contents):
                yield self.contents[place]
                place += 1
        self.closed = True

    async def _more(self) -> bool:
        """Wait for another picture; False where none is to be expected."""
        known = len(self.contents)
        while known == len(self.contents):
            here = known + len(self.troubles)
            if here >= self.expected and not self.heard_later:
                return False
            left = self._last_here + self.window - asyncio.get_running_loop().time()
            if self.heard_later:
                left = SLOWEST_HEARING
            self._changed.clear()
            try:
                async with asyncio.timeout(SLOWEST_FETCH if here < self.joined else left):
                    await self._changed.wait()
            except TimeoutError:
                return False
        return True
