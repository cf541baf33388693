"""The ledger of one campaign: how far it is, what came of it where, once more, and as a table."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from bot.services.campaign_page import campaign_page
from bot.services.ledger import export_deliveries, retry_failed
from bot.services.permissions import Action
from console.pages import go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

Sender = Annotated[Officer, Depends(needs(Action.SEND_NOTICE))]
Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]


@router.get("/campaigns/{broadcast_id}")
async def campaign(request: Request, parts: Parts, officer: Reader, broadcast_id: int) -> Response:
    """One campaign; its figures renew themselves."""
    async with parts.database.reading() as session:
        view = await campaign_page(session, officer.staff, broadcast_id, parts.now())
    return page(request, "campaign.html", officer.visitor, view=view)


@router.post("/campaigns/{broadcast_id}/retry")
async def retry(request: Request, parts: Parts, officer: Sender, broadcast_id: int) -> Response:
    """Send once more what failed and may succeed."""
    async with parts.database.writing() as session:
        await retry_failed(session, officer.staff, broadcast_id, parts.now())
    return go(request, f"/campaigns/{broadcast_id}")


@router.get("/campaigns/{broadcast_id}/deliveries.csv")
async def deliveries(parts: Parts, officer: Reader, broadcast_id: int) -> Response:
    """Every delivery as a table."""
    async with parts.database.reading() as session:
        table = await export_deliveries(session, officer.staff, broadcast_id)
    name = {"Content-Disposition": f'attachment; filename="campaign-{broadcast_id}.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=name)
