"""From hostile bytes to pixels: refused by what the header says, before anything is unpacked.

Imported by the worker only. Of what a picture carries beside its pixels only the way it was held
is used; nothing of it is kept.
"""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, PngImagePlugin

from bot.vision.layout import TALL

MOST_PIXELS = 50_000_000
FREE_PIXELS = 4_000_000
PIXELS_PER_BYTE = 200
WEBP_PIXELS_PER_BYTE = 1000
"""More than this many pixels a byte, above FREE_PIXELS, is no picture of anything: of chats drawn
by us on one colour an empty one reaches 80 as PNG, 420 as WebP."""
MOST_KEPT = 5_000_000
"""Pixels that are kept of a photo; letters on it are still larger than on a screenshot."""
PHONE = 1080
"""Width in pixels that is kept of a long capture."""
LARGEST_SIDE = 65_000
SMALLEST_SIDE = 8
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
    if (size := webp_size(content)) is not None:
        _check_size(
            *size, WEBP_PIXELS_PER_BYTE * len(content)
        )  # Pillow unpacks a WebP as soon as it opens it
    _learn_heif()
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if size is None:
            _check_size(*image.size, PIXELS_PER_BYTE * len(content))
        kept = _kept_size(*image.size)
        if image.format == "JPEG":
            image.draft("RGB", kept)
        upright = _upright(image, kept)
    return np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])


def _upright(image: Image.Image, kept: tuple[int, int]) -> Image.Image:
    image.load()
    turned = ImageOps.exif_transpose(image)
    if (turned.width > turned.height) != (image.width > image.height):
        kept = kept[1], kept[0]
    plain = _on_white(turned)
    if plain.width > kept[0]:
        plain = plain.resize(kept, Image.Resampling.BOX)
    return plain


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    paper = Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper


def _check_size(width: int, height: int, believable: int) -> None:
    """Raises RefusedPictureError for what is too large, too small, or has more pixels than is
    believable for its bytes."""
    pixels = width * height
    if pixels > MOST_PIXELS or max(width, height) > LARGEST_SIDE:
        raise RefusedPictureError("large")
    if min(width, height) < SMALLEST_SIDE:
        raise RefusedPictureError("small")
    if pixels > max(FREE_PIXELS, believable):
        raise RefusedPictureError("bomb")


def _kept_size(width: int, height: int) -> tuple[int, int]:
    if height > TALL * width:
        ratio = min(1.0, PHONE / width)
    else:
        ratio = min(1.0, (MOST_KEPT / (width * height)) ** 0.5)
    return max(1, round(width * ratio)), max(1, round(height * ratio))


def webp_size(content: bytes) -> tuple[int, int] | None:
    """Width and height that a WebP's header says; None for anything else.

    Raises RefusedPictureError for a header that is cut short.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    if len(content) < 30:
        raise RefusedPictureError("broken")
    kind = content[12:16]
    if kind == b"VP8X":
        return _number(content[24:27]) + 1, _number(content[27:30]) + 1
    if kind == b"VP8L":
        bits = _number(content[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return _number(content[26:28]) & 0x3FFF, _number(content[28:30]) & 0x3FFF


def _number(content: bytes) -> int:
    return int.from_bytes(content, "little")


def _learn_heif() -> None:
    """Let Pillow read HEIC, as iPhones send it."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
