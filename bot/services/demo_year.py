"""A demonstration year, made by the ordinary services in batched transactions.

Nothing is written into a summary: the report counts what lies here as it counts real records.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.activities import decide_activities, file_activities
from bot.services.demo_cast import Cast, make_cast
from bot.services.demo_chain import chain_deeds
from bot.services.demo_leads import bring_leads, demo_leads, moments
from bot.services.demo_plan import DemoPlan
from bot.services.demonstration import begin_demonstration
from bot.services.roster import add_shifts
from bot.services.visitors import MATTERS, receive_visitors
from bot.services.work_spans import Span, SpanKind, read_span
from bot.storage.database import Database
from bot.storage.staff import Staff
from bot.storage.work_facts import TALK

Deed = Callable[[AsyncSession], Awaitable[object]]
Advance = Callable[[str, float], None]
LEADS_AT_ONCE, DEEDS_AT_ONCE = 500, 100
TEAMS = 3
SHEET = 40
"""Activities that a grid worker hands in at once."""
PUBLICITY = ("leaflet", "banner", "visit", "booth", "app")
PLACES = ("活动室", "广场", "商圈", "学校", "小区门口", "企业车间")


async def make_demonstration(
    database: Database,
    plans: Sequence[DemoPlan],
    district: str,
    seed: int,
    password_hash: str,
    advance: Advance,
) -> Cast:
    """Fill an empty database with these years, the earliest first; `advance` hears what is being
    made and how far it is, from 0 to 1. Raises ConflictError where anything is kept already."""
    rng = Random(seed)  # noqa: S311 (figures for show)
    plans = sorted(plans, key=lambda plan: plan.year)
    start = _span(plans[0]).since - timedelta(days=7)
    async with database.writing() as session:
        await begin_demonstration(session, district, start)
        cast = await make_cast(session, plans[-1], district, start, password_hash)
    serial = 0
    for plan in plans:
        await _year(database, plan, cast, rng, serial, advance)
        serial += plan.leads_total
    return cast


async def _year(
    database: Database, plan: DemoPlan, cast: Cast, rng: Random, serial: int, advance: Advance
) -> None:
    span, pressing = _span(plan), list[str]()
    leads = demo_leads(plan, cast, span, rng, serial)
    for first in range(0, len(leads), LEADS_AT_ONCE):
        duty = cast.duty[first // LEADS_AT_ONCE % len(cast.duty)]
        batch = leads[first : first + LEADS_AT_ONCE]
        async with database.writing() as session:
            pressing += await bring_leads(session, duty, cast, batch)
        advance(f"{plan.year} 年线索", (first + len(batch)) / len(leads))
    for name, deeds in (
        ("值班", _shifts(cast, span)),
        ("来访", _visitors(plan, cast, span, rng)),
        ("宣传", _activities(plan, cast, span, rng)),
        *chain_deeds(plan, cast, span, rng, pressing),
    ):
        todo = list(deeds)
        for first in range(0, len(todo), DEEDS_AT_ONCE):
            async with database.writing() as session:
                for deed in todo[first : first + DEEDS_AT_ONCE]:
                    await deed(session)
            done = min(first + DEEDS_AT_ONCE, len(todo)) / len(todo)
            advance(f"{plan.year} 年{name}", done)


def _span(plan: DemoPlan) -> Span:
    return read_span(SpanKind.YEAR, str(plan.year))


def _shifts(cast: Cast, span: Span) -> Iterator[Deed]:
    """A third of the squad each day from midnight to midnight: somebody at every hour."""
    for month in span.parts():
        days = [month.since + timedelta(days=day) for day in range(month.days)]
        wanted = [
            (member.login, day, day + timedelta(days=1))
            for day in days
            for member in cast.duty[day.toordinal() % TEAMS :: TEAMS]
        ]
        yield partial(_roster, chief=cast.chief, wanted=wanted, at=month.since)


async def _roster(
    session: AsyncSession,
    *,
    chief: Staff,
    wanted: Sequence[tuple[str, datetime, datetime]],
    at: datetime,
) -> None:
    await add_shifts(session, chief, wanted, at)


def _visitors(plan: DemoPlan, cast: Cast, span: Span, rng: Random) -> Iterator[Deed]:
    """A sheet a month."""
    for month in span.parts():
        times = moments(month, plan.visitors_per_day * month.days, rng)
        came = [(rng.choice(list(MATTERS)), at) for at in times]
        yield partial(_receive, duty=rng.choice(cast.duty), came=came)


async def _receive(
    session: AsyncSession, *, duty: Staff, came: Sequence[tuple[str, datetime]]
) -> None:
    await receive_visitors(session, duty, came, came[-1][1])


def _activities(plan: DemoPlan, cast: Cast, span: Span, rng: Random) -> Iterator[Deed]:
    """A sheet of each grid worker after the other, so that every station takes part."""
    kinds = [TALK] * plan.lectures + [""] * plan.activities
    rng.shuffle(kinds)
    filed = [
        (kind or rng.choice(PUBLICITY), f"演示{rng.choice(PLACES)} {rng.randint(20, 300)}", at)
        for kind, at in zip(kinds, moments(span, len(kinds), rng), strict=True)
    ]
    size = max(1, min(SHEET, len(filed) // len(cast.grid)))
    for number, first in enumerate(range(0, len(filed), size)):
        place = number % len(cast.grid)
        worker, officer = cast.grid[place], cast.station[place]
        sheet = filed[first : first + size]
        yield partial(_file, worker=worker, officer=officer, sheet=sheet)


async def _file(
    session: AsyncSession,
    *,
    worker: Staff,
    officer: Staff,
    sheet: Sequence[tuple[str, str, datetime]],
) -> None:
    filed = await file_activities(session, worker, sheet)
    await decide_activities(session, officer, [one.id for one in filed], True, sheet[-1][2])
