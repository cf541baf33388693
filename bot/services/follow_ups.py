"""Follow-up by the bot 7 and 30 days after somebody was dissuaded (practice.md, 回访)."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.circle import PAID, tell_circle
from bot.services.escalation import CLOCK
from bot.services.leads import TRANSITIONS, add_event
from bot.services.limits import step_due
from bot.services.notifications import alert_roles, tell_resident
from bot.services.outgoing import Button, Outgoing
from bot.services.own_leads import find_own_lead, resident_actor
from bot.services.progress import tell_progress
from bot.services.sending_rules import Rules, place
from bot.services.time_limits import limits_in_force
from bot.storage import follow_ups as rows
from bot.storage.follow_ups import SATISFIED, FollowAnswer, FollowUp
from bot.storage.lead_changes import change_lead, lock_lead
from bot.storage.leads import Lead, LeadState, Risk
from bot.storage.outbox import Priority
from bot.storage.residents import Resident
from bot.storage.staff import Role
from bot.times import SHANGHAI

AFTER_DAYS = (7, 30)
LATEST = timedelta(days=10)
"""*Default*: so late a question is still put; after that it would only puzzle."""
DAY = (time(9), time(20))
"""*Default*: between these local times somebody is asked."""
BATCH = 100
QUESTION = "回访一下：您之前报送的 {number}，后来怎么样了？点一个就行，不想答可以不理。"
ANSWER_NAMES: Mapping[FollowAnswer, str] = {
    FollowAnswer.FINE: "没有再遇到",
    FollowAnswer.AGAIN: "又有人联系我",
    FollowAnswer.DEFRAUDED: "后来转了钱",
}
SATISFACTION_NAMES: Mapping[int, str] = {SATISFIED: "满意", 2: "一般", 1: "不满意"}
STOP, STOP_NAME = "stop", "不要再问我"
GO_ON, GO_ON_NAME = "go_on", "以后还可以问我"
LEADS_TO: Mapping[FollowAnswer, LeadState] = {
    FollowAnswer.AGAIN: LeadState.CALLING,
    FollowAnswer.DEFRAUDED: LeadState.DEFRAUDED,
}
BY_FOLLOW_UP = (LeadState.STOPPED, LeadState.CLOSED)
"""From here a lead goes through 回访中, as the table of moves has it."""


async def follow_ups_wait(session: AsyncSession, rules: Rules, now: datetime) -> bool:
    """Whether somebody is to be asked now; only looks."""
    if not _by_day(now, rules):
        return False
    for days in AFTER_DAYS:
        if await rows.leads_to_ask(session, days, LATEST, now, 1):
            return True
    return False


async def ask_follow_ups(session: AsyncSession, rules: Rules, now: datetime) -> int:
    """Ask by day whose turn it is, on the channel they came by; each question once.

    Returns how many questions were put, at most BATCH for each of AFTER_DAYS.
    """
    if not _by_day(now, rules):
        return 0
    asked = 0
    for days in AFTER_DAYS:
        for lead in await rows.leads_to_ask(session, days, LATEST, now, BATCH):
            asked += await _ask(session, lead, days, now)
    return asked


async def answer_follow_up(
    session: AsyncSession,
    resident: Resident,
    number: str,
    days: int,
    answer: FollowAnswer,
    now: datetime,
) -> Lead:
    """Write an answer down and act on it once; a graver one replaces a milder one. That money is
    gone the family circle hears, too.

    Raises NotFoundError where the lead is another's or was not asked about.
    """
    lead = await find_own_lead(session, resident, number)
    await _asked(session, lead, days)
    if not await rows.note_answer(session, lead.id, days, answer, now):
        return lead
    await lock_lead(session, lead.id)
    await session.refresh(lead)
    actor, told = resident_actor(resident), f"{days} 天回访：{ANSWER_NAMES[answer]}"
    await add_event(session, lead.id, actor=actor, event="follow_answer", why=told, now=now)
    if answer in LEADS_TO:
        await _move_on(session, lead, LEADS_TO[answer], actor, now)
        await _alert(session, lead, days, answer, now)
    if answer is FollowAnswer.DEFRAUDED:
        await tell_circle(session, resident, PAID, None, now)
    return lead


async def rate_help(
    session: AsyncSession, resident: Resident, number: str, days: int, satisfied: int
) -> None:
    """Keep how satisfied somebody is: 1 not, 2 middling, 3 yes; the last tap counts."""
    if satisfied not in SATISFACTION_NAMES:
        raise InvalidInputError("请点下面的按钮选择。")
    lead = await find_own_lead(session, resident, number)
    (await _asked(session, lead, days)).satisfied = satisfied


def stop_asking(resident: Resident) -> None:
    """Never ask this resident again."""
    resident.no_follow_up = True


def go_on_asking(resident: Resident) -> None:
    """Ask this resident again, who had said not to."""
    resident.no_follow_up = False


def _by_day(now: datetime, rules: Rules) -> bool:
    begin, end = DAY
    return begin <= now.astimezone(SHANGHAI).time() < end and not place(now, rules).why


async def _ask(session: AsyncSession, lead: Lead, days: int, now: datetime) -> bool:
    resident = await session.get(Resident, lead.resident_id)
    if resident is None or not await rows.note_asked(session, lead.id, days, now):
        return False
    await lock_lead(session, lead.id)
    why = f"{days} 天回访"
    await add_event(session, lead.id, actor=CLOCK, event="follow_asked", why=why, now=now)
    labels = [*((one.value, name) for one, name in ANSWER_NAMES.items()), (STOP, STOP_NAME)]
    buttons = tuple((Button(label, f"follow:{act}:{lead.number}:{days}"),) for act, label in labels)
    await tell_resident(
        session,
        resident,
        Outgoing(QUESTION.format(number=lead.number), buttons),
        key=f"follow:{lead.number}:{days}",
        priority=Priority.DIGEST,
        now=now,
    )
    return True


async def _asked(session: AsyncSession, lead: Lead, days: int) -> FollowUp:
    row = await rows.follow_up_of(session, lead.id, days)
    if row is None:
        raise NotFoundError("没有找到这次回访。有新情况请再报送一次：/report")
    return row


async def _move_on(
    session: AsyncSession, lead: Lead, to: LeadState, actor: str, now: datetime
) -> None:
    """Move a lead as far as the table allows; where it does not, the answer alone stands."""
    if lead.state in BY_FOLLOW_UP:
        await _step(session, lead, LeadState.FOLLOWUP, actor, now)
    if to in TRANSITIONS[LeadState(lead.state)]:
        await _step(session, lead, to, actor, now)
    await tell_progress(session, lead, now)


async def _step(
    session: AsyncSession, lead: Lead, to: LeadState, actor: str, now: datetime
) -> None:
    before = LeadState(lead.state)
    limits = await limits_in_force(session)
    due = step_due(to, Risk(lead.risk), lead.received_at, now, limits)
    values = {"state": to, "step_due_at": due, "remind_at": due, "reminded": 0}
    if not await change_lead(session, lead, **values):
        return
    await add_event(
        session,
        lead.id,
        actor=actor,
        event="reopen" if before is LeadState.CLOSED else "move",
        from_state=before,
        to_state=to,
        why="群众答复回访",
        now=now,
    )


async def _alert(
    session: AsyncSession, lead: Lead, days: int, answer: FollowAnswer, now: datetime
) -> None:
    text = f"线索 {lead.number}：{days} 天回访时群众答“{ANSWER_NAMES[answer]}”，请尽快联系。"
    message = Outgoing(text, ((Button("查看", f"lead:show:{lead.number}"),),))
    key = f"follow-{answer}:{lead.number}:{days}"
    await alert_roles(session, (Role.DUTY, Role.CHIEF), message, key=key, now=now)
