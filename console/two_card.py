"""Units under two-card care: each month's involved cards, sources, score and rectification."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from bot.errors import InvalidInputError
from bot.services.permissions import Action
from bot.services.two_card import (
    FIGURE_NAMES,
    TwoCardMonth,
    cancel_figure,
    enter_figure,
    see_two_card,
)
from bot.services.work_spans import SpanKind, read_span
from bot.times import SHANGHAI
from console.pages import View, go, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter(prefix="/two-card")

Typed = Annotated[str, Form(max_length=100)]
Words = Annotated[str, Form(max_length=400)]
Reader = Annotated[Officer, Depends(needs(Action.SEE_CHAIN))]
Keeper = Annotated[Officer, Depends(needs(Action.KEEP_LEDGER))]


@dataclass(frozen=True, slots=True)
class TwoCardView(View):
    """A month as the page shows it; `month` as a month field writes it."""

    month: str
    name: str
    shown: TwoCardMonth
    kinds: Mapping[str, str]


@router.get("")
async def show(request: Request, parts: Parts, officer: Reader, month: str = "") -> Response:
    """A month, this one unless another is asked for."""
    typed = month[:10] or f"{parts.now().astimezone(SHANGHAI):%Y-%m}"
    span = read_span(SpanKind.MONTH, typed)
    async with parts.database.reading() as session:
        shown = await see_two_card(session, officer.staff, span)
    view = TwoCardView(f"{span.first:%Y-%m}", span.name, shown, FIGURE_NAMES)
    return page(request, "two_card.html", officer.visitor, view=view)


@router.post("")
async def enter(
    request: Request,
    parts: Parts,
    officer: Keeper,
    unit: Typed = "",
    kind: Typed = "",
    count: Typed = "",
    month: Typed = "",
    source: Words = "",
) -> Response:
    """A figure of a unit."""
    if not unit.isdecimal() or not count.isdecimal():
        raise InvalidInputError("请选择单位，数量写整数。")
    span = read_span(SpanKind.MONTH, month)
    async with parts.database.writing() as session:
        number, many = int(unit[:9]), int(count[:9])
        await enter_figure(session, officer.staff, number, kind, many, span, source, parts.now())
    return go(request, f"/two-card?month={span.first:%Y-%m}")


@router.post("/{entry_id}/cancel")
async def cancel(request: Request, parts: Parts, officer: Keeper, entry_id: int) -> Response:
    """Take a figure back."""
    async with parts.database.writing() as session:
        line = await cancel_figure(session, officer.staff, entry_id, parts.now())
    month = line.happened_at.astimezone(SHANGHAI)
    return go(request, f"/two-card?month={month:%Y-%m}")
