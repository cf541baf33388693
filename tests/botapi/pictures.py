"""Just enough of picture formats to tell a picture from anything else."""

import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"
DEFAULT_SIZE = (1280, 960)


def is_picture(content: bytes) -> bool:
    """Whether the first bytes are those of a JPEG, PNG, WebP or GIF."""
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return webp or content.startswith((b"\xff\xd8\xff", PNG, b"GIF87a", b"GIF89a"))


def dimensions(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG; of anything else a phone's usual size."""
    if not content.startswith(PNG) or len(content) < 24:
        return DEFAULT_SIZE
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def png(width: int = 2, height: int = 2) -> bytes:
    """A small white PNG, for tests that send one."""
    row = b"\0" + b"\xff" * width
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(row * height)), (b"IEND", b"")
    return PNG + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
