"""Leads from upstream files: looked at first, taken in, and the refused lines as a file."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from bot.errors import InvalidInputError
from bot.services.lead_import import (
    Imported,
    import_lines,
    open_source,
    saved_mapping,
    tell_imported,
)
from bot.services.lead_lines import FIELDS
from bot.services.lead_tables import LeadTable, RefusedLine, read_leads, read_mapping, refused_file
from bot.services.permissions import Action
from console.pages import View, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

MOST_FILE = 8_000_000
MOST_LINES = 20_000
LINES_AT_ONCE = 500
REFUSED_SHOWN = 20
MOST_LINKED = 1_000_000
Importer = Annotated[Officer, Depends(needs(Action.IMPORT_LEADS))]
Line = Annotated[str, Form(max_length=100)]
Columns = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class ImportView(View):
    """The form as it was filled in, and what became of the file."""

    source: str = ""
    columns: str = ""
    problem: str = ""
    found: Imported | None = None
    readable: int = 0
    refused: int = 0
    shown: Sequence[RefusedLine] = ()
    file: str = ""
    looked: bool = False
    fields: Sequence[str] = tuple(FIELDS)
    most_lines: int = MOST_LINES


@router.get("/import")
async def form(request: Request, officer: Importer) -> Response:
    """The empty form."""
    return page(request, "lead_import.html", officer.visitor, view=ImportView())


@router.post("/import")
async def take_in(
    request: Request,
    parts: Parts,
    officer: Importer,
    table: UploadFile,
    source: Line = "",
    columns: Columns = "",
) -> Response:
    """Take the file in, some lines a transaction; a second time changes nothing."""
    now, found = parts.now(), Imported()
    try:
        read = await _read(parts, officer, table, source, columns)
        mapping = read_mapping(columns)
        async with parts.database.writing() as session:
            source_id, _ = await open_source(session, officer.staff, source, mapping, now)
        for start in range(0, len(read.lines), LINES_AT_ONCE):
            lines = read.lines[start : start + LINES_AT_ONCE]
            async with parts.database.writing() as session:
                found += await import_lines(session, officer.staff, source_id, lines, now)
        async with parts.database.writing() as session:
            await tell_imported(session, source, found, now)
    except InvalidInputError as wrong:
        return _problem(request, officer, source, columns, wrong)
    late = [RefusedLine(line.place, why, line.cells) for line, why in found.refused]
    if late:
        every = sorted((*read.refused, *late), key=lambda one: one.number)
        read = replace(read, refused=every)
    view = _view(read, source, columns, found=found)
    return page(request, "lead_import.html", officer.visitor, view=view)


@router.post("/import/look")
async def look(
    request: Request,
    parts: Parts,
    officer: Importer,
    table: UploadFile,
    source: Line = "",
    columns: Columns = "",
) -> Response:
    """Take nothing in: the refused lines as a file, or that every line can be taken in."""
    try:
        read = await _read(parts, officer, table, source, columns)
    except InvalidInputError as wrong:
        return _problem(request, officer, source, columns, wrong)
    if not read.refused:
        view = _view(read, source, columns, looked=True)
        return page(request, "lead_import.html", officer.visitor, view=view)
    content = await asyncio.to_thread(refused_file, read)
    name = 'attachment; filename="refused-lines.csv"'
    return Response(
        content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


async def _read(
    parts: ConsoleParts, officer: Officer, table: UploadFile, source: str, columns: str
) -> LeadTable:
    content = await table.read(MOST_FILE + 1)
    if len(content) > MOST_FILE:
        raise InvalidInputError("文件太大，请分成几个，或用命令 fanzha leads import。")
    mapping = read_mapping(columns)
    async with parts.database.reading() as session:
        kept = await saved_mapping(session, officer.staff, source, mapping)
    return await asyncio.to_thread(read_leads, content, kept, parts.now(), MOST_LINES)


def _view(
    read: LeadTable,
    source: str,
    columns: str,
    *,
    found: Imported | None = None,
    looked: bool = False,
) -> ImportView:
    return ImportView(
        source,
        columns,
        found=found,
        readable=len(read.lines),
        refused=len(read.refused),
        shown=read.refused[:REFUSED_SHOWN],
        file=_as_link(read) if found is not None and read.refused else "",
        looked=looked,
    )


def _as_link(read: LeadTable) -> str:
    """The refused lines as a file within the page, in base64; empty where it would be too large."""
    content = refused_file(read)
    return b64encode(content).decode() if len(content) <= MOST_LINKED else ""


def _problem(
    request: Request, officer: Officer, source: str, columns: str, wrong: InvalidInputError
) -> Response:
    view = ImportView(source, columns, wrong.words)
    return page(request, "lead_import.html", officer.visitor, status=400, view=view)
