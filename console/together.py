"""What is done with many leads at once: handing them over."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.errors import ExpectedError, InvalidInputError
from bot.services.handling import hand_over
from bot.services.holders import tell_many_handed
from bot.services.permissions import Action
from console.pages import View, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

MOST_AT_ONCE = 100
PICKED = re.compile(r"(FZ[0-9-]{8,24})@([0-9]{1,9})")
"""A lead's number and the version that the list showed."""

Worker = Annotated[Officer, Depends(needs(Action.WORK_LEAD))]


@dataclass(frozen=True, slots=True)
class HandOverView(View):
    """What became of each lead that was to be handed over: an empty reason is done."""

    outcomes: list[tuple[str, str]]


@router.post("/hand-over")
async def hand_many_over(
    request: Request,
    parts: Parts,
    officer: Worker,
    lead: Annotated[list[str] | None, Form()] = None,
    to: Annotated[str, Form(max_length=40)] = "",
    why: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Each by itself, as of the version that the list showed: one refused does not stop others."""
    picked = [found for one in lead or [] if (found := PICKED.fullmatch(one))]
    if not picked or len(picked) > MOST_AT_ONCE:
        raise InvalidInputError(f"请先勾选要移交的线索，一次最多 {MOST_AT_ONCE} 条。")
    outcomes = []
    for number, version in (one.groups() for one in picked):
        refused = ""
        try:
            async with parts.database.writing() as session:
                given = (number, to, why, parts.now())
                tell = len(picked) == 1
                await hand_over(session, officer.staff, *given, seen=int(version), tell=tell)
        except ExpectedError as error:
            refused = error.words
        outcomes.append((number, refused))
    done = sum(not refused for _, refused in outcomes)
    if done and len(picked) > 1:
        async with parts.database.writing() as session:
            await tell_many_handed(session, officer.staff, to, done, parts.now())
    return page(request, "handed.html", officer.visitor, view=HandOverView(outcomes))
