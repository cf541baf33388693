"""What a reporter adds that the desk must hear at once: money is gone, or his life in danger."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.holders import tell_desk
from bot.services.leads import RISK_NAMES, add_event
from bot.services.merging import pressed
from bot.services.report_answers import despairs
from bot.services.time_limits import limits_in_force
from bot.services.triage import money_gone_in
from bot.storage.lead_changes import hold_lead
from bot.storage.leads import Lead, LeadState, Risk

DESPAIRS = "报送人的话里有轻生的意思，请马上联系本人，必要时联系当地派出所上门。"
PAID_SINCE = "报送人补充说钱已经转出，请马上联系。"


async def tell_news(
    session: AsyncSession, lead: Lead, actor: str, typed: str, now: datetime
) -> bool:
    """Tell the desk what cannot wait of what was added; whether there was such a thing."""
    if despairs(typed):
        await tell_desk(session, lead, DESPAIRS, "despair", now)
        return True
    if paid_since(lead, typed):
        await _press(session, lead, actor, now)
        await tell_desk(session, lead, PAID_SINCE, "paid", now)
        return True
    return False


def paid_since(lead: Lead, typed: str) -> bool:
    """Whether somebody adds that money is gone to a report that did not say so."""
    return not lead.transferred and money_gone_in(typed)


async def _press(session: AsyncSession, lead: Lead, actor: str, now: datetime) -> None:
    """Make a lead urgent, with the limits of such a one from now on."""
    before = Risk(lead.risk)
    if before is Risk.URGENT or lead.state == LeadState.MERGED:
        return
    urgent = pressed(lead, Risk.URGENT, now, await limits_in_force(session))
    await hold_lead(session, lead, **urgent)
    why = f"风险 {RISK_NAMES[before]}→{RISK_NAMES[Risk.URGENT]}；报送人补充说钱已转出"
    await add_event(session, lead.id, actor=actor, event="ranked", why=why, now=now)
