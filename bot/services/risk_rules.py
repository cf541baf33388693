"""How pressing a new lead is: triage, then verdict, amount and recency, in one table.

Every figure is a default of ours and none a rule of any authority, but the 48 hours: so long a
stop-payment by the police lasts (practice.md, "Stopping a payment").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.matching.result import Level
from bot.services.leads import RISK_NAMES
from bot.services.triage import HAPPENED_NAMES, Happened
from bot.storage.leads import Risk

LARGE_FEN = 5_000_000
"""50,000 yuan."""
STOP_PAYMENT_LASTS = timedelta(hours=48)
LONG_AGO = timedelta(days=30)
PRESSING = (Risk.URGENT, Risk.HIGH, Risk.MEDIUM, Risk.LOW)
"""From the most to the least pressing."""
RISK_BY_HAPPENED: Mapping[Happened, Risk] = {
    Happened.PAID: Risk.URGENT,
    Happened.ON_CALL: Risk.URGENT,
    Happened.CASH: Risk.URGENT,
    Happened.GAVE_CODE: Risk.HIGH,
    Happened.BLACKMAILED: Risk.HIGH,
    Happened.CHILD: Risk.HIGH,
    Happened.NOT_PAID: Risk.LOW,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What a lead's risk follows from.

    `amount_fen` is gone or at stake, `gone` says which; `ago` is the least time since it happened;
    `told_gone`: the story says that money left, whatever was tapped.
    """

    happened: Happened
    level: str = ""
    amount_fen: int | None = None
    gone: bool = False
    ago: timedelta | None = None
    told_gone: bool = False


@dataclass(frozen=True, slots=True)
class RiskRule:
    """Makes a lead one step more pressing, or with `step` -1 less so; `why` is shown with it."""

    why: str
    step: int
    holds: Callable[[Known], bool]


RULES: Sequence[RiskRule] = (
    RiskRule(
        "内容像诈骗",
        1,
        lambda it: it.happened is Happened.NOT_PAID and it.level in (Level.HIGH, Level.SUSPICIOUS),
    ),
    RiskRule("金额 5 万元以上", 1, lambda it: (it.amount_fen or 0) >= LARGE_FEN),
    RiskRule(
        "48 小时内有钱转出",
        1,
        lambda it: (
            it.gone and bool(it.amount_fen) and it.ago is not None and it.ago <= STOP_PAYMENT_LASTS
        ),
    ),
    RiskRule(
        "已过 30 天",
        -1,
        lambda it: (
            it.ago is not None and it.ago >= LONG_AGO and it.happened is not Happened.ON_CALL
        ),
    ),
)
"""Applied in order, each from where the one before led."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A risk and the words why."""

    risk: Risk
    why: str


def stepped(risk: Risk, step: int) -> Risk:
    """The risk `step` steps more pressing (less, where negative), within what there is."""
    place = PRESSING.index(risk) - step
    return PRESSING[min(max(place, 0), len(PRESSING) - 1)]


def rank(known: Known) -> Ranked:
    """The risk of a lead and the words why, which name nothing personal."""
    risk, reasons = RISK_BY_HAPPENED[known.happened], [HAPPENED_NAMES[known.happened]]
    if known.told_gone and risk is not Risk.URGENT:
        risk = Risk.URGENT
        reasons.append("叙述里说钱或财物已交出")
    for rule in RULES:
        if rule.holds(known):
            risk = stepped(risk, rule.step)
            reasons.append(rule.why)
    return Ranked(risk, f"风险{RISK_NAMES[risk]}：{'，'.join(reasons)}")
