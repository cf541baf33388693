"""Activities of the grid's workers that are no messages: filed, decided on, the year's totals."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from bot.errors import InvalidInputError
from bot.services.activities import (
    KINDS,
    MOST_PEOPLE,
    ActivityLine,
    decide_activity,
    file_activity,
    leaf_of_activities,
    list_activities,
    tell_station,
    totals,
)
from bot.services.activity_corrections import correct_activity, take_back_activity
from bot.services.field_pictures import Deed, attach_picture
from bot.services.paging import Leaf
from bot.services.permissions import Action
from bot.storage.once import first_time
from bot.times import SHANGHAI
from console.field_pictures import stored_picture
from console.pages import PageNumber, View, go, page
from console.parts import ConsoleParts, Parts
from console.visitor import Officer, needs

router = APIRouter()

Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]
Filer = Annotated[Officer, Depends(needs(Action.FILE_ACTIVITY))]
ActivityJudge = Annotated[Officer, Depends(needs(Action.APPROVE_ACTIVITY))]
Line = Annotated[str, Form(max_length=100)]
Reason = Annotated[str, Form(max_length=500)]
NO_TOKEN = re.compile(r"[^\w-]", re.ASCII)
HOW_MANY = f"人数要写 1 到 {MOST_PEOPLE} 的整数，例如 45。"


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was sent."""

    kind: str = ""
    place: str = ""
    people: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was wrong with which field of the form."""

    field: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ActivitiesView(View):
    """What was filed, and of `year` so far how often and how many people, by kind."""

    lines: Sequence[ActivityLine]
    leaf: Leaf
    year: int
    totals: Mapping[str, tuple[int, int]]
    typed: Typed
    wrong: Wrong
    once: str
    kinds: Mapping[str, str]


@router.get("/activities")
async def activities(
    request: Request, parts: Parts, officer: Reader, number: PageNumber = 1
) -> Response:
    """What was filed, and the year's totals."""
    return await _shown(request, parts, officer, Typed(), number=number)


@router.post("/activities")
async def file(
    request: Request,
    parts: Parts,
    officer: Filer,
    kind: Line = "",
    place: Line = "",
    people: Line = "",
    once: Line = "",
    picture: UploadFile | None = None,
) -> Response:
    """File one; the same form sent twice is one activity."""
    now, staff = parts.now(), officer.staff
    if wrong := _wrong_of(kind, place, people):
        return await _shown(request, parts, officer, Typed(kind, place, people), wrong)
    field = "picture"
    try:
        piece = await stored_picture(parts, picture)
        field = "place"
        async with parts.database.writing() as session:
            if await first_time(session, f"activity:{staff.id}:{_token(once)}", now):
                filed = await file_activity(session, staff, kind, f"{place} {people}", now)
                if piece is not None:
                    await attach_picture(session, staff, Deed.ACTIVITY, filed.id, piece)
                await tell_station(session, filed, staff, now)
    except InvalidInputError as error:
        wrong = Wrong(field, error.words)
        return await _shown(request, parts, officer, Typed(kind, place, people), wrong)
    return go(request, "/activities")


@router.post("/activities/{activity_id}/correct")
async def correct(
    request: Request,
    parts: Parts,
    officer: ActivityJudge,
    activity_id: int,
    kind: Line = "",
    place: Line = "",
    people: Line = "",
    why: Reason = "",
) -> Response:
    """Put an approved one right, as a new entry."""
    if not people.strip().isdecimal():
        raise InvalidInputError(HOW_MANY)
    line = f"{place} {people}"
    async with parts.database.writing() as session:
        now = parts.now()
        await correct_activity(session, officer.staff, activity_id, kind, line, why, now)
    return go(request, "/activities")


@router.post("/activities/{activity_id}/take-back")
async def take_back(
    request: Request, parts: Parts, officer: ActivityJudge, activity_id: int, why: Reason = ""
) -> Response:
    """An approved one counts for nothing."""
    async with parts.database.writing() as session:
        await take_back_activity(session, officer.staff, activity_id, why, parts.now())
    return go(request, "/activities")


@router.post("/activities/{activity_id}/{answer}")
async def judge_activity(
    request: Request, parts: Parts, officer: ActivityJudge, activity_id: int, answer: str
) -> Response:
    """Approved or not."""
    async with parts.database.writing() as session:
        approved = answer == "approve"
        await decide_activity(session, officer.staff, activity_id, approved, parts.now())
    return go(request, "/activities")


def _wrong_of(kind: str, place: str, people: str) -> Wrong | None:
    if kind not in KINDS:
        return Wrong("kind", "请选择活动的类型。")
    if not place.strip():
        return Wrong("place", "请写地点，例如：幸福里活动室。")
    if not people.strip().isdecimal() or not 0 < int(people) <= MOST_PEOPLE:
        return Wrong("people", HOW_MANY)
    return None


def _token(once: str) -> str:
    return NO_TOKEN.sub("", once)[:30] or secrets.token_urlsafe(12)


async def _shown(
    request: Request,
    parts: ConsoleParts,
    officer: Officer,
    typed: Typed,
    wrong: Wrong | None = None,
    number: int = 1,
) -> Response:
    now = parts.now()
    async with parts.database.reading() as session:
        leaf = await leaf_of_activities(session, officer.staff, number)
        lines = await list_activities(session, officer.staff, leaf.offset)
        begin = datetime(now.astimezone(SHANGHAI).year, 1, 1, tzinfo=SHANGHAI)
        year = await totals(session, officer.staff, begin, now)
    return page(
        request,
        "activities.html",
        officer.visitor,
        status=400 if wrong else 200,
        view=ActivitiesView(
            lines,
            leaf,
            begin.year,
            year,
            typed,
            wrong or Wrong(),
            secrets.token_urlsafe(12),
            KINDS,
        ),
    )
