"""The statistics page: a month or a year, compared, by types, channels, ages, areas and hours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.exports import source_name
from bot.services.figures import UNKNOWN
from bot.services.knowledge import category_name
from bot.services.leads import QueueLine, lines_of
from bot.services.outcomes import AGE_BANDS
from bot.services.permissions import Action, require
from bot.services.rates import rate_rules
from bot.services.rollups import local_day, midnight
from bot.storage import rollups as rows
from bot.storage.dialects import is_sqlite
from bot.storage.figures import Condition, received
from bot.storage.outcomes import LeadOutcome
from bot.storage.rollups import Counted, Dimension
from bot.storage.staff import Staff

PAGE_LINES = 50
TITLES: Mapping[Dimension, str] = {
    Dimension.CATEGORY: "骗局类型",
    Dimension.CHANNEL: "来源渠道",
    Dimension.AGE: "年龄",
    Dimension.STREET: "街道",
    Dimension.HOUR: "时段",
}
NOTHING = Counted()
FIRST_YEAR = 2020


class SpanKind(StrEnum):
    """How long a span is."""

    MONTH = "month"
    YEAR = "year"


class Part(StrEnum):
    """Which leads of a figure are meant: all, those with a loss, or a rate's numerator."""

    WHOLE = "whole"
    LOSS = "loss"
    NUMERATOR = "numerator"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` up to and without `until`; one that still runs ends with today."""

    kind: SpanKind
    first: date
    until: date

    @property
    def name(self) -> str:
        """As it is typed and read: 2026-11 or 2026."""
        return f"{self.first:%Y-%m}" if self.kind is SpanKind.MONTH else f"{self.first:%Y}"

    @property
    def days(self) -> tuple[date, date]:
        """The first day, and the one after the last."""
        return self.first, self.until

    @property
    def before(self) -> tuple[date, date]:
        """The month or year before, as many days of it."""
        if self.kind is SpanKind.YEAR:
            return self.year_before
        first = (self.first - timedelta(days=1)).replace(day=1)
        return first, min(first + (self.until - self.first), self.first)

    @property
    def year_before(self) -> tuple[date, date]:
        """The same days of the year before."""
        first = self.first.replace(year=self.first.year - 1)
        try:
            return first, self.until.replace(year=self.until.year - 1)
        except ValueError:  # 29 February
            return first, self.until.replace(year=self.until.year - 1, day=28)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table, now and in the two spans it is compared with."""

    value: str
    name: str
    now: Counted
    before: Counted
    year_before: Counted


@dataclass(frozen=True, slots=True)
class Table:
    """The leads of a span by one dimension."""

    dimension: Dimension
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with numerator and denominator, now and in the two other spans."""

    name: str
    meaning: str
    now: Counted
    before: Counted
    year_before: Counted


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything on the page; `counted_at` is when the day counted longest ago was counted."""

    span: Span
    total: Line
    tables: tuple[Table, ...]
    rates: tuple[Rate, ...]
    counted_at: datetime | None


def read_span(typed: str, now: datetime) -> Span:
    """A month (2026-11) or a year (2026); empty: this month. Raises InvalidInputError."""
    today = local_day(now)
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", typed.strip() or f"{today:%Y-%m}")
    try:
        if found is None:
            raise ValueError
        first = date(int(found[1]), int(found[2] or 1), 1)
    except ValueError:
        raise InvalidInputError("月份要写成 2026-11，年份要写成 2026。") from None
    if not first.year >= FIRST_YEAR or first > today:
        raise InvalidInputError(f"请选 {FIRST_YEAR} 年到现在的月份或年份。")
    kind = SpanKind.MONTH if found[2] else SpanKind.YEAR
    days = 32 if kind is SpanKind.MONTH else 366 + 31
    following = (first + timedelta(days=days)).replace(day=1)
    following = following if kind is SpanKind.MONTH else date(first.year + 1, 1, 1)
    return Span(kind, first, min(following, today + timedelta(days=1)))


async def statistics(session: AsyncSession, staff: Staff, span: Span) -> Statistics:
    """The figures of a span, from the roll-ups."""
    require(staff.role, Action.SEE_DUTY_REPORTS)
    compared = dict.fromkeys((span.days, span.before, span.year_before))
    asked = [rows.DaySpan(*days) for days in compared]
    read = await rows.figures_of_spans(session, asked, (Dimension.ALL, Dimension.RATE, *TITLES))
    found = dict(zip(compared, read, strict=True))
    now, before, year = found[span.days], found[span.before], found[span.year_before]

    def line(dimension: Dimension, value: str) -> Line:
        key = (dimension, value)
        return Line(
            value,
            name_of(dimension, value),
            now.get(key, NOTHING),
            before.get(key, NOTHING),
            year.get(key, NOTHING),
        )

    tables = []
    for dimension, title in TITLES.items():
        keys = now.keys() | before.keys() | year.keys()
        values = {value for one, value in keys if one is dimension}
        lines = [line(dimension, value) for value in _ordered(dimension, values)]
        if dimension in {Dimension.CATEGORY, Dimension.CHANNEL, Dimension.STREET}:
            lines.sort(key=lambda one: -one.now.count)
        tables.append(Table(dimension, title, tuple(lines)))
    rates = [
        Rate(
            rule.name,
            rule.meaning,
            *(one.get((Dimension.RATE, rule.name), NOTHING) for one in (now, before, year)),
        )
        for rule in rate_rules(is_sqlite(session))
    ]
    counted_at = await rows.oldest_count(session, span.first, span.until)
    return Statistics(span, line(Dimension.ALL, ""), tuple(tables), tuple(rates), counted_at)


async def leads_behind(
    session: AsyncSession,
    staff: Staff,
    span: Span,
    dimension: Dimension,
    value: str,
    part: Part,
    before_id: int | None,
    most: int = PAGE_LINES,
) -> tuple[list[QueueLine], int | None]:
    """The leads that a figure counts, newest first, and where the next page of `most` goes on."""
    require(staff.role, Action.SEE_DUTY_REPORTS)
    require(staff.role, Action.SEE_LEAD)
    where = [
        received(midnight(span.first), midnight(span.until)),
        *_conditions(session, dimension, value, part),
    ]
    leads = await rows.leads_behind(session, where, before_id, most + 1)
    more = leads[most - 1].id if len(leads) > most else None
    return await lines_of(session, leads[:most]), more


def name_of(dimension: Dimension, value: str) -> str:
    """A value in words."""
    match dimension:
        case Dimension.ALL:
            return "全部"
        case Dimension.HOUR:
            return f"{int(value):02}:00"
        case Dimension.RATE:
            return value
    if not value:
        return UNKNOWN
    if dimension is Dimension.CATEGORY:
        return category_name(value)
    return source_name(value) if dimension is Dimension.CHANNEL else value


def _ordered(dimension: Dimension, values: set[str]) -> Sequence[str]:
    if dimension is Dimension.HOUR:
        return [str(hour) for hour in range(24)]
    if dimension is Dimension.AGE:
        return [band for band in (*AGE_BANDS, "") if band in values]
    return sorted(values)


def _conditions(
    session: AsyncSession, dimension: Dimension, value: str, part: Part
) -> Sequence[Condition]:
    if dimension is Dimension.RATE:
        for rule in rate_rules(is_sqlite(session)):
            if rule.name == value:
                return rule.part if part is Part.NUMERATOR else rule.whole
        raise InvalidInputError("没有这个指标。")
    if dimension is Dimension.HOUR and value not in {str(hour) for hour in range(24)}:
        raise InvalidInputError("没有这个时段。")
    found = [] if dimension is Dimension.ALL else [rows.value_is(session, dimension, value)]
    return [*found, LeadOutcome.loss_fen > 0] if part is Part.LOSS else found
