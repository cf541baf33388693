"""The local case of the day: one of those approved for the board, the same for everybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.board import CASE_DAYS, today_of
from bot.storage import board as rows

FRESH_DAYS = 1
"""*Default*: what was approved today or yesterday comes first; then the cases take turns."""
MOST = 60


@dataclass(frozen=True, slots=True)
class LocalCase:
    """A case as it was approved; `family` None where its writer named only the category."""

    category: str
    family: str | None
    title: str
    story: str
    antidote: str


async def case_of_day(session: AsyncSession, now: datetime) -> LocalCase | None:
    """Today's; None where no case was approved within CASE_DAYS."""
    found = await rows.shown_cases(session, now - timedelta(days=CASE_DAYS), MOST)
    if not found:
        return None
    today, newest = today_of(now), found[0]
    fresh = (today - today_of(newest.decided_at or newest.written_at)).days <= FRESH_DAYS
    chosen = newest if fresh else found[today.toordinal() % len(found)]
    return LocalCase(chosen.category, chosen.family, chosen.title, chosen.story, chosen.antidote)
