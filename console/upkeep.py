"""Tokens of other systems, what the retention rules would clear today, backups."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.errors import InvalidInputError
from bot.services.api_tokens import SCOPE_NAMES, issue_token, list_tokens, revoke_token
from bot.services.backup import NOT_IN_IT, drop_old, file_name, keep_backup, list_backups
from bot.services.permissions import Action
from bot.services.retention import CLASS_NAMES, purge_all
from bot.storage.api_tokens import ApiToken
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

USUAL_DAYS = 90

Issuer = Annotated[Officer, Depends(needs(Action.ISSUE_TOKEN))]
Purger = Annotated[Officer, Depends(needs(Action.PURGE))]
BackUpper = Annotated[Officer, Depends(needs(Action.BACK_UP))]
Line = Annotated[str, Form(max_length=60)]


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token without its secret; `state` in words."""

    name: str
    scopes: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    works: bool
    state: str


@dataclass(frozen=True, slots=True)
class TokensView(View):
    """Every token; `fresh` is the secret of a new one, shown once."""

    lines: list[TokenLine]
    fresh: str = ""
    usual_days: int = USUAL_DAYS


@dataclass(frozen=True, slots=True)
class UpkeepView(View):
    """What would be cleared today, by kind, None before it was asked for; the backups there are."""

    check_days: int
    lead_days: int
    counted: list[tuple[str, int]] | None
    backups: list[tuple[str, int]]
    not_in_it: str = NOT_IN_IT


@router.get("/tokens")
async def tokens(request: Request, parts: Parts, officer: Issuer) -> Response:
    """Who may pull leads, until when, and when they last did."""
    return await _tokens(request, parts, officer)


@router.post("/tokens")
async def issue(
    request: Request,
    parts: Parts,
    officer: Issuer,
    name: Line = "",
    days: Line = "",
    scope: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """A new token, shown once."""
    if not days.isdecimal() or len(days) > 4:
        raise InvalidInputError("有效期要写天数，例如 90。")
    async with parts.database.writing() as session:
        given = (name, scope or [], int(days), parts.now())
        fresh = await issue_token(session, officer.staff, *given)
    return await _tokens(request, parts, officer, fresh)


@router.post("/tokens/{name}/revoke")
async def revoke(request: Request, parts: Parts, officer: Issuer, name: str) -> Response:
    """Good for nothing from now on."""
    async with parts.database.writing() as session:
        await revoke_token(session, officer.staff, name, parts.now())
    return go(request, "/tokens")


@router.get("/upkeep")
async def upkeep(request: Request, parts: Parts, officer: Purger) -> Response:
    """The retention rules, and the backups."""
    return await _upkeep(request, parts, officer)


@router.post("/upkeep/dry-run")
async def dry_run(request: Request, parts: Parts, officer: Purger) -> Response:
    """Carried out in a transaction that is rolled back: nothing is cleared."""
    settings = parts.settings
    spans = (settings.check_retention_days, settings.lead_retention_days)
    async with parts.database.reading() as session:
        purged = await purge_all(session, *spans, parts.now())
    counted = [(CLASS_NAMES[name], count) for name, count in asdict(purged).items()]
    return await _upkeep(request, parts, officer, counted)


@router.post("/upkeep/backup")
async def backup(request: Request, parts: Parts, officer: BackUpper) -> Response:
    """The whole database as one file on this machine; the oldest ones go."""
    folder = parts.settings.backups
    await keep_backup(parts.database, officer.staff, folder / file_name(parts.now()), parts.now())
    await asyncio.to_thread(drop_old, folder)
    return go(request, "/upkeep")


async def _tokens(
    request: Request, parts: ConsoleParts, officer: Officer, fresh: str = ""
) -> Response:
    async with parts.database.reading() as session:
        found: Sequence[ApiToken] = await list_tokens(session, officer.staff)
        lines = [_line(one, parts.now()) for one in found]
    return page(request, "tokens.html", officer.visitor, view=TokensView(lines, fresh))


def _line(token: ApiToken, now: datetime) -> TokenLine:
    names = "、".join(name for scope, name in SCOPE_NAMES.items() if scope in token.scopes.split())
    works = token.revoked_at is None and token.expires_at > now
    state = "有效" if works else "已撤销" if token.revoked_at else "已过期"
    given = (token.created_at, token.expires_at, token.used_at)
    return TokenLine(token.name, names, *given, works, state)


async def _upkeep(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    counted: list[tuple[str, int]] | None = None,
) -> Response:
    settings = parts.settings
    backups = await asyncio.to_thread(list_backups, settings.backups)
    spans = (settings.check_retention_days, settings.lead_retention_days)
    view = UpkeepView(*spans, counted, backups)
    return page(request, "upkeep.html", officer.visitor, view=view)
