"""The grid: areas from a table, in which areas a worker acts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from bot.errors import InvalidInputError
from bot.services.areas import read_area_file
from bot.services.grid import assign_areas
from bot.services.permissions import Action
from console.dutywork import show_areas
from console.pages import go
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

MOST_FILE = 900_000
AreaWriter = Annotated[Officer, Depends(needs(Action.EDIT_AREAS))]
Line = Annotated[str, Form(max_length=300)]


@router.post("/areas/preview")
async def preview_areas(
    request: Request, parts: Parts, officer: AreaWriter, table: UploadFile
) -> Response:
    """What a CSV or XLSX file would add, and what is wrong with it line by line."""
    content = await table.read(MOST_FILE + 1)
    if len(content) > MOST_FILE:
        raise InvalidInputError("文件太大，请分成几个再导入。")
    read = read_area_file(content)
    return await show_areas(request, parts, officer, read=read)


@router.post("/areas/assign")
async def assign(
    request: Request,
    parts: Parts,
    officer: AreaWriter,
    login: Line = "",
    area: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """The areas of a grid worker."""
    chosen = [int(one) for one in area or [] if one.isdecimal()]
    async with parts.database.writing() as session:
        await assign_areas(session, officer.staff, login.strip(), chosen)
    return go(request, "/areas")
