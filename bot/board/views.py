"""The board as HTML and as a JSON feed; everything put into a page is escaped."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.services.board import LEAST, Board, Case, Trick, WeekBar
from bot.times import on_screen

HERE = Path(__file__).parent
STATIC = HERE / "static"
PAGES = {"/board": "board.html", "/board/screen": "screen.html", "/board/strip": "strip.html"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the chart, in its own units, with what stands under and above it."""

    left: float
    top: float
    width: float
    height: float
    middle: float
    name: str
    words: str


@dataclass(frozen=True)
class Chart:
    """The eight weeks as they are drawn, and in words for who does not see."""

    columns: tuple[Column, ...]
    words: str
    width: ClassVar[int] = 320
    height: ClassVar[int] = 90

    @property
    def known(self) -> bool:
        """Whether any week's count is shown; else there is nothing to draw."""
        return any(one.height for one in self.columns)


@dataclass(frozen=True, slots=True)
class BoardView:
    """What every page of the board shows; fewer than `least` are not told as a number."""

    board: Board
    version: str
    static: str
    qr: Markup
    chart: Chart
    least: int = LEAST


def static_version() -> str:
    """Changes with the files beside the pages."""
    files = sorted(path for path in STATIC.iterdir() if path.is_file())
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def version_of(board: Board, chat_url: str) -> str:
    """Changes with what the board shows, and with the code that shows it; not with the clock."""
    shown = (board.district, board.figures, board.case, board.cases, board.tip, board.contacts)
    return sha256(f"{shown}{chat_url}{static_version()}".encode()).hexdigest()[:16]


def render(board: Board, chat_url: str) -> Mapping[str, str]:
    """Every page by its path."""
    view = BoardView(
        board,
        version_of(board, chat_url),
        static_version(),
        qr_code(chat_url),
        chart_of(board.figures.weeks),
    )
    return {path: _ENVIRONMENT.get_template(name).render(view=view) for path, name in PAGES.items()}


def feed(board: Board, public_url: str, chat_url: str) -> str:
    """The board as a JSON Feed 1.1; `_fanzha` holds the figures and what a page polls for."""
    figures = board.figures
    own = {
        "version": version_of(board, chat_url),
        "made_at": _rfc3339(board.made_at),
        "until": figures.day.isoformat(),
        "least": LEAST,
        "tricks": [_trick(one) for one in figures.tricks],
        "case": _case(board.case, public_url) if board.case else None,
        "tip": board.tip,
        "by_number": [{"name": one.name, "count": one.value} for one in figures.by_number],
        "by_loss": [{"name": one.name, "ten_thousand_yuan": one.value} for one in figures.by_loss],
        "weeks": [{"first": one.first.isoformat(), "count": one.count} for one in figures.weeks],
    }
    described = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{board.district}反诈宣传栏",
        "home_page_url": f"{public_url}/board",
        "feed_url": f"{public_url}/board/feed.json",
        "language": "zh-CN",
        "items": [_case(one, public_url) for one in board.cases],
        "_fanzha": own,
    }
    return json.dumps(described, ensure_ascii=False)


def qr_code(link: str) -> Markup:
    """A QR code as inline SVG."""
    drawn = segno.make(link, error="m", micro=False)
    svg = drawn.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None, dark="#000")
    return Markup(svg)  # noqa: S704 (made of squares by segno)


def chart_of(weeks: Sequence[WeekBar]) -> Chart:
    """Columns of equal width; a week whose count is hidden has none."""
    step = Chart.width / max(len(weeks), 1)
    most = max((week.count or 0 for week in weeks), default=0) or 1
    columns = []
    for number, week in enumerate(weeks):
        height = round((week.count or 0) / most * Chart.height, 1)
        columns.append(
            Column(
                left=round((number + 0.2) * step, 1),
                top=round(Chart.height - height, 1),
                width=round(0.6 * step, 1),
                height=height,
                middle=round((number + 0.5) * step, 1),
                name=f"{week.first.month}-{week.first.day}",
                words=f"<{LEAST}" if week.count is None else f"{week.count}",
            )
        )
    told = [f"不足 {LEAST}" if week.count is None else f"{week.count}" for week in weeks]
    words = "，".join(
        f"{week.first.month} 月 {week.first.day} 日起一周 {count} 起"
        for week, count in zip(weeks, told, strict=True)
    )
    return Chart(tuple(columns), words)


def _case(case: Case, public_url: str) -> dict[str, object]:
    link = f"{public_url}/board#case-{case.id}"
    return {
        "id": link,
        "url": link,
        "title": case.title,
        "content_text": f"{case.story}\n{case.antidote}",
        "date_published": _rfc3339(case.shown_at),
        "tags": [case.category],
    }


def _trick(trick: Trick) -> dict[str, object]:
    return {"title": trick.title, "antidote": trick.antidote, "met": trick.met}


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["local"] = on_screen
    return made


_ENVIRONMENT = _environment()
