"""Between the right password and the console: the authenticator's code, or enrolling one."""

from dataclasses import dataclass
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup

from bot.services.attempts import Refusal
from bot.services.second_factor import (
    Step,
    Ticket,
    check_code,
    enrol,
    enrolment_address,
    holder_of,
    make_ticket,
    read_ticket,
    step_after_password,
)
from bot.services.sign_in import open_session
from bot.storage.staff import Staff
from bot.web_guard import client_address
from console.clients import client_name
from console.pages import View, base_of, go, page
from console.parts import ConsoleParts, Parts
from console.security import safe_next
from console.visitor import (
    Stranger,
    Visitor,
    check_form,
    district_of,
    forget_stranger,
    remember_officer,
    remember_stranger,
)

router = APIRouter(prefix="/login")

Sealed = Annotated[str, Form(max_length=2000)]
Code = Annotated[str, Form(max_length=40)]
WayBack = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class CodeView(View):
    """The page that asks for a code."""

    ticket: str
    way_back: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EnrolView(View):
    """The page that shows the QR code; `secret` in groups of four, to be typed by hand."""

    ticket: str
    way_back: str
    qr: Markup
    secret: str
    action: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryView(View):
    """The recovery codes, shown once, and where to go on."""

    codes: tuple[str, ...]
    path: str


async def after_password(
    request: Request, parts: ConsoleParts, stranger: Visitor, staff: Staff, way_back: str
) -> Response:
    """What somebody with the right password sees next; signed in at once where no code is asked."""
    required = parts.settings.second_factor == "required"
    async with parts.database.writing() as session:
        step = await step_after_password(session, staff, required=required)
        if step == Step.NONE:
            token = await open_session(session, staff, parts.now(), client_of(request, parts))
    if step == Step.NONE:
        return _let_in(request, token, go(request, _path(request, way_back)))
    ticket = make_ticket(parts.database.vault, staff, stranger.cookie, step, parts.now())
    if step == Step.CODE:
        return _ask(request, stranger, CodeView(ticket, way_back))
    return enrol_page(request, parts, stranger, staff, ticket, way_back)


@router.post("/code")
async def code(
    request: Request,
    parts: Parts,
    stranger: Stranger,
    ticket: Sealed = "",
    code: Code = "",
    next: WayBack = "",
) -> Response:
    """The authenticator's code or a recovery code; a new session each time."""
    await check_form(request, parts, stranger.cookie)
    held = read_ticket(parts.database.vault, ticket, stranger.cookie, parts.now())
    token = ""
    async with parts.database.writing() as session:
        staff = await holder_of(session, held)
        refused = await check_code(session, staff, code, parts.now())
        if refused is None:
            token = await open_session(session, staff, parts.now(), client_of(request, parts))
    if refused is not None:
        return _ask(request, stranger, CodeView(ticket, next, refused.words), _status(refused))
    return _let_in(request, token, go(request, _path(request, next)))


@router.post("/enrol")
async def enrol_first(
    request: Request,
    parts: Parts,
    stranger: Stranger,
    ticket: Sealed = "",
    code: Code = "",
    next: WayBack = "",
) -> Response:
    """The first code of a new authenticator; then the recovery codes, and signed in."""
    await check_form(request, parts, stranger.cookie)
    held = read_ticket(parts.database.vault, ticket, stranger.cookie, parts.now())
    token = ""
    async with parts.database.writing() as session:
        staff = await holder_of(session, held)
        done = await enrol(session, staff, held, code, parts.now())
        if not isinstance(done, Refusal):
            token = await open_session(session, staff, parts.now(), client_of(request, parts))
        session.expunge_all()
    if isinstance(done, Refusal):
        given = (request, parts, stranger, staff, ticket, next)
        return enrol_page(*given, problem=done.words, status=_status(done))
    shown = RecoveryView(done, _path(request, next))
    return _let_in(request, token, page(request, "recovery.html", stranger, view=shown))


def enrol_page(
    request: Request,
    parts: ConsoleParts,
    visitor: Visitor,
    staff: Staff,
    ticket: str,
    way_back: str = "",
    *,
    action: str = "/login/enrol",
    problem: str = "",
    status: int = 200,
) -> Response:
    """The QR code of the ticket's authenticator, as a drawing inside the page."""
    held: Ticket = read_ticket(parts.database.vault, ticket, visitor.cookie, parts.now())
    address = enrolment_address(held, staff.login, district_of(request))
    qr = Markup(segno.make(address, micro=False).svg_inline(scale=4, light="#fff"))  # noqa: S704
    secret = " ".join(held.secret[at : at + 4] for at in range(0, len(held.secret), 4))
    view = EnrolView(ticket, way_back, qr, secret, action, problem)
    answer = page(request, "enrol.html", visitor, status=status, view=view)
    if visitor.staff is None:
        remember_stranger(request, answer, visitor)
    return answer


def client_of(request: Request, parts: ConsoleParts) -> str:
    """What an officer's list of browsers says of this one."""
    name = client_name(request.headers.get("user-agent", ""))
    return f"{name} · {client_address(request, parts.settings)}"


def _ask(request: Request, stranger: Visitor, view: CodeView, status: int = 200) -> Response:
    answer = page(request, "second.html", stranger, status=status, view=view)
    remember_stranger(request, answer, stranger)
    return answer


def _let_in(request: Request, token: str, answer: Response) -> Response:
    remember_officer(request, answer, token)
    forget_stranger(request, answer)
    return answer


def _path(request: Request, way_back: str) -> str:
    base = base_of(request)
    return safe_next(base, way_back).removeprefix(base)


def _status(refused: Refusal) -> int:
    return 429 if refused.paused else 401
