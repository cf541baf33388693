"""The calendar of campaigns: what went out and will, day by day, and what the season suggests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.services.broadcast_lines import STATE_NAMES
from bot.services.campaign_calendar import coming_slots
from bot.services.notice_templates import find_notice_template
from bot.services.permissions import Action, require
from bot.services.sending_rules import Rules, Season, blackout_on, load_calendar
from bot.storage import broadcasts as rows
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.occurrences import occurrences_between
from bot.storage.staff import Staff
from bot.times import SHANGHAI

TITLE_SIGNS = 14
LONGEST = 62
"""Days that are shown at once, at most."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One going-out of a broadcast; `sent` once it has begun."""

    broadcast_id: int
    at: datetime
    title: str
    state: BroadcastState
    sent: bool
    rule: str
    emergency: bool

    @property
    def state_name(self) -> str:
        """How it stands, in words: a past one has gone out even where others follow."""
        if self.sent and self.state == BroadcastState.SCHEDULED:
            return "已发出"
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class Day:
    """A local day; `blackout` names why nothing goes out on it, `seasons` what begins."""

    day: date
    entries: tuple[Entry, ...]
    blackout: str
    seasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An approved notice that fits a season; `planned` is when it goes or went out, if at all."""

    template: str
    title: str
    planned: datetime | None


@dataclass(frozen=True, slots=True)
class SeasonLine:
    """A season that lies in the days shown; `over` once none of them is still to come."""

    name: str
    span: str
    over: bool
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The days shown, and the seasons they lie in."""

    days: tuple[Day, ...]
    seasons: tuple[SeasonLine, ...]


async def calendar_of(
    session: AsyncSession, staff: Staff, first: date, last: date, now: datetime, rules: Rules
) -> CalendarView:
    """The campaigns of some local days, both ends included."""
    require(staff.role, Action.SEE_PUBLICITY)
    last = min(last, first + timedelta(days=LONGEST))
    begin = datetime.combine(first, time(0), SHANGHAI)
    until = datetime.combine(last + timedelta(days=1), time(0), SHANGHAI)
    entries = [
        _entry(one, slot, sent=True)
        for slot, one in await occurrences_between(session, begin, until)
    ]
    for one in await rows.still_to_come(session, until):
        coming = coming_slots(one, begin, until - timedelta(microseconds=1), rules)
        entries += [_entry(one, slot, sent=False) for slot in coming]
    by_day: dict[date, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: (one.at, one.broadcast_id)):
        by_day.setdefault(entry.at.astimezone(SHANGHAI).date(), []).append(entry)
    days = tuple(_day(day, by_day, rules) for day in _days(first, last))
    planned = await rows.times_of_templates(session, begin - timedelta(days=LONGEST))
    return CalendarView(days, tuple(_seasons(first, last, planned, now)))


def title_of(broadcast: Broadcast) -> str:
    """The title of its template, or how its own words begin."""
    if broadcast.template:
        try:
            return find_notice_template(broadcast.template).title
        except NotFoundError:
            return broadcast.template
    words = broadcast.text.partition("】")[2] or broadcast.text
    words = " ".join(words.split())
    return words if len(words) <= TITLE_SIGNS else f"{words[:TITLE_SIGNS]}…"


def _entry(broadcast: Broadcast, at: datetime, *, sent: bool) -> Entry:
    return Entry(
        broadcast.id,
        at,
        title_of(broadcast),
        BroadcastState(broadcast.state),
        sent,
        broadcast.rule or "",
        broadcast.emergency,
    )


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _day(day: date, by_day: Mapping[date, Sequence[Entry]], rules: Rules) -> Day:
    blackout = blackout_on(day, rules)
    begins = tuple(one.name for one in load_calendar().seasons if one.first == (day.month, day.day))
    return Day(day, tuple(by_day.get(day, ())), blackout.name if blackout else "", begins)


def _seasons(
    first: date, last: date, planned: Mapping[str, datetime], now: datetime
) -> Iterator[SeasonLine]:
    today = now.astimezone(SHANGHAI).date()
    for season in load_calendar().seasons:
        held = [day for day in _days(first, last) if season.holds(day)]
        if held:
            suggestions = tuple(
                Suggestion(name, find_notice_template(name).title, planned.get(name))
                for name in season.notices
            )
            yield SeasonLine(season.name, _span(season), held[-1] < today, suggestions)


def _span(season: Season) -> str:
    (month, day), (to_month, to_day) = season.first, season.last
    return f"{month} 月 {day} 日至 {to_month} 月 {to_day} 日"
