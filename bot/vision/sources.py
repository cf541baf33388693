"""Pictures of every kind as rows from top to bottom, each unpacked with as little as it takes.

Imported by the worker only.
"""

import io
from typing import Protocol

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

from bot.vision.heic_boxes import NoGridError, grid_of
from bot.vision.heic_rows import HeicRows
from bot.vision.limits import MOST_WHOLE_HEIC
from bot.vision.payload import webp_chunks
from bot.vision.png_rows import PngRows

ORIENTATION = 0x0112
"""The EXIF tag of how a picture was held."""
ON_ITS_SIDE = (6, 8)
"""Such numbers for a photo that was taken upright."""
BY_ROWS = 4_000_000
"""Pixels above which a PNG is unpacked by rows, which takes twice as long."""
HALF_OF = 16_000_000
"""Pixels above which a photo as JPEG is unpacked at half its size or less."""

pillow_heif.register_heif_opener(thumbnails=False)
pillow_heif.options.DECODE_THREADS = 1


class Source(Protocol):
    """A picture of which rows are asked for, from top to bottom."""

    width: int
    height: int

    def rows(self, begin: int, end: int) -> Image.Image:
        """Some of its rows."""


class Whole:
    """A picture that Pillow unpacks as a whole."""

    def __init__(self, image: Image.Image) -> None:
        image.load()
        self.image = image
        self.width, self.height = image.size

    def rows(self, begin: int, end: int) -> Image.Image:
        """Some of its rows."""
        return self.image.crop((0, begin, self.width, end))


class Pixels:
    """Pixels that somebody else unpacked: red first, or blue first as OpenCV has them."""

    def __init__(self, pixels: NDArray[np.uint8], *, blue_first: bool = False) -> None:
        self.pixels, self.blue_first = pixels, blue_first
        self.height, self.width = pixels.shape[:2]

    def rows(self, begin: int, end: int) -> Image.Image:
        """Some of its rows."""
        some = self.pixels[begin:end]
        if self.blue_first and some.ndim == 3:
            some = some[:, :, [2, 1, 0, 3][: some.shape[2]]]
        return Image.fromarray(np.ascontiguousarray(some))


def source_of(image: Image.Image, content: bytes, kept: tuple[int, int], *, grey: bool) -> Source:
    """An opened picture. `kept`: how large it will be in the end; `grey`: and in grey."""
    large = image.width * image.height > BY_ROWS
    if image.format == "PNG" and large and not image.info.get("interlace"):
        return PngRows(content)
    if image.format == "HEIF" and large:
        return _heic(image, content)
    if image.format == "JPEG":
        if grey:
            image.draft("L", None)
        else:
            half = image.width * image.height > HALF_OF
            most = (image.width // 2, image.height // 2) if half else image.size
            image.draft("RGB", (min(kept[0], most[0]), min(kept[1], most[1])))
    return Whole(image)


def _heic(image: Image.Image, content: bytes) -> Source:
    """A large HEIC: by its tiles where it has any, or as a whole where that is not too much."""
    try:
        grid = grid_of(content)
        size = (grid.height, grid.width) if grid.way in ON_ITS_SIDE else (grid.width, grid.height)
        if size == image.size and image.mode == "RGB":
            return HeicRows(grid)
    except NoGridError:
        pass
    if image.width * image.height > MOST_WHOLE_HEIC:
        raise MemoryError
    opened = pillow_heif.open_heif(io.BytesIO(content))
    return Pixels(np.asarray(opened)[:, : image.width])


def webp_source(content: bytes) -> Source:
    """A WebP. Pillow would unpack it as a film, at four times the memory: only films are."""
    if any(name == b"ANIM" for name, _ in webp_chunks(content)):
        return Whole(Image.open(io.BytesIO(content), formats=("WEBP",)))
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise MemoryError from None
        raise
    if pixels is None:
        raise OSError("not to be unpacked")
    return Pixels(pixels.astype(np.uint8, copy=False), blue_first=True)


def way_held(image: Image.Image) -> int:
    """How a picture was held, as EXIF says it, as far as that is told before its pixels."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    return _way(image.getexif())


def way_of_webp(content: bytes) -> int:
    """The same of a WebP."""
    for name, part in webp_chunks(content):
        if name == b"EXIF":
            exif = Image.Exif()
            exif.load(bytes(part))
            return _way(exif)
    return 1


def _way(exif: Image.Exif) -> int:
    way = exif.get(ORIENTATION, 1)
    return way if isinstance(way, int) else 1


def upright(pixels: NDArray[np.uint8], way: int) -> NDArray[np.uint8]:
    """Pixels turned and mirrored back, by the number that EXIF has for how they were held."""
    if way in (5, 7):
        pixels = np.swapaxes(pixels, 0, 1)
    turns = {3: 2, 6: 3, 7: 2, 8: 1}.get(way, 0)
    if way == 2:
        pixels = pixels[:, ::-1]
    elif way == 4:
        pixels = pixels[::-1]
    return np.ascontiguousarray(np.rot90(pixels, turns))
