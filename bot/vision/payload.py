"""How many bytes of a file hold its pixels: what it is filled up with holds none. Pure."""

import zlib
from collections.abc import Iterator

PNG_BEGIN = 8
Chunk = tuple[bytes, memoryview]


def bytes_of_pixels(kind: str, content: bytes) -> int:
    """The bytes that can hold pixels of a picture of that kind (Pillow's name); all of them where
    the kind does not tell them apart, or the file is not as it should be."""
    match kind:
        case "PNG":
            return _sum_of(png_chunks(content), {b"IDAT"})
        case "WEBP":
            return _sum_of(webp_chunks(content), {b"VP8 ", b"VP8L", b"ANMF"})
        case "HEIF":
            return sum(_packed(part) for name, part in boxes(content) if name == b"mdat")
        case "JPEG" | "PROGRESSIVE":
            return _bytes_of_scans(content)
        case _:
            return len(content)


def _packed(part: memoryview) -> int:
    """Bytes that cannot be squeezed further: what a photo is made of, and no row of noughts."""
    return min(len(part), len(zlib.compress(part, 1)))


def png_chunks(content: bytes) -> Iterator[Chunk]:
    """Name and content of each part of a PNG, as far as they are whole."""
    at, view = PNG_BEGIN, memoryview(content)
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        yield content[at + 4 : at + 8], view[at + 8 : at + 8 + size]
        at += 12 + size


def webp_chunks(content: bytes) -> Iterator[Chunk]:
    """Name and content of each part of a WebP."""
    at, view = 12, memoryview(content)
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at : at + 4], view[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def boxes(content: bytes | memoryview) -> Iterator[Chunk]:
    """Name and content of each outermost box of a HEIC, or of a box within it."""
    at, view = 0, memoryview(content)
    while at + 8 <= len(content):
        size, head = int.from_bytes(content[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        end = at + size if size else len(content)
        yield bytes(view[at + 4 : at + 8]), view[at + head : end]
        at = max(end, at + head)


def _bytes_of_scans(content: bytes) -> int:
    """From the first scan of a JPEG to its end."""
    at = 2
    while content[at : at + 1] == b"\xff" and at + 4 <= len(content):
        if content[at + 1] == 0xDA:
            end = content.find(b"\xff\xd9", at)
            return (end if end >= 0 else len(content)) - at
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return len(content)


def _sum_of(parts: Iterator[Chunk], names: set[bytes]) -> int:
    return sum(len(part) for name, part in parts if name in names)
