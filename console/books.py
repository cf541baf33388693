"""The books: frozen accounts, returns, visitors to the hall."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services.book_pages import FreezePage, read_claims, see_freezes
from bot.services.corrections import correct_visitor, take_back
from bot.services.duty_report_kinds import XLSX
from bot.services.freeze_sheet import FreezeSheet, freeze_table, open_freeze
from bot.services.freezes import (
    METHOD_NAMES,
    ReturnMethod,
    freeze_account,
    pay_share,
    plan_return,
    release_freeze,
    renew_freeze,
)
from bot.services.leads import find_lead
from bot.services.money import read_amount
from bot.services.paging import Leaf
from bot.services.permissions import Action
from bot.services.statistic_files import to_workbook
from bot.services.visitors import (
    MATTERS,
    lead_of_visitor,
    leaf_of_visits,
    receive_visitor,
    see_visits,
)
from bot.storage.entries import LedgerEntry
from console.casework import read_minute
from console.pages import PageNumber, View, go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

Typed = Annotated[str, Form(max_length=100)]
Words = Annotated[str, Form(max_length=2000)]
Keeper = Annotated[Officer, Depends(needs(Action.KEEP_LEDGER))]
Receiver = Annotated[Officer, Depends(needs(Action.WORK_LEAD))]


@dataclass(frozen=True, slots=True)
class LedgerView(View):
    """A page of frozen accounts, one of the visits to the hall, and what can be chosen."""

    freezes: FreezePage
    visits: Sequence[LedgerEntry]
    leaf: Leaf
    methods: Mapping[ReturnMethod, str]
    matters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FreezeView(View):
    """A frozen account in full."""

    found: FreezeSheet


@router.get("/ledger")
async def ledger(
    request: Request,
    parts: Parts,
    officer: Keeper,
    number: PageNumber = 1,
    visits: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Frozen accounts with what is planned and paid, those to be renewed first."""
    async with parts.database.reading() as session:
        freezes = await see_freezes(session, officer.staff, parts.now(), number)
        leaf = await leaf_of_visits(session, officer.staff, visits)
        came = await see_visits(session, officer.staff, leaf.offset)
    view = LedgerView(freezes, came, leaf, METHOD_NAMES, MATTERS)
    return page(request, "ledger.html", officer.visitor, view=view)


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
    lead: Typed = "",
) -> Response:
    """Enter a frozen account, with the lead that it came from."""
    begins, ends = read_time(since), read_time(until)
    async with parts.database.writing() as session:
        now = parts.now()
        found = await find_lead(session, officer.staff, lead) if lead.strip() else None
        await freeze_account(
            session,
            officer.staff,
            account,
            bank,
            read_fen(amount),
            begins,
            ends,
            now,
            lead_id=found.id if found else None,
        )
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/renew")
async def renew(
    request: Request, parts: Parts, officer: Keeper, entry_id: int, until: Typed = ""
) -> Response:
    """The same freeze until later."""
    async with parts.database.writing() as session:
        await renew_freeze(session, officer.staff, entry_id, read_time(until), parts.now())
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/release")
async def release(
    request: Request, parts: Parts, officer: Keeper, entry_id: int, at: Typed = ""
) -> Response:
    """A freeze ended before its time."""
    async with parts.database.writing() as session:
        await release_freeze(session, officer.staff, entry_id, read_time(at), parts.now())
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/cancel")
async def cancel(request: Request, parts: Parts, officer: Keeper, entry_id: int) -> Response:
    """Take back a freeze, a plan or a payment that was entered by mistake."""
    async with parts.database.writing() as session:
        await take_back(session, officer.staff, entry_id, parts.now())
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
    notice_from: Typed = "",
) -> Response:
    """Who gets what of a frozen account: a line each with the name and the loss; a notice that is
    out already with its day."""
    if method not in set(ReturnMethod):
        raise InvalidInputError("请选择返还的方式。")
    noticed = read_minute(notice_from)
    async with parts.database.writing() as session:
        await plan_return(
            session,
            officer.staff,
            entry_id,
            ReturnMethod(method),
            read_claims(claims),
            parts.now(),
            total_fen=read_fen(total) if total.strip() else None,
            notice_from=noticed if method == ReturnMethod.PRO_RATA else None,
        )
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/pay")
async def pay(
    request: Request, parts: Parts, officer: Keeper, entry_id: int, paid_at: Typed = ""
) -> Response:
    """A share was paid, now or when the form says."""
    now = parts.now()
    when = read_minute(paid_at) or now
    async with parts.database.writing() as session:
        await pay_share(session, officer.staff, entry_id, when, now)
    return go(request, "/ledger")


@router.post("/ledger/{entry_id}/open")
async def open_one(request: Request, parts: Parts, officer: Keeper, entry_id: int) -> Response:
    """A frozen account in full, with who gets what; the look is noted."""
    async with parts.database.writing() as session:
        found = await open_freeze(session, officer.staff, entry_id, parts.now())
    return page(request, "freeze.html", officer.visitor, view=FreezeView(found))


@router.post("/ledger/{entry_id}/sheet")
async def sheet(parts: Parts, officer: Keeper, entry_id: int) -> Response:
    """The same as a workbook, for the notice and the file; the look is noted."""
    async with parts.database.writing() as session:
        found = await open_freeze(session, officer.staff, entry_id, parts.now())
    content = await asyncio.to_thread(to_workbook, freeze_table(found))
    saved = f'attachment; filename="freeze-{found.position}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": saved})


@router.post("/visitors")
async def visitor(
    request: Request,
    parts: Parts,
    officer: Receiver,
    matter: Typed = "",
    lead: Typed = "",
    phone: Typed = "",
    area: Typed = "",
    words: Words = "",
    transferred: Typed = "",
) -> Response:
    """Somebody came to the hall; with `lead` the same tap makes a lead of what was told, which is
    opened."""
    async with parts.database.writing() as session:
        if lead:
            made = await lead_of_visitor(
                session,
                officer.staff,
                parts.now(),
                phone=phone,
                area=area,
                words=words,
                transferred=bool(transferred),
            )
            return go(request, f"/leads/{made.number}")
        await receive_visitor(session, officer.staff, matter, parts.now())
    return go(request, "/ledger")


@router.post("/visitors/{entry_id}/correct")
async def correct_visit(
    request: Request, parts: Parts, officer: Receiver, entry_id: int, matter: Typed = ""
) -> Response:
    """Another matter of a visit; an empty one takes it back."""
    async with parts.database.writing() as session:
        await correct_visitor(session, officer.staff, entry_id, matter, parts.now())
    return go(request, "/ledger")


def read_time(typed: str) -> datetime:
    """A moment that has to be given. Raises InvalidInputError."""
    moment = read_minute(typed)
    if moment is None:
        raise InvalidInputError("请写明时间。")
    return moment


def read_fen(typed: str) -> int:
    """A sum that has to be given, in fen. Raises InvalidInputError."""
    fen = read_amount(typed) if typed.strip() else None
    if fen is None:
        raise InvalidInputError("没看懂金额，请写数字，例如 3500 或 1.2万。")
    return fen
