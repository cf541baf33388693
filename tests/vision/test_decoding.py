"""Hostile pictures: refused by their header, before anything is unpacked."""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from bench.vision_bombs import chunk, png_bomb, squeezed_bmp, webp_saying
from bench.vision_material import encoded
from bot.vision import decoding
from bot.vision.decoding import RefusedPictureError, decode
from bot.vision.layout import Box
from bot.vision.limits import ROOM
from bot.vision.marking import mark
from tests.botapi.pictures import PNG


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "HEIF"])
def test_every_kind_of_picture_is_read(kind: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    pixels = decode(encoded(Image.new("RGB", (60, 40), "#0000ff"), kind))
    assert pixels.shape == (40, 60, 3)
    assert pixels[20, 30, 0] > 200 > 60 > pixels[20, 30, 2]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "HEIF"])
def test_every_kind_of_picture_is_unpacked_within_the_room(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms: list[int] = []

    @contextmanager
    def no_room(more: int) -> Iterator[None]:
        rooms.append(more)
        raise MemoryError
        yield

    monkeypatch.setattr(decoding, "at_most", no_room)
    with pytest.raises(RefusedPictureError) as refused:
        decode(encoded(Image.new("RGB", (60, 40), "white"), kind))
    assert refused.value.why == "heavy"
    assert rooms == [ROOM]
    assert ROOM < 100_000_000


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


def test_a_long_capture_that_needs_much_memory_is_read_in_grey() -> None:
    long = encoded(Image.new("RGB", (1080, 11_000), "#ff0000"), "JPEG")
    pixels = decode(long)
    assert pixels.shape == (11_000, 1080)
    assert abs(int(pixels[50, 50]) - 76) < 3
    marked = Image.open(io.BytesIO(mark(pixels, [Box(100, 5000, 400, 5100)])))
    assert marked.size[0] == 1080
    assert marked.mode == "RGB"


def test_a_refused_picture_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What each bomb costs a real worker is measured by the benchmark, in small in its own test."""

    def unpack(*_: object, **__: object) -> None:
        raise AssertionError("unpacked")

    monkeypatch.setattr(decoding, "_kept", unpack)
    white = Image.new("L", (7000, 7000), "white")
    bombs = {
        "png": png_bomb(7000, 7000) + bytes(450_000),
        "webp": webp_saying(7000, 7000),
        "bmp": squeezed_bmp(7000, 7000),
        "jpeg": encoded(white, "JPEG", progressive=True),
    }
    for kind, bomb in bombs.items():
        with pytest.raises(RefusedPictureError) as refused:
            decode(bomb)
        assert refused.value.why == "bomb", kind


def test_a_picture_is_the_same_whether_made_smaller_in_stripes_or_whole() -> None:
    large = noise(2600, 2100)
    whole = np.asarray(large.resize((2488, 2010), Image.Resampling.BOX))[:, :, ::-1]
    stripes = decode(encoded(large, "PNG", compress_level=1))
    assert stripes.shape == whole.shape
    assert np.abs(stripes.astype(int) - whole).max() <= 1
