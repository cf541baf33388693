"""Who said what on a picture, in order, and where each word of it stands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from statistics import median, median_low

from bot.vision.bars import Placed, middle_of, screen_of, without_bars
from bot.vision.joining import between, letter_of, share_before
from bot.vision.layout import Box, Line, Seen, levelled

LEAST_SCORE = 0.5
_GAP = 0.8
"""Lines of one bubble are nearer to each other than this share of their height."""
_EDGE = 0.42
"""Their left edges differ less than this share."""
_SMALL = 0.78
"""Letters smaller than this share of others are not in one bubble with them."""
_NAME = 0.86
"""Letters of a name are smaller than this share of the usual ones; short lines are read wider."""
_OPENING = tuple("（《“【「『〈〔‘")
_LONGEST_NAME = 16
_NARROW = 0.45
"""A bubble of less than this share of the screen is as wide as its longest line: the screen cut
none of its lines."""
_FACE = 1.55


class Side(StrEnum):
    """Whose words: the other's, one's own, or nobody's in particular (a page, a short message)."""

    THEIRS = "theirs"
    MINE = "mine"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Bubble:
    """Words that belong together."""

    text: str
    side: Side
    name: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the transcript that is one line of the picture."""

    start: int
    line: Line


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a picture says: its bubbles, and their words one below the other as they are judged."""

    bubbles: tuple[Bubble, ...]
    text: str
    pieces: tuple[Piece, ...]
    title: str = ""

    def boxes(self, start: int, end: int) -> list[Box]:
        """Where a range of the text stands on the picture; one box a line."""
        found = []
        for piece in self.pieces:
            text = piece.line.text
            first, last = max(start - piece.start, 0), min(end - piece.start, len(text))
            if first < last:
                found.append(_part(piece.line, share_before(text, first), share_before(text, last)))
        return found


@dataclass(slots=True)
class _Block:
    """Lines that stand together."""

    rows: list[Placed]

    @property
    def box(self) -> Box:
        box = self.rows[0].box
        for row in self.rows[1:]:
            box = box.joined(row.box)
        return box


def transcribe(seen: Seen) -> Transcript:
    """The words of a picture in reading order, without what is the phone's own."""
    placed = _placed(seen.lines)
    if not placed:
        return Transcript((), "", ())
    screen = screen_of(placed, seen)
    words, times, title = without_bars(placed, screen)
    blocks = _blocks(words)
    names = _names(blocks)
    sides = _sides(blocks, screen) if len(blocks) else []
    narrow = _NARROW * screen.width
    return _written(blocks, sides, names, times, title, narrow)


def _placed(lines: Sequence[Line]) -> list[Placed]:
    kept = [line for line in lines if line.text.strip() and line.score >= LEAST_SCORE]
    if not kept:
        return []
    placed = [Placed(line, box) for line, box in zip(kept, levelled(kept), strict=True)]
    usual = median_low(one.box.height for one in placed)
    placed = [one for one in placed if not _is_a_face(one, usual)]
    return sorted(placed, key=middle_of)


def _is_a_face(one: Placed, usual: float) -> bool:
    """A picture of a person or a sign that was taken for a letter."""
    text = one.line.text.strip()
    if len(text) > 2:
        return False
    return one.box.height > _FACE * usual or (len(text) == 1 and not text.isalnum())


def _blocks(words: Sequence[Placed]) -> list[_Block]:
    blocks: list[_Block] = []
    for one in words:
        home = next((block for block in reversed(blocks[-4:]) if _belongs(one, block)), None)
        if home is None:
            blocks.append(_Block([one]))
        else:
            home.rows.append(one)
    for block in blocks:
        block.rows = _in_reading_order(block.rows)
    return sorted(blocks, key=lambda block: block.box.top)


def _in_reading_order(rows: Sequence[Placed]) -> list[Placed]:
    """From top to bottom, and from left to right within what stands on one row."""
    ordered: list[list[Placed]] = []
    for one in sorted(rows, key=middle_of):
        if ordered and _same_row(one.box, ordered[-1][-1].box):
            ordered[-1].append(one)
        else:
            ordered.append([one])
    return [one for row in ordered for one in sorted(row, key=lambda one: one.box.left)]


