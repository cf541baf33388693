"""Charts of the statistics page as SVG or PNG, drawn by matplotlib with the font of our own.

Matplotlib is imported only when something is drawn: most processes never do. SVG holds letters as
shapes, so that it looks the same on a machine without a Chinese font.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

MOST_BARS = 12
"""More values than this are drawn as the largest ones; the table beside the chart has all."""
LONGEST_NAME, LONGEST_NARROW = 16, 8
FEWEST_COLUMNS = 6
"""Room for so many, so that one column alone is no wall."""
PNG_DOTS = 160
KEPT = 80
"""Charts of a page in light and dark, wide and narrow, for some spans; the same numbers are drawn
once."""
WIDE, NARROW = 8.0, 4.2
"""Inches; the narrow one is read on a phone."""
COUNT = "{:,.0f}"
SIGN = 4.8
"""Points that a sign of a number above a column takes."""


class Format(StrEnum):
    """What a chart can be saved as."""

    SVG = "svg"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Chart:
    """Values by name; `lying` draws bars from left to right, for long names."""

    title: str
    names: tuple[str, ...]
    values: tuple[int, ...]
    lying: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of text, grid, bars and ground."""

    ink: str
    line: str
    bar: str
    ground: str


LIGHT = Look(ink="#18222f", line="#dbe2ea", bar="#1d4f91", ground="#ffffff")
DARK = Look(ink="#e6ecf3", line="#2d3a4a", bar="#93c0f5", ground="#18212d")


@lru_cache(maxsize=KEPT)
def draw(chart: Chart, kind: Format, *, dark: bool = False, narrow: bool = False) -> bytes:
    """The chart as a file, `narrow` for a phone; the first time takes some tenths of a second, so
    call it in a thread."""
    from matplotlib.figure import Figure

    look = DARK if dark else LIGHT
    names, values = chart.names[:MOST_BARS], chart.values[:MOST_BARS]
    if not chart.lying:
        names, values = chart.names, chart.values
    height = 0.9 + 0.42 * max(len(names), 2) if chart.lying else 3.6
    width = NARROW if narrow else WIDE
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=look.ground)
    axes = figure.add_subplot(facecolor=look.ground)
    font = _font(11 if narrow else 13)
    title = figure.suptitle(chart.title, x=0.01, ha="left", color=look.ink, fontproperties=font)
    title.set_parse_math(False)
    if chart.lying:
        _lying(axes, names, values, look, narrow=narrow)
    else:
        _standing(axes, names, values, look, narrow=narrow)
    return _saved(figure, kind)


def _lying(
    axes: "Axes", names: Sequence[str], values: Sequence[int], look: Look, *, narrow: bool
) -> None:
    places = range(len(names))
    bars = axes.barh(places, values, color=look.bar, height=0.62)
    most = LONGEST_NARROW if narrow else LONGEST_NAME
    short = [name if len(name) <= most else f"{name[:most]}…" for name in names]
    axes.set_yticks(places, short, fontproperties=_font(10), color=look.ink, parse_math=False)
    axes.set_ylim(max(len(names), 2) - 0.5, -0.5)  # one bar alone is no thicker than others
    axes.bar_label(bars, fmt=COUNT, padding=4, color=look.ink, fontproperties=_font(10))
    highest = max([*values, 1])
    room = (0.06 if narrow else 0.02) * len(f"{highest:,}")
    axes.set_xlim(0, highest * (1.06 + room))
    axes.xaxis.set_visible(False)
    _plain(axes, look)


def _standing(
    axes: "Axes", names: Sequence[str], values: Sequence[int], look: Look, *, narrow: bool
) -> None:
    places = range(len(names))
    bars = axes.bar(places, values, color=look.bar, width=0.72)
    step = max(1, len(names) // (MOST_BARS // (2 if narrow else 1)))
    axes.set_xticks(places[::step], names[::step], fontproperties=_font(9), color=look.ink)
    highest = max([*values, 1])
    place = (NARROW if narrow else WIDE) * 72 / max(len(names), FEWEST_COLUMNS)
    if len(f"{highest:,}") * SIGN <= place:
        axes.bar_label(bars, fmt=COUNT, padding=2, color=look.ink, fontproperties=_font(8))
    axes.set_xlim(-0.6, max(len(names), FEWEST_COLUMNS) - 0.4)
    axes.set_ylim(0, highest * 1.15)
    axes.yaxis.set_visible(False)
    _plain(axes, look)


def _plain(axes: "Axes", look: Look) -> None:
    axes.tick_params(length=0)
    for name, spine in axes.spines.items():
        spine.set_visible(name in {"left", "bottom"})
        spine.set_color(look.line)


def _saved(figure: "Figure", kind: Format) -> bytes:
    out = io.BytesIO()
    undated = {"Date": None} if kind is Format.SVG else {}
    figure.savefig(out, format=kind.value, dpi=PNG_DOTS, metadata=undated)
    return out.getvalue()


@cache
def _font(size: int) -> "FontProperties":
    from matplotlib.font_manager import FontProperties

    path = files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"
    return FontProperties(fname=str(path), size=size)
