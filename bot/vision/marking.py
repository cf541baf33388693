"""Red frames around phrases, drawn on a copy of the picture. Imported by the worker only."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bot.vision.layout import Box

RED = "#e02020"
MARGIN = 4
TALLEST = 2600
"""Of a long capture as much is sent back as fits a screen, from the first frame on."""
ABOVE = 240
WIDEST = 1600


def mark(pixels: NDArray[np.uint8], boxes: Sequence[Box]) -> bytes:
    """The picture, in colours or grey, with frames, as JPEG without anything but its pixels."""
    height, width = pixels.shape[:2]
    first = min((box.top for box in boxes), default=0)
    top = 0 if height <= TALLEST else int(min(max(first - ABOVE, 0), height - TALLEST))
    shown = pixels[top : top + TALLEST]
    coloured = shown[:, :, ::-1] if shown.ndim == 3 else np.stack([shown] * 3, axis=2)
    image = Image.fromarray(np.ascontiguousarray(coloured))
    draw = ImageDraw.Draw(image)
    thick = max(3, width // 240)
    for box in boxes:
        if box.bottom > top and box.top < top + TALLEST:
            low, high = box.top - top - MARGIN, box.bottom - top + MARGIN
            draw.rounded_rectangle(
                (box.left - MARGIN, low, max(box.right + MARGIN, box.left), max(high, low)),
                radius=8,
                outline=RED,
                width=thick,
            )
    image.thumbnail((WIDEST, TALLEST))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
