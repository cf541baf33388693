"""Addresses that a message carries without showing them: behind words, and behind its buttons."""

from collections.abc import Iterator

from aiogram.types import InlineKeyboardMarkup, Message

from bot.handlers.replies import words_of

MOST_HIDDEN, LONGEST = 10, 500


def words_to_judge(message: Message) -> str:
    """What somebody wrote and, each on a line of its own below it, the addresses hidden in it."""
    words = words_of(message)
    hidden = [one[:LONGEST] for one in dict.fromkeys(_hidden(message)) if one not in words]
    return "\n".join(part for part in (words, *hidden[:MOST_HIDDEN]) if part)


def _hidden(message: Message) -> Iterator[str]:
    for entity in (*(message.entities or ()), *(message.caption_entities or ())):
        if entity.url:
            yield entity.url
    markup = message.reply_markup
    for row in markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else ():
        for button in row:
            if button.url:
                yield button.url
