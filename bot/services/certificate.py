"""A certificate for a quiz or a training, drawn by us; no name is on it unless one is given."""

import io
from dataclasses import dataclass

from bot.services.poster import BLUE, INK, PAPER, RED, font_of

WIDTH, HEIGHT = 1200, 850
COLOURS = 32
"""Enough for text on a plain ground; the picture is a tenth of the size."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What it says: a heading, whom it is for (may be empty), the result, day and district."""

    heading: str
    name: str
    result: str
    day: str
    district: str


def draw_certificate(certificate: Certificate) -> bytes:
    """The certificate as PNG."""
    from PIL import Image as images
    from PIL import ImageDraw

    image = images.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, WIDTH - 25, HEIGHT - 25), outline=BLUE, width=10)
    draw.rectangle((44, 44, WIDTH - 45, HEIGHT - 45), outline=BLUE, width=2)
    lines = (
        (certificate.heading, 84, 130, BLUE),
        (certificate.name, 56, 270, INK),
        (certificate.result, 64, 390, RED),
        ("遇事先停一停，拿不准拨 96110。", 44, 530, INK),
        (f"{certificate.district}反诈 · {certificate.day}", 38, 690, INK),
    )
    for text, letter, top, ink in lines:
        font = font_of(_fitting(text, letter))
        draw.text(((WIDTH - font.getlength(text)) / 2, top), text, font=font, fill=ink)
    out = io.BytesIO()
    image.quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _fitting(text: str, letter: int) -> int:
    """The letter height at which the text fits between the frames."""
    room = WIDTH - 160
    length = font_of(letter).getlength(text)
    return letter if length <= room else int(letter * room / length)
