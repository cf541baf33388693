"""The work report of a span: every figure with what it is made of, from the records themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.activities import KINDS
from bot.services.day_counts import AVOIDED, WORK_FACTS, DayCounts, day_counts, fact
from bot.services.demonstration import demonstrated_district
from bot.services.permissions import Action, require
from bot.services.rates import DEFRAUDED_LATER
from bot.services.work_spans import Span
from bot.storage.activities import Activity
from bot.storage.areas import Area
from bot.storage.rollups import Dimension
from bot.storage.staff import Staff
from bot.storage.work_facts import FACTS, activities_by, duty_spans, measure_all
from bot.times import local_day

NO_STATION, NO_AREA = "未分派出所", "未写地区"


class Unit(StrEnum):
    """In what a figure is counted."""

    LEADS = "条"
    TIMES = "场"
    VISITS = "家次"
    UNITS = "家"
    PLACES = "个"
    PEOPLE = "人"
    PER_DAY = "人次/日"
    CASES = "起"
    FEN = "元"
    SHARE = "%"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure; `value` is None where nothing was recorded, money is fen, a share 0 to 1.

    `fact` names the rows behind it (the numerator's), `whole_fact` those of its denominator.
    """

    key: str
    name: str
    unit: Unit
    value: float | None
    numerator: int
    denominator: int | None
    meaning: str
    fact: str
    whole_fact: str = ""


@dataclass(frozen=True, slots=True)
class WorkReport:
    """Everything that page, document and command show.

    `counted` are the days of `span` that have begun: a year that runs is told of up to today, and
    compared with the same days of the year before.
    """

    span: Span
    counted: Span
    district: str
    demonstration: bool
    figures: Mapping[str, Figure]
    by_station: tuple[tuple[str, int], ...]
    by_area: tuple[tuple[str, int], ...]
    by_kind: tuple[tuple[str, int], ...]
    leads_by_part: tuple[tuple[str, int], ...]
    made_on: date

    def __getitem__(self, key: str) -> Figure:
        return self.figures[key]

    @property
    def running(self) -> bool:
        """Whether the span is not over."""
        return self.counted != self.span


COUNTS: Mapping[str, tuple[str, str, Unit, str, str]] = {
    "warning.squad_size": ("专班人数", "squad", Unit.PEOPLE, "本期排过班的人", ""),
    "warning.trainings": ("业务培训", "trainings", Unit.TIMES, "本期举办的大讲堂", ""),
    "warning.police_stations": ("派出所", "stations", Unit.PLACES, "地区表里的派出所", ""),
    "warning.leads_total": ("预警线索", "leads", Unit.LEADS, "本期收到，合并的只算一条", ""),
    "warning.leads_fund": ("资金预警", "leads_fund", Unit.LEADS, "类别为资金预警", "leads"),
    "warning.leads_high_risk": (
        "高危预警",
        "leads_high_risk",
        Unit.LEADS,
        "风险为紧急或高，资金预警除外",
        "leads",
    ),
    "warning.loss_avoided": ("避免损失", "avoided", Unit.FEN, "有依据的避免损失", ""),
    "publicity.lectures": ("专题讲座", "lectures", Unit.TIMES, "已通过的讲座", ""),
    "publicity.activities": ("宣传活动", "activities", Unit.TIMES, "已通过的活动，讲座除外", ""),
    "publicity.partner_units": ("成员单位", "member_units", Unit.UNITS, "期末在册", ""),
    "publicity.joint_inspections": ("联合检查", "inspections", Unit.VISITS, "本期办结", ""),
    "publicity.two_card_units": ("涉“两卡”单位", "two_card_units", Unit.UNITS, "期末在册", ""),
    "publicity.cases": ("刑事发案", "cases", Unit.CASES, "本期立案", ""),
    "publicity.loss": ("损失金额", "loss", Unit.FEN, "本期立案的损失", ""),
    "crackdown.cases_solved": ("破案", "solved", Unit.CASES, "本期破案", "cases"),
    "crackdown.criminal_measures": ("刑事打击", "criminal", Unit.PEOPLE, "本期人数", ""),
    "crackdown.administrative_handling": ("行政处理", "handled", Unit.PEOPLE, "本期人数", ""),
    "crackdown.administrative_penalties_gangs": (
        "窝点类行政处罚",
        "penalty",
        Unit.PEOPLE,
        "本期人数",
        "",
    ),
    "crackdown.coercive_measures_province_campaign": (
        "集中抓捕强制措施",
        "coercive",
        Unit.PEOPLE,
        "本期人数",
        "",
    ),
    "crackdown.task_force_size": ("打击专班", "task_force", Unit.PEOPLE, "期末在册", ""),
    "recovery.frozen_accounts": ("冻结账户", "frozen", Unit.PLACES, "本期起冻，按账号计", ""),
    "recovery.frozen_amount": ("冻结资金", "frozen_fen", Unit.FEN, "本期起冻的金额", ""),
    "recovery.returned_amount": ("返还资金", "returned", Unit.FEN, "本期付给受害人", ""),
}
"""Key → name, fact, unit, meaning, and the fact without which nought means: not recorded."""
RATES: Mapping[str, tuple[str, str, str, str]] = {
    "warning.training_coverage": ("培训覆盖率", "trained", "to_train", "到场的人 / 应到的人"),
    "warning.dissuasion_success_rate": (
        "劝阻成功率",
        "stopped",
        "dissuaded",
        "止住转账且回访没说被骗 / 已劝阻的人",
    ),
    "warning.defrauded_after_warning_rate": (
        "预警后被骗率",
        "defrauded_later",
        "met",
        DEFRAUDED_LATER,
    ),
    "warning.verification_rate": (
        "落地核查率",
        "verify_answered",
        "verify_asked",
        "已反馈 / 已下发",
    ),
    "warning.follow_up_rate": (
        "回访答复率",
        "follow_answered",
        "follow_asked",
        "群众已答 / 机器人已问，每次回访算一次",
    ),
    "warning.satisfaction_rate": (
        "回访满意率",
        "follow_satisfied",
        "follow_rated",
        "答满意 / 说没有再遇到又答了满意度的，其他人不问满意度",
    ),
}
CHANGES: Mapping[str, tuple[str, str]] = {
    "warning.leads_yoy": ("预警线索同比", "leads"),
    "publicity.cases_yoy": ("发案同比", "cases"),
    "publicity.loss_yoy": ("损失同比", "loss"),
}
CASE_FACTS = frozenset(
    {"cases", "loss", "solved", "criminal", "handled", "penalty", "coercive", "task_force"}
)
"""Facts whose rows only the crackdown role sees."""


