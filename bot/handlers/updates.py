"""What an update is: which kinds are handled, who is to be answered where, what is to be judged."""

from aiogram.types import Message, Update

from bot.handlers.filters import is_command
from bot.handlers.group_sight import GROUPS, is_talk
from bot.handlers.hidden_links import words_to_judge
from bot.handlers.replies import Reply, acknowledge, say, words_of

HANDLED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "poll")
NO_CHAT = 0


def kind_of(update: Update) -> str | None:
    """What kind of update it is; None for what the bot does not look at, as a place that moves."""
    changed = update.edited_message
    if changed is not None and changed.chat.type not in GROUPS and not words_of(changed):
        return None
    return next((name for name in HANDLED_UPDATES if getattr(update, name) is not None), None)


def text_to_judge(update: Update) -> str | None:
    """The words of a private message that is not a command, with the addresses hidden in it."""
    message = update.message
    if message is None or message.chat.type != "private" or is_command(words_of(message)):
        return None
    return words_to_judge(message) or None


def chat_of(update: Update) -> int:
    """Where to answer: the chat of the message, else the person; polls have neither."""
    if (message := update.message or update.edited_message) is not None:
        return message.chat.id
    if (changed := update.my_chat_member) is not None:
        return changed.from_user.id if changed.chat.type == "channel" else changed.chat.id
    if update.poll is not None:
        return NO_CHAT
    callback = update.callback_query
    if callback is None:
        raise ValueError("an update without a chat")
    return callback.message.chat.id if callback.message is not None else callback.from_user.id


def asked_about(update: Update) -> Message | None:
    """The message whose file is to be looked at: what somebody sent in private, or what he replied
    to with /check in a group."""
    message = update.message
    if message is None or message.chat.type == "private":
        return message
    asks = (message.text or "").startswith("/check")
    return message.reply_to_message if asks and message.chat.type in GROUPS else None


def refuse(update: Update, words: str) -> list[Reply]:
    """The reply that says why not; a pressed button is acknowledged with it.

    Talk in a group that was not answered stays unanswered.
    """
    if is_talk(update):
        return []
    replies: list[Reply] = [say(chat_of(update), words)]
    if update.callback_query is not None:
        replies.insert(0, acknowledge(update.callback_query.id))
    return replies
