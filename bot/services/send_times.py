"""Times as people write them, in local time."""

import re
import unicodedata
from datetime import datetime, timedelta

from bot.errors import InvalidInputError
from bot.times import SHANGHAI, on_screen

FURTHEST = timedelta(days=90)
STILL_NOW = timedelta(minutes=2)
"""A time passed by no more than this was still ahead when it was chosen."""

_DAYS = {"": 0, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2}
_CLOCK_TIME = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})|点(?:(?P<minute_cn>\d{1,2})分?)?)"
_BY_DAY = re.compile(rf"(?P<day>今天|今日|明天|明日|后天)?\s*{_CLOCK_TIME}")
_BY_DATE = re.compile(
    rf"(?P<year>\d{{4}})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<mday>\d{{1,2}})日?\s*{_CLOCK_TIME}"
)


def parse_send_time(text: str, now: datetime) -> datetime:
    """A time as people write it: 现在, 18:30, 明天 8:00, 2026-11-25 07:30, in local time.

    Raises InvalidInputError for what cannot be read, is past or is too far away.
    """
    typed = " ".join(unicodedata.normalize("NFKC", text).split())
    if typed in {"现在", "立即", "马上"}:
        return now
    local = now.astimezone(SHANGHAI)
    try:
        if found := _BY_DATE.fullmatch(typed):
            day = datetime(
                int(found["year"]), int(found["month"]), int(found["mday"]), tzinfo=SHANGHAI
            )
        elif found := _BY_DAY.fullmatch(typed):
            day = local + timedelta(days=_DAYS[found["day"] or ""])
        else:
            raise ValueError(typed)
        moment = day.replace(
            hour=int(found["hour"]),
            minute=int(found["minute"] or found["minute_cn"] or 0),
            second=0,
            microsecond=0,
        )
    except ValueError:
        raise InvalidInputError(
            "没有看懂这个时间。可以写“现在”“18:30”“明天 8:00”或“2026-11-25 07:30”。"
        ) from None
    return check_send_time(moment.astimezone(now.tzinfo), now)


def check_send_time(moment: datetime, now: datetime) -> datetime:
    """A moment that is neither past nor too far ahead. Raises InvalidInputError."""
    if moment < now - STILL_NOW:
        raise InvalidInputError(
            f"{on_screen(moment)} 已经过了。要明天发，请写“明天 8:00”这样的时间。"
        )
    if moment > now + FURTHEST:
        raise InvalidInputError(f"最多提前 {FURTHEST.days} 天安排，请选近一些的时间。")
    return moment
