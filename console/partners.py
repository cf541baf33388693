"""Partners: units, requests to and from banks and carriers, each with its clock and receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services.concerned import Concerned
from bot.services.paging import Leaf
from bot.services.partner_requests import (
    KIND_NAMES,
    RESULT_NAMES,
    RequestLine,
    acknowledge,
    answer,
    ask_partner,
    leaf_of_requests,
    list_requests,
    open_request,
    report_withdrawal,
    see_request,
)
from bot.services.permissions import Action, may
from bot.services.quick_response import GROUPS, ask_all, ask_many, concerned
from bot.services.request_corrections import (
    TAKEN_BACK,
    AnswerLine,
    answers_of_request,
    correct_answer,
)
from bot.services.request_reminders import LEVEL_NAMES
from bot.services.units import KIND_NAMES as UNIT_NAMES
from bot.services.units import add_unit, change_roles, leave, list_units
from bot.storage.partner_requests import RequestKind, RequestResult
from bot.storage.units import PARTNER_KINDS, Unit, UnitKind
from console.pages import PageNumber, View, go, page
from console.parts import Parts
from console.visitor import AnyOfficer, Officer, needs

router = APIRouter()

Typed = Annotated[str, Form(max_length=100)]
Words = Annotated[str, Form(max_length=1000)]
Asker = Annotated[Officer, Depends(needs(Action.ASK_PARTNER))]
Partner = Annotated[Officer, Depends(needs(Action.ANSWER_REQUEST))]
UnitReader = Annotated[Officer, Depends(needs(Action.SEE_CHAIN))]
UnitWriter = Annotated[Officer, Depends(needs(Action.EDIT_UNITS))]
ASKED: Mapping[RequestKind, str] = {
    kind: name for kind, name in KIND_NAMES.items() if kind is not RequestKind.WITHDRAWAL
}
OPEN_AGAIN = {"open": TAKEN_BACK}
"""What a result can be corrected to beside another one."""
GROUP_NAMES = {value: name for value, (name, _) in GROUPS.items()}


@dataclass(frozen=True, slots=True)
class RequestsView(View):
    """A page of requests with the units that can be asked and, of the lead `quick`, whom one tap
    would ask; or one request `opened` in full with the answers it was given."""

    lines: Sequence[RequestLine] = ()
    units: Sequence[Unit] = ()
    leaf: Leaf | None = None
    unreported: bool = False
    quick: str = ""
    whom: Concerned | None = None
    opened: RequestLine | None = None
    answers: Sequence[AnswerLine] = ()
    kinds: ClassVar[Mapping[RequestKind, str]] = ASKED
    groups: ClassVar[Mapping[str, str]] = GROUP_NAMES
    results: ClassVar[Mapping[RequestResult, str]] = RESULT_NAMES
    open_again: ClassVar[Mapping[str, str]] = OPEN_AGAIN
    levels: ClassVar[Mapping[int, str]] = LEVEL_NAMES


@dataclass(frozen=True, slots=True)
class UnitsView(View):
    """Every unit, and the names of the kinds of units."""

    units: Sequence[Unit]
    names: ClassVar[Mapping[UnitKind, str]] = UNIT_NAMES


@router.get("/requests")
async def requests_page(
    request: Request,
    parts: Parts,
    officer: AnyOfficer,
    unreported: Annotated[str, Query(max_length=1)] = "",
    quick: Annotated[str, Query(max_length=40)] = "",
    number: PageNumber = 1,
) -> Response:
    """Requests, open ones first: of every partner for the squad, of itself for a partner; of the
    lead `quick` also whom one tap would ask."""
    units: list[Unit] = []
    whom: Concerned | None = None
    async with parts.database.reading() as session:
        only = bool(unreported)
        leaf = await leaf_of_requests(session, officer.staff, number, unreported=only)
        lines = await list_requests(
            session, officer.staff, parts.now(), unreported=only, offset=leaf.offset
        )
        if may(officer.staff.role, Action.ASK_PARTNER):
            found = await list_units(session, officer.staff)
            units = [one for one in found if one.kind in PARTNER_KINDS]
            whom = await concerned(session, officer.staff, quick) if quick.strip() else None
    view = RequestsView(lines, units, leaf, only, quick, whom)
    return page(request, "requests.html", officer.visitor, view=view)


@router.post("/requests/ask")
async def ask(
    request: Request,
    parts: Parts,
    officer: Asker,
    kind: Typed = "",
    unit: Typed = "",
    words: Words = "",
    lead: Typed = "",
) -> Response:
    """Ask one partner, or every one of a group."""
    if kind not in ASKED or not (unit in GROUPS or unit.isdecimal()):
        raise InvalidInputError("请选择要办的事和单位。")
    async with parts.database.writing() as session:
        chosen, now = RequestKind(kind), parts.now()
        if unit in GROUPS:
            await ask_many(session, officer.staff, chosen, unit, words, now, lead=lead)
            return go(request, "/requests")
        await ask_partner(session, officer.staff, chosen, int(unit[:9]), words, now, lead=lead)
    return go(request, "/requests")


@router.post("/requests/ask-all")
async def ask_partners(
    request: Request,
    parts: Parts,
    officer: Asker,
    lead: Typed = "",
    words: Words = "",
    everybody: Typed = "",
) -> Response:
    """Warned and still being defrauded: every bank, payment firm and carrier that the lead
    concerns, or each there is, at once."""
    async with parts.database.writing() as session:
        now, each = parts.now(), bool(everybody)
        await ask_all(session, officer.staff, lead, words, now, everybody=each)
    return go(request, "/requests")


@router.post("/requests/report")
async def report(request: Request, parts: Parts, officer: Partner, words: Words = "") -> Response:
    """A partner reports a suspicious withdrawal."""
    async with parts.database.writing() as session:
        await report_withdrawal(session, officer.staff, words, parts.now())
    return go(request, "/requests")


@router.post("/requests/{number}/open")
async def open_one(request: Request, parts: Parts, officer: AnyOfficer, number: str) -> Response:
    """One request in full; the look is noted."""
    async with parts.database.writing() as session:
        opened = await open_request(session, officer.staff, number[:20], parts.now())
        answers = await answers_of_request(session, officer.staff, number[:20])
    view = RequestsView(opened=opened, answers=answers)
    return page(request, "requests.html", officer.visitor, view=view)


@router.post("/requests/{number}/acknowledge")
async def acknowledge_one(
    request: Request, parts: Parts, officer: AnyOfficer, number: str
) -> Response:
    """Note the receipt."""
    async with parts.database.writing() as session:
        await acknowledge(session, officer.staff, number[:20], parts.now())
    return go(request, "/requests")


@router.post("/requests/{number}/answer")
async def answer_one(
    request: Request,
    parts: Parts,
    officer: AnyOfficer,
    number: str,
    result: Typed = "",
    words: Words = "",
    receipt: Typed = "",
) -> Response:
    """Give the result."""
    chosen = RequestResult(result) if result in set(RequestResult) else None
    async with parts.database.writing() as session:
        now = parts.now()
        await answer(session, officer.staff, number[:20], chosen, words, now, receipt=receipt)
    return go(request, "/requests")


@router.post("/requests/{number}/correct")
async def correct_one(
    request: Request,
    parts: Parts,
    officer: AnyOfficer,
    number: str,
    result: Typed = "",
    words: Words = "",
    receipt: Typed = "",
) -> Response:
    """Another result in place of a wrong one, or none for the time being."""
    async with parts.database.writing() as session:
        now = parts.now()
        await see_request(session, officer.staff, number[:20], now)
        if result not in {*RequestResult, *OPEN_AGAIN}:
            raise InvalidInputError("请选择更正为哪一项。")
        chosen = None if result in OPEN_AGAIN else RequestResult(result)
        await correct_answer(
            session, officer.staff, number[:20], chosen, words, now, receipt=receipt
        )
    return go(request, "/requests")


@router.get("/units")
async def units_page(request: Request, parts: Parts, officer: UnitReader) -> Response:
    """Every unit."""
    async with parts.database.reading() as session:
        units = await list_units(session, officer.staff)
    return page(request, "units.html", officer.visitor, view=UnitsView(units))


@router.post("/units/{unit_id}/roles")
async def set_roles(
    request: Request,
    parts: Parts,
    officer: UnitWriter,
    unit_id: int,
    member: Typed = "",
    two_card: Typed = "",
) -> Response:
    """A unit becomes a member, comes under two-card care, or is no longer one."""
    async with parts.database.writing() as session:
        await change_roles(
            session,
            officer.staff,
            unit_id,
            parts.now(),
            member=bool(member),
            two_card=bool(two_card),
        )
    return go(request, "/units")


@router.post("/units/{unit_id}/leave")
async def let_leave(request: Request, parts: Parts, officer: UnitWriter, unit_id: int) -> Response:
    """A unit leaves."""
    async with parts.database.writing() as session:
        await leave(session, officer.staff, unit_id, parts.now())
    return go(request, "/units")


@router.post("/units")
async def add_one_unit(
    request: Request,
    parts: Parts,
    officer: UnitWriter,
    name: Typed = "",
    kind: Typed = "",
    member: Typed = "",
    two_card: Typed = "",
) -> Response:
    """Add a unit."""
    if kind not in set(UnitKind):
        raise InvalidInputError("请选择单位的类别。")
    async with parts.database.writing() as session:
        await add_unit(
            session,
            officer.staff,
            name,
            UnitKind(kind),
            parts.now(),
            member=bool(member),
            two_card=bool(two_card),
        )
    return go(request, "/units")
