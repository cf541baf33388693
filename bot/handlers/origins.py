"""Where a message that was passed on comes from, in words; names are shown, never linked."""

from collections.abc import Sequence

from aiogram.types import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)
from aiogram.utils.formatting import Text

from bot.handlers.views import quoted

MOST_SHOWN = 3


def origin_of(message: Message) -> str:
    """Who wrote what was passed on and through which bot; empty where it is the sender's own."""
    parts = [_author(message), _bot(message)]
    return "，".join(part for part in parts if part)


def with_origins(words: Text | str, origins: Sequence[str], together: int = 1) -> Text:
    """An answer with where its messages come from, and how many were looked at as one."""
    lines = [f"这 {together} 条消息放在一起看。"] if together > 1 else []
    known = [origin for origin in origins if origin]
    lines += [f"来源：{origin}。" for origin in known[:MOST_SHOWN]]
    if len(known) > MOST_SHOWN:
        lines.append(f"还有 {len(known) - MOST_SHOWN} 个来源。")
    return Text(words, "\n\n" + "\n".join(lines)) if lines else Text(words)


def _author(message: Message) -> str:
    match message.forward_origin:
        case MessageOriginHiddenUser(sender_user_name=name):
            return f"转发自“{quoted(name)}”，对方隐藏了账号，查不到是谁"
        case MessageOriginChannel(chat=chat):
            return f"转发自频道“{quoted(chat.title or '')}”，频道谁都能开"
        case MessageOriginChat(sender_chat=chat):
            return f"转发自群“{quoted(chat.title or '')}”"
        case MessageOriginUser(sender_user=user):
            who = "机器人" if user.is_bot else ""
            return f"转发自{who}“{quoted(user.full_name)}”，名字可以随便取"
    return ""


def _bot(message: Message) -> str:
    if message.via_bot is None:
        return ""
    return f"经机器人“{quoted(message.via_bot.username or message.via_bot.full_name)}”发出"
