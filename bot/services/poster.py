"""A poster drawn by us: title, three marks, one action, the way to the bot; for phone and paper.

Pillow and the font are imported only when something is drawn: most processes never do.
"""

import io
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.errors import InvalidInputError
from bot.services.outgoing import PosterOrder

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

MARKS = 3
SMALL_WIDTH = 420
HOW = "海报要写五行：标题、三个特征各一行、最后一行写一个行动。"
INK, PAPER, BLUE, RED = "#1b1f24", "#ffffff", "#0b4ea2", "#b3261e"
FOOT = "拿不准，拨 96110；已转账，马上拨 110"
FOOT_IN_LINES = ("拿不准，拨 96110", "已转账，马上拨 110")
SCAN = "扫码把可疑消息发给我查一查"
SCAN_IN_LINES = ("扫码把可疑消息", "发给我查一查")


@dataclass(frozen=True, slots=True)
class Poster:
    """What a poster says."""

    title: str
    marks: tuple[str, str, str]
    action: str

    def to_json(self) -> str:
        """The form kept with a broadcast."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> "Poster":
        """The reverse of to_json."""
        data = json.loads(stored)
        first, second, third = data["marks"]
        return cls(data["title"], (first, second, third), data["action"])


class PosterSize(Enum):
    """Width and height in pixels, and how much larger its letters are than usual.

    A phone's screen, A4 at 300 dots an inch, and a phone's screen for elders, on which a mark's
    letters stand 84 pixels high: 28 points on a screen of 360.
    """

    PHONE = (1080, 1920, 1.0)
    A4 = (2480, 3508, 1.0)
    ELDERS = (1080, 1920, 1.3)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height."""
        return self.value[:2]

    @property
    def letters(self) -> float:
        """How many times as large as usual."""
        return self.value[2]

    @property
    def title(self) -> str:
        """Where it is seen, as a sentence goes on."""
        return TITLES[self]


TITLES = {
    PosterSize.PHONE: "手机上",
    PosterSize.A4: " A4 上",
    PosterSize.ELDERS: "给老人的大字版上",
}


_USUAL = {PosterSize.PHONE, PosterSize.A4}
TITLE_PLACE = {one: (0.04, 0.25) for one in _USUAL} | {PosterSize.ELDERS: (0.03, 0.25)}
MARKS_PLACE = {one: (0.27, 0.12) for one in _USUAL} | {PosterSize.ELDERS: (0.265, 0.122)}
ACTION_PLACE = {one: (0.64, 0.766) for one in _USUAL} | {PosterSize.ELDERS: (0.635, 0.77)}
"""Where the parts stand, as shares of the height; of the marks the first one and the step."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of the poster: its text, letter height and place as shares of the width or height."""

    name: str
    text: str
    letter: float
    top: float
    bottom: float
    ink: str


def read_poster(typed: str) -> Poster:
    """A poster from five lines. Raises InvalidInputError where one is missing or overflows."""
    lines = [" ".join(line.split()) for line in typed.strip().splitlines() if line.strip()]
    if len(lines) != MARKS + 2:
        raise InvalidInputError(HOW)
    title, first, second, third, action = lines
    poster = Poster(title, (first, second, third), action)
    for size in PosterSize:
        _lay_out(poster, size)
    return poster


def draw_poster(poster: Poster, size: PosterSize, link: str, district: str) -> bytes:
    """The poster as PNG. Raises InvalidInputError where a text does not fit its place."""
    return _as_png(_drawn(poster, size, district, bool(link)), size, link)


def _as_png(image: "Image", size: PosterSize, link: str) -> bytes:
    """A drawn poster with the code of a link."""
    width, height = size.pixels
    if link:
        image.paste(_code(link, int(width * 0.24)), (int(width * 0.69), int(height * 0.77)))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _drawn(poster: Poster, size: PosterSize, district: str, coded: bool) -> "Image":
    """All of a poster but the code itself."""
    from PIL import Image as images
    from PIL import ImageDraw

    width, height = size.pixels
    image = images.new("RGB", size.pixels, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, int(height * 0.26)), fill=BLUE)
    for block, lines in _lay_out(poster, size):
        _write(draw, block, lines, size)
    small = font_of(int(width * 0.036 * size.letters))
    foot, scan = [f"{district}反诈 · {FOOT}"], [SCAN]
    if size is PosterSize.ELDERS:
        foot, scan = [*FOOT_IN_LINES], [*SCAN_IN_LINES, f"{district}反诈"]
    step = small.size * 1.35
    for number, line in enumerate(foot):
        top = height * 0.95 - (len(foot) - 1 - number) * step
        draw.text((width * 0.07, top), line, font=small, fill=INK)
    if coded:
        for number, line in enumerate(scan):
            top = height * (0.79 if len(scan) > 1 else 0.84) + number * step
            draw.text((width * 0.07, top), line, font=small, fill=INK)
    return image


