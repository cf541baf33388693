"""Time: UTC in the database and in code, Asia/Shanghai on screen."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The day in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """When a local day begins, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def on_screen(moment: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """`moment` in local time; an empty string where there is none."""
    return moment.astimezone(SHANGHAI).strftime(pattern) if moment else ""
