"""When a notice may go out: quiet hours, days without any, how many a group gets. Pure.

Every figure is a default of ours that a bureau changes, not a rule of any authority.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bot.errors import SettingsError
from bot.settings import Settings
from bot.times import SHANGHAI, on_screen

LONGEST_BLACKOUT = 40
"""So many days in a row without a time to send at can only be a mistake."""


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which nothing goes out, both ends included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Season:
    """A time of the year, as (month, day), and the notices that fit it; it may span new year."""

    name: str
    first: tuple[int, int]
    last: tuple[int, int]
    notices: tuple[str, ...]

    def holds(self, day: date) -> bool:
        """Whether the day lies in the season."""
        place = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= place <= self.last
        return place >= self.first or place <= self.last


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the file of the calendar says."""

    blackouts: tuple[Blackout, ...]
    seasons: tuple[Season, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force; quiet from `quiet[0]` to `quiet[1]`, None: never."""

    quiet: tuple[time, time] | None = (time(21, 30), time(7, 0))
    most_a_day: int = 2
    blackouts: tuple[Blackout, ...] = field(default_factory=lambda: _known_blackouts())


@dataclass(frozen=True, slots=True)
class Placed:
    """The first moment that the rules allow; `why` it is not the one asked for, or empty."""

    moment: datetime
    why: str = ""


def rules_of(settings: Settings) -> Rules:
    """The rules that the settings describe."""
    extra = tuple(_read_days(part) for part in settings.blackout_dates)
    quiet = None
    if settings.quiet_hours != "off":
        begin, _, end = settings.quiet_hours.partition("-")
        quiet = (time.fromisoformat(begin), time.fromisoformat(end))
    return Rules(quiet, settings.notices_per_day, load_calendar().blackouts + extra)


def place(moment: datetime, rules: Rules) -> Placed:
    """The first allowed moment from `moment` on, in local time whatever the server's zone."""
    local = moment.astimezone(SHANGHAI)
    whys: dict[str, None] = {}
    for _ in range(4 * LONGEST_BLACKOUT):
        if blackout := blackout_on(local.date(), rules):
            whys[f"{blackout.name}期间不发"] = None
            local = _start(local.date() + timedelta(days=1), rules)
        elif until := _quiet_until(local, rules):
            whys["夜间免打扰"] = None
            local = until
        else:
            break
    if not whys:
        return Placed(moment)
    placed = local.astimezone(moment.tzinfo)
    return Placed(placed, f"{'、'.join(whys)}，改到 {on_screen(placed)}")


def blackout_on(day: date, rules: Rules) -> Blackout | None:
    """The blackout that a day lies in."""
    return next((one for one in rules.blackouts if one.first <= day <= one.last), None)


def day_of(moment: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the local day of a moment."""
    begin = datetime.combine(moment.astimezone(SHANGHAI).date(), time(0), SHANGHAI)
    return begin, begin + timedelta(days=1)


def is_quiet(at: time, rules: Rules) -> bool:
    """Whether a time of day lies in the quiet hours."""
    if rules.quiet is None:
        return False
    begin, end = rules.quiet
    return begin <= at < end if begin <= end else at >= begin or at < end


def _quiet_until(local: datetime, rules: Rules) -> datetime | None:
    if rules.quiet is None or not is_quiet(local.time(), rules):
        return None
    end = rules.quiet[1]
    day = local.date() if local.time() < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, SHANGHAI)


def _known_blackouts() -> tuple[Blackout, ...]:
    return load_calendar().blackouts


def _start(day: date, rules: Rules) -> datetime:
    begin = datetime.combine(day, time(0), SHANGHAI)
    return _quiet_until(begin, rules) or begin


@cache
def load_calendar() -> Calendar:
    """The calendar that comes with the product. Raises SettingsError that names a bad entry."""
    return read_calendar((files("bot") / "knowledge" / "calendar.yml").read_text(encoding="utf-8"))


def read_calendar(source: str) -> Calendar:
    """A calendar from YAML. Raises SettingsError that names what is wrong."""
    try:
        listed = yaml.safe_load(source) or {}
        blackouts = tuple(
            Blackout(one["name"], one["first"], one["last"]) for one in listed.get("blackout", ())
        )
        seasons = tuple(_read_season(one) for one in listed.get("seasons", ()))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise SettingsError(f"calendar.yml 写错了：{error}") from None
    for one in blackouts:
        if not isinstance(one.first, date) or not isinstance(one.last, date):
            raise SettingsError(f"calendar.yml 的“{one.name}”：日期写成 2027-02-05 这样。")
        _check_span(one)
    return Calendar(blackouts, seasons)


def _read_season(row: Any) -> Season:
    first, last = (
        tuple(int(part) for part in str(row[name]).split("-")) for name in ("first", "last")
    )
    for month, day in (first, last):
        date(2028, month, day)  # a leap year, so that 29 February is a day
    return Season(row["name"], (first[0], first[1]), (last[0], last[1]), tuple(row["notices"]))


def _read_days(part: str) -> Blackout:
    first, _, last = part.partition("..")
    begin = date.fromisoformat(first)
    return Blackout("停发日", begin, date.fromisoformat(last) if last else begin)


def _check_span(one: Blackout) -> None:
    if not timedelta(0) <= one.last - one.first <= timedelta(days=LONGEST_BLACKOUT):
        raise SettingsError(f"停发日期“{one.first}..{one.last}”的先后不对，或超过 40 天。")
