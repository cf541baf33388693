"""The overview, the queue, one lead."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from bot.errors import ConflictError
from bot.services import desk
from bot.services.leads import OPEN_STATES, sign_for
from bot.services.permissions import Action, may
from bot.storage.leads import LeadState, Risk
from console.pages import go, page
from console.parts import Parts
from console.visitor import AnyOfficer, Officer, needs

router = APIRouter()

PAGE_LINES = 30
NEWEST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class QueueChoice:
    """What of the queue is asked for; an unknown value leaves nothing out."""

    state: str
    risk: Risk | None
    mine: bool
    number: int

    @property
    def states(self) -> tuple[LeadState, ...]:
        """The states to show: one, the open ones, or all."""
        if self.state == "all":
            return tuple(LeadState)
        return (LeadState(self.state),) if self.state in set(LeadState) else OPEN_STATES

    def address(self, number: int = 1, **changed: str) -> str:
        """The query of the same list with another page or another filter."""
        asked = {"state": self.state, "risk": self.risk or "", "mine": "1" if self.mine else ""}
        asked |= changed | {"page": str(number) if number > 1 else ""}
        return urlencode({name: value for name, value in asked.items() if value})


def queue_choice(
    state: Annotated[str, Query(max_length=20)] = "",
    risk: Annotated[str, Query(max_length=20)] = "",
    mine: Annotated[str, Query(max_length=5)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> QueueChoice:
    """The filters in the address."""
    known = state if state == "all" or state in set(LeadState) else ""
    return QueueChoice(known, Risk(risk) if risk in set(Risk) else None, mine == "1", page)


@router.get("/")
async def overview(request: Request, parts: Parts, officer: AnyOfficer) -> Response:
    """What awaits the desk; for those who see no leads, what they can do."""
    counts = newest = None
    if may(officer.staff.role, Action.SEE_QUEUE):
        async with parts.database.reading() as session:
            counts = await desk.counts(session, officer.staff, parts.now())
            newest = await desk.newest(session, officer.staff, NEWEST_SHOWN)
    return page(request, "overview.html", officer.visitor, counts=counts, newest=newest)


@router.get("/leads")
async def queue(
    request: Request,
    parts: Parts,
    officer: Annotated[Officer, Depends(needs(Action.SEE_QUEUE))],
    choice: Annotated[QueueChoice, Depends(queue_choice)],
) -> Response:
    """The queue, unsigned and most pressing first."""
    async with parts.database.reading() as session:
        found = await desk.queue_page(
            session,
            officer.staff,
            states=choice.states,
            risk=choice.risk,
            mine=choice.mine,
            limit=PAGE_LINES,
            offset=(choice.number - 1) * PAGE_LINES,
        )
    pages = max(1, -(-found.total // PAGE_LINES))
    return page(request, "leads.html", officer.visitor, found=found, choice=choice, pages=pages)


@router.get("/leads/{number}")
async def lead(
    request: Request,
    parts: Parts,
    number: str,
    officer: Annotated[Officer, Depends(needs(Action.SEE_LEAD))],
) -> Response:
    """One lead, masked."""
    async with parts.database.reading() as session:
        view = await desk.masked_lead(session, officer.staff, number)
        session.expunge_all()
    return page(request, "lead.html", officer.visitor, lead=view, conflict="")


@router.post("/leads/{number}/full")
async def full_lead(
    request: Request,
    parts: Parts,
    number: str,
    officer: Annotated[Officer, Depends(needs(Action.SEE_FULL_LEAD))],
) -> Response:
    """One lead in the clear, this once; the look is noted."""
    async with parts.database.writing() as session:
        view = await desk.full_lead(session, officer.staff, number, "console", parts.now())
    return page(request, "lead.html", officer.visitor, lead=view, conflict="")


@router.post("/leads/{number}/sign")
async def sign(
    request: Request,
    parts: Parts,
    number: str,
    officer: Annotated[Officer, Depends(needs(Action.SIGN_FOR_LEAD))],
) -> Response:
    """Sign for a lead; where somebody was faster the page says who."""
    try:
        async with parts.database.writing() as session:
            signed = (await sign_for(session, officer.staff, number, parts.now())).number
    except ConflictError as error:
        async with parts.database.reading() as session:
            view = await desk.masked_lead(session, officer.staff, number)
            session.expunge_all()
        return page(
            request, "lead.html", officer.visitor, status=409, lead=view, conflict=error.words
        )
    return go(request, f"/leads/{signed}")
