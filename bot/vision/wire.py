"""What bot and worker say to each other: JSON and bytes, each with its length before it.

The worker unpacks hostile files, so nothing that it says is ever run or unpickled.
"""

import json
from typing import Any

from bot.vision.layout import Box, Line, Seen

MOST_SAID = 8 * 1024 * 1024
"""Bytes that the bot takes from a worker at once."""
MOST_WORDS = 4000
LENGTHS = 8
"""Bytes before a message: the length of its JSON and of what follows it, four each."""

Words = dict[str, Any]


def pack(words: Words, content: bytes = b"") -> bytes:
    """A message as it is sent."""
    said = json.dumps(words, ensure_ascii=False).encode()
    return len(said).to_bytes(4, "big") + len(content).to_bytes(4, "big") + said + content


def lengths(head: bytes) -> tuple[int, int]:
    """How many bytes of JSON and of content follow."""
    return int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")


def line_as_words(line: Line) -> list[Any]:
    """A line as it is sent."""
    corners = [round(value, 1) for corner in line.corners for value in corner]
    return [line.text, corners, round(line.score, 3)]


def line_of(said: list[Any]) -> Line:
    """The reverse. Raises ValueError for anything that is not a line."""
    text, corners, score = said
    left_top, right_top, right_bottom, left_bottom = (
        (float(corners[place]), float(corners[place + 1])) for place in range(0, 8, 2)
    )
    shape = (left_top, right_top, right_bottom, left_bottom)
    return Line(str(text)[:MOST_WORDS], shape, float(score))


def seen_of(said: Words) -> Seen:
    """What was read. Raises ValueError or LookupError for anything that is not that."""
    lines = tuple(line_of(line) for line in said.get("lines", ()))
    codes = tuple(str(code) for code in said.get("codes", ()))
    return Seen(int(said["width"]), int(said["height"]), lines, codes, int(said["turns"]))


def box_as_words(box: Box) -> list[float]:
    """A box as it is sent."""
    return [box.left, box.top, box.right, box.bottom]
