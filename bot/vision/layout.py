"""What was read on a picture, where it stands, and how a tall one is cut into tiles. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, sin
from statistics import median

TILE = 2400
"""Height of a tile in pixels: a phone's whole screen, so that most pictures are one tile."""
OVERLAP = 160
"""Pixels read twice where two tiles meet; letters up to half as tall are whole in one of them."""
TALL = 3.0
"""A picture more than this many times as tall as wide is a long capture and read in tiles."""
LEVEL_ENOUGH = 0.004
"""Radians below which lines count as level."""
READABLE = 0.75
"""Mean score above which lines are the right way up; upside down they score about half."""
LEAST_LINES = 3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def joined(self, other: "Box") -> "Box":
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: its corners clockwise from the top left, and how sure it is (0 to 1)."""

    text: str
    corners: tuple[Point, Point, Point, Point]
    score: float = 1.0

    @property
    def box(self) -> Box:
        """The upright rectangle around the corners."""
        across, down = zip(*self.corners, strict=True)
        return Box(min(across), min(down), max(across), max(down))

    def moved(self, down: float) -> "Line":
        """The same line further down."""
        first, second, third, fourth = ((x, y + down) for x, y in self.corners)
        return Line(self.text, (first, second, third, fourth), self.score)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one picture or tile shows: its size, its lines, the contents of its codes, and by how
    many quarter turns to the left it was set upright."""

    width: int
    height: int
    lines: tuple[Line, ...] = ()
    codes: tuple[str, ...] = ()
    turns: int = 0


def tile_tops(width: int, height: int) -> list[tuple[int, int]]:
    """Where each tile begins and ends, from the top; one for all but long captures."""
    if height <= TALL * width:
        return [(0, height)]
    step = TILE - OVERLAP
    count = max(1, -(-(height - OVERLAP) // step))
    return [(place * step, min(place * step + TILE, height)) for place in range(count)]


def put_together(tiles: Sequence[tuple[int, int, Seen]], width: int, height: int) -> Seen:
    """The picture of its tiles, each given with its begin and end: where two overlap, each line is
    taken from the tile in whose own part its middle lies."""
    lines: list[Line] = []
    codes: dict[str, None] = {}
    for begin, end, seen in tiles:
        first = begin + OVERLAP / 2 if begin else 0
        last = end - OVERLAP / 2 if end < height else height
        moved = (line.moved(begin) for line in seen.lines)
        lines += [line for line in moved if first <= line.box.middle[1] < last]
        codes |= dict.fromkeys(seen.codes)
    return Seen(width, height, tuple(lines), tuple(codes))


def quarter_turns(lines: Sequence[Line]) -> int:
    """How many quarter turns to the left would set a picture upright, as far as its lines tell.

    Lines that run up or down were read after one turn to the left, so that what they say tells
    which way; lines that run across and say nothing may be upside down.
    """
    words = [line for line in lines if len(line.text) > 1]
    if len(words) < LEAST_LINES:
        return 0
    sideways = sum(line.box.height > 1.5 * line.box.width for line in words) * 2 > len(words)
    if how_sure(words) >= READABLE:
        return 1 if sideways else 0
    return 3 if sideways else 2


def how_sure(lines: Sequence[Line]) -> float:
    """The mean score of lines, 0 to 1."""
    return sum(line.score for line in lines) / len(lines) if lines else 0.0


def levelled(lines: Sequence[Line]) -> list[Box]:
    """The box of each line once a slight turn of the whole picture is taken back."""
    angle = _angle(lines)
    if abs(angle) < LEVEL_ENOUGH:
        return [line.box for line in lines]
    turned_x, turned_y = cos(-angle), sin(-angle)
    boxes = []
    for line in lines:
        x, y = line.box.middle
        x, y = x * turned_x - y * turned_y, x * turned_y + y * turned_x
        wide, tall = _size(line)
        boxes.append(Box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2))
    return boxes


def _angle(lines: Sequence[Line]) -> float:
    """How far the lines lean, in radians, clockwise."""
    angles = []
    for line in lines:
        (x0, y0), (x1, y1), *_ = line.corners
        wide, tall = _size(line)
        if wide > 4 * tall:
            angles.append(atan2(y1 - y0, x1 - x0))
    return median(angles) if angles else 0.0


def _size(line: Line) -> tuple[float, float]:
    (x0, y0), (x1, y1), (x2, y2), _ = line.corners
    return hypot(x1 - x0, y1 - y0), hypot(x2 - x1, y2 - y1)
