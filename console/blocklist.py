"""The local blocklist: sites and files that officers name, by hand or from a file, until a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from bot.errors import InvalidInputError
from bot.services.blocklist import (
    KIND_NAMES,
    MOST_DAYS,
    USUAL_DAYS,
    BlockedLine,
    Wanted,
    block,
    list_blocked,
    read_entry,
    read_file,
    unblock,
)
from bot.services.permissions import Action
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

MOST_FILE = 900_000
SHOWN = 200
BY_HAND = "手工加入"
Keeper = Annotated[Officer, Depends(needs(Action.EDIT_BLOCKLIST))]
Line = Annotated[str, Form(max_length=300)]


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was filled in, shown again where something is wrong with it."""

    value: str = ""
    why: str = ""
    source: str = ""
    days: str = str(USUAL_DAYS)


@dataclass(frozen=True, slots=True)
class BlocklistView(View):
    """What is in force and fits the search, the newest first, each with its kind in words;
    `problems` of the form sent."""

    lines: Sequence[tuple[str, BlockedLine]]
    found: int
    total: int
    search: str
    problems: Sequence[str] = ()
    typed: Typed = Typed()
    most_days: int = MOST_DAYS


@router.get("/blocklist")
async def show(request: Request, parts: Parts, officer: Keeper, q: str = "") -> Response:
    """What is in force, with a search."""
    return await _page(request, parts, officer, search=q[:80])


@router.post("/blocklist")
async def add(
    request: Request,
    parts: Parts,
    officer: Keeper,
    value: Line = "",
    why: Line = "",
    days: Line = "",
) -> Response:
    """One site with all below it, or one file."""
    typed = Typed(value, why, days=days)
    try:
        await _block(parts, officer, [read_entry(value, why)], BY_HAND, days)
    except InvalidInputError as wrong:
        return await _page(request, parts, officer, problems=wrong.words, typed=typed)
    return go(request, "/blocklist")


@router.post("/blocklist/import")
async def import_file(
    request: Request,
    parts: Parts,
    officer: Keeper,
    table: UploadFile,
    source: Line = "",
    days: Line = "",
) -> Response:
    """All of a CSV or hosts file, or nothing of it where a line is wrong."""
    typed = Typed(source=source, days=days)
    try:
        content = await table.read(MOST_FILE + 1)
        if len(content) > MOST_FILE:
            raise InvalidInputError("文件太大，请分成几个再导入。")
        wanted = read_file(content)
        await _block(parts, officer, wanted, source or table.filename or "文件", days)
    except InvalidInputError as wrong:
        return await _page(request, parts, officer, problems=wrong.words, typed=typed)
    return go(request, "/blocklist")


@router.post("/blocklist/remove")
async def remove(request: Request, parts: Parts, officer: Keeper, value: Line = "") -> Response:
    """Out of force at once."""
    async with parts.database.writing() as session:
        await unblock(session, officer.staff, value, parts.now())
    return go(request, "/blocklist")


async def _block(
    parts: ConsoleParts, officer: Officer, wanted: Sequence[Wanted], source: str, days: str
) -> None:
    if not days.isdecimal() or len(days) > 4:
        raise InvalidInputError(f"有效天数请写 1 到 {MOST_DAYS}。")
    async with parts.database.writing() as session:
        await block(session, officer.staff, wanted, source, int(days), parts.now())


async def _page(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    *,
    search: str = "",
    problems: str = "",
    typed: Typed = Typed(),
) -> Response:
    async with parts.database.reading() as session:
        lines = await list_blocked(session, officer.staff, parts.now())
    wanted = search.strip().lower()
    found = [one for one in lines if wanted in f"{one.value} {one.reason} {one.source}".lower()]
    told = problems.split("\n") if problems else ()
    shown = [(KIND_NAMES[one.kind], one) for one in found[:SHOWN]]
    view = BlocklistView(shown, len(found), len(lines), search, told, typed)
    status = 400 if problems else 200
    return page(request, "blocklist.html", officer.visitor, status=status, view=view)
