"""How long ago something happened, in people's own words."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from bot.times import SHANGHAI

DAY = timedelta(days=1)
JUST_NOW = re.compile(r"刚刚?|刚才|正在|现在|马上|今[天早晚日]|当[天日]|一会儿?前")
AGO = re.compile(
    r"([0-9]+|半|[一二两三四五六七八九十几]+)\s*个?(?:多)?\s*"
    r"(秒|分钟|分|小时|钟头|天|日|周|星期|礼拜|月|年)(?:多)?(?:以?前|之前)"
)
SPANS = {
    "秒": timedelta(seconds=1),
    "分钟": timedelta(minutes=1),
    "分": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "钟头": timedelta(hours=1),
    "天": DAY,
    "日": DAY,
    "周": 7 * DAY,
    "星期": 7 * DAY,
    "礼拜": 7 * DAY,
    "月": 30 * DAY,
    "年": 365 * DAY,
}
NUMERALS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 2}
DAYS_BACK = {"昨": 1, "前": 2}
NAMED_DAY = re.compile(r"(?<![之以年月日天周期拜时钟分])(大?[昨前])[天晚日夜]")
LAST_WEEK = re.compile(r"上(?:个)?(?:周|星期|礼拜)")
LAST_MONTH = re.compile(r"上个?月")
LAST_YEAR = re.compile(r"去年|前年")
MONTH, DAY_OF_MONTH = r"(1[0-2]|0?[1-9])", r"(3[01]|[12][0-9]|0?[1-9])(?![0-9])"
DATED = (
    re.compile(rf"(?:(20[0-9]{{2}})年)?(?<![0-9]){MONTH}月{DAY_OF_MONTH}"),
    re.compile(rf"(20[0-9]{{2}})[./-]{MONTH}[./-]{DAY_OF_MONTH}"),
)


def read_ago(words: str, now: datetime) -> timedelta | None:
    """The least time that lies between the newest moment that `words` name and `now`.

    None where they name none. "昨天" is taken for its last minute, so that what follows from it
    errs towards the more pressing; whoever names several moments is taken by the newest.
    """
    plain = unicodedata.normalize("NFKC", words)
    today = now.astimezone(SHANGHAI)
    since = today - today.replace(hour=0, minute=0, second=0, microsecond=0)
    found = [timedelta()] if JUST_NOW.search(plain) else []
    found += [_number(many) * SPANS[unit] for many, unit in AGO.findall(plain)]
    for name in NAMED_DAY.findall(plain):
        back = DAYS_BACK[name[-1]] + (name[0] == "大")
        found.append(since + (back - 1) * DAY)
    if LAST_WEEK.search(plain):
        found.append(since + today.weekday() * DAY)
    if LAST_MONTH.search(plain):
        found.append(since + (today.day - 1) * DAY)
    if LAST_YEAR.search(plain):
        found.append(since + (today.timetuple().tm_yday - 1) * DAY)
    dates = [one for pattern in DATED for one in pattern.findall(plain)]
    found += [ago for one in dates if (ago := _since(one, today, since)) is not None]
    return min(found, default=None)


def _number(many: str) -> float:
    if many == "半":
        return 0.5
    if many.isdigit():
        return min(int(many), 10_000)
    tens, ten, ones = many.partition("十")
    if not ten:
        return NUMERALS.get(many[0], 1)
    return NUMERALS.get(tens, 1) * 10 + NUMERALS.get(ones, 0)


def _since(named: tuple[str, str, str], today: datetime, since: timedelta) -> timedelta | None:
    """From the end of a named day; without a year it is the last one of that date."""
    year, month, day = named
    try:
        found = date(int(year) if year else today.year, int(month), int(day))
        if not year and found > today.date():
            found = found.replace(year=found.year - 1)
    except ValueError:
        return None
    days = (today.date() - found).days
    return None if days < 0 else max(timedelta(), since + (days - 1) * DAY)
