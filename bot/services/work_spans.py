"""The spans that a work report tells of: a year, a month, a week of local days."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.errors import InvalidInputError
from bot.times import SHANGHAI, local_day

YEAR, MONTH = re.compile(r"(\d{4})"), re.compile(r"(\d{4})-(\d{1,2})")
OLDEST = 2000


class SpanKind(StrEnum):
    """How long a span is."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Span:
    """From the local day `first` up to and without `after`."""

    kind: SpanKind
    first: date
    after: date

    @property
    def since(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.after, time(), SHANGHAI)

    @property
    def last(self) -> date:
        """The last local day."""
        return self.after - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.after - self.first).days

    @property
    def typed(self) -> str:
        """What read_span reads."""
        pattern = {SpanKind.YEAR: "%Y", SpanKind.MONTH: "%Y-%m"}.get(self.kind, "%Y-%m-%d")
        return self.first.strftime(pattern)

    @property
    def name(self) -> str:
        """The span in words."""
        if self.kind is SpanKind.YEAR:
            return f"{self.first.year}年"
        if self.kind is SpanKind.MONTH:
            return f"{self.first.year}年{self.first.month}月"
        return f"{self.first:%Y-%m-%d}至{self.last:%Y-%m-%d}"

    @property
    def short_name(self) -> str:
        """The same under a bar of a chart."""
        return f"{self.first.month}月" if self.days > 1 else f"{self.first.day}日"

    def so_far(self, now: datetime) -> "Span":
        """Its days up to and with today; the whole where it is over or has not begun."""
        tomorrow = local_day(now) + timedelta(days=1)
        return replace(self, after=min(self.after, tomorrow)) if self.first < tomorrow else self

    def year_before(self) -> "Span":
        """The same days a year earlier; of a week those 52 weeks earlier."""
        if self.kind is SpanKind.WEEK:
            back = timedelta(weeks=52)
            return Span(self.kind, self.first - back, self.after - back)
        return Span(self.kind, _year_back(self.first), _year_back(self.after))

    def parts(self) -> "list[Span]":
        """Months of a year, days of anything shorter, for a chart."""
        if self.kind is SpanKind.YEAR:
            return [
                read_span(SpanKind.MONTH, f"{self.first.year}-{month}") for month in range(1, 13)
            ]
        days = [self.first + timedelta(days=day) for day in range(self.days)]
        return [Span(self.kind, day, day + timedelta(days=1)) for day in days]


def read_span(kind: SpanKind, typed: str) -> Span:
    """A span from 2024, 2024-06 or any day of a week. Raises InvalidInputError."""
    text = typed.strip()
    try:
        if kind is SpanKind.WEEK:
            day = date.fromisoformat(text)
            monday = _old_enough(day - timedelta(days=day.weekday()))
            return Span(kind, monday, monday + timedelta(days=7))
        found = (MONTH.fullmatch(text) if kind is SpanKind.MONTH else None) or (
            YEAR.match(text) if kind is SpanKind.YEAR else None
        )
        if found is None:
            raise ValueError
        year = int(found[1])
        if kind is SpanKind.YEAR:
            return Span(kind, _old_enough(date(year, 1, 1)), date(year + 1, 1, 1))
        first = _old_enough(date(year, int(found[2]), 1))
        return Span(kind, first, (first + timedelta(days=32)).replace(day=1))
    except (ValueError, OverflowError):
        raise InvalidInputError(
            "请写年份（2024）、月份（2024-06），或一周里的一天（2024-06-03）。"
        ) from None


def _year_back(day: date) -> date:
    """The same day of the year before; of 29 February the day after the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 3, 1)


def _old_enough(day: date) -> date:
    if not OLDEST <= day.year <= 9000:
        raise ValueError
    return day