@lru_cache(maxsize=2)
def _kept(poster: Poster, size: PosterSize, district: str, coded: bool) -> "Image":
    """A poster for phones, drawn once however many areas' codes are set into it."""
    return _drawn(poster, size, district, coded)


@lru_cache(maxsize=4)
def phone_poster(order: PosterOrder) -> bytes:
    """The poster that goes with a message, as PNG for a phone; a quarter of a second when first
    drawn, a fifth of it with the code of another area.

    One of before, whose words do not fit in large letters, goes in the usual ones.
    """
    poster = Poster.from_json(order.poster)
    size, coded = PosterSize.PHONE, bool(order.link)
    if order.large:
        with suppress(InvalidInputError):
            drawn = _kept(poster, PosterSize.ELDERS, order.district, coded)
            return _as_png(drawn.copy(), PosterSize.ELDERS, order.link)
    return _as_png(_kept(poster, size, order.district, coded).copy(), size, order.link)


@lru_cache(maxsize=16)
def small_poster(poster: Poster, size: PosterSize, link: str, district: str) -> bytes:
    """The poster as it is drawn, made smaller to be looked at while it is written."""
    from PIL import Image as images

    drawn = images.open(io.BytesIO(draw_poster(poster, size, link, district)))
    height = drawn.height * SMALL_WIDTH // drawn.width
    small = drawn.resize((SMALL_WIDTH, height), images.Resampling.LANCZOS)
    out = io.BytesIO()
    small.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _lay_out(poster: Poster, size: PosterSize) -> list[tuple[_Block, list[str]]]:
    blocks = [_Block("标题", poster.title, 0.1, *TITLE_PLACE[size], PAPER)]
    first, step = MARKS_PLACE[size]
    for number, mark in enumerate(poster.marks):
        top = first + number * step
        words = f"{'①②③'[number]} {mark}"
        blocks.append(_Block(f"第 {number + 1} 个特征", words, 0.06, top, top + step, INK))
    blocks.append(_Block("行动", poster.action, 0.065, *ACTION_PLACE[size], RED))
    return [(block, _wrap(block, size)) for block in blocks]


def _wrap(block: _Block, size: PosterSize) -> list[str]:
    """The lines of a block. Raises InvalidInputError where they do not fit."""
    width, height = size.pixels
    letter = int(width * block.letter * size.letters)
    font = font_of(letter)
    most = width * 0.86
    lines, line = [], ""
    for sign in block.text:
        if line and font.getlength(line + sign) > most:
            lines.append(line)
            line = ""
        line += sign
    lines.append(line)
    room = int(height * (block.bottom - block.top) / (letter * 1.35))
    if len(lines) > room:
        fits = sum(len(kept) for kept in lines[:room])
        raise InvalidInputError(
            f"海报的{block.name}太长：有 {len(block.text)} 个字，"
            f"{size.title}放得下 {fits} 个，请写短一些。"
        )
    return lines


def _write(draw: "ImageDraw", block: _Block, lines: list[str], size: PosterSize) -> None:
    width, height = size.pixels
    letter = int(width * block.letter * size.letters)
    font = font_of(letter)
    for number, line in enumerate(lines):
        place = (width * 0.07, height * block.top + number * letter * 1.35)
        bold = max(letter // 40, 1)
        draw.text(place, line, font=font, fill=block.ink, stroke_width=bold, stroke_fill=block.ink)


def font_of(letter: int) -> "FreeTypeFont":
    """The font that comes with a package, so that no machine needs one of its own."""
    from PIL import ImageFont

    return ImageFont.truetype(io.BytesIO(_font_file()), letter)


@cache
def _font_file() -> bytes:
    return (files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf").read_bytes()


def _code(link: str, side: int) -> "Image":
    import segno
    from PIL import Image as images

    made = io.BytesIO()
    segno.make(link, error="m", micro=False).save(made, kind="png", scale=10, border=2)
    return images.open(made).convert("RGB").resize((side, side), images.Resampling.NEAREST)
