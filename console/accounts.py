"""Signing in with a password, out again, and setting a password with a code."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from bot.errors import ExpectedError, InvalidInputError
from bot.services.attempts import Refusal
from bot.services.passwords import check_password, hash_password, verify_password
from bot.services.sign_in import begin_sign_in, finish_password, sign_out
from bot.services.staff import Setup, begin_setup, finish_setup
from bot.storage.staff import Staff
from bot.web_guard import client_address
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.second import after_password
from console.visitor import (
    AnyOfficer,
    Stranger,
    Visitor,
    check_form,
    forget,
    remember_stranger,
)

router = APIRouter()

Typed = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class LoginView(View):
    """The sign-in form; `way_back` is the page to come back to."""

    login: str = ""
    way_back: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SetupView(View):
    """The form that sets a password; it asks for a code where none has been `opened`."""

    opened: Setup | None = None
    code: str = ""
    login: str = ""
    name: str = ""
    problem: str = ""


@router.get("/login")
async def login_page(
    request: Request, stranger: Stranger, next: Annotated[str, Query(max_length=2000)] = ""
) -> Response:
    """The sign-in form; `next` is the page to come back to."""
    return _login(request, stranger, way_back=next)


@router.post("/login")
async def login(
    request: Request,
    parts: Parts,
    stranger: Stranger,
    login: Typed = "",
    password: Typed = "",
    next: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """The password, and on to the code."""
    await check_form(request, parts, stranger.cookie)
    signed_in = await _sign_in(request, parts, login, password)
    if isinstance(signed_in, Refusal):
        status = 429 if signed_in.paused else 401
        return _login(request, stranger, login, next, signed_in.words, status)
    return await after_password(request, parts, stranger, signed_in, next)


@router.post("/logout")
async def logout(request: Request, parts: Parts, officer: AnyOfficer) -> Response:
    """End this session."""
    async with parts.database.writing() as session:
        await sign_out(session, officer.cookie)
    answer = go(request, "/login")
    forget(request, answer)
    return answer


@router.get("/setup")
async def setup_page(
    request: Request,
    parts: Parts,
    stranger: Stranger,
    code: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Without a code it asks for one; with a good one it asks for a password."""
    if not code:
        return _setup(request, stranger, None)
    opened = await _open_code(request, parts, code)
    if isinstance(opened, Refusal):
        return _setup(request, stranger, None, problem=opened.words, status=_status(opened))
    return _setup(request, stranger, opened, code)


@router.post("/setup")
async def setup(
    request: Request,
    parts: Parts,
    stranger: Stranger,
    code: Typed = "",
    login: Typed = "",
    name: Typed = "",
    password: Typed = "",
    again: Typed = "",
) -> Response:
    """Use the code up, set the password, and on to the authenticator."""
    await check_form(request, parts, stranger.cookie)
    opened = await _open_code(request, parts, code)
    if isinstance(opened, Refusal):
        return _setup(request, stranger, None, problem=opened.words, status=_status(opened))
    try:
        done = await _set_password(parts, opened, code, login, name, password, again)
    except ExpectedError as error:
        return _setup(request, stranger, opened, code, login, name, error.words, 400)
    if isinstance(done, Refusal):
        return _setup(request, stranger, None, problem=done.words, status=_status(done))
    return await after_password(request, parts, stranger, done, "")


async def _sign_in(
    request: Request, parts: ConsoleParts, login: str, password: str
) -> Staff | Refusal:
    address = client_address(request, parts.settings)
    async with parts.database.writing() as session:
        tried = await begin_sign_in(session, login, address, parts.now())
    if isinstance(tried, Refusal):
        return tried
    right = await verify_password(tried.kept, password)
    async with parts.database.writing() as session:
        return await finish_password(session, tried, right, parts.now())


async def _open_code(request: Request, parts: ConsoleParts, code: str) -> Setup | Refusal:
    subject = f"setup:{client_address(request, parts.settings)}"
    async with parts.database.writing() as session:
        opened = await begin_setup(session, code, subject, parts.now())
        if isinstance(opened, Setup) and opened.staff is not None:
            session.expunge(opened.staff)
    return opened


async def _set_password(
    parts: ConsoleParts,
    opened: Setup,
    code: str,
    login: str,
    name: str,
    password: str,
    again: str,
) -> Staff | Refusal:
    check_password(password, opened.staff.login if opened.staff else login.strip())
    if password != again:
        raise InvalidInputError("两次输入的密码不一样，请重新输入。")
    hashed = await hash_password(password)
    now = parts.now()
    async with parts.database.writing() as session:
        return await finish_setup(session, code, login, name, hashed, now)


def _status(refused: Refusal) -> int:
    return 429 if refused.paused else 400


def _login(
    request: Request,
    stranger: Visitor,
    login: str = "",
    way_back: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    answer = page(
        request,
        "login.html",
        stranger,
        status=status,
        view=LoginView(login, way_back, problem),
    )
    remember_stranger(request, answer, stranger)
    return answer


def _setup(
    request: Request,
    stranger: Visitor,
    opened: Setup | None,
    code: str = "",
    login: str = "",
    name: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    answer = page(
        request,
        "setup.html",
        stranger,
        status=status,
        view=SetupView(opened, code, login, name, problem),
    )
    remember_stranger(request, answer, stranger)
    return answer
