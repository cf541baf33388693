"""Who is in front of the browser, and whether they may."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request, Response

from bot.errors import InvalidInputError
from bot.services.permissions import Action, require
from bot.services.runtime_settings import district_in_force
from bot.services.sign_in import SESSION_ENDS, SignedIn, session_staff, touch
from bot.storage.database import DatabaseUnavailableError
from bot.storage.staff import Staff
from bot.web_guard import check_origin, comes_by_https
from console.demonstration import refuse_writing
from console.parts import ConsoleParts, Parts, parts_of
from console.security import CSRF_FIELD, check_csrf

SESSION_COOKIE = "fanzha_console"
VISIT_COOKIE = "fanzha_visit"
"""Carries the CSRF token of forms that are shown before anybody is signed in."""
REFRESH_HEADER = "x-console-refresh"
"""A page that renews itself does not count as somebody being there."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser; `cookie` is what its CSRF token is made of."""

    cookie: str
    staff: Staff | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    """A browser with somebody signed in."""

    cookie: str
    staff: Staff

    @property
    def visitor(self) -> Visitor:
        """The same, as pages take it."""
        return Visitor(self.cookie, self.staff)


class SignInNeededError(Exception):
    """Nobody is signed in, or no longer; `path` is where to come back to."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


async def officer_of(request: Request, parts: Parts) -> Officer:
    """Who is signed in. Raises SignInNeededError; checks the form's token where one is sent."""
    return await _officer(request, parts, present=REFRESH_HEADER not in request.headers)


async def watcher_of(request: Request, parts: Parts) -> Officer:
    """The same for a page that listens by itself, which is not somebody being there."""
    return await _officer(request, parts, present=False)


async def _officer(request: Request, parts: ConsoleParts, *, present: bool) -> Officer:
    token = request.cookies.get(SESSION_COOKIE, "")
    found = await _look_up(parts, token, present=present) if token else None
    if found is None:
        raise SignInNeededError(_way_back(request))
    request.state.visitor = Visitor(token, found.staff)
    request.state.district = found.district or parts.settings.district
    await check_form(request, parts, token)
    refuse_writing(request)
    return Officer(token, found.staff)


def needs(action: Action) -> Callable[[Officer], Awaitable[Officer]]:
    """A dependency that lets in only officers who may do `action`."""

    async def check(officer: Annotated[Officer, Depends(officer_of)]) -> Officer:
        require(officer.staff.role, action)
        return officer

    return check


AnyOfficer = Annotated[Officer, Depends(officer_of)]
Watcher = Annotated[Officer, Depends(watcher_of)]


async def stranger_of(request: Request, parts: Parts) -> Visitor:
    """The browser before signing in; a new one gets a cookie by `remember_stranger`.

    Without a database the page shows the name as configured.
    """
    request.state.district = parts.settings.district
    with suppress(DatabaseUnavailableError):
        async with parts.database.reading() as session:
            request.state.district = await district_in_force(session, parts.settings)
    return Visitor(request.cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(24))


Stranger = Annotated[Visitor, Depends(stranger_of)]


async def check_form(request: Request, parts: ConsoleParts, cookie: str) -> None:
    """Where the request changes something: it comes from our own page and carries its token."""
    if request.method in {"GET", "HEAD"}:
        return
    check_origin(request, parts.settings)
    form = await request.form()
    request.state.form = form
    check_csrf(parts.database.vault, cookie, form.get(CSRF_FIELD))
    if any("\0" in str(value) for value in form.values()):  # PostgreSQL keeps none
        raise InvalidInputError("提交的内容里有不能保存的字符，请重新输入。")


def district_of(request: Request) -> str:
    """The district's name as it is now; empty where nothing was looked up, as for no page."""
    found: str = getattr(request.state, "district", "")
    return found


def remember_stranger(request: Request, response: Response, visitor: Visitor) -> None:
    """Give a new browser the cookie that its forms depend on."""
    _set_cookie(request, response, VISIT_COOKIE, visitor.cookie, 3600)


def remember_officer(request: Request, response: Response, token: str) -> None:
    """Give a browser the cookie of a session."""
    _set_cookie(request, response, SESSION_COOKIE, token, int(SESSION_ENDS.total_seconds()))


def forget_stranger(request: Request, response: Response) -> None:
    """Take the cookie of before signing in back, so that nothing sealed for it serves again."""
    response.delete_cookie(VISIT_COOKIE, path=_cookie_path(request))


def forget(request: Request, response: Response) -> None:
    """Take the session's cookie back."""
    response.delete_cookie(SESSION_COOKIE, path=_cookie_path(request))


async def _look_up(parts: ConsoleParts, token: str, *, present: bool) -> SignedIn | None:
    now = parts.now()
    async with parts.database.reading() as session:
        found = await session_staff(session, token, now)
        if found is not None:
            session.expunge(found.staff)
    if found is not None and found.stale and present:
        async with parts.database.writing() as session:
            await touch(session, token, now)
    return found


def _way_back(request: Request) -> str:
    if request.method != "GET":
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path + query, safe="")


def _set_cookie(request: Request, response: Response, name: str, value: str, max_age: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=_cookie_path(request),
        httponly=True,
        samesite="lax",
        secure=comes_by_https(request, parts_of(request).settings),
    )


def _cookie_path(request: Request) -> str:
    return str(request.scope.get("root_path", "")) or "/"
