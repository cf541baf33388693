"""The figures of a span of time, each with numerator and denominator (practice.md, Metrics)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.areas import street_of
from bot.services.day_counts import (
    AVOIDED,
    DEFRAUDED,
    MET,
    SIGNED,
    STOPPED,
    URGENT,
    DayCounts,
    day_counts,
)
from bot.services.leads import open_value
from bot.storage import figures as rows
from bot.storage.areas import all_areas
from bot.storage.leads import AREA, Lead, LeadState
from bot.storage.rollups import Counted, Dimension
from bot.storage.stop_payments import StopResult

LATER = timedelta(days=30)
"""*Default*: so long after a meeting a loss counts as one after a warning."""
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
    counts = await day_counts(session, since, until)
    total = await counts.total()
    opened, overdue = await rows.count_open(session, now)
    sums = await _sums(session, total, await counts.fact(AVOIDED), since, until)
    lost, losing = total.fen, total.part
    return Figures(
        since=since,
        until=until,
        received=total.count,
        urgent=(await counts.fact(URGENT)).count,
        signed=(await counts.fact(SIGNED)).count,
        met=(await counts.fact(MET)).count,
        stopped=(await counts.fact(STOPPED)).count,
        defrauded=(await counts.fact(DEFRAUDED)).count,
        open=opened,
        overdue=overdue,
        ratios=await _ratios(session, counts),
        sums=sums,
        types=_named(await counts.by(Dimension.CATEGORY)),
        streets=await _streets(session, counts, since, until),
        ages=_named(await counts.by(Dimension.AGE)),
        occupations=_named(await counts.by(Dimension.OCCUPATION)),
        bases=tuple(await rows.bases(session, rows.received(since, until))),
        average_loss_fen=lost // losing if losing else None,
        before=await _compared(session, since - (until - since), since),
        year_before=await _compared(session, year_back(since), year_back(until)),
        per_ten_thousand=total.count * 10_000 / residents if residents else None,
        residents=residents,
    )


@dataclass(frozen=True, slots=True)
class RateRule:
    """A rate: which leads of a span its denominator counts, and which its numerator."""

    name: str
    part: tuple[rows.Condition, ...]
    whole: tuple[rows.Condition, ...]
    meaning: str


def rate_rules(session: AsyncSession) -> tuple[RateRule, ...]:
    """Every rate (practice.md, Metrics)."""
    signed = Lead.signed_at.is_not(None)
    handed = or_(rows.went_to(LeadState.DISPATCHED), rows.noted("partner"))
    back = or_(
        rows.went_to(LeadState.MET, LeadState.UNREACHABLE, LeadState.REFUSED, LeadState.DEFRAUDED),
        rows.noted("partner_back"),
    )
    met, stopped = rows.went_to(LeadState.MET), rows.went_to(LeadState.STOPPED)
    dissuaded = or_(met, rows.was_reached(), stopped)
    later = rows.defrauded_after_meeting(LATER, session.get_bind().dialect.name == "sqlite")
    kept = Lead.state != LeadState.WITHDRAWN
    in_time = signed & (Lead.signed_at <= Lead.due_at)
    dispatched = rows.went_to(LeadState.DISPATCHED)
    return (
        RateRule(
            "签收及时率",
            (in_time, kept),
            (kept,),
            "按时签收 / 收到（不含撤回）",
        ),
        RateRule("联系成功率", (signed, rows.was_reached()), (signed,), "联系上 / 已签收"),
        RateRule("见面率", (dispatched, met), (dispatched,), "已见面 / 应见面（已转派出所）"),
        RateRule("落地核查率", (handed, back), (handed,), "已反馈 / 已下发"),
        RateRule(
            "劝阻成功率",
            (dissuaded, rows.stayed_stopped()),
            (dissuaded,),
            "止住转账且回访没说被骗 / 已劝阻的人",
        ),
        RateRule(
            "预警后被骗率",
            (met, later),
            (met,),
            f"见面后 {LATER.days} 天内或回访时得知被骗 / 已见面",
        ),
    )


async def _ratios(session: AsyncSession, counts: DayCounts) -> tuple[Ratio, ...]:
    found = []
    for rule in rate_rules(session):
        counted = await counts.rate(rule.name, rule.part, rule.whole)
        found.append(Ratio(rule.name, counted.part, counted.count, rule.meaning))
    return tuple(found)


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


async def _compared(session: AsyncSession, since: datetime, until: datetime) -> tuple[int, int]:
    total = await (await day_counts(session, since, until)).total()
    return total.count, total.fen


async def _streets(
    session: AsyncSession, counts: DayCounts, since: datetime, until: datetime
) -> tuple[tuple[str, int], ...]:
    areas = await all_areas(session)
    placed = await counts.by(Dimension.STREET)
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
