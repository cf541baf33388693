"""The course of a notice that is under way: paused, resumed, taken back; its poster."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bot.errors import NotFoundError
from bot.services.broadcast_course import pause_broadcast, resume_broadcast
from bot.services.filling import link_to_bot
from bot.services.permissions import Action
from bot.services.poster import Poster, PosterSize, draw_poster
from bot.services.retracting import retract_broadcast
from bot.services.runtime_settings import rules_in_force
from bot.storage.areas import areas_of_staff
from bot.storage.broadcasts import Broadcast
from console.pages import go
from console.parts import Parts
from console.visitor import Officer, district_of, needs

router = APIRouter()

Sender = Annotated[Officer, Depends(needs(Action.SEND_NOTICE))]
Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]
Line = Annotated[str, Form(max_length=300)]


@router.post("/notices/{broadcast_id}/pause")
async def pause(request: Request, parts: Parts, officer: Sender, broadcast_id: int) -> Response:
    """Hold what has not gone out."""
    async with parts.database.writing() as session:
        await pause_broadcast(session, officer.staff, broadcast_id)
    return go(request, f"/campaigns/{broadcast_id}")


@router.post("/notices/{broadcast_id}/resume")
async def resume(request: Request, parts: Parts, officer: Sender, broadcast_id: int) -> Response:
    """Let it go on."""
    async with parts.database.writing() as session:
        rules = await rules_in_force(session, parts.settings)
        await resume_broadcast(session, officer.staff, broadcast_id, parts.now(), rules)
    return go(request, f"/campaigns/{broadcast_id}")


@router.post("/notices/{broadcast_id}/retract")
async def retract(
    request: Request, parts: Parts, officer: Sender, broadcast_id: int, correction: Line = ""
) -> Response:
    """Take back what has gone out."""
    async with parts.database.writing() as session:
        await retract_broadcast(session, officer.staff, broadcast_id, correction, parts.now())
    return go(request, f"/campaigns/{broadcast_id}")


@router.get("/notices/{broadcast_id}/poster/{size}")
async def poster(
    request: Request,
    parts: Parts,
    officer: Reader,
    broadcast_id: int,
    size: str,
    area: Annotated[int, Query(ge=0, le=10**15)] = 0,
) -> Response:
    """The poster of a campaign, for a phone or for paper; its code names the area asked for, else
    that of somebody who works in one only."""
    async with parts.database.reading() as session:
        made = await session.get(Broadcast, broadcast_id)
        stored = made.poster if made else None
        own = await areas_of_staff(session, officer.staff.id)
    sizes = {one.name.lower(): one for one in PosterSize}
    if not stored or size not in sizes:
        raise NotFoundError("这条通知没有海报。")
    place = area or (next(iter(own)) if len(own) == 1 else None)
    link = link_to_bot(parts.settings.telegram_name, broadcast_id, place)
    given = (Poster.from_json(stored), sizes[size], link, district_of(request))
    picture = await asyncio.to_thread(draw_poster, *given)
    name = {"Content-Disposition": f'attachment; filename="poster-{broadcast_id}-{size}.png"'}
    return Response(picture, media_type="image/png", headers=name)
