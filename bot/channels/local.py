"""Channels that are not Telegram: an aiogram session that collects what the bot says."""

import base64
import hashlib
from collections.abc import AsyncGenerator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.methods import GetFile, SendMessage, SendPhoto, TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    Chat,
    Document,
    File,
    InaccessibleMessage,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    Update,
    User,
)

from bot.services.outgoing import Outgoing

UPLOAD = "upload"
LONGEST_TEXT = 100_000
"""What a client may send in one message; more is refused with a sentence."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as a client shows it: text, its bold stretches, rows of (label, data).

    `picture` is a PNG in Base64, or empty.
    """

    text: str
    bold: tuple[tuple[int, int], ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    picture: str = ""


_uploaded: ContextVar[bytes] = ContextVar("uploaded")
_collected: ContextVar[list[TelegramMethod[Any]]] = ContextVar("collected")


class LocalSession(BaseSession):
    """Keeps the methods of the update that is being answered, in order."""

    async def make_request(  # noqa: ASYNC109 (aiogram names it)
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        timeout: int | None = None,
    ) -> Any:
        if isinstance(method, GetFile):
            return File(file_id=UPLOAD, file_unique_id=UPLOAD, file_path=UPLOAD)
        _collected.get().append(method)
        if isinstance(method, SendMessage):
            chat = Chat(id=int(method.chat_id), type="private")
            return Message(message_id=1, date=datetime.now(UTC), chat=chat, text=method.text)
        return True

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """The only file there can be is the one that the update brought."""
        yield _uploaded.get()

    async def close(self) -> None:
        """Nothing is open."""


def local_bot(bot_id: int) -> Bot:
    """The bot of a local channel."""
    return Bot(token=f"{bot_id}:local", session=LocalSession())


@dataclass(frozen=True, slots=True)
class Client:
    """One person at a local channel; `secret` is what only their client knows."""

    secret: str

    @property
    def user_id(self) -> int:
        """48 bits of the secret's hash: fits Telegram's ids, tells nothing of the secret."""
        return int.from_bytes(self._digest("user")[:6], "big") or 1

    def update_id(self, client_message_id: str) -> int:
        """The same for the same message of the same client, so that a repeat is recognised."""
        return int.from_bytes(self._digest(f"update:{client_message_id}")[:8], "big") >> 1

    def _digest(self, purpose: str) -> bytes:
        return hashlib.sha256(f"{purpose}\0{self.secret}".encode()).digest()


class LocalChannel:
    """Feeds what a client sends to the dispatcher and returns what it has to show."""

    def __init__(self, dispatcher: Dispatcher, bot_id: int) -> None:
        self.dispatcher = dispatcher
        self.bot = local_bot(bot_id)

    async def send_text(self, client: Client, message_id: str, text: str) -> list[Shown]:
        """A message of the client."""
        message = Message(
            message_id=1,
            date=datetime.now(UTC),
            chat=_chat(client),
            from_user=_user(client),
            text=storable(text),
        )
        return await self._feed(Update(update_id=client.update_id(message_id), message=message))

    async def send_file(self, client: Client, message_id: str, content: bytes) -> list[Shown]:
        """A file of the client; its name stays with the client."""
        message = Message(
            message_id=1,
            date=datetime.now(UTC),
            chat=_chat(client),
            from_user=_user(client),
            document=Document(file_id=UPLOAD, file_unique_id=UPLOAD, file_size=len(content)),
        )
        token = _uploaded.set(content)
        try:
            return await self._feed(Update(update_id=client.update_id(message_id), message=message))
        finally:
            _uploaded.reset(token)

    async def press(self, client: Client, message_id: str, data: str) -> list[Shown]:
        """A pressed button."""
        callback = CallbackQuery(
            id=message_id[:64],
            from_user=_user(client),
            chat_instance="local",
            message=InaccessibleMessage(chat=_chat(client), message_id=1),
            data=storable(data),
        )
        update = Update(update_id=client.update_id(message_id), callback_query=callback)
        return await self._feed(update)

    async def _feed(self, update: Update) -> list[Shown]:
        collected: list[TelegramMethod[Any]] = []
        token = _collected.set(collected)
        try:
            await self.dispatcher.feed_update(self.bot, update)
        finally:
            _collected.reset(token)
        return [
            shown_picture(method) if isinstance(method, SendPhoto) else shown(method)
            for method in collected
            if isinstance(method, (SendMessage, SendPhoto))
        ]


def storable(text: str) -> str:
    """Text without what a database refuses: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def shown(method: SendMessage) -> Shown:
    """A message as a client shows it."""
    bold = tuple(
        _code_points(method.text, entity)
        for entity in method.entities or ()
        if entity.type == "bold"
    )
    markup = method.reply_markup
    keyboard = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else []
    rows = tuple(
        tuple((button.text, button.callback_data or "") for button in row) for row in keyboard
    )
    return Shown(method.text, bold, rows)


def shown_picture(method: SendPhoto) -> Shown:
    """A picture of ours as a client shows it; one that is not ours to show leaves its words."""
    picture = ""
    if isinstance(method.photo, BufferedInputFile):
        picture = base64.b64encode(method.photo.data).decode()
    return Shown(method.caption or "", (), (), picture)


def from_outgoing(message: Outgoing) -> Shown:
    """A message of the inbox as a client shows it."""
    rows = tuple(tuple((one.label, one.data) for one in row) for row in message.rows)
    return Shown(message.text, (), rows)


def _code_points(text: str, entity: MessageEntity) -> tuple[int, int]:
    units = text.encode("utf-16-le")
    start = len(units[: entity.offset * 2].decode("utf-16-le"))
    length = units[entity.offset * 2 : (entity.offset + entity.length) * 2]
    return start, start + len(length.decode("utf-16-le"))


def _chat(client: Client) -> Chat:
    return Chat(id=client.user_id, type="private")


def _user(client: Client) -> User:
    return User(id=client.user_id, is_bot=False, first_name="居民")
