"""One person's dialogue through a local channel, for tests."""

import itertools
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.local import Client, LocalChannel, Shown
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.services.evidence_store import EvidenceStore
from bot.settings import Settings
from bot.storage.database import Database
from bot.times import now
from bot.vision.reader import PictureReader

WEB = 1


class Talk:
    """Says things and presses buttons; remembers what is shown."""

    def __init__(
        self,
        database: Database,
        library: Library,
        secret: str = "",
        limit: int = 1000,
        store: EvidenceStore | None = None,
        reader: PictureReader | None = None,
        clock: Callable[[], datetime] = now,
    ):
        parts = AnswerParts(database, lambda: library, clock, limit, store, reader)
        dispatcher = make_dispatcher(parts, Settings(_env_file=None))
        self.reader = reader
        self.channel = LocalChannel(dispatcher, WEB, self._sent_at)
        self.pause = timedelta(minutes=1)
        self._at = now()
        self.client = Client(secret or secrets.token_hex(16))
        self.shown: list[Shown] = []
        self._ids = itertools.count()
        self._run = secrets.token_hex(4)

    def _sent_at(self) -> datetime:
        """People take their time: `pause` between one message and the next."""
        self._at += self.pause
        return self._at

    def new_id(self) -> str:
        return f"{self._run}-{next(self._ids):06d}"

    async def says(self, text: str, message_id: str = "") -> str:
        """Send a text; returns everything that is shown for it."""
        self.shown = await self.channel.send_text(self.client, message_id or self.new_id(), text)
        return self.text

    async def sends(
        self, content: bytes, message_id: str = "", album: str = "", ending: str = ""
    ) -> str:
        """Send a file."""
        name = message_id or self.new_id()
        said = self.channel.send_file(self.client, name, content, album, ending)
        self.shown = [one async for one in said]
        return self.text

    async def presses(self, label: str, message_id: str = "") -> str:
        """Press a button shown last."""
        return await self.sends_data(self.data(label), message_id)

    async def sends_data(self, data: str, message_id: str = "") -> str:
        """Press a button by its data, whether shown or not."""
        self.shown = await self.channel.press(self.client, message_id or self.new_id(), data)
        return self.text

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.shown)

    @property
    def labels(self) -> list[str]:
        return [label for one in self.shown for row in one.rows for label, _ in row]

    def data(self, label: str) -> str:
        """The data of a button shown last."""
        buttons = [pair for one in self.shown for row in one.rows for pair in row]
        return next(data for name, data in buttons if name == label)
