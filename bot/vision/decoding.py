"""From hostile bytes to pixels: refused by what the header says, before anything is unpacked.

Imported by the worker only. Of what a picture carries beside its pixels only the way it was held
is used; nothing of it is kept.
"""

import io
import warnings
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from bot.vision.heic_rows import HeicRows
from bot.vision.layout import TALL
from bot.vision.limits import MOST_PIXELS, ROOM, webp_size, why_refused
from bot.vision.payload import bytes_of_pixels
from bot.vision.room import at_most
from bot.vision.sources import (
    ON_ITS_SIDE,
    Source,
    source_of,
    upright,
    way_held,
    way_of_webp,
    webp_source,
)

MOST_KEPT = 5_000_000
"""Pixels that are kept of a photo; letters on it are still larger than on a screenshot."""
PHONE = 1080
"""Width in pixels that is kept of a long capture."""
MOST_OF_LONG = PHONE * 30_000
"""Pixels that are kept of a long capture."""
MOST_COLOURED = 75_000_000
"""Bytes above which a long capture is read in grey, so that it fits the room: three for each pixel
kept and, but for a PNG, four for each that is unpacked."""
STRIPE = 1_000_000
"""Pixels of the picture that are made smaller at once."""
NO_ROOM = "Memory allocation error"
"""What the decoder of HEIC says where it asks for more than it may."""
FORMATS = ("JPEG", "PNG", "GIF", "HEIF", "BMP")

PngImagePlugin.MAX_TEXT_CHUNK = 256 * 1024
PngImagePlugin.MAX_TEXT_MEMORY = 1024 * 1024
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
Image.init()


class RefusedPictureError(Exception):
    """A picture that is not read; `why` is a word for it: large, heavy, bomb, small or broken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def decode(content: bytes) -> NDArray[np.uint8]:
    """The upright pixels of a picture, blue first; a very long one in grey, without the third axis.

    Raises RefusedPictureError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pixels, way = _webp(content) if webp_size(content) else _other(content)
            return upright(pixels, way)
        except RefusedPictureError:
            raise
        except Image.DecompressionBombError:
            raise RefusedPictureError("large") from None
        except MemoryError:
            raise RefusedPictureError("heavy") from None
        except Exception as error:  # whatever a decoder says of a broken file
            why = "heavy" if NO_ROOM in str(error) else "broken"
            raise RefusedPictureError(why) from error


def _webp(content: bytes) -> tuple[NDArray[np.uint8], int]:
    size = webp_size(content) or (0, 0)
    kept, grey = _kept_size(*size), _is_grey("WEBP", size)
    _refuse("WEBP", size, content)
    with at_most(ROOM):
        return _kept(webp_source(content), kept, grey=grey), way_of_webp(content)


def _other(content: bytes) -> tuple[NDArray[np.uint8], int]:
    with at_most(ROOM), Image.open(io.BytesIO(content), formats=FORMATS) as image:
        progressive = bool(image.info.get("progressive"))
        _refuse("PROGRESSIVE" if progressive else image.format or "", image.size, content)
        kept, grey = _kept_size(*image.size), _is_grey(image.format or "", image.size)
        source = source_of(image, content, kept, grey=grey)
        way = way_held(image)
        if isinstance(source, HeicRows):  # size and EXIF are of the picture set upright
            way = source.grid.way
            kept = kept[::-1] if way in ON_ITS_SIDE else kept
        kept = min(kept[0], source.width), min(kept[1], source.height)
        return _kept(source, kept, grey=grey), way


def _kept(source: Source, kept: tuple[int, int], *, grey: bool) -> NDArray[np.uint8]:
    """As much of a picture as is kept, made smaller some rows at a time, so that beside it only a
    stripe is unpacked in full colours."""
    width, height = kept
    scale = source.height / height
    paper = np.empty((height, width) if grey else (height, width, 3), np.uint8)
    step = max(1, int(STRIPE / source.width / scale))
    for top in range(0, height, step):
        bottom = min(top + step, height)
        first, last = top * scale, min(bottom * scale, float(source.height))
        begin, end = floor(first), min(ceil(last), source.height)
        stripe = _on_white(source.rows(begin, end)).convert("L" if grey else "RGB")
        if stripe.size != (width, bottom - top):
            box = (0, first - begin, source.width, last - begin)
            stripe = stripe.resize((width, bottom - top), Image.Resampling.BOX, box)
        some = np.asarray(stripe)
        paper[top:bottom] = some if grey else some[:, :, ::-1]
    return paper


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image
    clear = image.convert("RGBA")
    paper = Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper


def _refuse(kind: str, size: tuple[int, int], content: bytes) -> None:
    """Raises RefusedPictureError by what the header says."""
    if why := why_refused(kind, size, bytes_of_pixels(kind, content)):
        raise RefusedPictureError(why)


def _is_grey(kind: str, size: tuple[int, int]) -> bool:
    width, height = size
    if height <= TALL * width:
        return False
    kept = _kept_size(width, height)
    unpacked = 0 if kind == "PNG" else 4 * width * height
    return 3 * kept[0] * kept[1] + unpacked > MOST_COLOURED


def _kept_size(width: int, height: int) -> tuple[int, int]:
    if height > TALL * width:
        ratio = min(1.0, PHONE / width, (MOST_OF_LONG / (width * height)) ** 0.5)
    else:
        ratio = min(1.0, (MOST_KEPT / (width * height)) ** 0.5)
    return max(1, round(width * ratio)), max(1, round(height * ratio))
