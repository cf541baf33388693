"""What grid workers did, with their pictures: forwards by hand and activities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from bot.errors import InvalidInputError, NotFoundError
from bot.services.evidence import MOST_BYTES
from bot.services.field_pictures import Deed, open_picture, take_in_picture
from bot.services.filling import Signature
from bot.services.forwarding import ForwardLine, list_forwards
from bot.services.forwards_waiting import WaitingForward, confirm_with, list_waiting
from bot.services.grid import read_members
from bot.services.permissions import Action
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, district_of, needs

router = APIRouter()
Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]
Keeper = Annotated[Officer, Depends(needs(Action.ADD_GROUP))]
NO_STORE = "这个进程没有打开文件存储。"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was wrong with the form of which forward, and the size that was typed there."""

    number: int = 0
    words: str = ""
    members: str = ""


@dataclass(frozen=True, slots=True)
class ForwardsView(View):
    """What waits to be forwarded by hand, and what was forwarded and confirmed."""

    waiting: Sequence[WaitingForward]
    lines: Sequence[ForwardLine]
    wrong: Wrong


@router.get("/forwards")
async def forwards(request: Request, parts: Parts, officer: Reader) -> Response:
    """What waits for the speaker to forward it, and what was forwarded and confirmed."""
    return await _shown(request, parts, officer)


@router.post("/forwards/confirm")
async def confirm(
    request: Request,
    parts: Parts,
    officer: Keeper,
    number: Annotated[int, Form(ge=0, lt=2**53)] = 0,
    members: Annotated[str, Form(max_length=20)] = "",
    picture: UploadFile | None = None,
) -> Response:
    """已转发, with the group's size and a photo where wanted."""
    try:
        size = read_members(members)
        piece = await stored_picture(parts, picture)
        async with parts.database.writing() as session:
            await confirm_with(
                session, officer.staff, number, parts.now(), members=size, piece=piece
            )
    except InvalidInputError as error:
        return await _shown(request, parts, officer, Wrong(number, error.words, members))
    return go(request, "/forwards")


async def _shown(
    request: Request, parts: ConsoleParts, officer: Officer, wrong: Wrong | None = None
) -> Response:
    district = district_of(request)
    signed = Signature(district, parts.settings.telegram_name)
    async with parts.database.reading() as session:
        waiting = await list_waiting(session, officer.staff, signed, parts.now())
        lines = await list_forwards(session, officer.staff, district)
    return page(
        request,
        "forwards.html",
        officer.visitor,
        status=400 if wrong else 200,
        view=ForwardsView(waiting, lines, wrong or Wrong()),
    )


async def stored_picture(parts: ConsoleParts, picture: UploadFile | None) -> int | None:
    """The number of a sent photo in the store; None where none was chosen."""
    if picture is None or not picture.filename:
        return None
    if parts.evidence is None:
        raise NotFoundError(NO_STORE)
    content = await picture.read(MOST_BYTES + 1)
    return (await take_in_picture(parts.database, parts.evidence, content, parts.now())).id


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
        raise NotFoundError(NO_STORE)
    async with parts.database.reading() as session:
        key = await open_picture(session, officer.staff, deed, number)
    return Response(await parts.evidence.get(key), media_type="image/jpeg")
