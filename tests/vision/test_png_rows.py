"""A PNG by rows is the same picture, and what is filled up holds no more pixels."""

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from bench.vision_bombs import chunk, heic_filled, jpeg_filled, png_bomb, webp_filled
from bench.vision_material import encoded
from bot.vision.payload import bytes_of_pixels
from bot.vision.png_rows import PngRows
from bot.vision.room import at_most
from bot.vision.sources import ORIENTATION, upright

WIDE, TALL = 37, 29


def noise() -> Image.Image:
    chance = np.random.default_rng(1)
    return Image.fromarray(chance.integers(0, 256, (TALL, WIDE, 4), np.uint8), "RGBA")


def of_mode(mode: str) -> Image.Image:
    return noise().convert("RGB").convert(mode) if mode in ("1", "P") else noise().convert(mode)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_png_by_rows_is_the_same_picture(mode: str) -> None:
    image = of_mode(mode)
    rows = PngRows(encoded(image))
    for begin, end in ((0, 11), (10, 23), (22, TALL)):
        part = rows.rows(begin, end)
        assert part.size == (WIDE, end - begin)
        whole = image.crop((0, begin, WIDE, end)).convert("RGBA")
        assert part.convert("RGBA").tobytes() == whole.tobytes()


@pytest.mark.parametrize("colours", [4, 16])
def test_few_colours_and_a_clear_one_are_kept(colours: int) -> None:
    image = noise().convert("RGB").quantize(colours)
    content = encoded(image, "PNG", transparency=1)
    whole = Image.open(io.BytesIO(content)).convert("RGBA")
    assert PngRows(content).rows(0, TALL).convert("RGBA").tobytes() == whole.tobytes()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_become_eight(channels: int) -> None:
    shape = (TALL, WIDE, channels)[: 2 + (channels > 1)]
    deep = np.random.default_rng(2).integers(0, 65536, shape, np.uint16)
    content = cv2.imencode(".png", deep)[1].tobytes()
    wanted = (deep >> 8).astype(np.uint8)
    if channels > 1:
        wanted = wanted[:, :, [2, 1, 0, 3][:channels]]
    assert np.array_equal(np.asarray(PngRows(content).rows(0, TALL)), wanted)


def test_a_png_that_is_cut_short_says_so() -> None:
    content = encoded(noise())
    rows = PngRows(content[:-200])
    with pytest.raises(OSError, match="cut short"):
        rows.rows(0, TALL)


@pytest.mark.parametrize("way", range(1, 9))
def test_a_picture_is_set_upright_as_pillow_does(way: int) -> None:
    image = noise().convert("RGB")
    image.getexif()[ORIENTATION] = way
    assert np.array_equal(upright(np.asarray(image), way), ImageOps.exif_transpose(image))


JUNK = 300_000
FILLED: dict[str, tuple[str, Callable[[], bytes], Callable[[], bytes]]] = {
    "png": ("PNG", lambda: png_bomb(90, 90), lambda: png_bomb(90, 90) + bytes(JUNK)),
    "png part": (
        "PNG",
        lambda: png_bomb(90, 90),
        lambda: png_bomb(90, 90, beside=chunk(b"prVt", bytes(JUNK))),
    ),
    "jpeg": ("JPEG", lambda: encoded(of_mode("RGB"), "JPEG"), lambda: jpeg_filled(
        encoded(of_mode("RGB"), "JPEG"), JUNK) + bytes(JUNK)),
    "webp": ("WEBP", lambda: encoded(noise(), "WEBP"), lambda: encoded(noise(), "WEBP")
             + b"JUNK" + JUNK.to_bytes(4, "little") + bytes(JUNK)),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "plain", "filled"), FILLED.values(), ids=FILLED.keys())
def test_what_a_picture_is_filled_up_with_holds_no_pixels(
    kind: str, plain: Callable[[], bytes], filled: Callable[[], bytes]
) -> None:
    assert len(filled()) > len(plain()) + JUNK // 2
    assert abs(bytes_of_pixels(kind, filled()) - bytes_of_pixels(kind, plain())) < 10


def test_noughts_among_the_pixels_of_a_heic_hold_none() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    plain = encoded(noise().convert("RGB"), "HEIF")
    assert bytes_of_pixels("HEIF", plain) > 100
    filled = bytes_of_pixels("HEIF", heic_filled(plain, bytes(JUNK)))
    assert filled < bytes_of_pixels("HEIF", plain) + JUNK / 100


def test_pixels_of_a_webp_count_with_what_stands_among_them() -> None:
    filled = webp_filled(noise().convert("RGB"), JUNK, lossless=True)
    assert bytes_of_pixels("WEBP", filled) > JUNK


def test_what_asks_for_more_than_its_room_gets_none() -> None:
    with pytest.raises(MemoryError), at_most(50 * 1024**2):
        np.ones(200 * 1024**2, np.uint8)
    assert np.ones(200 * 1024**2, np.uint8)[-1] == 1
