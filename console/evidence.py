"""Residents' files: downloaded as they are, and pictures seen as drawn anew; either is noted."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from bot.errors import InvalidInputError, NotFoundError
from bot.services.evidence import open_evidence
from bot.services.evidence_pictures import NOT_SHOWN, redraw
from bot.services.permissions import Action
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()


@router.get("/leads/{number}/evidence/{piece}")
async def download(
    parts: Parts,
    number: str,
    piece: int,
    officer: Annotated[Officer, Depends(needs(Action.SEE_FULL_LEAD))],
) -> Response:
    """One file under a name of ours, whatever it is, to be saved and not shown."""
    if parts.evidence is None:
        raise NotFoundError("这个进程没有打开文件存储。")
    async with parts.database.writing() as session:
        line, key = await open_evidence(
            session, officer.staff, number, piece, "evidence", parts.now()
        )
    return Response(
        await parts.evidence.get(key),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{line.name}"'},
    )


@router.get("/leads/{number}/evidence/{piece}/picture")
async def picture(
    parts: Parts,
    number: str,
    piece: int,
    officer: Annotated[Officer, Depends(needs(Action.SEE_FULL_LEAD))],
) -> Response:
    """A picture, drawn anew from its colours alone: nothing in the file itself is shown or run."""
    if parts.evidence is None:
        raise NotFoundError("这个进程没有打开文件存储。")
    async with parts.database.writing() as session:
        line, key = await open_evidence(
            session, officer.staff, number, piece, "picture", parts.now()
        )
    if not line.shown:
        raise InvalidInputError(NOT_SHOWN)
    drawn = await asyncio.to_thread(redraw, await parts.evidence.get(key))
    return Response(drawn, media_type="image/jpeg")
