"""A resident's own leads: see them, add to them, withdraw them, have what is personal deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.areas import place_lead
from bot.services.evidence import Arrived, attach_to_lead
from bot.services.holders import tell_holders
from bot.services.leads import (
    ENDED_STATES,
    TRANSITIONS,
    add_event,
    open_value,
    read_lead_number,
)
from bot.services.news import tell_news
from bot.services.report_answers import masked_story
from bot.services.suspects import add_identifiers, named_in_story
from bot.storage import leads as rows
from bot.storage.contacts import blank_notes
from bot.storage.database import vault_of
from bot.storage.evidence import discard_lead_evidence
from bot.storage.lead_changes import change_lead, hold_lead
from bot.storage.leads import DESCRIPTION, PHONE, Lead, LeadState, Reporter
from bot.storage.linking import survivor_of
from bot.storage.partner_requests import WORDS, blank_requests_of_lead
from bot.storage.residents import Resident
from bot.storage.transfers import forget_elements
from bot.times import on_screen

UNDO_WITHIN = timedelta(minutes=1)
LEADS_SHOWN = 10
LONGEST_STORY = 10_000
REQUEST_ERASED = "本人要求删除个人信息，原内容已清除。已经办的请照常反馈结果。"
STATE_WORDS: Mapping[LeadState, str] = {
    LeadState.NEW: "已收到，等值班民警签收",
    LeadState.SIGNED: "值班民警已签收，请留意来电",
    LeadState.CALLING: "值班民警正在联系您，请留意来电",
    LeadState.UNREACHABLE: "没能联系上您，方便时请打 96110",
    LeadState.REFUSED: "民警联系过您；改变主意随时打 96110",
    LeadState.DISPATCHED: "已转给派出所跟进",
    LeadState.MET: "民警已和您见面，正在跟进",
    LeadState.STOPPED: "已登记劝阻，之后可能回访",
    LeadState.DEFRAUDED: "已登记损失；还没报案的请打 110 或去派出所",
    LeadState.FOLLOWUP: "正在回访",
    LeadState.FALSE_ALARM: "核对后暂不需要继续处理",
    LeadState.WITHDRAWN: "已撤回",
    LeadState.MERGED: "已和同一件事的其他报送合在一起处理",
    LeadState.CLOSED: "已办结；有新情况请再次报送",
}
"""Where a lead stands, as its reporter reads it."""


@dataclass(frozen=True, slots=True)
class OwnLead:
    """A lead as its reporter sees it."""

    number: str
    received_at: datetime
    happened: str
    state: LeadState
    can_add: bool
    can_withdraw: bool


def resident_actor(resident: Resident) -> str:
    """How a resident stands in audit trails: by the channel only."""
    return f"resident:{resident.channel}"


async def own_leads(session: AsyncSession, resident: Resident) -> list[OwnLead]:
    """One's leads, newest first."""
    leads = await rows.leads_of_resident(session, resident.id, LEADS_SHOWN)
    return [await _seen(session, lead) for lead in leads]


async def own_lead(session: AsyncSession, resident: Resident, number: str) -> OwnLead:
    """One of one's leads."""
    return await _seen(session, await find_own_lead(session, resident, number))


async def find_own_lead(session: AsyncSession, resident: Resident, number: str) -> Lead:
    """The lead of that number. Raises NotFoundError for anybody else's, as for one that is not."""
    lead = await rows.lead_by_number(session, read_lead_number(number))
    if lead is None or lead.resident_id != resident.id:
        raise NotFoundError("没有找到您的这条报送。发 /my 可以看您报送过的内容。")
    return lead


async def open_own_lead(session: AsyncSession, resident: Resident, number: str) -> Lead:
    """The same where it can still be added to. Raises ConflictError for one that has ended."""
    lead = await find_own_lead(session, resident, number)
    if not await _can_add(session, lead):
        state = _ended(LeadState(lead.state))
        raise ConflictError(f"{lead.number} 现在是：{state}。有新情况请再报送一次：/report")
    return lead


def _ended(state: LeadState) -> str:
    """Where an ended lead stands, without what follows from it."""
    return STATE_WORDS[state].split("；")[0]


async def lead_under_way(session: AsyncSession, resident: Resident, number: str) -> Lead:
    """The lead that a dialogue at hand has made and goes on with; also one that names nobody.

    `number` comes from the sealed dialogue, never from what somebody pressed or typed.
    """
    lead = await rows.lead_by_number(session, number)
    nameless = lead is not None and lead.reporter == Reporter.ANONYMOUS
    if lead is not None and nameless and await _can_add(session, lead):
        return lead
    return await open_own_lead(session, resident, number)


async def add_to_lead(
    session: AsyncSession, resident: Resident, number: str, typed: str, now: datetime
) -> tuple[Lead, tuple[str, ...]]:
    """Add to the story; returns the lead and what was taken out of the words."""
    lead = await open_own_lead(session, resident, number)
    story, hidden = masked_story(typed.strip())
    if not story:
        raise InvalidInputError("没有收到文字，请再写一次。")
    await hold_lead(session, lead)
    await add_words(session, lead, story, now)
    phone = open_value(session, lead.phone_sealed, PHONE)
    await add_identifiers(session, lead, named_in_story(typed), phone)
    await add_event(session, lead.id, actor=resident_actor(resident), event="add", now=now)
    if not await tell_news(session, lead, resident_actor(resident), typed, now):
        await _tell(session, lead, "报送人补充了内容，请在值班台查看。", now)
    return lead, hidden


async def add_file(
    session: AsyncSession, resident: Resident, number: str, arrived: Arrived, now: datetime
) -> int:
    """Give a file to one's lead; returns how many it has."""
    lead = await open_own_lead(session, resident, number)
    return await add_file_to(session, resident, lead, arrived, now)


