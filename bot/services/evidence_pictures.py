"""A resident's picture drawn anew: what an officer sees is our own file, not theirs.

Pillow is imported only when a picture is drawn: most processes never do.
"""

import io

from bot.errors import InvalidInputError

MOST_PIXELS = 40_000_000
"""A phone's camera makes 12 to 24 million; far more is meant to fill the memory."""
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
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InvalidInputError(NOT_SHOWN)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ):
        raise InvalidInputError(NOT_SHOWN) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = io.BytesIO()
    upright.save(drawn, "JPEG", quality=85)
    return drawn.getvalue()
