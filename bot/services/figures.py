"""The figures of a span of time, each with numerator and denominator (practice.md, Metrics)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.areas import street_of
from bot.services.day_counts import (
    AVOIDED,
    DEFRAUDED,
    MET,
    SIGNED,
    STOPPED,
    TOTAL,
    URGENT,
    DayCounts,
    day_counts,
    fact,
)
from bot.services.leads import open_value
from bot.services.rates import rate_rules
from bot.storage import figures as rows
from bot.storage.areas import all_areas
from bot.storage.dialects import is_sqlite
from bot.storage.leads import AREA
from bot.storage.rollups import Counted, Dimension
from bot.storage.stop_payments import StopResult

AREAS_READ = 20_000
UNKNOWN = "未填"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate with what it is made of."""

    name: str
    numerator: int
    denominator: int
    meaning: str

    @property
    def share(self) -> float | None:
        """The rate; None where there is nothing to divide by."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount in fen, in how many cases, and what it says."""

    name: str
    fen: int
    count: int
    meaning: str

    @property
    def known_fen(self) -> int | None:
        """The amount; None where none was recorded."""
        return self.fen if self.count else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a report tells of a span; the comparisons are the same counts of other spans."""

    since: datetime
    until: datetime
    received: int
    urgent: int
    signed: int
    met: int
    stopped: int
    defrauded: int
    open: int
    overdue: int
    ratios: tuple[Ratio, ...]
    sums: tuple[Sum, ...]
    types: tuple[tuple[str, int], ...]
    streets: tuple[tuple[str, int], ...]
    ages: tuple[tuple[str, int], ...]
    occupations: tuple[tuple[str, int], ...]
    bases: tuple[str, ...]
    average_loss_fen: int | None
    before: tuple[int, int]
    year_before: tuple[int, int]
    per_ten_thousand: float | None
    residents: int

    @property
    def losses_fen(self) -> int:
        """Fen lost in the span."""
        return next(one.fen for one in self.sums if one.name == LOSS)


LOSS, AVOIDED_LOSS = "损失金额", "避免损失"


async def figures_of(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    residents: int = 0,
) -> Figures:
    """The figures of the leads received from `since` up to `until`; open ones as of `now`."""
    span, then = (since, until), (since - (until - since), since)
    counts, before, year = await day_counts(
        session, span, then, (year_back(since), year_back(until))
    )
    rules = rate_rules(is_sqlite(session))
    facts = [fact(name) for name in (URGENT, SIGNED, MET, STOPPED, DEFRAUDED)]
    rates = [(Dimension.RATE, rule.name) for rule in rules]
    found = await counts.read(TOTAL, fact(AVOIDED), *facts, *rates)
    urgent, signed, met, stopped, defrauded = (found[key].count for key in facts)
    types, streets, ages, occupations = await counts.by(
        Dimension.CATEGORY, Dimension.STREET, Dimension.AGE, Dimension.OCCUPATION
    )
    total = found[TOTAL]
    opened, overdue = await rows.count_open(session, now)
    sums = await _sums(session, total, found[fact(AVOIDED)], since, until)
    lost, losing = total.fen, total.part
    return Figures(
        since=since,
        until=until,
        received=total.count,
        urgent=urgent,
        signed=signed,
        met=met,
        stopped=stopped,
        defrauded=defrauded,
        open=opened,
        overdue=overdue,
        ratios=tuple(
            Ratio(rule.name, found[key].part, found[key].count, rule.meaning)
            for rule, key in zip(rules, rates, strict=True)
        ),
        sums=sums,
        types=_named(types),
        streets=await _streets(session, streets, since, until),
        ages=_named(ages),
        occupations=_named(occupations),
        bases=tuple(await rows.bases(session, rows.received(since, until))),
        average_loss_fen=lost // losing if losing else None,
        before=await _total(before),
        year_before=await _total(year),
        per_ten_thousand=total.count * 10_000 / residents if residents else None,
        residents=residents,
    )


async def _sums(
    session: AsyncSession, total: Counted, avoided: Counted, since: datetime, until: datetime
) -> tuple[Sum, ...]:
    stops = await rows.stopped_amounts(session, since, until)
    return (
        Sum(LOSS, total.fen, total.part, "已登记的实际损失"),
        Sum(AVOIDED_LOSS, avoided.fen, avoided.count, "有依据的避免损失"),
        Sum("申请止付", stops[StopResult.ASKED][1], stops[StopResult.ASKED][0], "本期申请"),
        *(
            Sum(name, stops[result][1], stops[result][0], "本期申请中的结果")
            for name, result in (
                ("已止付", StopResult.STOPPED),
                ("已冻结", StopResult.FROZEN),
                ("已返还", StopResult.RETURNED),
            )
        ),
    )


async def _total(counts: DayCounts) -> tuple[int, int]:
    total = (await counts.read(TOTAL))[TOTAL]
    return total.count, total.fen


async def _streets(
    session: AsyncSession, placed: list[tuple[str, int]], since: datetime, until: datetime
) -> tuple[tuple[str, int], ...]:
    areas = await all_areas(session)
    counted = Counter({street: count for street, count in placed if street})
    for sealed in await rows.sealed_areas(session, AREAS_READ, rows.received(since, until)):
        counted[street_of(areas, open_value(session, sealed, AREA)) or UNKNOWN] += 1
    return tuple(counted.most_common())


def _named(counted: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple((value or UNKNOWN, count) for value, count in counted)


def year_back(moment: datetime) -> datetime:
    """The same moment a year before; of 29 February the 28th."""
    try:
        return moment.replace(year=moment.year - 1)
    except ValueError:
        return moment.replace(year=moment.year - 1, day=28)
