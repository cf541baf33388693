"""The public board as an ASGI application that answers from memory.

Pages are rendered when something on them changes, never by a request; a request only chooses
among finished bytes.
"""

import asyncio
import gzip
import mimetypes
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.board.views import STATIC, feed, render
from bot.logs import where
from bot.services.board import DistrictFigures, district_figures, read_board, tip_of_day, today_of
from bot.services.runtime_settings import in_force
from bot.settings import Settings
from bot.storage.board import newest_decision
from bot.storage.database import Database, DatabaseUnavailableError
from bot.web_guard import HEADERS

PATH = "/board"
FEED = f"{PATH}/feed.json"
STRIP = f"{PATH}/strip"
LOOK_EVERY_SECONDS = 15
"""With the pages' own 20 seconds an approval is on every open page within a minute."""
SMALLEST_GZIP = 500
YEAR = "public, max-age=31536000, immutable"
FRAMABLE = {
    **{name: value for name, value in HEADERS.items() if name != "X-Frame-Options"},
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors *"
    ),
}
NOT_READY = "宣传栏正在准备，请稍后刷新。"

log = structlog.get_logger(__name__)

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished answer: its tag, its headers, its bytes plain and packed."""

    etag: bytes
    headers: RawHeaders
    plain: bytes
    packed: bytes | None


class BoardApp:
    """The board of one district; `keep_fresh` runs beside it."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        public_url: str,
        now: Callable[[], datetime],
    ) -> None:
        """`public_url` is where people find chat page and board, without a slash at its end."""
        self._database, self._settings = database, settings
        self._url, self._now = public_url, now
        self._kept: Mapping[str, Kept] = _static_files()
        self._figures: DistrictFigures | None = None
        self._mark: object = None
        self._answers = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, of a path at or below PATH."""
        path = scope["path"].rstrip("/")
        kept = self._kept.get(path)
        if kept is None:
            status = 503 if path == PATH and self._mark is None else 404
            words = NOT_READY if status == 503 else "没有这个页面。"
            await _say(send, status, words)
        elif scope["method"] not in {"GET", "HEAD"}:
            await _say(send, 405, "这个地址只能查看。")
        else:
            await _answer(kept, scope, send)

    async def keep_fresh(self, stop: asyncio.Event) -> None:
        """Look every quarter of a minute until told to stop; without a database what is shown
        stays."""
        while not stop.is_set():
            try:
                await self.refresh()
            except DatabaseUnavailableError as outage:
                if self._answers:
                    log.error("board not renewed", **where(outage.__cause__ or outage))
                self._answers = False
            else:
                self._answers = True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_SECONDS)

    async def refresh(self) -> bool:
        """Render anew where a case was decided on, the district's name or numbers changed or a day
        began; says whether it did."""
        now = self._now()
        day = today_of(now)
        async with self._database.reading() as session:
            present = await in_force(session, self._settings)
            named = (present.district, present.local_numbers)
            mark = (day, await newest_decision(session), *named)
            if mark == self._mark:
                return False
            figures = self._figures
            if figures is None or figures.day != day:
                figures = await district_figures(session, now)
            tip = await asyncio.to_thread(tip_of_day, day)
            board = await read_board(session, *named, figures, tip, now)
        chat = f"{self._url}/"
        pages = await asyncio.to_thread(render, board, chat)
        kept = {path: _keep(text, "text/html", path == STRIP) for path, text in pages.items()}
        kept[FEED] = _keep(feed(board, self._url, chat), "application/json", False, shared=True)
        self._kept = {**_static_files(), **kept}
        self._figures, self._mark = figures, mark
        return True


class BesideBoard:
    """Leads requests for the board to it and all others on."""

    def __init__(self, app: ASGIApp, board: BoardApp) -> None:
        self.app, self.board = app, board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope.get("path", "")
        if scope["type"] == "http" and (path == PATH or path.startswith(f"{PATH}/")):
            await self.board(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _keep(text: str, kind: str, framable: bool, *, shared: bool = False) -> Kept:
    headers = dict(FRAMABLE if framable else HEADERS) | {"Cache-Control": "no-cache"}
    if shared:
        headers |= {
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
    return _made(text.encode(), f"{kind}; charset=utf-8", headers)


def _static_files() -> dict[str, Kept]:
    return {
        f"{PATH}/{path.name}": _made(
            path.read_bytes(),
            mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            {**HEADERS, "Cache-Control": YEAR},
        )
        for path in STATIC.iterdir()
        if path.is_file()
    }


def _made(content: bytes, kind: str, headers: Mapping[str, str]) -> Kept:
    etag = f'"{sha256(content).hexdigest()[:20]}"'
    every = {**headers, "Content-Type": kind, "ETag": etag, "Vary": "Accept-Encoding"}
    raw = [(name.lower().encode(), value.encode()) for name, value in every.items()]
    packed = gzip.compress(content, mtime=0) if len(content) >= SMALLEST_GZIP else None
    return Kept(etag.encode(), raw, content, packed)


async def _answer(kept: Kept, scope: Scope, send: Send) -> None:
    asked = dict(scope["headers"])
    if kept.etag in asked.get(b"if-none-match", b""):
        await send({"type": "http.response.start", "status": 304, "headers": kept.headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body, headers = kept.plain, kept.headers
    if kept.packed is not None and b"gzip" in asked.get(b"accept-encoding", b""):
        body, headers = kept.packed, [*headers, (b"content-encoding", b"gzip")]
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    shown = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": shown})


async def _say(send: Send, status: int, words: str) -> None:
    body = words.encode()
    every = {
        **HEADERS,
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
    }
    raw = [(name.lower().encode(), value.encode()) for name, value in every.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
