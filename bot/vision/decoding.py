"""From hostile bytes to pixels: refused by what the header says, before anything is unpacked.

Imported by the worker only. Of what a picture carries beside its pixels only the way it was held
is used; nothing of it is kept.
"""

import io
import warnings
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, PngImagePlugin

from bot.vision.layout import TALL
from bot.vision.limits import MOST_PIXELS, webp_size, why_refused

MOST_KEPT = 5_000_000
"""Pixels that are kept of a photo; letters on it are still larger than on a screenshot."""
PHONE = 1080
"""Width in pixels that is kept of a long capture."""
STRIPE = 128
"""Rows of the smaller picture that are made at once."""
ORIENTATION = 0x0112
"""The EXIF tag of how a picture was held."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "BMP")

PngImagePlugin.MAX_TEXT_CHUNK = 256 * 1024
PngImagePlugin.MAX_TEXT_MEMORY = 1024 * 1024
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class RefusedPictureError(Exception):
    """A picture that is not read; `why` is a word for it: large, bomb, small or broken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def decode(content: bytes) -> NDArray[np.uint8]:
    """The upright pixels of a picture, blue first. Raises RefusedPictureError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _decode(content)
        except RefusedPictureError:
            raise
        except Image.DecompressionBombError:
            raise RefusedPictureError("large") from None
        except MemoryError:
            raise RefusedPictureError("large") from None
        except Exception as error:  # whatever a decoder says of a broken file
            raise RefusedPictureError("broken") from error


def _decode(content: bytes) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.asarray(_opened(content))[:, :, ::-1])


def _opened(content: bytes) -> Image.Image:
    if (size := webp_size(content)) is not None:
        _check("WEBP", size, content)
    _learn_heif()
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if size is None:
            progressive = bool(image.info.get("progressive"))
            _check("PROGRESSIVE" if progressive else image.format or "", image.size, content)
        kept = _kept_size(*image.size)
        if image.format == "JPEG":
            image.draft("RGB", kept)
        return _upright(image, kept)


def _upright(image: Image.Image, kept: tuple[int, int]) -> Image.Image:
    """The picture made smaller before anything else, since each copy of it is as large as it is."""
    image.load()
    way = image.getexif().get(ORIENTATION, 1)
    plain = _shrunk(image, kept) if image.width > kept[0] else _on_white(image)
    if way == 1:
        return plain
    plain.getexif()[ORIENTATION] = way
    return ImageOps.exif_transpose(plain)


def _shrunk(image: Image.Image, kept: tuple[int, int]) -> Image.Image:
    """In stripes, so that beside the picture only one of them is unpacked in full colours."""
    width, height = kept
    scale = image.height / height
    paper = Image.new("RGB", kept)
    for top in range(0, height, STRIPE):
        bottom = min(top + STRIPE, height)
        first, last = top * scale, min(bottom * scale, float(image.height))
        begin, end = floor(first), min(ceil(last), image.height)
        stripe = _on_white(image.crop((0, begin, image.width, end)))
        box = (0, first - begin, image.width, last - begin)
        paper.paste(stripe.resize((width, bottom - top), Image.Resampling.BOX, box), (0, top))
    return paper


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    paper = Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper


def _check(kind: str, size: tuple[int, int], content: bytes) -> None:
    if why := why_refused(kind, size, len(content)):
        raise RefusedPictureError(why)


def _kept_size(width: int, height: int) -> tuple[int, int]:
    if height > TALL * width:
        ratio = min(1.0, PHONE / width)
    else:
        ratio = min(1.0, (MOST_KEPT / (width * height)) ** 0.5)
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def _learn_heif() -> None:
    """Let Pillow read HEIC, as iPhones send it."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
