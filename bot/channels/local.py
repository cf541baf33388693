"""Channels that are not Telegram: an aiogram session that collects what the bot says."""

import asyncio
import hashlib
import itertools
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Iterator
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.methods import EditMessageText, GetFile, SendMessage, SendPhoto, TelegramMethod
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

from bot.errors import InvalidInputError
from bot.services.evidence import KIND_NAMES, kind_of
from bot.services.outgoing import Outgoing
from bot.times import now

UPLOAD = "upload"
FILE = "文件"
MIME_FAMILIES = {"图片": "image", "录音": "audio"}
LONGEST_TEXT = 100_000
"""What a client may send in one message; more is refused with a sentence."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as a client shows it: text, its bold stretches, rows of (label, data).

    `picture` is a PNG or JPEG in Base64, or empty. A message that `edits` stands in the place of
    the one shown before under the same `id`; 0 is nobody's.
    """

    text: str
    bold: tuple[tuple[int, int], ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    picture: str = ""
    id: int = 0
    edits: bool = False


Says = SendMessage | SendPhoto | EditMessageText
Said = tuple[Says, int]
_uploaded: ContextVar[bytes] = ContextVar("uploaded")
MOST_ID = 2**48
"""Above all ids of messages; a script counts exactly up to 2**53."""


class Collected:
    """What is said to one update, in order, each with an id that a repeat gives it again."""

    def __init__(self, update_id: int) -> None:
        self.queue: asyncio.Queue[Said | None] = asyncio.Queue()
        self._ids = itertools.count(update_id % MOST_ID + 1)

    def take(self, method: Says) -> int:
        """Take up what is said; the id of its message."""
        known = method.message_id if isinstance(method, EditMessageText) else None
        message_id = known or next(self._ids)
        self.queue.put_nowait((method, message_id))
        return message_id

    def all(self) -> Iterator[Said]:
        """Everything so far."""
        while not self.queue.empty():
            if (one := self.queue.get_nowait()) is not None:
                yield one


_collected: ContextVar[Collected] = ContextVar("collected")


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
        if not isinstance(method, Says):
            return True
        message_id = _collected.get().take(method)
        chat = Chat(id=int(method.chat_id or 0), type="private")
        text = method.caption if isinstance(method, SendPhoto) else method.text
        return Message(message_id=message_id, date=datetime.now(UTC), chat=chat, text=text)

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

    def __init__(
        self, dispatcher: Dispatcher, bot_id: int, clock: Callable[[], datetime] = now
    ) -> None:
        self.dispatcher = dispatcher
        self.clock = clock
        self.bot = local_bot(bot_id)
        self._going_on: set[asyncio.Task[Any]] = set()

    async def send_text(self, client: Client, message_id: str, text: str) -> list[Shown]:
        """A message of the client."""
        message = Message(
            message_id=1,
            date=self.clock(),
            chat=_chat(client),
            from_user=_user(client),
            text=storable(text),
        )
        update = Update(update_id=client.update_id(message_id), message=message)
        return await self._feed(update)

    async def send_file(
        self,
        client: Client,
        message_id: str,
        content: bytes,
        album: str = "",
        ending: str = "",
    ) -> AsyncGenerator[Shown]:
        """A file of the client; its name stays with the client, but for the ending. What is shown
        comes as it is said: reading a picture takes a while.

        Files with the same `album`, a name and their number as "name:3", are one case.
        """
        message = Message(
            message_id=1,
            date=self.clock(),
            chat=_chat(client),
            from_user=_user(client),
            document=Document(
                file_id=UPLOAD,
                file_unique_id=UPLOAD,
                file_name=f"{FILE}.{ending.lower()}" if ending else None,
                file_size=len(content),
                mime_type=mime_type_of(content),
            ),
            media_group_id=album or None,
        )
        update = Update(update_id=client.update_id(message_id), message=message)
        async for one in self._stream(update, content):
            yield one

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
        said = Collected(update.update_id)
        token = _collected.set(said)
        try:
            await self.dispatcher.feed_update(self.bot, update)
        finally:
            _collected.reset(token)
        return [shown(*one) for one in said.all()]

    async def _stream(self, update: Update, uploaded: bytes) -> AsyncGenerator[Shown]:
        """What is said to an update, as it is said. Who stops listening does not stop the work."""
        said = Collected(update.update_id)
        context = copy_context()
        context.run(_collected.set, said)
        context.run(_uploaded.set, uploaded)
        task = asyncio.create_task(self.dispatcher.feed_update(self.bot, update), context=context)
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        task.add_done_callback(lambda _: said.queue.put_nowait(None))
        while (one := await said.queue.get()) is not None:
            yield shown(*one)
        await task


def storable(text: str) -> str:
    """Text without what a database refuses: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def mime_type_of(content: bytes) -> str | None:
    """What a file is by its content, where it is a picture or a recording."""
    try:
        kind = kind_of(content)
    except InvalidInputError:
        return None
    family = MIME_FAMILIES.get(KIND_NAMES[kind])
    return f"{family}/{kind}" if family else None


def shown(method: Says, message_id: int = 0) -> Shown:
    """A message as a client shows it."""
    if isinstance(method, SendPhoto):
        content = method.photo.data if isinstance(method.photo, BufferedInputFile) else b""
        return Shown(method.caption or "", (), (), b64encode(content).decode(), message_id)
    text, edits = method.text or "", isinstance(method, EditMessageText)
    bold = tuple(
        _code_points(text, entity) for entity in method.entities or () if entity.type == "bold"
    )
    markup = method.reply_markup
    keyboard = markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else []
    rows = tuple(
        tuple((button.text, button.callback_data or "") for button in row) for row in keyboard
    )
    return Shown(text, bold, rows, id=message_id, edits=edits)


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
