"""What the chat page shows when it is opened, or in its place when it is opened too often."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import structlog
from aiogram import Bot, Dispatcher
from aiogram.methods import SendMessage

from bot.channels.local import Client, Shown, shown
from bot.handlers import keyboards, views
from bot.handlers.replies import say
from bot.handlers.resume import question_of
from bot.logs import where
from bot.services.knowledge import Contact, local_contact
from bot.services.runtime_settings import in_force
from bot.settings import Settings
from bot.storage.database import Database, DatabaseUnavailableError
from bot.web_static import version_of

BOT_ID = 1
HERE = Path(__file__).parent
STATIC = HERE / "static"
STATIC_VERSION = version_of(STATIC)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChatView:
    """What the chat page shows when it opens; `opening` are the bot's first messages."""

    district: str
    numbers: Sequence[Contact]
    csrf: str
    static_version: str
    opening: Sequence[Shown]

    @property
    def first_words(self) -> list[dict[str, object]]:
        """The first messages as the page's script reads them."""
        return [as_json(message) for message in self.opening]


@dataclass(frozen=True, slots=True)
class TooOftenView:
    """What somebody reads in place of the chat page who opens it too often."""

    district: str
    words: str
    static_version: str


@dataclass(frozen=True)
class WebParts:
    """What the chat page needs; `telegram` is there when updates come by webhook."""

    settings: Settings
    database: Database
    dispatcher: Dispatcher
    now: Callable[[], datetime]
    telegram: Bot | None = None


def csrf_token(parts: WebParts, cookie: str) -> str:
    """The token of the page shown to the browser with that cookie."""
    return parts.database.vault.fingerprint(cookie, "chat.csrf")


async def chat_page(parts: WebParts, cookie: str) -> ChatView:
    """The page of the browser with that cookie."""
    settings, question = await _kept(parts, Client(cookie))
    greeting = say(0, views.greeting(settings.district), keyboards.under_greeting())
    opening = [shown(greeting), *question]
    return ChatView(
        settings.district,
        [local_contact(one) for one in settings.local_numbers],
        csrf_token(parts, cookie),
        STATIC_VERSION,
        opening,
    )


async def _kept(parts: WebParts, client: Client) -> tuple[Settings, list[Shown]]:
    """The settings in force, and the question that was open before the page was reloaded; without
    a database the page opens all the same, as configured."""
    try:
        async with parts.database.reading() as session:
            settings = await in_force(session, parts.settings)
            question = await question_of(session, "web", BOT_ID, client.user_id, parts.now())
    except DatabaseUnavailableError as outage:
        log.error("database unavailable", **where(outage.__cause__ or outage))
        return parts.settings, []
    if not isinstance(question, SendMessage):
        return settings, []
    return settings, [shown(say(0, views.GO_ON)), shown(question)]


def as_json(message: Shown) -> dict[str, object]:
    """A message as the page's script reads it."""
    return asdict(message)
