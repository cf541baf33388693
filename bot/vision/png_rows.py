"""A PNG from top to bottom, so that no more of it than some rows is ever unpacked.

Pillow unpacks a PNG as a whole, four bytes a pixel. Each group of rows becomes a small PNG of its
own here: once to take the filters back, with the row before it on top, and once as what it is.
"""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.vision.payload import png_chunks

SIGN = b"\x89PNG\r\n\x1a\n"
PIECE = 64 * 1024
"""Bytes that are unpacked at once: what is left of a piece is copied each time."""
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Values of a pixel, by the kind of colours that the header names."""
KINDS = {1: 0, 2: 4, 3: 2, 4: 6}
"""A kind of colours with so many values of eight bits."""
BESIDE = frozenset((b"PLTE", b"tRNS"))


class PngRows:
    """The rows of a PNG that is not interlaced; raises OSError or ValueError where it is broken."""

    def __init__(self, content: bytes) -> None:
        head, beside, packed = b"", b"", []
        for name, part in png_chunks(content):
            if name == b"IHDR":
                head = bytes(part)
            elif name in BESIDE:
                beside += _chunk(name, bytes(part))
            elif name == b"IDAT":
                packed.append(part)
        if len(head) != 13:
            raise OSError("no header")
        self.width, self.height, depth, self.colour, *_ = struct.unpack(">IIBBBBB", head)
        channels = CHANNELS[self.colour]
        self._halved = depth == 16
        self._depth = min(depth, 8)
        self._length = (self.width * channels * depth + 7) // 8
        self._channels = channels if depth >= 8 else 1
        self._beside = b"" if self._halved else beside
        self._pieces = _pieces(packed)
        self._unpacker = zlib.decompressobj()
        self._above = bytes(self._length // (2 if self._halved else 1))
        self._rows = b""
        self._begin = 0

    def rows(self, begin: int, end: int) -> Image.Image:
        """Those rows. What lies above them is forgotten: each call begins where the one before
        did or further down, and not below its end."""
        length = len(self._above)
        self._rows = self._rows[(begin - self._begin) * length :]
        self._begin = begin
        missing = end - begin - len(self._rows) // length
        if missing > 0:
            self._rows += self._unfiltered(missing)
            self._above = self._rows[-length:]
        plain = np.frombuffer(self._rows[: (end - begin) * length], np.uint8).reshape(-1, length)
        body = np.hstack([np.zeros((len(plain), 1), np.uint8), plain])
        return _opened(self.width, self._depth, self.colour, body, self._beside)

    def _unfiltered(self, count: int) -> bytes:
        """The next rows as they were before filters were laid over them."""
        rows = np.frombuffer(self._unpacked(count * (self._length + 1)), np.uint8)
        rows = rows.reshape(count, self._length + 1)
        if self._halved:  # filters run over each byte of a value by itself, so the lower one goes
            upper = rows[:, 1:].reshape(count, -1, 2)[:, :, 0]
            rows = np.hstack([rows[:, :1], upper])
        above = np.frombuffer(b"\0" + self._above, np.uint8)
        wide = (rows.shape[1] - 1) // self._channels
        whole = np.vstack([above[None, :], rows])
        done = _opened(wide, 8, KINDS[self._channels], whole).tobytes()
        return done[len(self._above) :]

    def _unpacked(self, size: int) -> bytes:
        got = bytearray()
        while len(got) < size:
            piece = self._unpacker.unconsumed_tail or next(self._pieces, b"")
            more = self._unpacker.decompress(piece, size - len(got))
            if self._unpacker.eof and len(got) + len(more) < size or not (piece or more):
                raise OSError("cut short")
            got += more
        return bytes(got)


def _opened(
    width: int, depth: int, colour: int, rows: NDArray[np.uint8], beside: bytes = b""
) -> Image.Image:
    """Rows, each with the filter that lies over it before it, as a picture."""
    head = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    packed = zlib.compress(rows.tobytes(), 0)
    file = SIGN + _chunk(b"IHDR", head) + beside + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    image = Image.open(io.BytesIO(file), formats=("PNG",))
    image.load()
    return image


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def _pieces(packed: list[memoryview]) -> Iterator[bytes]:
    for part in packed:
        for at in range(0, len(part), PIECE):
            yield bytes(part[at : at + PIECE])