async def work_report(
    session: AsyncSession,
    staff: Staff,
    span: Span,
    *,
    district: str,
    now: datetime,
    demonstration: bool = False,
) -> WorkReport:
    """The report of a span, or of as much of it as has passed, for somebody who may see it."""
    require(staff.role, Action.SEE_WORK_REPORT)
    days = span.so_far(now)
    since, until = days.since, days.until
    base = days.year_before()
    changing = [name for _, name in CHANGES.values()]
    counted, counted_before = await day_counts(
        session,
        (since, until),
        (base.since, base.until),
        of=(Dimension.FACT,),
    )
    facts = await _measured(counted, FACTS, since, until)
    before = await _measured(counted_before, changing, base.since, base.until)
    figures = [
        *(_count(key, facts) for key in COUNTS),
        *(_rate(key, facts) for key in RATES),
        *(_change(key, facts, before) for key in CHANGES),
        _per_day(facts["visitors"], days),
        await _on_duty(session, since, min(until, max(since, now))),
    ]
    stations = await activities_by(session, Area.station, since, until)
    streets = await activities_by(session, Area.street, since, until)
    kinds = await activities_by(session, Activity.kind, since, until)
    parts = [part for part in span.parts() if part.first < days.after]
    received = await counted.received_in_parts([(part.since, part.until) for part in parts])
    return WorkReport(
        span,
        days,
        district,
        demonstration,
        {one.key: one for one in figures},
        tuple((name or NO_STATION, count) for name, count in stations),
        tuple((name or NO_AREA, count) for name, count in streets),
        tuple((KINDS.get(name, name), count) for name, count in kinds),
        tuple(zip((part.short_name for part in parts), received, strict=True)),
        local_day(now),
    )


async def _measured(
    counts: DayCounts, names: Iterable[str], since: datetime, until: datetime
) -> dict[str, int]:
    """Facts by name; what hangs on leads by when they came in is read from counted days."""
    wanted = set(names)
    of_leads = wanted & {*WORK_FACTS, "avoided"}
    found = await measure_all(counts.session, sorted(wanted - of_leads), since, until)
    keys = {name: fact(AVOIDED if name == "avoided" else name) for name in sorted(of_leads)}
    read = await counts.read(*keys.values())
    found |= {name: read[key].count for name, key in keys.items()}
    if "avoided" in wanted:
        found["avoided"] = read[keys["avoided"]].fen
    return found


def _count(key: str, facts: Mapping[str, int]) -> Figure:
    name, fact, unit, meaning, of = COUNTS[key]
    known = facts[fact] or facts.get(of)
    value = facts[fact] if known else None
    return Figure(key, name, unit, value, facts[fact], None, meaning, fact)


def _rate(key: str, facts: Mapping[str, int]) -> Figure:
    name, part, whole, meaning = RATES[key]
    share = facts[part] / facts[whole] if facts[whole] else None
    return Figure(key, name, Unit.SHARE, share, facts[part], facts[whole], meaning, part, whole)


def _change(key: str, facts: Mapping[str, int], before: Mapping[str, int]) -> Figure:
    """The change against the year before; None without records of both."""
    name, fact = CHANGES[key]
    now, then = facts[fact], before[fact]
    change = (now - then) / then if now and then else None
    return Figure(key, name, Unit.SHARE, change, now, then, "（本期 − 上年同期）/ 上年同期", fact)


def _per_day(visitors: int, span: Span) -> Figure:
    value = visitors / span.days if visitors else None
    meaning = "来访登记 / 天数"
    return Figure(
        "warning.visitors_per_day",
        "日均来访",
        Unit.PER_DAY,
        value,
        visitors,
        span.days,
        meaning,
        "visitors",
    )


async def _on_duty(session: AsyncSession, since: datetime, until: datetime) -> Figure:
    """Minutes with somebody on duty of all minutes."""
    spans = await duty_spans(session, since, until)
    covered = _covered(spans, since, until)
    whole = int((until - since).total_seconds() // 60)
    value = covered / whole if spans and whole else None
    meaning = "有人值班的分钟 / 全部分钟"
    return Figure("warning.duty", "值班覆盖", Unit.SHARE, value, covered, whole, meaning, "squad")


def _covered(spans: Sequence[tuple[datetime, datetime]], since: datetime, until: datetime) -> int:
    covered, end = timedelta(), since
    for starts, ends in spans:
        starts, ends = max(starts, end), min(ends, until)
        if ends > starts:
            covered += ends - starts
            end = ends
    return int(covered.total_seconds() // 60)


async def report_of_database(
    session: AsyncSession, staff: Staff, span: Span, district: str, now: datetime
) -> WorkReport:
    """The same, under a demonstration's own district where the database is one."""
    shown = await demonstrated_district(session)
    return await work_report(
        session, staff, span, district=shown or district, now=now, demonstration=bool(shown)
    )
