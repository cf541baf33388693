"""Keeping the roll-ups true: a day is counted anew when one of its leads changes, and once a day.

Counting a day anew replaces its figures, so they equal a raw count whatever happened before.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.day_counts import LATE, TOTAL, DayCounts, measures
from bot.storage import rollups as rows
from bot.storage.dialects import is_sqlite
from bot.storage.rollups import CountedLead, DayFigure, Dimension
from bot.times import SHANGHAI, local_day, midnight

__all__ = ["local_day", "midnight", "roll_day", "stale_days"]

LOOK_BACK = timedelta(minutes=15)
"""So long a change may wait for its turn; the count after midnight finds what was later."""


async def stale_days(session: AsyncSession, now: datetime, most: int) -> list[date]:
    """Days to be counted anew: those with a change first, then the newest never counted, then
    those not counted since midnight, the longest ago first."""
    first = await rows.first_received(session)
    if first is None:
        return []
    rolled = await rows.rolled_days(session)
    today = local_day(now)
    changed = {
        day
        for received_at, at in await rows.changed_since(session, now - LOOK_BACK)
        if (day := local_day(received_at)) not in rolled or at >= rolled[day] - LATE
    }
    days = [today - timedelta(days=back) for back in range((today - local_day(first)).days + 1)]
    never = [day for day in days if day not in rolled and day not in changed]
    old = [
        day
        for day in sorted(set(days) & rolled.keys(), key=lambda day: rolled[day])
        if rolled[day] < midnight(today) and day not in changed
    ]
    return [*sorted(changed, reverse=True), *never, *old][:most]


async def roll_day(session: AsyncSession, day: date, now: datetime) -> None:
    """Count a day anew."""
    since, until = midnight(day), midnight(day + timedelta(days=1))
    counted: defaultdict[tuple[Dimension, str], Counter[str]] = defaultdict(Counter)
    for lead in await rows.leads_of_day(session, since, until):
        for key in _keys(lead):
            lost = lead.loss_fen or 0
            counted[key].update(count=1, part=int(lost > 0), fen=lost)
    if counted:
        raw = DayCounts(session, {}, ((since, until),))
        facts = measures(is_sqlite(session)).keys() - {TOTAL}
        for key, one in (await raw.read(*facts)).items():
            counted[key].update(count=one.count, part=one.part, fen=one.fen)
    kept = [
        DayFigure(
            day=day,
            dimension=dimension,
            value=value,
            count=sums["count"],
            part=sums["part"],
            fen=sums["fen"],
        )
        for (dimension, value), sums in counted.items()
        if sums["count"]
    ]
    await rows.keep_day(session, day, kept, now)


def _keys(lead: CountedLead) -> Iterator[tuple[Dimension, str]]:
    yield Dimension.ALL, ""
    yield Dimension.CATEGORY, lead.category or ""
    yield Dimension.CHANNEL, lead.channel
    yield Dimension.STREET, lead.street or ""
    yield Dimension.AGE, lead.age_band or ""
    yield Dimension.OCCUPATION, lead.occupation or ""
    yield Dimension.HOUR, str(lead.received_at.astimezone(SHANGHAI).hour)
