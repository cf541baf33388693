"""What waits for a second person, what a surge or a season suggests, and who decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.services.approvals import approve_broadcast, refuse_broadcast
from bot.services.broadcast_lines import BroadcastLine, list_awaiting
from bot.services.grid import in_street
from bot.services.kept_drafts import draft_of_surge
from bot.services.notice_templates import load_notice_templates
from bot.services.permissions import Action, may
from bot.services.runtime_settings import rules_in_force
from bot.services.season_offers import SeasonOffer, open_offers, take_season_up
from bot.services.surges import SurgeLine, decide_surge, list_surges
from bot.storage.areas import all_areas
from console.pages import View, go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]
Approver = Annotated[Officer, Depends(needs(Action.APPROVE_NOTICE))]
Line = Annotated[str, Form(max_length=300)]


@dataclass(frozen=True, slots=True)
class CampaignsView(View):
    """What waits for a second person, tricks that have become frequent, and seasons that are on."""

    waiting: Sequence[BroadcastLine]
    surges: Sequence[SurgeLine]
    seasons: Sequence[SeasonOffer]


@router.get("/campaigns")
async def campaigns(request: Request, parts: Parts, officer: Reader) -> Response:
    """What waits for approval, tricks that have become frequent, and seasons that are on."""
    staff = officer.staff
    judges = may(staff.role, Action.APPROVE_NOTICE)
    async with parts.database.reading() as session:
        waiting = await list_awaiting(session, staff) if judges else []
        surges = await list_surges(session, staff, parts.now()) if judges else []
        seasons = await open_offers(session, staff, parts.now())
    view = CampaignsView(waiting, surges, seasons)
    return page(request, "campaigns.html", officer.visitor, view=view)


@router.post("/campaigns/{broadcast_id}/approve")
async def approve(request: Request, parts: Parts, officer: Approver, broadcast_id: int) -> Response:
    """The second person's tap; what comes of it is seen on the notice's own page."""
    async with parts.database.writing() as session:
        rules = await rules_in_force(session, parts.settings)
        await approve_broadcast(session, officer.staff, broadcast_id, parts.now(), rules)
    return go(request, f"/campaigns/{broadcast_id}")


@router.post("/campaigns/{broadcast_id}/refuse")
async def refuse(
    request: Request, parts: Parts, officer: Approver, broadcast_id: int, why: Line = ""
) -> Response:
    """Turned down, with the reason."""
    async with parts.database.writing() as session:
        await refuse_broadcast(session, officer.staff, broadcast_id, why, parts.now())
    return go(request, "/campaigns")


@router.post("/surges/{surge_id}/{answer}")
async def judge_surge(
    request: Request, parts: Parts, officer: Approver, surge_id: int, answer: str
) -> Response:
    """A suggestion turned down, or taken up as a draft."""
    staff, taken = officer.staff, answer == "take"
    async with parts.database.writing() as session:
        line = await decide_surge(session, staff, surge_id)
        if not taken or not may(staff.role, Action.SEND_NOTICE):
            return go(request, "/campaigns")
        chosen = in_street(await all_areas(session), line.street)
        ref = await draft_of_surge(session, staff, line, chosen, parts.now())
    return go(request, f"/notices/drafts/{ref.id}")


@router.post("/seasons")
async def judge_season(
    request: Request, parts: Parts, officer: Approver, begin: Line = "", notice: Line = ""
) -> Response:
    """One notice of a season taken up, to be filled in and addressed next; or the season is not."""
    async with parts.database.writing() as session:
        await take_season_up(session, officer.staff, begin, notice, parts.now())
    taken = notice in {one.id for one in load_notice_templates()}
    return go(request, f"/campaigns/new?template={notice}" if taken else "/campaigns")
