"""A resident's report: what is asked, in which order, and filing it as a lead."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.matching.result import ActionCode, Verdict
from bot.services.handling import risk_after_prank
from bot.services.leads import RISK_NAMES, add_event, new_lead_number
from bot.services.money import amount_named
from bot.services.notifications import alert_chats
from bot.services.outgoing import Button, Outgoing
from bot.services.recency import read_ago
from bot.services.risk_rules import Known, rank, stepped
from bot.services.suspects import add_identifiers, named_in_answer
from bot.services.time_limits import limits_in_force
from bot.services.triage import (
    ACTION_BY_HAPPENED,
    FILED_AT_ONCE,
    HAPPENED_NAMES,
    MONEY_IS_GONE,
    Happened,
    money_gone_in,
)
from bot.storage.database import vault_of
from bot.storage.leads import (
    AREA,
    DESCRIPTION,
    PHONE,
    Lead,
    LeadKind,
    LeadState,
    Reporter,
    Risk,
)
from bot.storage.linking import sender_before
from bot.storage.new_leads import NewLead, add_lead
from bot.storage.residents import Resident
from bot.storage.roster import chats_to_alert
from bot.storage.staff import Role
from bot.storage.updates import keep_nameless
from bot.times import on_screen

REPORTER_NAMES: Mapping[Reporter, str] = {
    Reporter.SELF: "我自己",
    Reporter.FAMILY: "家人",
    Reporter.ANONYMOUS: "不留名",
}
OUTSIDE = "不在本区"
"""The area of somebody whom the district's officers cannot reach."""


TOLD_OUTSIDE = "报送人不在本区，请联系当地公安接手。"
"""What the duty team is told then."""


class ReportStep(StrEnum):
    """The questions, in order."""

    HAPPENED = "happened"
    GUARDIAN = "guardian"
    WHO = "who"
    DESCRIPTION = "description"
    CONTACT = "contact"
    SUSPECTS = "suspects"
    AMOUNT = "amount"
    PHONE = "phone"
    AREA = "area"
    CONFIRM = "confirm"


