"""The calendar of campaigns, by month or week."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from bot.errors import InvalidInputError
from bot.services.campaign_days import CalendarView, calendar_of
from bot.services.permissions import Action
from bot.services.runtime_settings import rules_in_force
from bot.times import SHANGHAI
from console.pages import View, page
from console.parts import Parts
from console.visitor import Officer, needs

router = APIRouter()

Reader = Annotated[Officer, Depends(needs(Action.SEE_PUBLICITY))]
Typed = Annotated[str, Query(max_length=10)]
WEEK = 7
YEARS = range(2020, 2100)


@dataclass(frozen=True, slots=True)
class CalendarPage(View):
    """A month in whole weeks, or one week; `month` is the month meant, 0 for a week."""

    title: str
    month: int
    today: date
    before: str
    after: str
    other: str
    shown: CalendarView


@router.get("/campaigns/calendar")
async def calendar(
    request: Request, parts: Parts, officer: Reader, month: Typed = "", week: Typed = ""
) -> Response:
    """What goes out when; this month where nothing is said."""
    today = parts.now().astimezone(SHANGHAI).date()
    if week:
        first = _monday(_read(week))
        last = first + timedelta(days=WEEK - 1)
    else:
        begin = _read(f"{month or f'{today:%Y-%m}'}-01")
        first = _monday(begin)
        last = _monday(_month_after(begin) - timedelta(days=1)) + timedelta(days=WEEK - 1)
    async with parts.database.reading() as session:
        rules = await rules_in_force(session, parts.settings)
        shown = await calendar_of(session, officer.staff, first, last, parts.now(), rules)
    view = _of_week(first, last, today, shown) if week else _of_month(begin, today, shown)
    return page(request, "campaign_calendar.html", officer.visitor, view=view)


def _of_month(begin: date, today: date, shown: CalendarView) -> CalendarPage:
    in_it = (today.year, today.month) == (begin.year, begin.month)
    return CalendarPage(
        f"{begin.year} 年 {begin.month} 月",
        begin.month,
        today,
        f"?month={begin - timedelta(days=1):%Y-%m}",
        f"?month={_month_after(begin):%Y-%m}",
        f"?week={today if in_it else begin}",
        shown,
    )


def _of_week(first: date, last: date, today: date, shown: CalendarView) -> CalendarPage:
    return CalendarPage(
        f"{first:%m-%d} 至 {last:%m-%d}",
        0,
        today,
        f"?week={first - timedelta(days=WEEK)}",
        f"?week={first + timedelta(days=WEEK)}",
        f"?month={first:%Y-%m}",
        shown,
    )


def _read(typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise InvalidInputError("没有看懂这个日期，月份写 2026-11，星期写那一天 2026-11-24。")
    return day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
