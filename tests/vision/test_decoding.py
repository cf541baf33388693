"""Hostile pictures: refused by their header, before anything is unpacked."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.vision.decoding import RefusedPictureError, decode
from tests.botapi.pictures import PNG

ROOT = Path(__file__).parents[2]


def encoded(image: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png_bomb(width: int, height: int) -> bytes:
    """White pixels, as many as asked, in a few kilobytes of PNG."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" + b"\xff" * (width * 3)) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        PNG + chunk(b"IHDR", header) + chunk(b"IDAT", rows + packer.flush()) + chunk(b"IEND", b"")
    )


def webp_saying(width: int, height: int) -> bytes:
    """A WebP whose header claims that size."""
    small = encoded(noise(16, 16), "WEBP")
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + (10).to_bytes(4, "little") + b"\0\0\0\0" + size
    body = b"WEBP" + extended + small[12:]
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def squeezed_bmp(width: int, height: int) -> bytes:
    """White pixels as a BMP in run lengths: 127 of them a byte."""
    full, rest = divmod(width, 255)
    row = bytes((255, 0)) * full + bytes((rest, 0)) * bool(rest) + b"\0\0"
    pixels, colours = row * height + b"\0\1", b"\xff\xff\xff\0" * 256
    begins = 54 + len(colours)
    head = struct.pack("<IHHI", begins + len(pixels), 0, 0, begins)
    about = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(pixels), 0, 0, 256, 0)
    return b"BM" + head + about + colours + pixels


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "HEIF"])
def test_every_kind_of_picture_is_read(kind: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    pixels = decode(encoded(Image.new("RGB", (60, 40), "#0000ff"), kind))
    assert pixels.shape == (40, 60, 3)
    assert pixels[20, 30, 0] > 200 > 60 > pixels[20, 30, 2]


def test_the_way_a_phone_was_held_is_taken_back() -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste("black", (0, 0, 60, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = decode(encoded(image, "JPEG", exif=exif, quality=95))
    assert pixels.shape == (60, 40, 3)
    assert pixels[:, -5].mean() < 60 < 200 < pixels[:, 5].mean()


def test_what_is_clear_stands_on_white() -> None:
    assert decode(encoded(Image.new("RGBA", (30, 30), (0, 0, 0, 0)), "PNG")).min() == 255


def test_a_large_photo_is_kept_smaller() -> None:
    assert np.prod(decode(encoded(noise(4000, 3000), "JPEG", quality=30)).shape[:2]) <= 5_050_000


def test_a_long_capture_keeps_the_width_of_a_phone() -> None:
    assert decode(encoded(noise(1440, 9000), "JPEG", quality=20)).shape == (6750, 1080, 3)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (PNG + b"\0" * 100, "broken"),
        (encoded(noise(64, 64), "PNG")[:-300], "broken"),
        (b"", "broken"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "broken"),
        (encoded(Image.new("L", (3, 400)), "PNG"), "small"),
        (webp_saying(16_000, 16_000), "large"),
        (
            PNG
            + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", b"x"),
            "large",
        ),
    ],
)
def test_what_is_not_read_is_refused_with_why(content: bytes, why: str) -> None:
    with pytest.raises(RefusedPictureError) as refused:
        decode(content)
    assert refused.value.why == why


def test_a_bomb_costs_next_to_nothing() -> None:
    """In a process of its own, whose memory is only this; the goal is 100 MB.

    One filled up to the size of a picture costs what its pixels need once, not three times.
    """
    run = """
import resource, sys
from bot.vision.decoding import RefusedPictureError, decode
from PIL import Image
import pillow_heif
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
why = "read"
try:
    decode(content)
except RefusedPictureError as refused:
    why = refused.why
print(why, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    white = Image.new("L", (7000, 7000), "white")
    filled = encoded(white, "PNG") + bytes(450_000)
    bombs = {
        "png": (png_bomb(7000, 7000), b"bomb", 20),
        "webp": (webp_saying(7000, 7000), b"bomb", 20),
        "bmp": (squeezed_bmp(7000, 7000), b"bomb", 20),
        "jpeg": (encoded(white, "JPEG", progressive=True), b"bomb", 20),
        "filled": (filled, b"read", 100),
    }
    for kind, (bomb, wanted, most) in bombs.items():
        done = subprocess.run(
            [sys.executable, "-c", run], input=bomb, capture_output=True, check=True, cwd=ROOT
        )
        why, megabytes = done.stdout.split()
        assert why == wanted, kind
        assert float(megabytes) < most, kind


def test_a_picture_is_the_same_whether_made_smaller_in_stripes_or_whole() -> None:
    large = noise(2600, 2100)
    whole = np.asarray(large.resize((2488, 2010), Image.Resampling.BOX))[:, :, ::-1]
    stripes = decode(encoded(large, "PNG"))
    assert stripes.shape == whole.shape
    assert np.abs(stripes.astype(int) - whole).max() <= 1
