"""Residents' files: an officer downloads one, never opens it in the page, and the look is noted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from bot.errors import NotFoundError
from bot.services.evidence import open_evidence
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
