"""A tip for every day of the year: `tips.yml`, read and validated."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.services.articles import short
from bot.services.library_files import Problems, Value, check_keys, read_file

FILE = "tips.yml"
LONGEST_TIP = 90
LEAP_YEAR = 2028


@dataclass(frozen=True, slots=True)
class Tip:
    """The words of a day and the trick they speak of, if any."""

    text: str
    family: str = ""


def day_key(day: date) -> str:
    """The day as the file names it: MM-DD."""
    return f"{day:%m-%d}"


ALL_DAYS = tuple(day_key(date(LEAP_YEAR, 1, 1) + timedelta(days=number)) for number in range(366))


def read_tips(root: Path, families: Mapping[str, str], problems: Problems) -> Mapping[str, Tip]:
    """Every tip by day; a day without one is an error."""
    found: dict[str, Tip] = {}
    top = read_file(root / FILE, root, problems)
    if top is None:
        return found
    for entry in top.items():
        fields = entry.mapping()
        check_keys(entry, fields, ("day", "text", "family"), {"family"})
        if not {"day", "text"} <= fields.keys():
            continue
        day = _day(fields["day"])
        if day in found:
            fields["day"].wrong(f"“{day}”写了两次", "一天一条")
        family = fields["family"].string() if "family" in fields else ""
        if family and family not in families:
            fields["family"].wrong(f"话术库里没有“{family}”", "改成话术库里的家族,或删掉这一行")
        found[day] = Tip(short(fields["text"], LONGEST_TIP), family)
    missing = [day for day in ALL_DAYS if day not in found]
    if missing:
        shown = "、".join(missing[:5])
        top.wrong(f"有 {len(missing)} 天没有提示:{shown}", "每天补一条")
    return found


def _day(value: Value) -> str:
    typed = value.string()
    if not re.fullmatch(r"\d\d-\d\d", typed) or typed not in ALL_DAYS:
        value.wrong(f"“{typed[:12]}”不是一天", "写成 '03-15'")
    return typed
