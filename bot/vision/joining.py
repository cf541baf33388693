"""Lines of one bubble put together again: what the screen cut, what the writer broke. Pure."""

import re
import unicodedata

_TAIL = re.compile(r"[!-~]+$")
_HEAD = re.compile(r"^[!-~]+")
_LINK_SIGNS = re.compile(r"[:/.\-_=&?%#@]")
_LETTER = 0.85
"""Width of an ideograph as a share of a line's height as it is read."""
_ENOUGH = 4
_MOST = 0.75
_ROOM = 1.4
"""A line that leaves less than this many ideographs free may have been cut by the screen."""


def width_of(text: str, height: float) -> float:
    """About how wide a text stands, in pixels, in a line of that height."""
    return sum(_width(sign) for sign in text) * height * _LETTER


def letter_of(text: str, width: float) -> float:
    """The width of an ideograph of a line, in pixels; 0 where the line is too short to tell, or
    mostly other signs stand in it."""
    wide = sum(map(_width, text))
    ideographs = sum(_width(sign) == 1.0 for sign in text)
    return width / wide if wide >= _ENOUGH and ideographs >= _MOST * len(text) else 0.0


def share_before(text: str, place: int) -> float:
    """Which share of a line's width lies before the sign at that place."""
    total = sum(_width(sign) for sign in text)
    return sum(_width(sign) for sign in text[:place]) / total if total else 0.0


def _width(sign: str) -> float:
    return 1.0 if unicodedata.east_asian_width(sign) in "WF" else 0.55


def between(line: str, following: str, free: float, height: float) -> str:
    """What to write between two lines: nothing where the screen cut, else a space or a new line.

    `free` is the room left behind the line, in pixels: where more would have fitted, the writer
    broke it.
    """
    head = _HEAD.match(following)
    first = head.group() if head else following[:1]
    if free > max(_ROOM * height * _LETTER, width_of(first, height) * 1.1):
        return "\n"
    tail = _TAIL.search(line)
    if tail is None or head is None:
        return ""
    return "" if _goes_on(tail.group(), head.group()) else " "


def _goes_on(tail: str, head: str) -> bool:
    """Whether both are parts of one number or link, not two words."""
    if tail[-1].isdigit() and head[0].isdigit():
        return True
    return bool(_LINK_SIGNS.search(tail) or _LINK_SIGNS.search(head.rstrip(".,;:!?")))
