"""Replies: the methods that handlers return, and the form in which they are stored."""

import json
from collections.abc import Sequence
from typing import Any

from aiogram.methods import AnswerCallbackQuery, SendMessage, TelegramMethod
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions, Message
from aiogram.utils.formatting import Text

Reply = TelegramMethod[Any]
STORABLE: dict[str, type[Reply]] = {
    method.__api_method__: method for method in (SendMessage, AnswerCallbackQuery)
}
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
    rows = [
        [reply.__api_method__, reply.model_dump(mode="json", exclude_unset=True, warnings=False)]
        for reply in replies
    ]
    return json.dumps(rows, ensure_ascii=False)


def load_replies(stored: str) -> list[Reply]:
    """The reverse of dump_replies."""
    return [STORABLE[name].model_validate(fields) for name, fields in json.loads(stored)]