def _belongs(one: Placed, block: _Block) -> bool:
    last, whole = block.rows[-1], block.box
    if not _alike(one, last):
        return False
    tall = max(one.box.height, last.box.height)
    if _same_row(one.box, last.box):
        apart = max(one.box.left - last.box.right, last.box.left - one.box.right)
        return apart < 2 * tall
    near = one.box.top - whole.bottom < _GAP * tall
    low = min(one.box.height, last.box.height)
    edge = min(_edge(row) for row in block.rows if _same_row(row.box, last.box))
    return near and abs(_edge(one) - edge) < _EDGE * low


def _edge(one: Placed) -> float:
    """Where a line begins; an opening bracket stands in the right half of its square."""
    opens = one.line.text[:1] in _OPENING
    return one.box.left - (0.4 * one.box.height if opens else 0.0)


def _alike(one: Placed, other: Placed) -> bool:
    """Whether two lines may be set in letters of the same size."""
    sizes = letter_of(one.line.text, one.box.width), letter_of(other.line.text, other.box.width)
    if all(sizes):
        return min(sizes) > _SMALL * max(sizes)
    return min(one.box.height, other.box.height) > 0.6 * max(one.box.height, other.box.height)


def _same_row(one: Box, other: Box) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.6 * min(one.height, other.height)


def _names(blocks: list[_Block]) -> list[str]:
    """The name above each block, where there is one; blocks that are names leave the list."""
    rows = [row for block in blocks for row in block.rows]
    sizes = [letter_of(row.line.text, row.box.width) for row in rows for _ in row.line.text]
    usual = median([size for size in sizes if size] or [0.0])
    names, kept, name = [], [], ""
    for block, following in zip_longest(blocks, blocks[1:]):
        if following is not None and _is_a_name(block, following, usual):
            name = block.rows[0].line.text
            continue
        kept.append(block)
        names.append(name)
        name = ""
    blocks[:] = kept
    return names


def _is_a_name(block: _Block, following: _Block, usual: float) -> bool:
    """A small short line right above a bubble, a little to the left of its words."""
    row = block.rows[0]
    size = letter_of(row.line.text, row.box.width)
    if len(block.rows) > 1 or len(row.line.text) > _LONGEST_NAME or not 0 < size < _NAME * usual:
        return False
    return 0 <= following.box.top - row.box.bottom + usual < 2 * usual


def _sides(blocks: Sequence[_Block], screen: Box) -> list[Side]:
    """Bubbles leave less room on their own speaker's side, and the other's all begin at one edge; a
    page leaves none on either side."""
    axis, slack = screen.middle[0], 0.012 * screen.width
    edges = [block.box.left for block in blocks if block.box.middle[0] < axis - slack]
    edge = min(edges, default=-slack)
    mine = [
        block.box.middle[0] > axis + slack and block.box.left > edge + slack for block in blocks
    ]
    if not any(mine):
        return [Side.NONE] * len(blocks)
    return [Side.MINE if one else Side.THEIRS for one in mine]


def _written(
    blocks: Sequence[_Block],
    sides: Sequence[Side],
    names: Sequence[str],
    times: Sequence[Placed],
    title: str,
    narrow: float,
) -> Transcript:
    bubbles: list[Bubble] = []
    pieces: list[Piece] = []
    text = ""
    for block, side, name in zip(blocks, sides, names, strict=True):
        begun = len(text)
        previous: Placed | None = None
        for row in block.rows:
            if previous is not None:
                text += _break(previous, row, block.box, narrow)
            pieces.append(Piece(len(text), row.line))
            text += row.line.text
            previous = row
        bubbles.append(Bubble(text[begun:], side, name, _time_above(block, times)))
        text += "\n"
    return Transcript(tuple(bubbles), text.removesuffix("\n"), tuple(pieces), title)


def _break(row: Placed, following: Placed, whole: Box, narrow: float) -> str:
    if _same_row(row.box, following.box):
        return " "
    if whole.width < narrow:
        return "\n"
    free = whole.right - row.box.right
    return between(row.line.text, following.line.text, free, row.box.height)


def _time_above(block: _Block, times: Sequence[Placed]) -> str:
    above = [one for one in times if one.box.bottom <= block.box.top]
    return above[-1].line.text if above else ""


def _part(line: Line, first: float, last: float) -> Box:
    """The upright box around a share of a line."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.corners
    across = [x0 + (x1 - x0) * share for share in (first, last)]
    across += [x3 + (x2 - x3) * share for share in (first, last)]
    down = [y0 + (y1 - y0) * share for share in (first, last)]
    down += [y3 + (y2 - y3) * share for share in (first, last)]
    return Box(min(across), min(down), max(across), max(down))
