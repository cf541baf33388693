"""Accounts of staff, and who looked at what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services.looks import LookLine, list_looks
from bot.services.permissions import Action
from bot.services.staff import (
    StaffLine,
    cut_off,
    deactivate,
    invite,
    invite_again,
    list_staff,
    set_station,
)
from bot.services.story_search import mark_of, words_of
from bot.storage.staff import Role
from console.exports import read_days
from console.pages import View, base_of, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

LOOKS_A_PAGE = 50

Viewer = Annotated[Officer, Depends(needs(Action.SEE_STAFF))]
Inviter = Annotated[Officer, Depends(needs(Action.INVITE_STAFF))]
Typed = Annotated[str, Form(max_length=100)]


@dataclass(frozen=True, slots=True)
class StaffView(View):
    """Every account; after an invitation whose it is, its code and link, shown once."""

    lines: Sequence[StaffLine]
    invited: str
    code: str
    link: str
    roles: Sequence[Role]


@router.get("/staff")
async def staff_page(request: Request, parts: Parts, officer: Viewer) -> Response:
    """Every account."""
    return await _staff_page(request, parts, officer)


@router.post("/staff")
async def invite_staff(
    request: Request,
    parts: Parts,
    officer: Inviter,
    login: Typed = "",
    name: Typed = "",
    role: Typed = "",
    station: Typed = "",
) -> Response:
    """Add an account; its code is shown once."""
    if role not in set(Role):
        raise InvalidInputError("请选择身份。")
    async with parts.database.writing() as session:
        staff, code = await invite(session, officer.staff, login, name, Role(role), parts.now())
        invited = staff.login
        if staff.role == Role.STATION:
            await set_station(session, officer.staff, invited, station, parts.now())
    return await _staff_page(request, parts, officer, invited, code)


@router.post("/staff/{login}/invite")
async def renew(request: Request, parts: Parts, officer: Inviter, login: str) -> Response:
    """A new code for somebody who lost theirs or forgot the password."""
    async with parts.database.writing() as session:
        code = await invite_again(session, officer.staff, login, parts.now())
    return await _staff_page(request, parts, officer, login, code)


@router.post("/staff/{login}/cut-off")
async def cut_off_phone(request: Request, parts: Parts, officer: Inviter, login: str) -> Response:
    """A phone is lost: sign out everywhere and unbind every chat; the account stays."""
    async with parts.database.writing() as session:
        await cut_off(session, officer.staff, login, parts.now())
    return go(request, "/staff")


@router.post("/staff/{login}/deactivate")
async def close_account(request: Request, parts: Parts, officer: Inviter, login: str) -> Response:
    """Close an account."""
    async with parts.database.writing() as session:
        await deactivate(session, officer.staff, login, parts.now())
    return go(request, "/staff")


@dataclass(frozen=True, slots=True)
class LooksView(View):
    """A page of the record, and what it was narrowed to; `query` is that as an address."""

    lines: Sequence[LookLine]
    words: str
    way: str
    since: str
    until: str
    query: str
    number: int
    more: bool


@router.get("/looks")
async def looks(
    request: Request,
    parts: Parts,
    officer: Annotated[Officer, Depends(needs(Action.SEE_LOOKS))],
    q: Annotated[str, Query(max_length=40)] = "",
    way: Annotated[str, Query(max_length=20)] = "",
    since: Annotated[str, Query(max_length=20)] = "",
    until: Annotated[str, Query(max_length=20)] = "",
    page_number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Who opened which lead in full, and what was done to accounts."""
    first, after = read_days(since, until)
    words, searched = q.strip(), words_of(q)
    async with parts.database.reading() as session:
        lines = await list_looks(
            session,
            officer.staff,
            words=words,
            mark=mark_of(parts.database.vault, searched) if searched else "",
            way=way,
            since=first,
            until=after,
            limit=LOOKS_A_PAGE + 1,
            offset=(page_number - 1) * LOOKS_A_PAGE,
        )
    asked = {"q": words, "way": way, "since": since, "until": until}
    query = urlencode({name: value for name, value in asked.items() if value})
    more = len(lines) > LOOKS_A_PAGE
    view = LooksView(lines[:LOOKS_A_PAGE], words, way, since, until, query, page_number, more)
    return page(request, "looks.html", officer.visitor, view=view)


async def _staff_page(
    request: Request, parts: ConsoleParts, officer: Officer, invited: str = "", code: str = ""
) -> Response:
    async with parts.database.reading() as session:
        lines = await list_staff(session, officer.staff)
    link = _setup_link(request, parts, code)
    view = StaffView(lines, invited, code, link, _roles_for(officer))
    return page(request, "staff.html", officer.visitor, view=view)


def _setup_link(request: Request, parts: ConsoleParts, code: str) -> str:
    origin = parts.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return f"{origin}{base_of(request)}/setup?code={code}" if code else ""


def _roles_for(officer: Officer) -> list[Role]:
    chief = officer.staff.role == Role.CHIEF
    return [role for role in Role if role != Role.RESIDENT and (chief or role != Role.CHIEF)]
