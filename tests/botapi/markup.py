"""HTML as the Bot API understands it, and nothing beyond what its documentation lists.

Stricter than the real server: unknown attributes, a bare `&`, and entities other than the four
documented ones are refused instead of passed through.
"""

import re
from dataclasses import dataclass
from typing import Any

from tests.botapi.errors import ApiError, bad_request

TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
ATTRIBUTES = {
    "a": {"href"},
    "span": {"class"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-emoji": {"emoji-id"},
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?P<rest>[^<>]*)>"
    r"|&(?P<reference>lt|gt|amp|quot|\#\d{1,7}|\#x[0-9A-Fa-f]{1,6});"
    r"|(?P<plain>[^<&]+)"
)
ATTRIBUTE = re.compile(r"""\s+(?P<name>[A-Za-z-]+)(?:=(?P<quote>["'])(?P<value>.*?)(?P=quote))?""")


@dataclass(frozen=True)
class Opened:
    """A start tag that waits for its end."""

    tag: str
    attributes: dict[str, str | None]
    offset: int


class _Reader:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.offset = 0
        self.entities: list[dict[str, Any]] = []
        self.opened: list[Opened] = []

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.offset += len(text.encode("utf-16-le")) // 2

    def open(self, tag: str, rest: str) -> None:
        if tag not in TYPES:
            raise cannot_parse(f'Unsupported start tag "{tag}"')
        if tag == "blockquote" and any(opened.tag == tag for opened in self.opened):
            raise cannot_parse("blockquote tags can't be nested")
        self.opened.append(Opened(tag, _attributes(tag, rest), self.offset))

    def close(self, tag: str) -> None:
        if not self.opened:
            raise cannot_parse(f'Unexpected end tag "{tag}"')
        opened = self.opened.pop()
        if opened.tag != tag:
            raise cannot_parse(f'Unmatched end tag, expected "</{opened.tag}>", found "</{tag}>"')
        if self.offset > opened.offset:
            self.entities.append(_entity(opened, self.offset - opened.offset))


def parse_html(html: str) -> tuple[str, list[dict[str, Any]]]:
    """Plain text and entities (UTF-16 offsets), or `can't parse entities` with the reason."""
    reader = _Reader()
    position = 0
    while position < len(html):
        token = TOKEN.match(html, position)
        if token is None:
            raise cannot_parse(f"unescaped {html[position]!r} at character {position}")
        _take(reader, token)
        position = token.end()
    if reader.opened:
        tag = reader.opened[-1].tag
        raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{tag}"')
    return "".join(reader.parts), reader.entities


def cannot_parse(words: str) -> ApiError:
    """The 400 that every markup mistake becomes."""
    return bad_request(f"can't parse entities: {words}")


def _take(reader: _Reader, token: re.Match[str]) -> None:
    if token["plain"] is not None:
        reader.write(token["plain"])
    elif token["reference"] is not None:
        reader.write(_character(token["reference"]))
    elif token["end"]:
        if token["rest"].strip():
            raise cannot_parse(f'Unclosed end tag "{token["tag"]}"')
        reader.close(token["tag"].lower())
    else:
        reader.open(token["tag"].lower(), token["rest"])


def _character(reference: str) -> str:
    if not reference.startswith("#"):
        return NAMED[reference]
    code = int(reference[2:], 16) if reference[1] == "x" else int(reference[1:])
    if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        raise cannot_parse(f'no such character "&{reference};"')
    return chr(code)


def _attributes(tag: str, rest: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    position = 0
    rest = rest.rstrip()
    while position < len(rest):
        match = ATTRIBUTE.match(rest, position)
        if match is None or match["name"].lower() not in ATTRIBUTES.get(tag, set()):
            raise cannot_parse(f'Unsupported attribute in tag "{tag}"')
        found[match["name"].lower()] = match["value"]
        position = match.end()
    _check_attributes(tag, found)
    return found


def _check_attributes(tag: str, found: dict[str, str | None]) -> None:
    if tag == "a" and not found.get("href"):
        raise cannot_parse('Tag "a" must have attribute "href"')
    if tag == "span" and found.get("class") != "tg-spoiler":
        raise cannot_parse('Tag "span" must have class "tg-spoiler"')
    if tag == "tg-emoji" and not found.get("emoji-id"):
        raise cannot_parse('Tag "tg-emoji" must have attribute "emoji-id"')


def _entity(opened: Opened, length: int) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "type": TYPES[opened.tag],
        "offset": opened.offset,
        "length": length,
    }
    if opened.tag == "a":
        entity["url"] = _unescaped(opened.attributes["href"] or "")
    if opened.tag == "tg-emoji":
        entity["custom_emoji_id"] = opened.attributes["emoji-id"]
    if opened.tag == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    return entity


def _unescaped(value: str) -> str:
    return re.sub(r"&(lt|gt|amp|quot);", lambda match: NAMED[match[1]], value)
