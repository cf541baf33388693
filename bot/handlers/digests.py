"""The SHA-256 of a file that is not kept: counted as it comes in, before its transaction opens."""

import io
from hashlib import sha256

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Message

from bot.services.evidence import MOST_BYTES


class _Counting(io.RawIOBase):
    """Takes what is written to it into account and forgets it."""

    def __init__(self) -> None:
        self.sum = sha256()

    def write(self, part: object) -> int:
        self.sum.update(part)  # type: ignore[arg-type]
        return len(part)  # type: ignore[arg-type]

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0


def is_file(message: Message | None) -> bool:
    """Whether a message is a file that is looked at from outside."""
    if message is None or message.document is None:
        return False
    return not (message.document.mime_type or "").startswith(("image/", "audio/"))


async def digest_of(bot: Bot, message: Message) -> str:
    """The SHA-256 of the file of a message; empty where it is too large or not to be had."""
    document = message.document
    if document is None or (document.file_size or 0) > MOST_BYTES:
        return ""
    counting = _Counting()
    try:
        await bot.download(document.file_id, destination=counting)  # type: ignore[arg-type]
    except (AiogramError, OSError, TimeoutError):
        return ""
    return counting.sum.hexdigest()
