"""A resident's picture drawn anew: what an officer sees is our own file, not theirs.

Pillow is imported only when a picture is drawn: most processes never do.
"""

import io

from bot.errors import InvalidInputError
from bot.vision.limits import webp_size, why_refused
from bot.vision.payload import bytes_of_pixels

LONGEST_SIDE = 2000
SHOWN_KINDS = frozenset({"jpg", "png", "gif", "webp"})
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
NOT_SHOWN = "这个文件不能在网页里查看，请下载后在隔离的电脑上打开。"


def redraw(content: bytes) -> bytes:
    """A picture as a JPEG without anything but its first frame's colours, upright.

    Raises InvalidInputError for what is no such picture, or too large to be one.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        if (size := webp_size(content)) is not None:
            _refuse("WEBP", size, content)
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            progressive = bool(picture.info.get("progressive"))
            _refuse("PROGRESSIVE" if progressive else picture.format or "", picture.size, content)
            coloured = picture.convert("RGB") if picture.mode in ("1", "P") else picture
            coloured.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(coloured).convert("RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ):
        raise InvalidInputError(NOT_SHOWN) from None
    drawn = io.BytesIO()
    upright.save(drawn, "JPEG", quality=85)
    return drawn.getvalue()


def _refuse(kind: str, size: tuple[int, int], content: bytes) -> None:
    if why_refused(kind, size, bytes_of_pixels(kind, content)) in ("large", "bomb"):
        raise InvalidInputError(NOT_SHOWN)
