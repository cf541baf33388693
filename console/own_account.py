"""One's own account: the chat, the browsers that are signed in, the authenticator."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from bot.services.attempts import Refusal
from bot.services.second_factor import (
    FactorState,
    Step,
    check_code,
    enrol,
    factor_state,
    holder_of,
    make_ticket,
    read_ticket,
)
from bot.services.sign_in import BrowserLine, end_browser, end_other_browsers, own_browsers
from bot.services.staff import make_chat_code
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.second import Code, RecoveryView, Sealed, enrol_page
from console.visitor import AnyOfficer, Officer

router = APIRouter(prefix="/account")

Handle = Annotated[str, Form(max_length=40)]


@dataclass(frozen=True, slots=True)
class AccountView(View):
    """The page of one's own account; `code` binds a chat and is shown once."""

    browsers: list[BrowserLine]
    factor: FactorState
    code: str = ""
    problem: str = ""


@router.get("")
async def account(request: Request, parts: Parts, officer: AnyOfficer) -> Response:
    """Who one is here."""
    return await _account(request, parts, officer)


@router.post("/chat-code")
async def chat_code(request: Request, parts: Parts, officer: AnyOfficer) -> Response:
    """A code with which the officer binds a chat; shown once."""
    async with parts.database.writing() as session:
        code = await make_chat_code(session, officer.staff, parts.now())
    return await _account(request, parts, officer, code=code)


@router.post("/browsers/end")
async def end_one(
    request: Request, parts: Parts, officer: AnyOfficer, handle: Handle = ""
) -> Response:
    """Sign one browser out, or with no handle every other one."""
    async with parts.database.writing() as session:
        if handle:
            await end_browser(session, officer.staff, handle, parts.now())
        else:
            await end_other_browsers(session, officer.staff, officer.cookie, parts.now())
    return go(request, "/account")


@router.post("/second")
async def begin_second(
    request: Request, parts: Parts, officer: AnyOfficer, code: Code = ""
) -> Response:
    """Begin with a new authenticator; who has one gives a code of it, or a recovery code."""
    async with parts.database.writing() as session:
        state = await factor_state(session, officer.staff)
        refused = None
        if state.enrolled_at is not None:
            refused = await check_code(session, officer.staff, code, parts.now())
    if refused is not None:
        return await _account(request, parts, officer, problem=refused.words)
    vault = parts.database.vault
    ticket = make_ticket(vault, officer.staff, officer.cookie, Step.ENROL, parts.now())
    return _enrol(request, parts, officer, ticket)


@router.post("/second/confirm")
async def confirm_second(
    request: Request, parts: Parts, officer: AnyOfficer, ticket: Sealed = "", code: Code = ""
) -> Response:
    """The first code of the new authenticator, which takes the old one's place."""
    held = read_ticket(parts.database.vault, ticket, officer.cookie, parts.now())
    async with parts.database.writing() as session:
        staff = await holder_of(session, held)
        done = await enrol(session, staff, held, code, parts.now())
    if isinstance(done, Refusal):
        return _enrol(request, parts, officer, ticket, done)
    return page(request, "recovery.html", officer.visitor, view=RecoveryView(done, "/account"))


def _enrol(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    ticket: str,
    refused: Refusal | None = None,
) -> Response:
    return enrol_page(
        request,
        parts,
        officer.visitor,
        officer.staff,
        ticket,
        action="/account/second/confirm",
        problem=refused.words if refused else "",
        status=400 if refused else 200,
    )


async def _account(
    request: Request, parts: ConsoleParts, officer: Officer, *, code: str = "", problem: str = ""
) -> Response:
    async with parts.database.reading() as session:
        browsers = await own_browsers(session, officer.staff, officer.cookie, parts.now())
        factor = await factor_state(session, officer.staff)
    view = AccountView(browsers, factor, code, problem)
    status = 400 if problem else 200
    return page(request, "account.html", officer.visitor, status=status, view=view)
