"""A message of a group as it is kept for a day, and as the bot puts it back."""

from aiogram.methods import SendAnimation, SendDocument, SendPhoto, SendVideo
from aiogram.types import Message
from aiogram.utils.formatting import Pre

from bot.handlers.replies import Reply, say, words_of
from bot.services.guard import Posted

_TEXT = frozenset({"text"})


def posted_in(message: Message) -> Posted:
    """Words and file of a message; "other" where it holds what a bot cannot send again."""
    words = words_of(message)
    if message.photo:
        return Posted(words, "photo", message.photo[-1].file_id)
    for kind in ("animation", "video", "document"):
        if (file := getattr(message, kind)) is not None:
            return Posted(words, kind, file.file_id)
    return Posted(words, "" if message.content_type in _TEXT else "other")


def restored(chat: int, gone: Posted) -> Reply:
    """The same as a message of the bot, in letters in which no link can be tapped."""
    fields = Pre(gone.text).as_caption_kwargs()
    match gone.kind:
        case "photo":
            return SendPhoto(chat_id=chat, photo=gone.file, **fields)
        case "video":
            return SendVideo(chat_id=chat, video=gone.file, **fields)
        case "animation":
            return SendAnimation(chat_id=chat, animation=gone.file, **fields)
        case "document":
            return SendDocument(chat_id=chat, document=gone.file, **fields)
    return say(chat, Pre(gone.text))
