"""Figures of learning that stay: people are forgotten after 400 days, sums of spans that are over
are not."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.learning_figures import BeforeAfter, LearningFigures, Share, learning_figures
from bot.storage.database import Database
from bot.storage.learning_spans import Days, keep_span, kept_of, kept_span, learning_began
from bot.times import local_day, midnight

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SHARES = ("finished", "opened", "stopped", "kept", "group_answers")
HIDDEN = Share(0, 1)
"""In the place of a share that fewer than five people make up."""


async def figures_of_span(
    session: AsyncSession, since: datetime, until: datetime, now: datetime
) -> LearningFigures:
    """The figures of a span: as they were kept when it was over, else counted."""
    days = local_day(since), local_day(until)
    whole = (midnight(days[0]), midnight(days[1])) == (since, until)
    kept = await kept_span(session, days) if whole and until <= now else None
    return _read(json.loads(kept)) if kept else await learning_figures(session, since, until)


async def keep_figures(database: Database, kept_for: timedelta, now: datetime) -> int:
    """Keep the figures of every week (from Monday), month and year that is over and whose people
    are still known, the oldest first; returns of how many spans."""
    async with database.reading() as session:
        began = await learning_began(session)
        spans = [] if began is None else list(spans_over(began, now - kept_for, now))
        done = await kept_of(session, spans)
    count = 0
    for days in sorted(set(spans) - done):
        first, until = days
        async with database.reading() as session:
            figures = await learning_figures(session, midnight(first), midnight(until))
        async with database.writing() as session:
            count += await keep_span(session, days, json.dumps(_kept(figures)))
    return count


def spans_over(began: datetime, known_from: datetime, now: datetime) -> Iterator[Days]:
    """Weeks, months and years that are over, from the one in which something `began`; those that
    begin before `known_from` are left out, since of them a part may be forgotten."""
    today = local_day(now)
    for step in (_week, _month, _year):
        first, until = step(local_day(began))
        while until <= today:
            if midnight(first) >= known_from:
                yield first, until
            first, until = step(until)


def _week(day: date) -> Days:
    first = day - timedelta(days=day.weekday())
    return first, first + WEEK


def _month(day: date) -> Days:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _year(day: date) -> Days:
    return date(day.year, 1, 1), date(day.year + 1, 1, 1)


def _kept(figures: LearningFigures) -> dict[str, Any]:
    """What is kept: of a share that is told of nobody's figures only that it is hidden."""
    values = asdict(figures)
    for name in SHARES:
        if figures.told(name) is None:
            values[name], values["people"][name] = asdict(HIDDEN), 0
    return values


def _read(values: dict[str, Any]) -> LearningFigures:
    def lines(name: str) -> tuple[BeforeAfter, ...]:
        return tuple(_line(one) for one in values[name])

    shares = {name: Share(**values[name]) for name in SHARES}
    everybody = values["everybody"]
    return LearningFigures(
        **shares,
        everybody=_line(everybody) if everybody else None,
        families=lines("families"),
        audiences=lines("audiences"),
        days_to_forget=values["days_to_forget"],
        group_quizzes=values["group_quizzes"],
        people=values["people"],
    )


def _line(values: dict[str, Any]) -> BeforeAfter:
    before, after = Share(**values["before"]), Share(**values["after"])
    return BeforeAfter(values["name"], values["people"], before, after)
