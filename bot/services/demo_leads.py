"""The leads of a demonstration year and how they were worked, in batches like an import's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.demo_cast import Cast
from bot.services.demo_plan import DemoPlan
from bot.services.freezes import shares_of
from bot.services.lead_batches import LeadRow, Step, Worked, file_many, work_many
from bot.services.outcomes import record_outcome
from bot.services.work_spans import Span
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.lead_batches import numbers_of
from bot.storage.leads import LeadKind, LeadState, Risk
from bot.storage.staff import Staff

CHANNEL = "demo"
REACHED = (ContactWay.PHONE, ContactResult.REACHED)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STORIES = (
    ("fake_customer_service", "（演示）接到自称平台客服的电话，要求共享屏幕"),
    ("brushing", "（演示）被拉进群，先返小额佣金再要求垫付"),
    ("fake_investment", "（演示）在陌生软件上跟单投资，无法提现"),
    ("fake_loan", "（演示）办理贷款被要求先交保证金"),
    ("impersonate_authority", "（演示）接到自称办案人员的电话，要求转到指定账户"),
    ("impersonate_acquaintance", "（演示）亲友账号发来借钱消息"),
)
FALSE_ALARMS = 0.08
"""Share of the less pressing leads that turn out to be nothing."""
BASIS = "银行止付回执（演示）"


@dataclass(frozen=True, slots=True)
class DemoLead:
    """A lead to come: its row, what is done with it, what was avoided by it."""

    row: LeadRow
    steps: tuple[Step, ...]
    avoided_fen: int


def moments(span: Span, count: int, rng: Random) -> list[datetime]:
    """So many moments of a span, in order, the last a second before its end at the latest."""
    seconds = int((span.until - span.since).total_seconds())
    return [
        span.since + timedelta(seconds=second)
        for second in sorted(rng.randrange(seconds) for _ in range(count))
    ]


def demo_leads(plan: DemoPlan, cast: Cast, span: Span, rng: Random, serial: int) -> list[DemoLead]:
    """Every lead of the year by the time it is received; phones count on from `serial`."""
    avoided = iter(split(plan.avoided_fen, plan.leads_fund, rng))
    kinds = (
        ["fund"] * plan.leads_fund
        + ["later"] * plan.defrauded_later
        + ["high"] * (plan.leads_high_risk - plan.defrauded_later)
        + ["other"] * plan.leads_other
    )
    rng.shuffle(kinds)
    times = moments(span, len(kinds), rng)
    return [
        _lead(kind, at, f"1000{serial + place:07d}", cast, rng, avoided)
        for place, (kind, at) in enumerate(zip(kinds, times, strict=True))
    ]


async def bring_leads(
    session: AsyncSession, duty: Staff, cast: Cast, leads: Sequence[DemoLead]
) -> list[str]:
    """File a batch and write down how it was worked; returns the numbers of the pressing ones."""
    ids = await file_many(session, [one.row for one in leads], CHANNEL, "import:演示", cast.areas)
    await work_many(
        session,
        duty,
        [Worked(lead_id, one.steps) for lead_id, one in zip(ids, leads, strict=True)],
    )
    numbers = await numbers_of(session, ids)
    for lead_id, one in zip(ids, leads, strict=True):
        if one.avoided_fen:
            amount = f"{one.avoided_fen // 100}.{one.avoided_fen % 100:02d}"
            at = one.steps[-1].at
            await record_outcome(session, duty, numbers[lead_id], at, avoided=amount, basis=BASIS)
    return [
        numbers[lead_id]
        for lead_id, one in zip(ids, leads, strict=True)
        if one.row.risk is Risk.HIGH
    ]


def split(total: int, parts: int, rng: Random) -> list[int]:
    """A sum in so many uneven parts, none of them nought, that add up to it."""
    weights = [rng.randint(40, 400) for _ in range(parts)]
    return [1 + share for share in shares_of(total - parts, weights)]


def _lead(
    kind: str, at: datetime, phone: str, cast: Cast, rng: Random, avoided: Iterator[int]
) -> DemoLead:
    category, story = rng.choice(STORIES)
    area = rng.choice(cast.areas)
    fund, pressing = kind == "fund", kind in ("high", "later")
    risk = Risk.URGENT if fund else Risk.HIGH if pressing else rng.choice((Risk.MEDIUM, Risk.LOW))
    row = LeadRow(
        LeadKind.FUND if fund else LeadKind.CONTACT,
        risk,
        at,
        description=story,
        phone=phone,
        area=f"{area.street}{rng.randint(1, 300)}号",
        category=category,
        amount_fen=rng.randint(1, 500) * 10_000 if fund else None,
        transferred=fund,
    )
    return DemoLead(row, _steps(kind, at, area.station, rng), next(avoided) if fund else 0)


def _steps(kind: str, at: datetime, station: str, rng: Random) -> tuple[Step, ...]:
    signed = Step(at + rng.randint(1, 3) * MINUTE, LeadState.SIGNED)
    if kind == "other" and rng.random() < FALSE_ALARMS:
        why = "核实后暂无诈骗情形"
        return (
            signed,
            Step(signed.at + 40 * MINUTE, LeadState.FALSE_ALARM, why),
            Step(signed.at + DAY, LeadState.CLOSED),
        )
    called = Step(signed.at + rng.randint(2, 9) * MINUTE, contact=REACHED)
    stopped = Step(called.at + rng.randint(20, 90) * MINUTE, LeadState.STOPPED)
    closed = Step(stopped.at + DAY, LeadState.CLOSED)
    if kind == "other":
        return (signed, called, stopped, closed)
    sent = Step(called.at + MINUTE, LeadState.DISPATCHED, station=station)
    met = Step(sent.at + 15 * MINUTE, LeadState.MET)
    visited = (signed, called, sent, met, stopped)
    if kind != "later":
        return (*visited, closed)
    lost = stopped.at + rng.randint(3, 25) * DAY
    return (
        *visited,
        Step(stopped.at + DAY, LeadState.FOLLOWUP),
        Step(lost, LeadState.DEFRAUDED),
        Step(lost + DAY, LeadState.CLOSED),
    )
