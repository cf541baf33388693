"""Replies: the methods that handlers return, and the form in which they are stored."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageText,
    SendAnimation,
    SendDocument,
    SendMessage,
    SendPhoto,
    SendVideo,
    SendVoice,
    TelegramMethod,
)
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, LinkPreviewOptions, Message
from aiogram.utils.formatting import Text

from bot.services.certificate import Certificate, draw_certificate
from bot.services.speech import for_reading, installed_speech


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


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words that the speech plug-in reads when they are sent; without one they are written."""

    chat_id: int
    words: str

    async def drawn(self) -> SendVoice | SendMessage:
        """The method that sends it."""
        speech = installed_speech()
        if speech is None:
            return say(self.chat_id, self.words)
        voice = BufferedInputFile(
            await asyncio.to_thread(speech.voice, for_reading(self.words)), "voice.ogg"
        )
        return SendVoice(chat_id=self.chat_id, voice=voice)


Reply = TelegramMethod[Any] | Drawing | Spoken
STORABLE: dict[str, type[TelegramMethod[Any]]] = {
    method.__api_method__: method
    for method in (
        SendMessage,
        EditMessageText,
        AnswerCallbackQuery,
        DeleteMessage,
        SendPhoto,
        SendVideo,
        SendAnimation,
        SendDocument,
    )
}
"""Pictures and files among them are of Telegram's own, named by their id."""
DRAWING, SPOKEN = "drawing", "spoken"
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def say(
    chat_id: int, content: Text | str, keyboard: InlineKeyboardMarkup | None = None
) -> SendMessage:
    """A message; marks come from entities only, so that nobody's text is ever interpreted."""
    return SendMessage(chat_id=chat_id, **_fields(content, keyboard))


def say_instead(
    chat_id: int,
    message_id: int,
    content: Text | str,
    keyboard: InlineKeyboardMarkup | None = None,
) -> EditMessageText:
    """The same in the place of a message that was said before."""
    fields = _fields(content, keyboard)
    return EditMessageText(chat_id=chat_id, message_id=message_id, **fields)


def said_anew(edit: EditMessageText) -> SendMessage:
    """What was to stand in the place of another message, as one of its own."""
    fields = edit.model_dump(exclude_unset=True, exclude={"message_id"}, warnings=False)
    return SendMessage.model_validate(fields)


def _fields(content: Text | str, keyboard: InlineKeyboardMarkup | None) -> dict[str, Any]:
    text, entities = content.render() if isinstance(content, Text) else (content, [])
    fields: dict[str, Any] = {
        "text": text,
        "entities": entities,
        "parse_mode": None,
        "link_preview_options": NO_PREVIEW,
    }
    if keyboard is not None:
        fields["reply_markup"] = keyboard
    return fields


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
    return f"[{','.join(map(_dump, replies))}]"


def _dump(reply: Reply) -> str:
    """JSON of a list: what is sent, and with which fields."""
    if isinstance(reply, (Drawing, Spoken)):
        name = DRAWING if isinstance(reply, Drawing) else SPOKEN
        return json.dumps([name, asdict(reply)], ensure_ascii=False)
    return f'["{reply.__api_method__}",{reply.model_dump_json(exclude_unset=True, warnings=False)}]'


def load_replies(stored: str) -> list[Reply]:
    """The reverse of dump_replies."""
    return [_load(name, fields) for name, fields in json.loads(stored)]


def _load(name: str, fields: dict[str, Any]) -> Reply:
    if name == DRAWING:
        certificate = Certificate(**fields["certificate"])
        return Drawing(fields["chat_id"], fields["caption"], certificate)
    if name == SPOKEN:
        return Spoken(**fields)
    return STORABLE[name].model_validate(fields)
