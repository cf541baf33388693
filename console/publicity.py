"""Campaigns in one's own words, and their approval."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from bot.errors import InvalidInputError
from bot.services.approvals import approve_broadcast, refuse_broadcast
from bot.services.broadcasts import (
    list_awaiting,
    plan_campaign,
    send_test,
)
from bot.services.campaigns import (
    ELDER_VARIANT,
    Plan,
    Preview,
    Selector,
    check_selector,
    check_texts,
    check_words,
    first_time,
    groups_of,
    previews,
)
from bot.services.grid import AUDIENCES, area_name
from bot.services.groups import CHANNEL_NAMES
from bot.services.permissions import Action, may
from bot.services.poster import read_poster
from bot.services.send_times import parse_send_time
from bot.services.sending_rules import rules_of
from bot.services.surges import list_surges
from bot.storage.areas import Area, all_areas
from bot.storage.broadcasts import Late
from bot.storage.staff import Staff
from console.pages import go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

Sender = Annotated[Officer, Depends(needs(Action.SEND_NOTICE))]
Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]
Approver = Annotated[Officer, Depends(needs(Action.APPROVE_NOTICE))]
Line = Annotated[str, Form(max_length=300)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan as it will be carried out."""

    previews: list[Preview]
    moment: datetime
    note: str


@router.get("/campaigns")
async def campaigns(request: Request, parts: Parts, officer: Reader) -> Response:
    """What waits for approval, surges, and a form for own words."""
    return await _form(request, parts, officer, FormData())


@router.post("/campaigns/preview")
async def preview(request: Request, parts: Parts, officer: Sender) -> Response:
    """The campaign as each channel shows it, and when; nothing is kept."""
    form = await request.form()
    try:
        plan = _plan(form, parts.now())
        async with parts.database.reading() as session:
            shown = await _show(session, parts, officer.staff, plan)
    except InvalidInputError as error:
        return await _form(request, parts, officer, form, problem=error.words)
    return await _form(request, parts, officer, form, shown=shown)


@router.post("/campaigns")
async def plan(request: Request, parts: Parts, officer: Sender) -> Response:
    """Keep the campaign; the same form sent twice is one. With `test` it goes to oneself only."""
    form = await request.form()
    try:
        async with parts.database.writing() as session:
            if _text(form, "test"):
                await send_test(
                    session,
                    officer.staff,
                    _text(form, "words"),
                    parts.now(),
                    poster=_text(form, "poster"),
                    district=parts.settings.district,
                )
            else:
                await plan_campaign(
                    session,
                    officer.staff,
                    _plan(form, parts.now()),
                    now=parts.now(),
                    dedupe=f"console:{_text(form, 'once')[:40] or secrets.token_urlsafe(12)}",
                    rules=rules_of(parts.settings),
                    district=parts.settings.district,
                )
    except InvalidInputError as error:
        return await _form(request, parts, officer, form, problem=error.words)
    return go(request, "/campaigns" if _text(form, "test") else "/notices")


@router.post("/campaigns/{broadcast_id}/approve")
async def approve(request: Request, parts: Parts, officer: Approver, broadcast_id: int) -> Response:
    """The second person's tap."""
    async with parts.database.writing() as session:
        await approve_broadcast(
            session, officer.staff, broadcast_id, parts.now(), rules_of(parts.settings)
        )
    return go(request, "/campaigns")


@router.post("/campaigns/{broadcast_id}/refuse")
async def refuse(
    request: Request, parts: Parts, officer: Approver, broadcast_id: int, why: Line = ""
) -> Response:
    """Turned down, with the reason."""
    async with parts.database.writing() as session:
        await refuse_broadcast(session, officer.staff, broadcast_id, why, parts.now())
    return go(request, "/campaigns")


def _plan(form: FormData, now: datetime) -> Plan:
    when = _text(form, "when").strip()
    variants = {ELDER_VARIANT: _text(form, "elder")}
    variants |= {channel: _text(form, f"text_{channel}") for channel in CHANNEL_NAMES}
    return Plan(
        words=_text(form, "words"),
        selector=Selector(
            areas=tuple(int(one) for one in _many(form, "area") if one.isdecimal()),
            audiences=tuple(_many(form, "audience")),
            channels=tuple(_many(form, "channel")),
            subscribers=bool(_text(form, "subscribers")),
        ),
        send_at=parse_send_time(when, now) if when and when != "现在" else None,
        rule=_text(form, "rule"),
        late=Late.SKIP if _text(form, "late") == Late.SKIP else Late.ONCE,
        emergency=bool(_text(form, "emergency")),
        variants={name: words for name, words in variants.items() if words.strip()},
        poster=_text(form, "poster"),
    )


async def _show(session: AsyncSession, parts: ConsoleParts, staff: Staff, plan: Plan) -> Shown:
    text = check_words(plan.words)
    variants = check_texts(text, plan.variants)
    await check_selector(session, staff, plan.selector or Selector())
    groups = await groups_of(session, staff, plan, [])
    moment, note = first_time(plan, rules_of(parts.settings), parts.now())
    poster = read_poster(plan.poster) if plan.poster.strip() else None
    return Shown(previews(text, variants, groups, poster=bool(poster)), moment, note)


async def _form(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    typed: FormData,
    *,
    problem: str = "",
    shown: Shown | None = None,
) -> Response:
    staff = officer.staff
    async with parts.database.reading() as session:
        judges = may(staff.role, Action.APPROVE_NOTICE)
        waiting = await list_awaiting(session, staff) if judges else []
        surges = await list_surges(session, staff, parts.now()) if judges else []
        areas: list[Area] = list(await all_areas(session))
        session.expunge_all()
    return page(
        request,
        "campaigns.html",
        officer.visitor,
        status=400 if problem else 200,
        waiting=waiting,
        surges=surges,
        areas=[(area.id, area_name(area)) for area in areas],
        audiences=AUDIENCES,
        channels=CHANNEL_NAMES,
        typed={name: _text(typed, name) for name in typed},
        chosen={name: set(_many(typed, name)) for name in ("area", "audience", "channel")},
        problem=problem,
        shown=shown,
        once=_text(typed, "once") or secrets.token_urlsafe(12),
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _many(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]
