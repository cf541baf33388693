"""Files that come with an update: fetched, checked and stored before its transaction opens."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.fsm.storage.base import StorageKey
from aiogram.types import Message, Update

from bot.errors import InvalidInputError
from bot.handlers.fsm import name_of
from bot.handlers.states import TAKES_FILES, TAKES_PICTURES, Reporting
from bot.services.evidence import MOST_BYTES, TOO_LARGE, Arrived, forwarded_text, take_in
from bot.services.evidence_store import EvidenceStore
from bot.services.field_pictures import take_in_picture
from bot.services.reports import ReportStep
from bot.storage.database import Database
from bot.storage.dialogues import read_dialogue
from bot.storage.updates import find_replies

NOT_FETCHED = "这个文件没有收到，请再发一次；发不了就发截图或写下来。"


@dataclass(frozen=True)
class Arrivals:
    """Takes in what comes with an update while a report is written, or a photo is waited for."""

    database: Database
    store: EvidenceStore
    now: Callable[[], datetime]

    async def of(self, bot: Bot, update: Update, key: StorageKey) -> Arrived | None:
        """The file of an update, stored; None where none is awaited or it was answered before.

        Raises InvalidInputError with what is wrong with the file.
        """
        message = update.message
        if message is None or not brings_file(message):
            return None
        async with self.database.reading() as session:
            answered = await find_replies(session, bot.id, update.update_id)
            state, text = await read_dialogue(session, name_of(key))
        if answered is not None or state not in TAKES_FILES | TAKES_PICTURES:
            return None
        if state in TAKES_PICTURES:
            return await self._photo(bot, message, json.loads(text))
        if message.text is not None:
            if _is_the_story(state, json.loads(text)):
                return None
            content, hidden = forwarded_text(message.text)
            arrived = await take_in(self.database, self.store, content, self.now())
            return replace(arrived, hidden=hidden)
        content = await _fetch(bot, message)
        return await take_in(self.database, self.store, content, self.now())

    async def _photo(self, bot: Bot, message: Message, data: dict[str, Any]) -> Arrived | None:
        """A photo of what a grid worker did; words passed on, or too late for it, are no such."""
        if message.text is not None or not still_open(data, self.now()):
            return None
        content = await _fetch(bot, message)
        return await take_in_picture(self.database, self.store, content, self.now())


def still_open(data: dict[str, Any], now: datetime) -> bool:
    """Whether a question that waits for some minutes only waits still."""
    until = data.get("until")
    return until is None or now < datetime.fromisoformat(until)


def brings_file(message: Message) -> bool:
    """Whether a private message has a file with it, or is somebody else's, passed on."""
    if message.chat.type != "private":
        return False
    return file_of(message) is not None or (
        message.text is not None and message.forward_origin is not None
    )


def _is_the_story(state: str | None, data: dict[str, Any]) -> bool:
    """A message passed on where the story is asked for is the story."""
    if state != Reporting.asking.state or data.get("step") != ReportStep.DESCRIPTION:
        return False
    return not data.get("draft", {}).get("description")


def file_of(message: Message) -> Any:
    """The picture, recording or file of a message, in its largest form; None where it has none."""
    if message.photo:
        return message.photo[-1]
    kinds = (message.document, message.video, message.voice, message.audio, message.video_note)
    return next((one for one in kinds if one is not None), None)


async def _fetch(bot: Bot, message: Message) -> bytes:
    file = file_of(message)
    if (file.file_size or 0) > MOST_BYTES:
        raise InvalidInputError(TOO_LARGE)
    content = io.BytesIO()
    try:
        await bot.download(file.file_id, destination=content)
    except (AiogramError, OSError, TimeoutError):
        raise InvalidInputError(NOT_FETCHED) from None
    return content.getvalue()
