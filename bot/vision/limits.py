"""What is too large or too empty to be a picture of anything, by its header alone. Pure."""

MOST_PIXELS = 50_000_000
FREE_PIXELS = {"WEBP": 10_000_000}
FREE = 4_000_000
SMALLEST_SIDE, LARGEST_SIDE = 8, 65_000
PIXELS_PER_BYTE = {"WEBP": 200, "BMP": 10, "PROGRESSIVE": 40}
"""More than this many pixels a byte, above FREE_PIXELS, is no picture of anything: a chat drawn by
us on one colour reaches 80 as PNG where it is empty, a long capture with little in it 123. One
colour alone is 377 as lossy WebP, which is unpacked whole and twice. A BMP holds 8 where it is not
squeezed. A progressive JPEG is unpacked whole, whatever size is asked for; one colour alone is 170,
64 where it is not progressive."""
OTHERS = 200
ROOM = 90 * 1024**2
"""Bytes of memory that unpacking a picture may take."""
MOST_WHOLE_HEIC = 14_000_000
"""Pixels above which a HEIC that is not made of tiles, as phones make them, would need more room
than that."""


def why_refused(kind: str, size: tuple[int, int], content_bytes: int) -> str:
    """A word for what is wrong with a picture of that kind (Pillow's name, or PROGRESSIVE for such
    a JPEG), size and bytes of pixels: large, small or bomb; empty where nothing is."""
    width, height = size
    pixels = width * height
    if pixels > MOST_PIXELS or max(size) > LARGEST_SIDE:
        return "large"
    if min(size) < SMALLEST_SIDE:
        return "small"
    believable = PIXELS_PER_BYTE.get(kind, OTHERS) * content_bytes
    return "bomb" if pixels > max(FREE_PIXELS.get(kind, FREE), believable) else ""


def webp_size(content: bytes) -> tuple[int, int] | None:
    """Width and height that a WebP's header says; None for anything else.

    Pillow unpacks a WebP as soon as it opens it. Raises ValueError for a header that is cut short.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    if len(content) < 30:
        raise ValueError("cut short")
    kind = content[12:16]
    if kind == b"VP8X":
        return _number(content[24:27]) + 1, _number(content[27:30]) + 1
    if kind == b"VP8L":
        bits = _number(content[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _number(content[26:28]) & 0x3FFF, _number(content[28:30]) & 0x3FFF


def _number(content: bytes) -> int:
    return int.from_bytes(content, "little")
