"""The overview, the queue, one lead."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.services import desk
from bot.services.handling import colleagues
from bot.services.leads import OPEN_STATES, QueueLine, read_lead_number, sign_for
from bot.services.overview import Overview
from bot.services.overview import overview as see_overview
from bot.services.permissions import Action, may
from bot.services.stop_panel import PanelLine, stop_panel
from bot.storage.leads import LeadState, Risk
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import AnyOfficer, Officer, needs

router = APIRouter()

PAGE_LINES = 30
PRESSING_SHOWN = 5
MOST_PAGES = 100
TYPED_FIELDS = (
    "why",
    "note",
    "station",
    "name",
    "bank",
    "amount",
    "receipt",
    "into",
    "basis",
    "case_no",
)


@dataclass(frozen=True, slots=True)
class QueueChoice:
    """What of the queue is asked for; an unknown value leaves nothing out."""

    state: str
    risk: Risk | None
    mine: bool
    overdue: bool
    number: int

    @property
    def states(self) -> tuple[LeadState, ...]:
        """The states to show: one, the open ones, or all."""
        if self.state == "all":
            return tuple(LeadState)
        return (LeadState(self.state),) if self.state in set(LeadState) else OPEN_STATES

    @property
    def is_whole(self) -> bool:
        """Whether it is the queue without any filter, from its beginning."""
        return self.number == 1 and not (self.state or self.risk or self.mine or self.overdue)

    def address(self, number: int = 1, **changed: str) -> str:
        """The query of the same list with another page or another filter."""
        asked = self.named | changed | {"page": str(number) if number > 1 else ""}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def named(self) -> dict[str, str]:
        """The filters that leave something out, by the names of their fields."""
        asked = {"state": self.state, "risk": self.risk or "", "mine": "1" if self.mine else ""}
        asked["overdue"] = "1" if self.overdue else ""
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class OverviewView(View):
    """What awaits the desk; nothing for those who see no leads."""

    desk: Overview | None


@dataclass(frozen=True, slots=True)
class QueueView(View):
    """A page of the queue; above it what presses, `urgent` are the newest urgent numbers."""

    found: desk.QueuePage
    pressing: Sequence[QueueLine]
    panel: Sequence[PanelLine]
    choice: QueueChoice
    pages: int
    urgent: Sequence[str]
    colleagues: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LeadPage(View):
    """One lead; above it why a form was refused, and what that held."""

    lead: desk.LeadView
    conflict: str
    typed: str


def queue_choice(
    state: Annotated[str, Query(max_length=20)] = "",
    risk: Annotated[str, Query(max_length=20)] = "",
    mine: Annotated[str, Query(max_length=5)] = "",
    overdue: Annotated[str, Query(max_length=5)] = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> QueueChoice:
    """The filters in the address."""
    return choice_of(state, risk, mine, overdue, page)


def choice_of(state: str, risk: str, mine: str, overdue: str, page: int = 1) -> QueueChoice:
    """The filters as they were typed; what is not known leaves nothing out."""
    known = state if state == "all" or state in set(LeadState) else ""
    chosen = Risk(risk) if risk in set(Risk) else None
    return QueueChoice(known, chosen, mine == "1", overdue == "1", page)


@router.get("/")
async def overview(request: Request, parts: Parts, officer: AnyOfficer) -> Response:
    """What awaits the desk; for those who see no leads, what they can do."""
    seen = None
    if may(officer.staff.role, Action.SEE_QUEUE):
        telegram = bool(parts.settings.telegram_token.get_secret_value())
        async with parts.database.reading() as session:
            seen = await see_overview(session, officer.staff, parts.now(), telegram=telegram)
    return page(request, "overview.html", officer.visitor, view=OverviewView(seen))


@router.get("/leads")
async def queue(
    request: Request,
    parts: Parts,
    officer: Annotated[Officer, Depends(needs(Action.SEE_QUEUE))],
    choice: Annotated[QueueChoice, Depends(queue_choice)],
) -> Response:
    """The queue, money first; the stop-payment panel and urgent unsigned leads stand above it."""
    async with parts.database.reading() as session:
        found = await desk.queue_page(
            session,
            officer.staff,
            parts.now(),
            states=choice.states,
            risk=choice.risk,
            mine=choice.mine,
            overdue=choice.overdue,
            limit=PAGE_LINES,
            offset=(choice.number - 1) * PAGE_LINES,
        )
        urgent = await desk.newest_urgent(session, officer.staff)
        pressing, panel = [], []
        if choice.is_whole:
            pressing = await desk.urgent_unsigned(session, officer.staff, PRESSING_SHOWN)
            panel = await stop_panel(session, officer.staff)
        works = may(officer.staff.role, Action.WORK_LEAD)
        others = await colleagues(session) if works else []
    shown = {line.number for line in found.lines}
    pressing = [line for line in pressing if line.number not in shown]
    pages = max(1, -(-found.total // PAGE_LINES))
    view = QueueView(found, pressing, panel, choice, pages, urgent, others)
    return page(request, "leads.html", officer.visitor, view=view)


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
    return lead_page(request, officer, view)


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
    return lead_page(request, officer, view)


@router.post("/leads/{number}/sign")
async def sign(
    request: Request,
    parts: Parts,
    number: str,
    officer: Annotated[Officer, Depends(needs(Action.SIGN_FOR_LEAD))],
) -> Response:
    """Sign for a lead; where somebody was faster the page says who."""
    return await change_lead(
        request, parts, officer, number, lambda session: _sign(session, parts, officer, number)
    )


async def _sign(session: AsyncSession, parts: ConsoleParts, officer: Officer, number: str) -> None:
    await sign_for(session, officer.staff, number, parts.now())


async def change_lead(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    number: str,
    change: Callable[[AsyncSession], Awaitable[object]],
    part: str = "",
) -> Response:
    """Do one thing to a lead and show it anew, from that part of its page; what cannot be done is
    said above the lead."""
    try:
        async with parts.database.writing() as session:
            await change(session)
    except (ConflictError, InvalidInputError) as error:
        async with parts.database.reading() as session:
            view = await desk.masked_lead(session, officer.staff, number)
            session.expunge_all()
        status = 409 if isinstance(error, ConflictError) else 400
        typed = await typed_words(request)
        return lead_page(request, officer, view, error.words, status=status, typed=typed)
    return go(request, f"/leads/{read_lead_number(number)}{part}")


def lead_page(
    request: Request,
    officer: Officer,
    view: desk.LeadView,
    conflict: str = "",
    *,
    status: int = 200,
    typed: str = "",
) -> Response:
    """The page of one lead; `typed` is what a refused form held, so that it is not lost."""
    return page(
        request,
        "lead.html",
        officer.visitor,
        status=status,
        view=LeadPage(view, conflict, typed),
    )


async def typed_words(request: Request) -> str:
    """What somebody typed into a form that was refused."""
    form = await request.form()
    words = [form.get(name) for name in TYPED_FIELDS]
    return "；".join(word.strip() for word in words if isinstance(word, str) and word.strip())
