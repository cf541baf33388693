"""Counts of the leads of spans of local days: days that are counted already from the roll-ups, the
others, and those where something happened since, lead by lead and in one pass. The sum is what a
raw count gives; without any roll-ups it is one."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import true
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.rates import rate_rules
from bot.storage import figures as raw
from bot.storage import rollups as rows
from bot.storage.dialects import is_sqlite
from bot.storage.figures import Condition
from bot.storage.lead_counts import Measure, count_each, count_groups, received_in
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.outcomes import LeadOutcome
from bot.storage.rollups import Counted, DaySpan, Dimension
from bot.storage.work_facts import FACTS
from bot.times import local_day, midnight

Key = tuple[Dimension, str]
Span = tuple[datetime, datetime]
LATE = timedelta(minutes=2)
"""A transaction may become visible so long after the moment it wrote."""
TOTAL: Key = (Dimension.ALL, "")
"""Leads, of these with a loss, fen lost."""
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
WORK_FACTS = tuple(name for name, one in FACTS.items() if one.of_lead is not None)
"""What the work report counts of leads by when they came in."""


def fact(name: str) -> Key:
    """The key of a fact of DUTY_FACTS or WORK_FACTS, or of AVOIDED."""
    return (Dimension.FACT, name)


@cache
def measures(sqlite: bool) -> Mapping[Key, Measure]:
    """How everything that is counted of single leads is counted."""
    lost, avoided = LeadOutcome.loss_fen, LeadOutcome.avoided_fen
    found: dict[Key, Measure] = {TOTAL: Measure(true(), lost > 0, lost)}
    found[fact(AVOIDED)] = Measure(avoided > 0, None, avoided)
    found |= {fact(name): Measure(where) for name, where in DUTY_FACTS.items()}
    for name in WORK_FACTS:
        of_lead = FACTS[name].of_lead
        assert of_lead is not None
        found[fact(name)] = Measure(of_lead(sqlite))
    for rule in rate_rules(sqlite):
        whole, part = raw.all_of(rule.whole), raw.all_of(rule.part)
        found[Dimension.RATE, rule.name] = Measure(whole, part)
    return found


@dataclass(frozen=True, slots=True)
class DayCounts:
    """A span as it is counted: the sums of its rolled days, and the spans that are not rolled."""

    session: AsyncSession
    sums: Mapping[Key, Counted]
    gaps: Sequence[Span]

    async def read(self, *keys: Key) -> dict[Key, Counted]:
        """TOTAL, facts and rates by key; of a rate `count` is the denominator, `part` the
        numerator."""
        wanted = {}
        if self.gaps:
            known = measures(is_sqlite(self.session))
            wanted = {key: known[key] for key in keys}
        found = await count_each(self.session, self.gaps, wanted)
        nothing = Counted()
        return {key: self.sums.get(key, nothing) + found.get(key, nothing) for key in keys}

    async def by(self, *dimensions: Dimension) -> list[list[tuple[str, int]]]:
        """For each dimension how many leads by a value, the most frequent first; an empty one is
        what was not filled in, of persons it is left out."""
        groups = await count_groups(self.session, self.gaps) if self.gaps else []
        found = []
        for dimension in dimensions:
            counted = Counter(
                {value: one.count for (of, value), one in self.sums.items() if of is dimension}
            )
            for values, count in groups:
                counted[values[dimension]] += count
            if dimension in {Dimension.AGE, Dimension.OCCUPATION}:
                counted.pop("", None)
            found.append(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
        return found

    async def received_in_parts(self, parts: Sequence[Span]) -> list[int]:
        """How many leads came in during each part of the span; the parts follow each other."""
        if not parts:
            return []
        span = (local_day(parts[0][0]), local_day(parts[-1][1]))
        by_day = await rows.received_by_day(self.session, *span) if self.sums else {}
        pieces = {part: Measure(received_in(*part)) for part in parts}
        found = await count_each(self.session, self.gaps, pieces)
        counts = [found[part].count for part in parts]
        begins = [since for since, _ in parts]
        for day, count in by_day.items():
            at = midnight(day)
            if not any(since <= at < until for since, until in self.gaps):
                counts[bisect_right(begins, at) - 1] += count
        return counts


async def day_counts(
    session: AsyncSession, *spans: Span, of: Collection[Dimension] = tuple(Dimension)
) -> list[DayCounts]:
    """How the leads received from the first up to the second moment of each span are counted;
    `of` says by what they will be asked for."""
    days = {span: found for span in spans if (found := _whole_days(span))}
    fresh, changed = await _fresh_days(session, list(days.values()))
    asked = {
        span: DaySpan(*found, frozenset(day for day in changed if found[0] <= day < found[1]))
        for span, found in days.items()
        if any(found[0] <= day < found[1] for day in fresh)
    }
    sums = await rows.figures_of_spans(session, list(asked.values()), of)
    by_span = dict(zip(asked, sums, strict=True))
    return [
        DayCounts(session, by_span.get(span, {}), _gaps(*days[span], fresh))
        if span in days
        else DayCounts(session, {}, (span,))
        for span in spans
    ]


def _whole_days(span: Span) -> tuple[date, date] | None:
    """The days that make up the span, the last one without; None where it is not of whole ones."""
    first, after = local_day(span[0]), local_day(span[1])
    whole = (midnight(first), midnight(after)) == span and first < after
    return (first, after) if whole else None


async def _fresh_days(
    session: AsyncSession, spans: Sequence[tuple[date, date]]
) -> tuple[set[date], set[date]]:
    """Days that were counted and nothing has happened to their leads since, and the others that
    were counted."""
    rolled = await rows.rolled_days(session, spans) if spans else {}
    if not rolled:
        return set(), set()
    oldest = min(rolled.values()) - LATE
    whole = (midnight(min(rolled)), midnight(max(rolled) + timedelta(days=1)))
    changed = {
        day
        for received_at, at in await rows.changed_since(session, oldest, whole)
        if (day := local_day(received_at)) in rolled and at >= rolled[day] - LATE
    }
    return rolled.keys() - changed, changed


def _gaps(first: date, after: date, fresh: Collection[date]) -> tuple[Span, ...]:
    """The days that are not fresh as spans, those that follow each other in one."""
    spans: list[Span] = []
    for number in range((after - first).days):
        day = first + timedelta(days=number)
        if day in fresh:
            continue
        begins, ends = midnight(day), midnight(day + timedelta(days=1))
        if spans and spans[-1][1] == begins:
            spans[-1] = (spans[-1][0], ends)
        else:
            spans.append((begins, ends))
    return tuple(spans)
