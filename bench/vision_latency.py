"""Does a text wait because pictures do: the whole bot asked, alone and beside waiting pictures.

Each answer goes through dispatcher, transaction and database of its own process; the pictures are
other people's and read by the real worker.
"""

import asyncio
import io
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track

from bench.goals import Goal
from bench.report_parts import fresh
from bench.screens import Said, chat
from bot.channels.local import Client, LocalChannel
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.settings import Settings
from bot.times import now
from bot.vision.reader import PictureReader

NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many texts are asked about, and how many pictures wait meanwhile."""

    texts: int = 500
    pictures: int = 10
    least: int = 100
    """Texts that must be answered while they wait, for their median to say something."""


class Asker:
    """People of the chat page; each message comes a minute after the last, so none is bundled."""

    def __init__(self, channel: LocalChannel, screen: Console) -> None:
        self.channel, self.screen = channel, screen
        self.number = 0

    async def asks(
        self, texts: Sequence[str], when: str, over: Callable[[], bool] = lambda: False
    ) -> list[float]:
        """The seconds to each whole answer, of those asked before it is `over`."""
        taken: list[float] = []
        for text in track(texts, f"texts {when}", console=self.screen):
            if over():
                break
            self.number += 1
            begun = time.perf_counter()
            shown = await self.channel.send_text(Client("asker"), f"text-{self.number:06d}", text)
            taken.append(time.perf_counter() - begun)
            if not shown:
                raise LookupError("a text was not answered")
            await asyncio.sleep(0.01)
        return taken

    async def shows(self, person: int, picture: bytes) -> int:
        """Send a picture and wait until everything is said; how much was."""
        client, name = Client(f"person-{person}"), f"picture-{person:06d}"
        return len([one async for one in self.channel.send_file(client, name, picture)])


async def latency(
    library: Library, said: Sequence[str], sizes: Sizes, screen: Console
) -> list[Goal]:
    """The median beside pictures, of that without, before and after them."""
    shots = [_shot(text) for text in said[: sizes.pictures]]
    texts = (list(said) * 20)[: sizes.texts]
    reader, moment = PictureReader(), [now()]

    def minute_later() -> datetime:
        moment[0] += timedelta(minutes=1)
        return moment[0]

    with tempfile.TemporaryDirectory(prefix="fanzha-bench-") as folder:
        database = await fresh(f"sqlite+aiosqlite:///{Path(folder)}/vision.sqlite3")
        parts = AnswerParts(database, lambda: library, now, NO_LIMIT, reader=reader)
        dispatcher = make_dispatcher(parts, Settings(_env_file=None))
        asker = Asker(LocalChannel(dispatcher, 1, minute_later), screen)
        await asker.shows(0, shots[0])
        before = await asker.asks(texts, "before")
        people = [asker.shows(number, shot) for number, shot in enumerate(shots, 1)]
        waiting = asyncio.gather(*people)
        await asyncio.sleep(0.5)
        beside = await asker.asks(texts, "beside pictures", waiting.done)
        answers = await waiting
        alone = before + await asker.asks(texts, "after them")
        await reader.close()
        await database.close()
    return [
        Goal("texts answered while pictures waited", sizes.least, len(beside), least=True),
        Goal("pictures answered", len(shots), sum(count > 1 for count in answers), least=True),
        Goal(
            "median to the bot's answer beside pictures, of that without",
            1.2,
            median(beside) / median(alone),
        ),
    ]


def _shot(text: str) -> bytes:
    out = io.BytesIO()
    chat((Said(text), Said("真的吗", mine=True))).save(out, "PNG")
    return out.getvalue()