async def add_file_to(
    session: AsyncSession, resident: Resident, lead: Lead, arrived: Arrived, now: datetime
) -> int:
    """The same for a lead at hand."""
    await hold_lead(session, lead)
    count = await attach_to_lead(session, arrived, lead)
    await add_event(session, lead.id, actor=resident_actor(resident), event="evidence", now=now)
    await _tell(session, lead, "报送人补充了文件，请在值班台查看。", now)
    return count


async def add_words(session: AsyncSession, lead: Lead, story: str, now: datetime) -> None:
    """Append masked words to a lead's story, with their time."""
    known = open_value(session, lead.description_sealed, DESCRIPTION)
    added = f"[补充 {on_screen(now, '%m-%d %H:%M')}] {story}" if known else story
    whole = f"{known}\n{added}".strip()
    if len(whole) > LONGEST_STORY:
        raise InvalidInputError("这条报送已经写得很长，请等民警联系，或再报送一次。")
    await hold_lead(session, lead, description_sealed=vault_of(session).seal(whole, DESCRIPTION))


async def _tell(session: AsyncSession, lead: Lead, words: str, now: datetime) -> None:
    await tell_holders(
        session, lead, words, key=f"added:{lead.number}:{now.timestamp():.0f}", now=now
    )


async def withdraw(
    session: AsyncSession, resident: Resident, number: str, now: datetime, why: str = "本人撤回"
) -> Lead:
    """Withdraw a lead that nobody has begun to work on.

    Raises ConflictError where it is too late, with what to do instead.
    """
    lead = await find_own_lead(session, resident, number)
    before = LeadState(lead.state)
    if before is LeadState.WITHDRAWN:
        raise ConflictError(f"{lead.number} 已经撤回了。")
    if before in ENDED_STATES:
        raise ConflictError(
            f"{lead.number} 现在是：{_ended(before)}，不用撤回。"
            "要清除您的个人信息，发 /my 点编号，再点“删除我的信息”。"
        )
    if LeadState.WITHDRAWN not in TRANSITIONS[before]:
        raise ConflictError(
            f"{lead.number} 民警已经在处理（{STATE_WORDS[before]}），不能直接撤回。"
            "民警联系您时告诉他，或打 96110。"
        )
    values = {"state": LeadState.WITHDRAWN, "step_due_at": None, "remind_at": None}
    if not await change_lead(session, lead, **values):
        raise ConflictError("刚有民警在处理这条报送，请发 /my 看看最新进度。")
    await add_event(
        session,
        lead.id,
        actor=resident_actor(resident),
        event="withdraw",
        from_state=before,
        to_state=LeadState.WITHDRAWN,
        why=why,
        now=now,
    )
    await _tell(session, lead, f"报送人已撤回（{why}）。", now)
    return lead


async def undo(
    session: AsyncSession, resident: Resident, number: str, now: datetime, *, only_trying: bool
) -> Lead:
    """Take a false tap back within a minute, with everything personal in it.

    Who was `only_trying` is marked: his next report ranks one lower, and is never hidden.
    """
    lead = await find_own_lead(session, resident, number)
    if now - lead.received_at > UNDO_WITHIN:
        raise ConflictError("已经超过一分钟，请发 /my 找到这条报送，点“撤回”。")
    await withdraw(session, resident, number, now, "测试" if only_trying else "误触")
    if only_trying:
        resident.tested_at = now
    await _erase(session, resident, lead, now)
    return lead


async def erase(session: AsyncSession, resident: Resident, number: str, now: datetime) -> Lead:
    """Delete what is personal in a lead; what statistics count stays.

    Suspects' identifiers stay, too: they are not the reporter's.
    """
    lead = await find_own_lead(session, resident, number)
    if LeadState.WITHDRAWN in TRANSITIONS[LeadState(lead.state)]:
        await withdraw(session, resident, number, now, "本人要求删除")
    else:
        await _tell(session, lead, "报送人要求删除，个人信息已删除。", now)
    await _erase(session, resident, lead, now)
    return lead


async def _erase(session: AsyncSession, resident: Resident, lead: Lead, now: datetime) -> None:
    await place_lead(session, lead)
    await discard_lead_evidence(session, lead.id, now)
    await forget_elements(session, lead.id)
    await blank_notes(session, lead.id)
    instead = vault_of(session).seal(REQUEST_ERASED, WORDS)
    await blank_requests_of_lead(session, lead.id, instead)
    await hold_lead(
        session,
        lead,
        phone_sealed=None,
        phone_hash=None,
        area_sealed=None,
        description_sealed=b"",
        resident_id=None,
        erased_at=now,
    )
    await add_event(session, lead.id, actor=resident_actor(resident), event="erase", now=now)


async def _can_add(session: AsyncSession, lead: Lead) -> bool:
    """Whether somebody works on it, be it on the lead in which it goes on."""
    at = await survivor_of(session, lead.id) if lead.state == LeadState.MERGED else lead
    return at is not None and at.state not in ENDED_STATES and lead.erased_at is None


async def _seen(session: AsyncSession, lead: Lead) -> OwnLead:
    """A lead as its reporter sees it; of one that went on in another whether that is closed."""
    state = shown = LeadState(lead.state)
    if state is LeadState.MERGED:
        survivor = await survivor_of(session, lead.id)
        shown = LeadState.CLOSED if survivor and survivor.state == LeadState.CLOSED else state
    return OwnLead(
        lead.number,
        lead.received_at,
        lead.happened,
        shown,
        await _can_add(session, lead),
        LeadState.WITHDRAWN in TRANSITIONS[state],
    )
