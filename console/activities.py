"""Activities of the grid's workers that are no messages: what was filed, and the year's totals."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from bot.services.activities import decide_activity, list_activities, totals
from bot.services.permissions import Action
from bot.times import SHANGHAI
from console.pages import go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]
ActivityJudge = Annotated[Officer, Depends(needs(Action.APPROVE_ACTIVITY))]


@router.get("/activities")
async def activities(request: Request, parts: Parts, officer: Reader) -> Response:
    """What was filed, and the year's totals."""
    now = parts.now()
    async with parts.database.reading() as session:
        lines = await list_activities(session, officer.staff)
        begin = datetime(now.astimezone(SHANGHAI).year, 1, 1, tzinfo=SHANGHAI)
        year = await totals(session, officer.staff, begin, now)
    shown = {"totals": year, "year": begin.year}
    return page(request, "activities.html", officer.visitor, lines=lines, of_year=shown)


@router.post("/activities/{activity_id}/{answer}")
async def judge_activity(
    request: Request, parts: Parts, officer: ActivityJudge, activity_id: int, answer: str
) -> Response:
    """Approved or not."""
    async with parts.database.writing() as session:
        approved = answer == "approve"
        await decide_activity(session, officer.staff, activity_id, approved, parts.now())
    return go(request, "/activities")
