"""Counts of the leads of a span of local days: days that are counted already from the roll-ups,
the others, and those where something happened since, lead by lead. The sum is what a raw count
gives; without any roll-ups it is one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import figures as raw
from bot.storage import rollups as rows
from bot.storage.figures import Condition
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.outcomes import LeadOutcome
from bot.storage.rollups import Counted, Dimension
from bot.storage.work_facts import FACTS, measure, measure_all
from bot.times import local_day, midnight

LATE = timedelta(minutes=2)
"""A transaction may become visible so long after the moment it wrote."""
URGENT, SIGNED, MET, STOPPED, DEFRAUDED = (
    "duty_urgent",
    "duty_signed",
    "duty_met",
    "duty_stopped",
    "duty_defrauded",
)
DUTY_FACTS: Mapping[str, Condition] = {
    URGENT: Lead.risk == Risk.URGENT,
    SIGNED: Lead.signed_at.is_not(None),
    MET: raw.went_to(LeadState.MET),
    STOPPED: raw.went_to(LeadState.STOPPED),
    DEFRAUDED: raw.went_to(LeadState.DEFRAUDED),
}
AVOIDED = "duty_avoided"
"""Leads with a loss avoided, and its fen."""
WORK_FACTS = tuple(name for name, one in FACTS.items() if one.entity is Lead)
"""What the work report counts of leads by when they came in."""
BY_PERSON = {Dimension.AGE: LeadOutcome.age_band, Dimension.OCCUPATION: LeadOutcome.occupation}
BY_LEAD = {Dimension.CATEGORY: Lead.category, Dimension.STREET: Lead.street}


@dataclass(frozen=True, slots=True)
class DayCounts:
    """A span as it is counted: the sums of its rolled days, and the spans that are not rolled."""

    session: AsyncSession
    sums: Mapping[tuple[Dimension, str], Counted]
    gaps: Sequence[tuple[datetime, datetime]]

    async def total(self) -> Counted:
        """Leads, of these with a loss, fen lost."""
        found = [self.sums.get((Dimension.ALL, ""), Counted())]
        for since, until in self.gaps:
            span = raw.received(since, until)
            lost, losing, _, _ = await raw.losses(self.session, span)
            found.append(Counted(await raw.count_leads(self.session, span), losing, lost))
        return _added(found)

    async def fact(self, name: str) -> Counted:
        """A fact of DUTY_FACTS or WORK_FACTS, or AVOIDED with its fen."""
        found = [self.sums.get((Dimension.FACT, name), Counted())]
        for since, until in self.gaps:
            found.append(await raw_fact(self.session, name, since, until))
        return _added(found)

    async def work_facts(self, names: Sequence[str]) -> dict[str, int]:
        """Several of WORK_FACTS, with one statement for each span that is not rolled."""
        found = {name: self.sums.get((Dimension.FACT, name), Counted()).count for name in names}
        for since, until in self.gaps:
            for name, count in (await measure_all(self.session, names, since, until)).items():
                found[name] += count
        return found

    async def rate(
        self, name: str, part: Sequence[Condition], whole: Sequence[Condition]
    ) -> Counted:
        """A rate's denominator as `count` and its numerator as `part`."""
        found = [self.sums.get((Dimension.RATE, name), Counted())]
        for since, until in self.gaps:
            span = raw.received(since, until)
            count = await raw.count_leads(self.session, span, *whole)
            met = await raw.count_leads(self.session, span, *part) if count else 0
            found.append(Counted(count, met))
        return _added(found)

    async def by(self, dimension: Dimension) -> list[tuple[str, int]]:
        """How many leads by a value, the most frequent first; an empty one is what was not filled
        in, of persons it is left out."""
        counted = Counter(
            {value: one.count for (of, value), one in self.sums.items() if of is dimension}
        )
        for since, until in self.gaps:
            span = raw.received(since, until)
            if dimension in BY_PERSON:
                found = await raw.count_by_person(self.session, BY_PERSON[dimension], span)
            else:
                found = await raw.count_by(self.session, BY_LEAD[dimension], span)
            for value, count in found:
                counted[value or ""] += count
        if dimension in BY_PERSON:
            counted.pop("", None)
        return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


async def received_in_parts(
    session: AsyncSession, parts: Sequence[tuple[datetime, datetime]]
) -> list[int]:
    """How many leads came in during each part of a span; the parts follow each other."""
    if not parts:
        return []
    counts = await day_counts(session, parts[0][0], parts[-1][1])
    first, after = local_day(parts[0][0]), local_day(parts[-1][1])
    by_day = await rows.received_by_day(session, first, after) if counts.sums else {}
    found = []
    for since, until in parts:
        gaps = [(max(since, one), min(until, end)) for one, end in counts.gaps]
        inside = [span for span in gaps if span[0] < span[1]]
        rolled = sum(
            count
            for day, count in by_day.items()
            if since <= midnight(day) < until
            and not any(one <= midnight(day) < end for one, end in counts.gaps)
        )
        raw_counts = [await raw.count_leads(session, raw.received(*span)) for span in inside]
        found.append(rolled + sum(raw_counts))
    return found


async def day_counts(session: AsyncSession, since: datetime, until: datetime) -> DayCounts:
    """How the leads received from `since` up to `until` are counted."""
    first, after = local_day(since), local_day(until)
    if (midnight(first), midnight(after)) != (since, until) or first >= after:
        return DayCounts(session, {}, ((since, until),))
    fresh = await _fresh_days(session, first, after)
    days = [first + timedelta(days=one) for one in range((after - first).days)]
    missing = [day for day in days if day not in fresh]
    sums = await rows.figures_between(session, first, after, missing) if fresh else {}
    return DayCounts(session, sums, _spans(missing))


async def raw_fact(session: AsyncSession, name: str, since: datetime, until: datetime) -> Counted:
    """A fact counted lead by lead."""
    span = raw.received(since, until)
    if name in DUTY_FACTS:
        return Counted(await raw.count_leads(session, span, DUTY_FACTS[name]))
    if name == AVOIDED:
        _, _, avoided, avoiding = await raw.losses(session, span)
        return Counted(avoiding, 0, avoided)
    return Counted(await measure(session, FACTS[name], since, until))


async def _fresh_days(session: AsyncSession, first: date, after: date) -> set[date]:
    """Days that were counted, and nothing has happened to their leads since."""
    rolled = await rows.rolled_days(session, first, after)
    if not rolled:
        return set()
    oldest = min(rolled.values()) - LATE
    span = (midnight(first), midnight(after))
    changed = {
        day
        for received_at, at in await rows.changed_since(session, oldest, span)
        if (day := local_day(received_at)) in rolled and at >= rolled[day] - LATE
    }
    return rolled.keys() - changed


def _spans(days: Sequence[date]) -> tuple[tuple[datetime, datetime], ...]:
    """Days in order as spans, those that follow each other in one."""
    spans: list[tuple[datetime, datetime]] = []
    for day in days:
        begins, ends = midnight(day), midnight(day + timedelta(days=1))
        if spans and spans[-1][1] == begins:
            spans[-1] = (spans[-1][0], ends)
        else:
            spans.append((begins, ends))
    return tuple(spans)


def _added(found: Sequence[Counted]) -> Counted:
    return Counted(
        sum(one.count for one in found),
        sum(one.part for one in found),
        sum(one.fen for one in found),
    )
