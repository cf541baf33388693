"""The day that somebody writes before what he did: 昨天, 12月31日."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from bot.errors import InvalidInputError
from bot.times import SHANGHAI, local_day

ON_A_DAY = re.compile(
    r"(?:(?P<word>今天|昨天|前天)|(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号])\s+(?P<rest>.+)"
)
DAYS_AGO = {"今天": 0, "昨天": 1, "前天": 2}
LATEST_DAYS = 31
"""So long ago a deed can still be entered: a month's report is read soon after its end."""


def read_day(line: str, now: datetime) -> tuple[datetime, str]:
    """When it was, of an earlier day its noon, and what else the line says; `now` without a day.

    Raises InvalidInputError for a day that is none or too long ago.
    """
    said = ON_A_DAY.fullmatch(" ".join(unicodedata.normalize("NFKC", line).split()))
    if said is None:
        return now, line
    today = local_day(now)
    if said["word"]:
        day = today - timedelta(days=DAYS_AGO[said["word"]])
    else:
        day = _newest(int(said["month"]), int(said["day"]), today)
    if day == today:
        return now, said["rest"]
    if (today - day).days > LATEST_DAYS:
        raise InvalidInputError(f"只能补登记 {LATEST_DAYS} 天以内办的，请检查日期。")
    return datetime.combine(day, time(12), SHANGHAI), said["rest"]


def _newest(month: int, day: int, today: date) -> date:
    """That day of this year, or of the last where it has not come yet."""
    try:
        found = date(today.year, month, day)
        return found if found <= today else date(today.year - 1, month, day)
    except ValueError:
        raise InvalidInputError(f"没有 {month}月{day}日这一天，请检查日期。") from None
