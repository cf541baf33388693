"""The books: frozen accounts, returns, visitors to the hall; cases for the crackdown role."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.errors import InvalidInputError
from bot.services.book_pages import read_claims, see_freezes
from bot.services.cases import MEASURES, STEP_NAMES, CaseStep, file_case, list_cases, note_step
from bot.services.freezes import (
    METHOD_NAMES,
    ReturnMethod,
    cancel_freeze,
    freeze_account,
    pay_share,
    plan_return,
    renew_freeze,
)
from bot.services.money import read_amount
from bot.services.permissions import Action
from bot.services.visitors import MATTERS, lead_of_visitor, receive_visitor
from console.casework import read_minute
from console.pages import go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

Typed = Annotated[str, Form(max_length=100)]
Words = Annotated[str, Form(max_length=2000)]
Keeper = Annotated[Officer, Depends(needs(Action.KEEP_LEDGER))]
Receiver = Annotated[Officer, Depends(needs(Action.WORK_LEAD))]
Crackdown = Annotated[Officer, Depends(needs(Action.KEEP_CASES))]


@router.get("/ledger")
async def ledger(request: Request, parts: Parts, officer: Keeper) -> Response:
    """Frozen accounts with what is planned and paid, those to be renewed first."""
    async with parts.database.reading() as session:
        freezes = await see_freezes(session, officer.staff, parts.now())
    return page(
        request,
        "ledger.html",
        officer.visitor,
        freezes=freezes,
        methods=METHOD_NAMES,
        matters=MATTERS,
    )


@router.post("/ledger/freeze")
async def freeze(
    request: Request,
    parts: Parts,
    officer: Keeper,
    account: Typed = "",
    bank: Typed = "",
    amount: Typed = "",
    since: Typed = "",
    until: Typed = "",
) -> Response:
    """Enter a frozen account."""
    begins, ends = _moment(since), _moment(until)
    async with parts.database.writing() as session:
        now = parts.now()
        await freeze_account(session, officer.staff, account, bank, _fen(amount), begins, ends, now)
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/renew")
async def renew(
    request: Request, parts: Parts, officer: Keeper, entry_id: int, until: Typed = ""
) -> Response:
    """The same freeze until later."""
    async with parts.database.writing() as session:
        await renew_freeze(session, officer.staff, entry_id, _moment(until), parts.now())
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/cancel")
async def cancel(request: Request, parts: Parts, officer: Keeper, entry_id: int) -> Response:
    """Take back a freeze that was entered by mistake."""
    async with parts.database.writing() as session:
        await cancel_freeze(session, officer.staff, entry_id, parts.now())
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/plan")
async def plan(
    request: Request,
    parts: Parts,
    officer: Keeper,
    entry_id: int,
    method: Typed = "",
    claims: Words = "",
    total: Typed = "",
) -> Response:
    """Who gets what of a frozen account: a line each with the name and the loss."""
    if method not in set(ReturnMethod):
        raise InvalidInputError("请选择返还的方式。")
    async with parts.database.writing() as session:
        await plan_return(
            session,
            officer.staff,
            entry_id,
            ReturnMethod(method),
            read_claims(claims),
            parts.now(),
            total_fen=_fen(total) if total.strip() else None,
        )
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/pay")
async def pay(request: Request, parts: Parts, officer: Keeper, entry_id: int) -> Response:
    """A share was paid."""
    async with parts.database.writing() as session:
        await pay_share(session, officer.staff, entry_id, parts.now(), parts.now())
    return go(request, "/ledger")


@router.post("/visitors")
async def visitor(
    request: Request, parts: Parts, officer: Receiver, matter: Typed = "", lead: Typed = ""
) -> Response:
    """Somebody came to the hall; with `lead` the same tap makes a lead, which is opened."""
    async with parts.database.writing() as session:
        if lead:
            made = await lead_of_visitor(session, officer.staff, parts.now())
            return go(request, f"/leads/{made.number}")
        await receive_visitor(session, officer.staff, matter, parts.now())
    return go(request, "/ledger")


@router.get("/cases")
async def cases(request: Request, parts: Parts, officer: Crackdown) -> Response:
    """Case files and what came of them."""
    async with parts.database.reading() as session:
        lines = await list_cases(session, officer.staff)
    steps = {step: STEP_NAMES[step] for step in (CaseStep.SOLVED, *MEASURES)}
    return page(request, "cases.html", officer.visitor, lines=lines, steps=steps)


@router.post("/cases")
async def add_case(
    request: Request,
    parts: Parts,
    officer: Crackdown,
    number: Typed = "",
    category: Typed = "",
    loss: Typed = "",
    filed_at: Typed = "",
    leads: Typed = "",
) -> Response:
    """Enter a case."""
    at, lost = _moment(filed_at), _fen(loss) if loss.strip() else 0
    async with parts.database.writing() as session:
        linked, now = leads.split(), parts.now()
        await file_case(session, officer.staff, number, category, lost, at, now, leads=linked)
    return go(request, "/cases")


@router.post("/cases/step")
async def add_step(
    request: Request,
    parts: Parts,
    officer: Crackdown,
    step: Typed = "",
    number: Typed = "",
    persons: Typed = "1",
    at: Typed = "",
) -> Response:
    """A case was solved, or a measure taken."""
    if step not in set(CaseStep) or not persons.isdecimal():
        raise InvalidInputError("请选择事项并写明人数。")
    when, count = _moment(at), int(persons[:6])
    async with parts.database.writing() as session:
        now, chosen = parts.now(), CaseStep(step)
        await note_step(session, officer.staff, chosen, when, now, number=number, persons=count)
    return go(request, "/cases")


def _moment(typed: str) -> datetime:
    moment = read_minute(typed)
    if moment is None:
        raise InvalidInputError("请写明时间。")
    return moment


def _fen(typed: str) -> int:
    fen = read_amount(typed) if typed.strip() else None
    if fen is None:
        raise InvalidInputError("没看懂金额，请写数字，例如 3500 或 1.2万。")
    return fen
