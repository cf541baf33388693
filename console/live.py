"""What an open page does by itself: it listens for changes, and says that a lead is open."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, StreamingResponse

from bot.services.permissions import Action, require
from bot.services.watching import look_around
from console.parts import Parts
from console.visitor import Watcher

router = APIRouter()


@router.get("/events")
async def events(parts: Parts, _: Watcher) -> Response:
    """Server-sent events; listening is not being there, so it keeps no session alive."""
    if parts.pulse is None:
        return Response(status_code=204)
    stream = parts.pulse.stream()
    return StreamingResponse(stream, media_type="text/event-stream")


@router.post("/leads/{number}/here")
async def here(parts: Parts, number: str, watcher: Watcher) -> Response:
    """This officer has the lead open; who else has, and the lead's version."""
    require(watcher.staff.role, Action.SEE_LEAD)
    async with parts.database.writing() as session:
        around = await look_around(session, watcher.staff, number, parts.now())
    return JSONResponse({"others": around.others, "version": around.version})
