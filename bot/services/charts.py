"""Bar charts as pictures, drawn with Pillow in the font of the posters."""

import io
from collections.abc import Sequence

from bot.services.poster import BLUE, INK, PAPER, font_of

WIDTH, HEIGHT, MARGIN = 1400, 640, 60
TITLE, LABEL = 34, 22
BAR_SHARE = 0.62
LINE = "#d0d7de"


def bar_chart(name: str, bars: Sequence[tuple[str, int]]) -> bytes:
    """A PNG with a bar for each (label, value), the value above it; nought draws no bar.

    Without a name the bars have its place.
    """
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    small = font_of(LABEL)
    draw.text((MARGIN, 20), name, fill=INK, font=font_of(TITLE))
    floor, top = HEIGHT - MARGIN - LABEL, 120 if name else 60
    draw.line((MARGIN, floor, WIDTH - MARGIN, floor), fill=LINE, width=2)
    step = (WIDTH - 2 * MARGIN) / max(len(bars), 1)
    highest = max((value for _, value in bars), default=0) or 1
    for place, (label, value) in enumerate(bars):
        middle = MARGIN + step * (place + 0.5)
        height = (floor - top) * value / highest
        half = step * BAR_SHARE / 2
        if value:
            draw.rectangle((middle - half, floor - height, middle + half, floor), fill=BLUE)
        draw.text((middle, floor - height - 8), str(value), fill=INK, font=small, anchor="ms")
        shown = label if len(label) * LABEL <= step else label[: max(2, int(step // LABEL))]
        draw.text((middle, floor + 12), shown, fill=INK, font=small, anchor="mt")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