SKIPPABLE = frozenset(
    {
        ReportStep.CONTACT,
        ReportStep.SUSPECTS,
        ReportStep.AMOUNT,
        ReportStep.PHONE,
        ReportStep.AREA,
    }
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a resident has answered so far; it lives, sealed, in his dialogue.

    `mentioned` are the suspect's identifiers (kind, value) in the story, whose numbers are masked.
    `when` is what was said of when money went; a story tells it in its own words.
    `minor` when the story says that its writer is under 14, `guardian` how that was settled.
    """

    happened: str = ""
    description: str = ""
    contact: str = ""
    suspects: str = ""
    amount_fen: int | None = None
    phone: str = ""
    area: str = ""
    mentioned: tuple[tuple[str, str], ...] = ()
    level: str = ""
    category: str | None = None
    family: str | None = None
    who: str = ""
    guardian: str = ""
    minor: bool = False
    action: str = ""
    when: str = ""

    def to_data(self) -> dict[str, Any]:
        """The form kept in the dialogue."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Draft":
        """The reverse of to_data; unknown entries of an older form are left out."""
        known: dict[str, Any] = {name: data[name] for name in cls.__slots__ if name in data}
        mentioned = tuple((kind, value) for kind, value in known.pop("mentioned", ()))
        return cls(**known, mentioned=mentioned)


def action_of(draft: Draft) -> ActionCode:
    """What the person does now; who lent an account hears of that, whatever else happened."""
    lent = ActionCode.ACCOUNT_LENT
    if draft.happened == Happened.NOT_PAID and draft.action == lent:
        return lent
    return ACTION_BY_HAPPENED[Happened(draft.happened)]


def steps_of(draft: Draft) -> list[ReportStep]:
    """The questions for this draft."""
    left_out = set()
    if draft.happened not in MONEY_IS_GONE:
        left_out.add(ReportStep.AMOUNT)
    if draft.happened != Happened.CHILD and not draft.minor:
        left_out.add(ReportStep.GUARDIAN)
    if draft.who == Reporter.ANONYMOUS:
        left_out.add(ReportStep.PHONE)
    return [step for step in ReportStep if step not in left_out]


def step_after(draft: Draft, step: ReportStep) -> ReportStep:
    """The next question that has no answer yet; CONFIRM at the end."""
    steps = steps_of(draft)
    if ReportStep.GUARDIAN in steps and not draft.guardian and step is not ReportStep.HAPPENED:
        return ReportStep.GUARDIAN
    later = steps[steps.index(step) + 1 :] if step in steps else steps
    answered = {
        ReportStep.HAPPENED: draft.happened,
        ReportStep.GUARDIAN: draft.guardian,
        ReportStep.WHO: draft.who if step is ReportStep.GUARDIAN else "",
        ReportStep.DESCRIPTION: draft.description,
    }
    return next((one for one in later if not answered.get(one)), ReportStep.CONFIRM)


def step_before(draft: Draft, step: ReportStep) -> ReportStep | None:
    """The question before; None at the first."""
    steps = steps_of(draft)
    place = steps.index(step) if step in steps else 0
    return steps[place - 1] if place else None


def skip(draft: Draft, step: ReportStep) -> Draft:
    """The draft without an answer to this question; what was given before is taken back."""
    empty = Draft()
    name = "amount_fen" if step is ReportStep.AMOUNT else step.value
    return replace(draft, **{name: getattr(empty, name)})


def with_verdict(draft: Draft, step: ReportStep, verdict: Verdict | None) -> Draft:
    """The draft with the trick that its story tells of, unless a check before it found one."""
    if step is not ReportStep.DESCRIPTION or verdict is None or draft.category:
        return draft
    return replace(draft, level=verdict.level, category=verdict.category, family=verdict.family)


def known_of(draft: Draft, now: datetime) -> Known:
    """What the draft's risk follows from; where money is gone only an answer says since when."""
    amount, gone = draft.amount_fen, draft.happened in MONEY_IS_GONE
    told = "" if draft.happened in FILED_AT_ONCE else draft.description
    return Known(
        Happened(draft.happened),
        draft.level,
        amount if amount is not None else amount_named(draft.description),
        gone and amount is not None,
        read_ago(draft.when or told, now),
        money_gone_in(draft.description),
    )


async def file_report(
    session: AsyncSession, resident: Resident, draft: Draft, now: datetime, evidence_of: str = ""
) -> Lead:
    """Make a lead of a draft and alert the duty team, all in the caller's transaction.

    `evidence_of` names the dialogue whose files become the lead's. Of an anonymous report nothing
    says whose it is.
    """
    vault = vault_of(session)
    reporter = Reporter(draft.who or Reporter.SELF)
    phone_hash = vault.fingerprint(draft.phone, PHONE) if draft.phone else None
    risk, why = await _ranked(session, resident, draft, phone_hash, now)
    due_at = now + (await limits_in_force(session))[risk].sign
    chats = await chats_to_alert(session, (Role.DUTY, Role.CHIEF), now)
    told = NewLead(
        number=await new_lead_number(session, now),
        kind=LeadKind.CASH_GOLD if draft.happened == Happened.CASH else LeadKind.BOT_REPORT,
        risk=risk,
        state=LeadState.NEW,
        channel=resident.channel,
        category=draft.category,
        family=draft.family,
        resident_id=None if reporter is Reporter.ANONYMOUS else resident.id,
        happened=draft.happened,
        contact_channel=draft.contact,
        transferred=draft.happened in FILED_AT_ONCE,
        amount_fen=draft.amount_fen,
        description_sealed=vault.seal(draft.description, DESCRIPTION),
        phone_sealed=vault.seal(draft.phone, PHONE) if draft.phone else None,
        phone_hash=phone_hash,
        area_sealed=vault.seal(draft.area, AREA) if draft.area else None,
        received_at=now,
        due_at=due_at,
        reporter=reporter,
    )
    lead = await add_lead(session, told, evidence_of)
    named = named_in_answer(draft.suspects) | set(draft.mentioned)
    await add_identifiers(session, lead, named, draft.phone)
    if reporter is Reporter.ANONYMOUS:
        await keep_nameless(session, lead.number, now)
    await add_event(
        session,
        lead.id,
        actor=f"resident:{resident.channel}",
        event="file",
        to_state=LeadState.NEW,
        why="；".join(one for one in ("监护人同意" * (draft.guardian == "agreed"), why) if one),
        now=now,
        first=True,
    )
    message = lead_alert(lead, outside=draft.area == OUTSIDE)
    await alert_chats(session, chats, message, key=f"alert:{lead.number}", now=now)
    return lead


async def _ranked(
    session: AsyncSession, resident: Resident, draft: Draft, phone_hash: str | None, now: datetime
) -> tuple[Risk, str]:
    """The risk by the table, and the words why.

    One lower where the sender was only trying before, which counts once; one higher where the
    person was warned before. Of an anonymous report only a phone tells who it is.
    """
    tested = resident.tested_at is not None
    if tested:
        resident.tested_at = None
    ranked = rank(known_of(draft, now))
    risk, reasons = ranked.risk, [ranked.why]
    nameless = draft.who == Reporter.ANONYMOUS
    before = await sender_before(session, resident.id, phone_hash, nameless=nameless)
    if tested or before.prank:
        risk = risk_after_prank(risk, money_moved=draft.happened in FILED_AT_ONCE)
    if risk is not ranked.risk:
        reasons.append(f"报送人曾误报或测试，{_change(ranked.risk, risk)}")
    raised = stepped(risk, 1)
    if raised is not risk and before.warned_in:
        reasons.append(f"曾在线索 {before.warned_in} 被劝阻，{_change(risk, raised)}")
        risk = raised
    return risk, "；".join(reasons)


def _change(before: Risk, after: Risk) -> str:
    return f"风险 {RISK_NAMES[before]}→{RISK_NAMES[after]}"


def lead_alert(lead: Lead, *, outside: bool = False) -> Outgoing:
    """The masked alert for the duty team; full data is in the console only."""
    happened = HAPPENED_NAMES[Happened(lead.happened)]
    lines = [
        f"新线索 {lead.number}({RISK_NAMES[Risk(lead.risk)]})",
        f"情况：{happened}",
        f"请在 {on_screen(lead.due_at, '%H:%M')} 前签收。",
    ]
    if lead.amount_fen:
        lines.insert(2, f"金额：{lead.amount_fen / 100:,.2f} 元")
    if outside:
        lines.insert(-1, TOLD_OUTSIDE)
    return Outgoing("\n".join(lines), ((Button("签收", f"lead:sign:{lead.number}"),),))
