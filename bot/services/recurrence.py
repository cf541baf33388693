"""When a notice goes out again: a rule as people write it, and the next moment it names. Pure.

`mon-fri 07:30`, `daily 12:00`, `mon,thu 07:30`, `monthly 1,15 09:00`, `monthly last 09:00`,
`yearly 02-29 09:00`, each with a season behind it where wanted: `mon-fri 07:30 03-01..06-30`.
Chinese: 工作日 07:30, 每天 12:00, 每周一、四 07:30, 每月1日、15日 09:00, 每月最后一天 09:00.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.errors import InvalidInputError
from bot.services.sending_rules import Rules, Season, is_quiet
from bot.times import SHANGHAI

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_SIGNS = "一二三四五六日"
LAST = 32
"""A day of the month that every month cuts down to its last."""
SEARCH_DAYS = 9 * 366
"""Far enough for a 29 February across a year that is not a leap year."""
HOW = (
    "没有看懂这个重复规则。可以写“工作日 07:30”“每周一、四 07:30”“每月1日、15日 09:00”"
    "“每月最后一天 09:00”，或 mon-fri 07:30；季节写在后面，例如 03-01..06-30。"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Days of the week (0 is Monday), of the month, or of the year; the empty ones do not count."""

    times: tuple[time, ...]
    weekdays: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[tuple[int, int]] = frozenset()
    season: Season | None = None

    def falls_on(self, day: date) -> bool:
        """Whether the rule names the day. Day 29 to 31 is the last day of a shorter month."""
        if self.season is not None and not self.season.holds(day):
            return False
        if self.weekdays:
            return day.weekday() in self.weekdays
        length = _length(day)
        if self.month_days:
            return any(min(named, length) == day.day for named in self.month_days)
        return any(
            month == day.month and min(named, length) == day.day for month, named in self.year_days
        )


def parse_rule(text: str, rules: Rules) -> Rule:
    """A rule from its text. Raises InvalidInputError for one that cannot be kept, with why."""
    typed = unicodedata.normalize("NFKC", text).strip().lower()
    typed = re.sub(r"[、，]", ",", typed)
    found = re.fullmatch(r"(.+?)\s*((?:\d{1,2}:\d{2},?)+)(?:\s+(\S+))?", typed)
    if not found:
        raise InvalidInputError(HOW)
    days, times, season = found[1].strip(), _times(found[2]), _season(found[3] or "")
    rule = _with_days(days, times, season)
    for at in rule.times:
        if is_quiet(at, rules):
            raise InvalidInputError(f"{at:%H:%M} 在夜间免打扰时间里，这个规则永远发不出去。")
    if len(rule.times) > rules.most_a_day:
        raise InvalidInputError(f"一个群一天最多 {rules.most_a_day} 条，规则里写了更多时间。")
    if next_after(rule, datetime(2027, 1, 1, tzinfo=SHANGHAI)) is None:
        raise InvalidInputError("这个规则里没有任何一天，请检查日期和季节。")
    return rule


def next_after(
    rule: Rule, moment: datetime, skipped: Callable[[date], bool] = lambda day: False
) -> datetime | None:
    """The first moment of the rule after `moment`, on a day not `skipped`; in `moment`'s zone."""
    local = moment.astimezone(SHANGHAI)
    for offset in range(SEARCH_DAYS):
        day = local.date() + timedelta(days=offset)
        if not rule.falls_on(day) or skipped(day):
            continue
        for at in rule.times:
            found = datetime.combine(day, at, SHANGHAI)
            if found > local:
                return found.astimezone(moment.tzinfo)
    return None


def _length(day: date) -> int:
    following = day.replace(day=28) + timedelta(days=4)
    return (following.replace(day=1) - timedelta(days=1)).day


def _times(text: str) -> tuple[time, ...]:
    try:
        parts = [part.split(":") for part in text.split(",") if part]
        found = {time(int(hour), int(minute)) for hour, minute in parts}
    except ValueError:
        raise InvalidInputError(f"没有 {text} 这样的时间，请写 07:30 这样的。") from None
    return tuple(sorted(found))


def _season(text: str) -> Season | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})\.\.(\d{1,2})-(\d{1,2})", text)
    if not found:
        raise InvalidInputError(HOW)
    numbers = [int(part) for part in found.groups()]
    first, last = _month_day(*numbers[:2]), _month_day(*numbers[2:])
    return Season(text, first, last, ())


def _month_day(month: int, day: int) -> tuple[int, int]:
    try:
        date(2028, month, day)
    except ValueError:
        raise InvalidInputError(f"没有 {month} 月 {day} 日这一天，这个规则发不出去。") from None
    return month, day


def _with_days(days: str, times: tuple[time, ...], season: Season | None) -> Rule:
    if days in {"daily", "每天", "每日"}:
        return Rule(times, weekdays=frozenset(range(7)), season=season)
    if days in {"工作日", "workdays"}:
        return Rule(times, weekdays=frozenset(range(5)), season=season)
    if found := re.fullmatch(r"(?:monthly|每月)\s*(.+)", days):
        return Rule(times, month_days=_month_days(found[1]), season=season)
    if found := re.fullmatch(r"(?:yearly|每年)\s*(\d{1,2})[-月](\d{1,2})[日号]?", days):
        day = _month_day(int(found[1]), int(found[2]))
        return Rule(times, year_days=frozenset({day}), season=season)
    return Rule(times, weekdays=_weekdays(days), season=season)


def _month_days(text: str) -> frozenset[int]:
    found = set()
    for part in text.split(","):
        name = part.strip().rstrip("日号")
        if name in {"last", "最后一天", "月末", "最后一"}:
            found.add(LAST)
        elif name.isdecimal() and 1 <= int(name) <= 31:
            found.add(int(name))
        elif name.isdecimal():
            raise InvalidInputError(f"一个月没有 {name} 日，这个规则发不出去。")
        else:
            raise InvalidInputError(HOW)
    return frozenset(found)


def _weekdays(text: str) -> frozenset[int]:
    names = text
    if found := re.fullmatch(r"(?:每周|周|每星期|星期)(.+)", text):
        names = re.sub(r"[周,]", "", found[1]).replace("天", "日")
        names = re.sub(r"(.)[到至-](.)", r"\1-\2", names)
        spelt = re.fullmatch(r"[一二三四五六日](-[一二三四五六日])?|[一二三四五六日]+", names)
        if not spelt:
            raise InvalidInputError(HOW)
        joined = names if "-" in names else ",".join(names)
        names = "".join(DAYS[DAY_SIGNS.index(one)] if one in DAY_SIGNS else one for one in joined)
    found_days: set[int] = set()
    for part in names.split(","):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise InvalidInputError(HOW)
        begin, end = DAYS.index(first), DAYS.index(last or first)
        if end < begin:
            raise InvalidInputError(f"{part.strip()} 的先后不对，请从星期一往后写。")
        found_days.update(range(begin, end + 1))
    return frozenset(found_days)
