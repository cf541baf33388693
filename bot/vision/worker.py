"""The process that unpacks and reads pictures, one at a time: `python -m bot.vision.worker`.

It is told what to do on its standard input and ends with it. It reads no file, opens no connection
and writes nothing but its answers.
"""

import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bot.vision import decoding, wire
from bot.vision.layout import Box, Line, how_sure, quarter_turns, tile_tops

MOST_MEMORY = 2 * 1024**3
"""Bytes of address space; what a picture makes it ask beyond that ends the picture."""
NICE = 10
"""Whoever waits for the answer to a text goes first."""

Answer = tuple[wire.Words, bytes]


class Worker:
    """Holds the models, and the picture that is being read."""

    def __init__(self) -> None:
        from bot.vision.eyes import Eyes, codes

        self.eyes = Eyes()
        self.codes = codes
        self.picture: NDArray[np.uint8] | None = None
        self.turns = 0

    def open(self, words: wire.Words, content: bytes) -> Answer:
        """Unpack a picture."""
        self.picture, self.turns = None, 0
        try:
            self.picture = decoding.decode(content)
        except decoding.RefusedPictureError as refused:
            return {"refused": refused.why}, b""
        return self._size(), b""

    def read(self, words: wire.Words, content: bytes) -> Answer:
        """The lines and codes of one tile; a picture of one tile is set upright first.

        A code is no taller than the picture is wide: so far up it is looked for, lest a tile's end
        cuts it.
        """
        picture = self._picture()
        height, width = picture.shape[:2]
        tiles = tile_tops(width, height)
        begin, end = tiles[int(words["tile"])]
        tile = picture[begin:end]
        lines = self.eyes.lines(tile)
        if len(tiles) == 1:
            lines = self._upright(lines)
        said = {
            "lines": [wire.line_as_words(line) for line in lines],
            "codes": list(self.codes(picture[max(0, begin - width) : end])),
        }
        return self._size() | said, b""

    def mark(self, words: wire.Words, content: bytes) -> Answer:
        """A picture with frames; it is unpacked anew, since others may have come between."""
        from bot.vision.marking import mark

        upright = np.rot90(decoding.decode(content), int(words["turns"]))
        return {}, mark(upright, [Box(*sides) for sides in words["boxes"]])

    def close(self, words: wire.Words, content: bytes) -> Answer:
        """Forget the picture."""
        self.picture = None
        return {}, b""

    def _upright(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        turns = quarter_turns(lines)
        if not turns:
            return lines
        before = self._picture()
        self.picture = np.ascontiguousarray(np.rot90(before, turns))
        turned = self.eyes.lines(self.picture)
        if how_sure(turned) > how_sure(lines) or turns % 2:
            self.turns = turns
            return turned
        self.picture = before
        return lines

    def _picture(self) -> NDArray[np.uint8]:
        if self.picture is None:
            raise ValueError("no picture is open")
        return self.picture

    def _size(self) -> wire.Words:
        height, width = self._picture().shape[:2]
        return {"width": width, "height": height, "turns": self.turns}


def main() -> None:
    """Answer until nothing more is asked."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    worker = Worker()
    doings: dict[str, Callable[[wire.Words, bytes], Answer]] = {
        "open": worker.open,
        "read": worker.read,
        "mark": worker.mark,
        "close": worker.close,
    }
    _say(answers, {"ready": True})
    while (question := _hear(asked)) is not None:
        words, content = question
        try:
            said, made = doings[words["do"]](words, content)
        except Exception as error:  # whatever a hostile picture brings about ends with it
            said, made = {"failed": type(error).__name__}, b""
        _say(answers, said, made)


def _hear(asked: BinaryIO) -> tuple[wire.Words, bytes] | None:
    head = asked.read(wire.LENGTHS)
    if len(head) < wire.LENGTHS:
        return None
    import json

    words, content = wire.lengths(head)
    said: dict[str, Any] = json.loads(asked.read(words))
    return said, asked.read(content)


def _say(answers: BinaryIO, words: wire.Words, content: bytes = b"") -> None:
    answers.write(wire.pack(words, content))
    answers.flush()


if __name__ == "__main__":
    main()
