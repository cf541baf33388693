"""Texts in the sizes that channels take: how each counts, how much it takes, where to cut."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.storage.groups import GroupChannel

SENTENCE_END = re.compile(r"[。!?;!?\n\uff01\uff1f\uff1b]")


def utf8_bytes(text: str) -> int:
    """Length as WeCom counts it."""
    return len(text.encode(errors="surrogatepass"))


def utf16_units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def json_bytes(text: str) -> int:
    """Length of a text inside a JSON body, in UTF-8 bytes and without its quotes."""
    quoted = json.dumps(text, ensure_ascii=False, separators=(",", ":"))
    return len(quoted.encode(errors="surrogatepass")) - 2


@dataclass(frozen=True, slots=True)
class MessageLimit:
    """The longest text of one message on a channel, and how it is counted."""

    most: int
    size: Callable[[str], int]


LIMITS: Mapping[GroupChannel, MessageLimit] = {
    GroupChannel.TELEGRAM: MessageLimit(4096, utf16_units),
    GroupChannel.WECOM: MessageLimit(2048, utf8_bytes),
    GroupChannel.DINGTALK: MessageLimit(18_000, json_bytes),
    GroupChannel.FEISHU: MessageLimit(18_000, json_bytes),
    GroupChannel.WECHAT: MessageLimit(2000, len),
}
"""DingTalk and Feishu take 20 KB a request; the rest of it is room for what is around the text."""

CAPTION_LENGTH = 1024
"""What Telegram takes under a picture, in its own units; a longer text goes after it."""

TAKE_POSTERS = frozenset({GroupChannel.TELEGRAM, GroupChannel.WECOM, GroupChannel.WECHAT})
"""DingTalk's robot shows pictures only from a public address, Feishu's only with an app's key."""


def split_text(text: str, limit: int, size: Callable[[str], int]) -> list[str]:
    """`text` in parts of at most `limit` by `size`, cut at ends of sentences where possible."""
    parts: list[str] = []
    part = ""
    for sentence in _sentences(text):
        if size(part + sentence) <= limit:
            part += sentence
            continue
        *whole, part = _pieces(part, sentence, limit, size)
        parts += whole
    parts.append(part)
    return [kept for part in parts if (kept := part.strip())]


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in SENTENCE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    yield text[start:]


def _pieces(part: str, sentence: str, limit: int, size: Callable[[str], int]) -> list[str]:
    pieces, piece, used = [part], "", 0
    for sign in sentence:
        width = size(sign)
        if used + width > limit:
            pieces.append(piece)
            piece, used = "", 0
        piece += sign
        used += width
    return [*pieces, piece]
