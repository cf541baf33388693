"""Time: UTC in the database and in code, Asia/Shanghai on screen."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def on_screen(moment: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """`moment` in local time; an empty string where there is none."""
    return moment.astimezone(SHANGHAI).strftime(pattern) if moment else ""
