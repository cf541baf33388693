"""What a resident reads when the state of a report changes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.notifications import tell_resident
from bot.services.outgoing import Outgoing
from bot.storage.leads import Lead, LeadState
from bot.storage.linking import merged_into
from bot.storage.outbox import Priority
from bot.storage.residents import Resident

WORDS: Mapping[LeadState, str] = {
    LeadState.SIGNED: (
        "请先不要转账，等民警联系。您报送的 {number} 已由值班民警签收。"
        "民警不会要您转账，也不会要验证码。"
    ),
    LeadState.CALLING: (
        "有疑问随时拨打 96110。值班民警已开始就 {number} 联系您，不会要您转账，也不会要验证码。"
    ),
    LeadState.UNREACHABLE: "方便时请拨打 96110。值班民警刚才没能就 {number} 联系上您。",
    LeadState.REFUSED: (
        "想再商量，随时拨打 96110；钱先不要转。您报送的 {number} 登记为暂时不需要民警继续劝说。"
    ),
    LeadState.DISPATCHED: (
        "情况紧急请直接拨打 110。您报送的 {number} 已转给派出所跟进，之后可能有民警和您联系。"
    ),
    LeadState.MET: ("请把聊天和转账记录留好。您报送的 {number} 已登记和民警见过面，还会继续跟进。"),
    LeadState.STOPPED: (
        "请不要再和对方联系，也不要转账。您报送的 {number} 已登记劝阻，之后可能会回访。"
    ),
    LeadState.DEFRAUDED: (
        "请保留聊天和转账记录，还没报案的请打 110 或去派出所。您报送的 {number} 已登记损失情况。"
    ),
    LeadState.FOLLOWUP: (
        "有新情况随时拨打 96110。您报送的 {number} 进入回访，之后可能会问您后来怎么样。"
    ),
    LeadState.FALSE_ALARM: (
        "以后拿不准，仍可随时发来或拨打 96110。您报送的 {number} 核对后暂不需要继续处理。"
    ),
    LeadState.WITHDRAWN: "需要时可以再次报送。您报送的 {number} 已撤回。",
    LeadState.MERGED: "您不用再做什么。您报送的 {number} 已和同一件事的其他报送合在一起处理。",
    LeadState.CLOSED: "有新情况请再次报送。您报送的 {number} 已办结；报送不等于报案。",
}


async def tell_progress(session: AsyncSession, lead: Lead, now: datetime) -> None:
    """Tell the resident where the lead now stands; each change once. Filing has its receipt.

    Whose report went on in this one hears when that is closed, under the number of his own.
    """
    state = LeadState(lead.state)
    if state not in WORDS:
        return
    await _tell(session, lead, state, now)
    if state is LeadState.CLOSED:
        for merged in await merged_into(session, lead.id):
            if merged.resident_id != lead.resident_id:
                await _tell(session, merged, state, now, survivor=lead)


async def _tell(
    session: AsyncSession,
    lead: Lead,
    state: LeadState,
    now: datetime,
    *,
    survivor: Lead | None = None,
) -> None:
    if lead.resident_id is None:
        return
    resident = await session.get(Resident, lead.resident_id)
    if resident is None:
        return
    await tell_resident(
        session,
        resident,
        Outgoing(WORDS[state].format(number=lead.number)),
        key=f"progress:{lead.number}:{(survivor or lead).version}",
        priority=Priority.RECEIPT,
        now=now,
    )
