"""Everything that is linked to a lead: which other leads name the same, and what it is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from bot.services.leads import read_lead_number
from bot.services.linking import LinkedLead, Shared, linked
from bot.services.permissions import Action
from console.pages import View, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

MOST_LINKED = 200


@dataclass(frozen=True, slots=True)
class LinkedView(View):
    """Linked leads, the most in common first, and how many share each thing; `more` than these."""

    number: str
    counted: Sequence[tuple[Shared, int]]
    links: Sequence[LinkedLead]
    more: bool


@router.get("/leads/{number}/linked")
async def linked_leads(
    request: Request,
    parts: Parts,
    number: str,
    officer: Annotated[Officer, Depends(needs(Action.WORK_LEAD))],
) -> Response:
    """Other leads with the same identifiers, phone, site or story; values are masked."""
    async with parts.database.reading() as session:
        found = await linked(session, officer.staff, number, MOST_LINKED + 1)
    links = found[:MOST_LINKED]
    counted = Counter(shared for one in links for shared in one.shared).most_common()
    view = LinkedView(read_lead_number(number), counted, links, len(found) > MOST_LINKED)
    return page(request, "linked.html", officer.visitor, view=view)
