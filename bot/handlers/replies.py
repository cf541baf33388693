"""Replies: the methods that handlers return, and the form in which they are stored."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aiogram.methods import AnswerCallbackQuery, SendMessage, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, LinkPreviewOptions, Message
from aiogram.utils.formatting import Text

from bot.services.certificate import Certificate, draw_certificate


@dataclass(frozen=True, slots=True)
class Drawing:
    """A certificate that is drawn when it is sent, so that no transaction waits for it."""

    chat_id: int
    caption: str
    certificate: Certificate

    async def drawn(self) -> SendPhoto:
        """The method that sends it."""
        picture = await asyncio.to_thread(draw_certificate, self.certificate)
        photo = BufferedInputFile(picture, "certificate.png")
        return SendPhoto(chat_id=self.chat_id, photo=photo, caption=self.caption, parse_mode=None)


Reply = TelegramMethod[Any] | Drawing
STORABLE: dict[str, type[TelegramMethod[Any]]] = {
    method.__api_method__: method for method in (SendMessage, AnswerCallbackQuery)
}
DRAWING = "drawing"
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def say(
    chat_id: int, content: Text | str, keyboard: InlineKeyboardMarkup | None = None
) -> SendMessage:
    """A message; marks come from entities only, so that nobody's text is ever interpreted."""
    text, entities = (content if isinstance(content, Text) else Text(content)).render()
    fields: dict[str, Any] = {
        "chat_id": chat_id,
        "text": text,
        "entities": entities,
        "parse_mode": None,
        "link_preview_options": NO_PREVIEW,
    }
    if keyboard is not None:
        fields["reply_markup"] = keyboard
    return SendMessage(**fields)


def acknowledge(callback_id: str, words: str = "") -> Reply:
    """Answer a pressed button; `words`, if any, appear for a moment."""
    if not words:
        return AnswerCallbackQuery(callback_query_id=callback_id)
    return AnswerCallbackQuery(callback_query_id=callback_id, text=words[:200])


def words_of(message: Message) -> str:
    """What somebody wrote: the text, or the words below a picture."""
    return message.text or message.caption or ""


def dump_replies(replies: Sequence[Reply]) -> str:
    """The stored form of replies."""
    return json.dumps([_dump(reply) for reply in replies], ensure_ascii=False)


def _dump(reply: Reply) -> list[Any]:
    if isinstance(reply, Drawing):
        return [DRAWING, asdict(reply)]
    fields = reply.model_dump(mode="json", exclude_unset=True, warnings=False)
    return [reply.__api_method__, fields]


def load_replies(stored: str) -> list[Reply]:
    """The reverse of dump_replies."""
    return [_load(name, fields) for name, fields in json.loads(stored)]


def _load(name: str, fields: dict[str, Any]) -> Reply:
    if name == DRAWING:
        certificate = Certificate(**fields["certificate"])
        return Drawing(fields["chat_id"], fields["caption"], certificate)
    return STORABLE[name].model_validate(fields)
