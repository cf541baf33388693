"""Class codes in the console: classes made, their totals, closing, another contact, drills."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.services import drill_offers, study_classes
from bot.services.drill_files import Drill
from bot.services.drill_offers import Inviter, OfferLine
from bot.services.drills import drills_for
from bot.services.education import education
from bot.services.permissions import Action
from bot.services.study_classes import KIND_NAMES, Totals
from bot.storage.study_classes import ClassKind
from console.pages import View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter(prefix="/classes")
SHOWN = 50

Typed = Annotated[str, Form(max_length=100)]
Keeper = Annotated[Officer, Depends(needs(Action.KEEP_CLASSES))]


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class as the page shows it."""

    id: int
    kind: str
    code: str
    has_contact: bool
    totals: Totals
    drills: Sequence[Drill]
    offer: OfferLine | None


@dataclass(frozen=True, slots=True)
class Fresh:
    """A contact's code, shown this once."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class ClassesView(View):
    """One's classes; the drills to which a class can be invited stay open for `lasts` days."""

    lines: Sequence[ClassLine]
    kinds: Mapping[ClassKind, str]
    fresh: Fresh | None
    drills: Sequence[Drill]
    lasts: int


@router.get("")
async def overview(request: Request, parts: Parts, officer: Keeper) -> Response:
    """One's classes with their totals."""
    return await _page(request, parts, officer)


@router.post("")
async def make(
    request: Request, parts: Parts, officer: Keeper, kind: Typed = "", name: Typed = ""
) -> Response:
    """A new class; the contact's code is shown once."""
    kind_name = KIND_NAMES[ClassKind(kind)] if kind in set(ClassKind) else ""
    async with parts.database.writing() as session:
        typed = f"{kind_name} {name}"
        made = await study_classes.make(session, officer.staff, typed, parts.now())
        fresh = Fresh(made.study_class.name, made.contact_code)
    return await _page(request, parts, officer, fresh)


@router.post("/{class_id}/close")
async def close(request: Request, parts: Parts, officer: Keeper, class_id: int) -> Response:
    """End a class."""
    async with parts.database.writing() as session:
        await study_classes.close(session, officer.staff, class_id, parts.now())
    return await _page(request, parts, officer)


@router.post("/{class_id}/contact")
async def contact(request: Request, parts: Parts, officer: Keeper, class_id: int) -> Response:
    """A code for another contact."""
    async with parts.database.writing() as session:
        now = parts.now()
        found, code = await study_classes.new_contact(session, officer.staff, class_id, now)
        fresh = Fresh(found.name, code)
    return await _page(request, parts, officer, fresh)


@router.post("/{class_id}/drill")
async def invite(
    request: Request, parts: Parts, officer: Keeper, class_id: int, drill: Typed = ""
) -> Response:
    """Invite everybody of a class to a drill; each decides alone."""
    taught = await asyncio.to_thread(education)
    async with parts.database.writing() as session:
        inviter = Inviter(None, officer.staff)
        await drill_offers.offer(session, taught, inviter, class_id, drill, parts.now())
    return go(request, "/classes")


@router.post("/{class_id}/drill/end")
async def end_drill(request: Request, parts: Parts, officer: Keeper, class_id: int) -> Response:
    """End the invitation before its time."""
    async with parts.database.writing() as session:
        inviter = Inviter(None, officer.staff)
        await drill_offers.end_early(session, inviter, class_id, parts.now())
    return go(request, "/classes")


async def _page(
    request: Request, parts: ConsoleParts, officer: Officer, fresh: Fresh | None = None
) -> Response:
    taught, now = await asyncio.to_thread(education), parts.now()
    async with parts.database.reading() as session:
        found = (await study_classes.classes_for(session, officer.staff))[:SHOWN]
        drills = await drills_for(session, taught, now)
        offers = await drill_offers.newest_offers(session, taught, [one.id for one in found], now)
        lines = [
            ClassLine(
                one.id,
                KIND_NAMES[ClassKind(one.kind)],
                one.code,
                one.contact_id is not None,
                await study_classes.totals_of(session, one, now),
                [drill for drill in drills if drill_offers.fits(drill, one)],
                offers.get(one.id),
            )
            for one in found
        ]
    view = ClassesView(lines, KIND_NAMES, fresh, drills, drill_offers.LASTS.days)
    return page(request, "classes.html", officer.visitor, view=view)
