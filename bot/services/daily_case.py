"""The local case of the day: one of those approved for the board, the same for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import board as rows
from bot.storage.board import BoardCase
from bot.times import local_day

CASE_DAYS = 60
"""How long a case is shown after it was approved."""
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
    chosen = whose_turn(await shown_cases(session, now), now)
    if chosen is None:
        return None
    return LocalCase(chosen.category, chosen.family, chosen.title, chosen.story, chosen.antidote)


async def shown_cases(session: AsyncSession, now: datetime) -> Sequence[BoardCase]:
    """Those that may be shown now, the last approved first."""
    return await rows.shown_cases(session, now - timedelta(days=CASE_DAYS), MOST)


def whose_turn(shown: Sequence[BoardCase], now: datetime) -> BoardCase | None:
    """The case of the day of all that may be shown, the last approved first."""
    if not shown:
        return None
    today, newest = local_day(now), shown[0]
    fresh = (today - local_day(newest.decided_at or newest.written_at)).days <= FRESH_DAYS
    return newest if fresh else shown[today.toordinal() % len(shown)]
