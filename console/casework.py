"""Working a lead in the browser: every form carries the version that its page showed."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.contacts import record_contact
from bot.services.escalation import escalate
from bot.services.handling import appeal, dispatch, mark_prank, take_over
from bot.services.merging import merge
from bot.services.outcomes import hand_to_partner, plan_follow_up, record_outcome
from bot.services.permissions import Action
from bot.services.quick_response import ask_all
from bot.services.stop_payment import answer_stop_payment, ask_stop_payment
from bot.services.transitions import move
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.leads import Appeal, LeadState
from bot.storage.stop_payments import StopResult
from bot.times import SHANGHAI
from console.leads import change_lead
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter(prefix="/leads/{number}")

Typed = Annotated[str, Form(max_length=500)]
Seen = Annotated[int, Form(alias="version", ge=-1)]
Worker = Annotated[Officer, Depends(needs(Action.WORK_LEAD))]
Reporter = Annotated[Officer, Depends(needs(Action.REPORT_BACK))]
CHOOSE = "请点页面上的按钮，或从列表里选一项。"


class Work:
    """One form about one lead: who sent it, about which lead, as of which version."""

    def __init__(
        self, request: Request, parts: Parts, number: str, version: Seen = -1, why: Typed = ""
    ) -> None:
        self.request, self.parts, self.number = request, parts, number
        self.seen, self.why = version, why

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.parts.now()

    async def do(
        self,
        officer: Officer,
        change: Callable[[AsyncSession], Awaitable[object]],
        part: str = "",
    ) -> Response:
        """Do it and show the lead anew, at `part` of its page."""
        parts: ConsoleParts = self.parts
        return await change_lead(self.request, parts, officer, self.number, change, part)


Asked = Annotated[Work, Depends(Work)]


@router.post("/move")
async def move_lead(work: Asked, officer: Reporter, to: Typed = "", usual: Typed = "") -> Response:
    """Another state; `usual` is a reason that was pressed instead of typed."""

    async def change(session: AsyncSession) -> None:
        if to not in set(LeadState):
            raise InvalidInputError(CHOOSE)
        why = work.why.strip() or usual
        await move(
            session, officer.staff, work.number, LeadState(to), why, work.now, seen=work.seen
        )

    return await work.do(officer, change)


@router.post("/contact")
async def log_contact(
    work: Asked, officer: Reporter, way: Typed = "", result: Typed = "", note: Typed = ""
) -> Response:
    """A try to reach the person."""

    async def change(session: AsyncSession) -> None:
        if way not in set(ContactWay) or result not in set(ContactResult):
            raise InvalidInputError(CHOOSE)
        await record_contact(
            session,
            officer.staff,
            work.number,
            ContactWay(way),
            ContactResult(result),
            work.now,
            note=note,
            seen=work.seen,
        )

    return await work.do(officer, change)


@router.post("/dispatch")
async def dispatch_lead(work: Asked, officer: Worker, station: Typed = "") -> Response:
    """To a police station."""
    return await work.do(
        officer,
        lambda session: dispatch(
            session, officer.staff, work.number, station, work.why, work.now, seen=work.seen
        ),
    )


@router.post("/partner")
async def to_partner(
    work: Asked, officer: Worker, kind: Typed = "", name: Typed = "", back: Typed = ""
) -> Response:
    """To a bank, a carrier or a payment firm, or its answer."""
    return await work.do(
        officer,
        lambda session: hand_to_partner(
            session,
            officer.staff,
            work.number,
            kind,
            name,
            work.why,
            work.now,
            back=back == "1",
            seen=work.seen,
        ),
    )


@router.post("/ask-all")
async def ask_partners(work: Asked, officer: Worker, everybody: Typed = "") -> Response:
    """Warned and still being defrauded: one tap asks every bank, payment firm and carrier that
    the lead concerns, or each there is."""
    return await work.do(
        officer,
        lambda session: ask_all(
            session,
            officer.staff,
            work.number,
            work.why,
            work.now,
            everybody=bool(everybody),
        ),
        "#partners",
    )


@router.post("/stop-payment")
async def ask_stop(
    work: Asked,
    officer: Worker,
    bank: Typed = "",
    amount: Typed = "",
    receipt: Typed = "",
    asked_at: Typed = "",
) -> Response:
    """A stop-payment was asked for."""

    async def change(session: AsyncSession) -> None:
        await ask_stop_payment(
            session,
            officer.staff,
            work.number,
            bank,
            amount,
            work.now,
            receipt=receipt,
            asked_at=read_minute(asked_at),
            seen=work.seen,
        )

    return await work.do(officer, change, "#stop")


@router.post("/stop-payment/{request_id}")
async def answer_stop(
    work: Asked,
    officer: Worker,
    request_id: int,
    result: Typed = "",
    amount: Typed = "",
    receipt: Typed = "",
) -> Response:
    """What came of a stop-payment."""

    async def change(session: AsyncSession) -> None:
        if result not in set(StopResult):
            raise InvalidInputError(CHOOSE)
        await answer_stop_payment(
            session,
            officer.staff,
            work.number,
            request_id,
            StopResult(result),
            amount,
            work.now,
            receipt=receipt,
            seen=work.seen,
        )

    return await work.do(officer, change, "#stop")


@router.post("/outcome")
async def outcome(
    work: Asked,
    officer: Worker,
    loss: Typed = "",
    avoided: Typed = "",
    basis: Typed = "",
    case_no: Typed = "",
    family: Typed = "",
    age: Typed = "",
    occupation: Typed = "",
) -> Response:
    """What it came to."""
    return await work.do(
        officer,
        lambda session: record_outcome(
            session,
            officer.staff,
            work.number,
            work.now,
            loss=loss,
            avoided=avoided,
            basis=basis,
            case_no=case_no,
            family_notified=family == "1",
            age_band=age,
            occupation=occupation,
            seen=work.seen,
        ),
        "#outcome",
    )


@router.post("/follow-up")
async def follow_up(work: Asked, officer: Worker, day: Typed = "") -> Response:
    """The day of the next follow-up."""
    return await work.do(
        officer,
        lambda session: plan_follow_up(
            session, officer.staff, work.number, day, work.why, work.now, seen=work.seen
        ),
    )


@router.post("/merge")
async def merge_lead(work: Asked, officer: Worker, into: Typed = "") -> Response:
    """Into another lead."""
    return await work.do(
        officer,
        lambda session: merge(
            session, officer.staff, work.number, into, work.why, work.now, seen=work.seen
        ),
    )


@router.post("/take-over")
async def take_lead_over(work: Asked, officer: Worker) -> Response:
    """Go on with a colleague's lead."""
    return await work.do(
        officer,
        lambda session: take_over(session, officer.staff, work.number, work.now, seen=work.seen),
    )


