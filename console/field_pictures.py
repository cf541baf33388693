"""What grid workers did, with their pictures: forwards by hand and activities, for who approves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from bot.errors import NotFoundError
from bot.services.field_pictures import Deed, open_picture
from bot.services.forwarding import list_forwards
from bot.services.permissions import Action
from console.pages import page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, district_of, needs

router = APIRouter()
Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]


@router.get("/forwards")
async def forwards(request: Request, parts: Parts, officer: Reader) -> Response:
    """What was forwarded by hand and confirmed."""
    async with parts.database.reading() as session:
        lines = await list_forwards(session, officer.staff, district_of(request))
    return page(request, "forwards.html", officer.visitor, lines=lines)


@router.get("/forwards/{number}/picture")
async def forward_picture(parts: Parts, officer: Reader, number: int) -> Response:
    """The photo of a forward."""
    return await _picture(parts, officer, Deed.FORWARD, number)


@router.get("/activities/{number}/picture")
async def activity_picture(parts: Parts, officer: Reader, number: int) -> Response:
    """The photo of an activity."""
    return await _picture(parts, officer, Deed.ACTIVITY, number)


async def _picture(parts: ConsoleParts, officer: Officer, deed: Deed, number: int) -> Response:
    """A photo as we drew it when it came."""
    if parts.evidence is None:
        raise NotFoundError("这个进程没有打开文件存储。")
    async with parts.database.reading() as session:
        key = await open_picture(session, officer.staff, deed, number)
    return Response(await parts.evidence.get(key), media_type="image/jpeg")
