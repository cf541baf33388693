"""The chat page as its clients see it."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.channels.web import WebParts, chat_app
from bot.handlers.dispatcher import make_dispatcher
from bot.handlers.middlewares import AnswerParts
from bot.matching.library import Library
from bot.settings import Settings
from bot.storage.database import Database
from bot.times import now
from bot.vision.reader import PictureReader


def web_parts(
    database: Database,
    library: Library,
    settings: Settings | None = None,
    reader: PictureReader | None = None,
) -> WebParts:
    settings = settings or Settings(_env_file=None)
    pace = settings.messages_per_minute
    answering = AnswerParts(database, lambda: library, now, pace, reader=reader)
    return WebParts(settings, database, make_dispatcher(answering, settings), now)


class Page:
    """A browser without a screen: keeps its cookie and the page's token."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.token = ""

    async def open(self) -> str:
        answer = await self.client.get("/")
        self.token = re.search(r'name="csrf" content="([0-9a-f]+)"', answer.text)[1]
        return answer.text

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        return await self.client.post(
            path, json=body, headers={"X-CSRF-Token": self.token, **headers}
        )

    async def says(self, text: str, message_id: str = "message-1") -> list[dict]:
        answer = await self.post("/chat/messages", {"id": message_id, "text": text})
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]


@pytest.fixture
async def page(sqlite_database: Database, library: Library) -> AsyncIterator[Page]:
    app = chat_app(web_parts(sqlite_database, library))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Page(client)
