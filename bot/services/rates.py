"""The rates of the duty desk (practice.md, Metrics): which leads each one counts."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import or_

from bot.storage import figures as rows
from bot.storage.leads import Lead, LeadState
from bot.storage.work_facts import LATER

DEFRAUDED_LATER = f"见面后 {LATER.days} 天内或回访时得知被骗，报送前转走的不算 / 已见面"


@dataclass(frozen=True, slots=True)
class RateRule:
    """A rate: which leads of a span its denominator counts, and which its numerator."""

    name: str
    part: tuple[rows.Condition, ...]
    whole: tuple[rows.Condition, ...]
    meaning: str


@cache
def rate_rules(sqlite: bool) -> tuple[RateRule, ...]:
    """Every rate, as conditions for that database."""
    signed = Lead.signed_at.is_not(None)
    handed = or_(rows.went_to(LeadState.DISPATCHED), rows.noted("partner"))
    back = or_(
        rows.went_to(LeadState.MET, LeadState.UNREACHABLE, LeadState.REFUSED, LeadState.DEFRAUDED),
        rows.noted("partner_back"),
    )
    met, stopped = rows.went_to(LeadState.MET), rows.went_to(LeadState.STOPPED)
    dissuaded = or_(met, rows.was_reached(), stopped)
    later = rows.defrauded_after_meeting(LATER, sqlite)
    kept = Lead.state != LeadState.WITHDRAWN
    in_time = signed & (Lead.signed_at <= Lead.due_at)
    dispatched = rows.went_to(LeadState.DISPATCHED)
    return (
        RateRule(
            "签收及时率",
            (in_time, kept),
            (kept,),
            "按时签收 / 收到（不含撤回，含没到时限的）",
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
            DEFRAUDED_LATER,
        ),
    )
