"""The ledger of one campaign: how far it is, what came of it where, once more, and as a table."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from bot.services.campaign_page import CampaignPage, campaign_page
from bot.services.ledger import retry_failed
from bot.services.ledger_tables import export_areas, export_deliveries
from bot.services.permissions import Action
from bot.services.runtime_settings import rules_in_force
from console.area_map import AreaMap, map_of
from console.pages import View, go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

Sender = Annotated[Officer, Depends(needs(Action.SEND_NOTICE))]
Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]


@dataclass(frozen=True, slots=True)
class CampaignView(View):
    """One campaign; a map where areas are known."""

    campaign: CampaignPage
    area_map: AreaMap | None


@router.get("/campaigns/{broadcast_id}")
async def campaign(request: Request, parts: Parts, officer: Reader, broadcast_id: int) -> Response:
    """One campaign; its figures renew themselves."""
    async with parts.database.reading() as session:
        shown = await campaign_page(session, officer.staff, broadcast_id, parts.now())
    view = CampaignView(shown, map_of(shown.areas))
    return page(request, "campaign.html", officer.visitor, view=view)


@router.post("/campaigns/{broadcast_id}/retry")
async def retry(request: Request, parts: Parts, officer: Sender, broadcast_id: int) -> Response:
    """Send once more what failed and may succeed."""
    async with parts.database.writing() as session:
        rules = await rules_in_force(session, parts.settings)
        await retry_failed(session, officer.staff, broadcast_id, parts.now(), rules)
    return go(request, f"/campaigns/{broadcast_id}")


@router.get("/campaigns/{broadcast_id}/deliveries.csv")
async def deliveries(parts: Parts, officer: Reader, broadcast_id: int) -> Response:
    """Every delivery as a table."""
    async with parts.database.reading() as session:
        table = await export_deliveries(session, officer.staff, broadcast_id)
    return _sheet(table, f"campaign-{broadcast_id}.csv")


@router.get("/campaigns/{broadcast_id}/areas.csv")
async def areas(parts: Parts, officer: Reader, broadcast_id: int) -> Response:
    """What became of it in each community as a table."""
    async with parts.database.reading() as session:
        table = await export_areas(session, officer.staff, broadcast_id)
    return _sheet(table, f"campaign-{broadcast_id}-areas.csv")


def _sheet(table: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
