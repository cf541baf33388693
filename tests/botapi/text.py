"""Message text as Telegram counts it: UTF-16 units, entities inside, spaces trimmed."""

import re
from dataclasses import dataclass
from typing import Any

from tests.botapi.errors import bad_request
from tests.botapi.markup import parse_html

MAX_TEXT = 4096
MAX_CAPTION = 1024
PLAIN_TYPES = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
    ]
)
NEEDS = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
ENTITY_KEYS = frozenset(["type", "offset", "length", "url", "user", "language", "custom_emoji_id"])
FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?)"
    r"|(?P<url>https?://[^\s,。;!?)】]+)",
    re.ASCII,
)

Entity = dict[str, Any]


@dataclass(frozen=True)
class Formatted:
    """Text after parsing, with entities in UTF-16 offsets."""

    text: str
    entities: tuple[Entity, ...] = ()


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, the unit of every limit and offset in the Bot API."""
    return len(text.encode("utf-16-le")) // 2


def read_text(
    text: str, parse_mode: str | None, entities: list[Entity] | None, limit: int, too_long: str
) -> Formatted:
    """Parse, trim and measure; a `parse_mode` beside entities is ambiguous and refused."""
    if parse_mode and entities:
        raise bad_request("parse_mode and entities exclude each other")
    if parse_mode and parse_mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    if parse_mode:
        plain, found = parse_html(text)
        formatted = Formatted(plain, tuple(found))
    else:
        formatted = Formatted(text, tuple(_checked(text, entities or [])))
    formatted = _trimmed(formatted)
    if utf16_length(formatted.text) > limit:
        raise bad_request(too_long)
    return formatted


def found_entities(text: str) -> tuple[Entity, ...]:
    """What a client marks by itself in text a user typed: commands and links."""
    return tuple(
        {
            "type": str(match.lastgroup),
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for match in FOUND.finditer(text)
    )


def _checked(text: str, entities: list[Entity]) -> list[Entity]:
    edges = {0}
    at = 0
    for character in text:
        at += utf16_length(character)
        edges.add(at)
    for entity in entities:
        _check_entity(entity, edges)
    return entities


def _check_entity(entity: Entity, edges: set[int]) -> None:
    if not isinstance(entity, dict) or not entity.keys() <= ENTITY_KEYS:
        raise bad_request("can't parse entities: expected known fields of MessageEntity")
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if not isinstance(kind, str) or kind not in PLAIN_TYPES | NEEDS.keys():
        raise bad_request(f"can't parse entities: unsupported type {kind!r}")
    if kind in NEEDS and not entity.get(NEEDS[kind]):
        raise bad_request(f"can't parse entities: {kind} without {NEEDS[kind]}")
    if type(offset) is not int or type(length) is not int or length < 1:
        raise bad_request("can't parse entities: offset and length must be whole numbers")
    if offset not in edges or offset + length not in edges:
        raise bad_request("can't parse entities: entity out of text bounds")


def _trimmed(formatted: Formatted) -> Formatted:
    cut = utf16_length(formatted.text) - utf16_length(formatted.text.lstrip())
    text = formatted.text.strip()
    total = utf16_length(text)
    entities = []
    for entity in formatted.entities:
        start = max(0, entity["offset"] - cut)
        end = min(total, entity["offset"] + entity["length"] - cut)
        if end > start:
            entities.append({**entity, "offset": start, "length": end - start})
    return Formatted(text, tuple(sorted(entities, key=lambda e: (e["offset"], -e["length"]))))