@router.post("/prank")
async def prank(work: Asked, officer: Worker, undo: Typed = "") -> Response:
    """Mark as a prank, or take the mark back."""
    return await work.do(
        officer,
        lambda session: mark_prank(
            session,
            officer.staff,
            work.number,
            work.why,
            work.now,
            prank=undo != "1",
            seen=work.seen,
        ),
    )


@router.post("/appeal")
async def appeal_lead(work: Asked, officer: Worker, to: Typed = "") -> Response:
    """A step of an appeal."""

    async def change(session: AsyncSession) -> None:
        if to not in set(Appeal):
            raise InvalidInputError(CHOOSE)
        await appeal(
            session, officer.staff, work.number, Appeal(to), work.why, work.now, seen=work.seen
        )

    return await work.do(officer, change)


@router.post("/escalate")
async def to_chief(work: Asked, officer: Worker) -> Response:
    """To the chief's attention."""
    return await work.do(
        officer,
        lambda session: escalate(
            session, officer.staff, work.number, work.why, work.now, seen=work.seen
        ),
    )


def read_minute(typed: str) -> datetime | None:
    """A local time from a form's time field; None where it was left empty."""
    if not typed.strip():
        return None
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise InvalidInputError("时间要写成 2026-11-24 08:30 这样。") from None
