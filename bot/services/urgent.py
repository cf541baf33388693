"""Money is gone: the first answer makes an urgent lead, every further one completes it.

Only what a stop-payment needs is asked (practice.md, "Stopping a payment"), each question can be
skipped, and whoever stops after the first answer is helped all the same.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.holders import tell_desk
from bot.services.leads import add_event
from bot.services.masking import mask_middle, mask_name, mask_numbers
from bot.services.news import DESPAIRS
from bot.services.own_leads import add_words, lead_under_way, resident_actor
from bot.services.report_answers import Guardian
from bot.services.reports import OUTSIDE, TOLD_OUTSIDE, Draft, file_report, known_of
from bot.services.risk_rules import PRESSING, rank, stepped
from bot.services.stop_answers import Told
from bot.services.stop_steps import ELEMENT_NAMES, STEP_NAMES, YES, StopStep
from bot.services.suspects import add_identifiers
from bot.storage.database import vault_of
from bot.storage.lead_changes import hold_lead
from bot.storage.leads import AREA, PHONE, Lead, LeadState, Reporter, Risk
from bot.storage.residents import Resident
from bot.storage.transfers import read_elements, write_elements
from bot.storage.updates import keep_nameless

_SHOWN = frozenset({StopStep.WHEN, StopStep.PAYER_BANK, StopStep.CHANNEL, StopStep.STILL})
"""Elements that name nobody, as long as they are as SHORT as such an answer is."""
SHORT = 16
_GUARDIAN_WORDS = {
    Guardian.AGREED: "监护人同意",
    Guardian.OVER_14: "已满14岁",
    Guardian.CHILD: "孩子本人在填，监护人还没有同意",
}
CHILD_ALONE = "报送人可能是未满14岁的孩子，请先联系监护人。"


async def transfer_lines(
    session: AsyncSession, lead: Lead, *, full: bool
) -> tuple[tuple[str, str], ...]:
    """What is known of a transfer, by the names of its elements; masked unless `full`."""
    elements = await read_elements(session, lead.id)
    return tuple(
        (name, elements[step] if full else _masked(step, elements[step]))
        for step, name in ELEMENT_NAMES.items()
        if step in elements
    )


def _masked(step: StopStep, value: str) -> str:
    """In the clear only what was asked for, such as a bank or a time, and no whole sentence."""
    if step is StopStep.PAYER:
        return mask_name(value)
    tells_nothing = step in _SHOWN and len(value) <= SHORT and mask_numbers(value) == value
    return value if tells_nothing else mask_middle(value)


async def file_urgent(
    session: AsyncSession, resident: Resident, begun: Draft, told: Told, now: datetime, files: str
) -> Lead:
    """Make an urgent lead of a first answer and alert the duty team."""
    draft = replace(
        begun,
        phone=told.phone or begun.phone,
        area=told.area or begun.area,
        amount_fen=begun.amount_fen if told.amount_fen is None else told.amount_fen,
        who=told.reporter or begun.who,
        description=f"{begun.description}\n{told.story}".strip(),
        mentioned=tuple(sorted({*begun.mentioned, *told.named})),
        when=(told.elements or {}).get(StopStep.WHEN, ""),
    )
    lead = await file_report(session, resident, draft, now, evidence_of=files)
    if told.elements:
        await write_elements(session, lead.id, told.elements)
    if told.despair:
        await tell_desk(session, lead, DESPAIRS, "despair", now)
    return lead


async def complete_urgent(
    session: AsyncSession,
    resident: Resident,
    number: str,
    step: StopStep,
    told: Told,
    now: datetime,
) -> Lead:
    """Add an answer to the lead; the duty team hears again only of what changes what to do."""
    lead = await lead_under_way(session, resident, number)
    vault = vault_of(session)
    news = _news(lead, told)
    known = await read_elements(session, lead.id)
    when = known.get(StopStep.WHEN, "")
    values: dict[str, object] = {}
    if told.phone:
        values["phone_sealed"] = vault.seal(told.phone, PHONE)
        values["phone_hash"] = vault.fingerprint(told.phone, PHONE)
    if told.area:
        values["area_sealed"] = vault.seal(told.area, AREA)
    if told.amount_fen is not None:
        values["amount_fen"] = told.amount_fen
    if told.reporter is not None:
        nameless = told.reporter is Reporter.ANONYMOUS
        values |= {"reporter": told.reporter, "resident_id": None if nameless else resident.id}
        if nameless:
            await keep_nameless(session, lead.number, lead.received_at)
    await hold_lead(session, lead, **values)
    if told.story:
        await add_words(session, lead, told.story, now)
    if told.elements:
        await write_elements(session, lead.id, known | dict(told.elements))
    await add_identifiers(session, lead, told.named, told.phone)
    who, what = resident_actor(resident), STEP_NAMES[step]
    if told.guardian is not None:
        what = f"{what}：{_GUARDIAN_WORDS[told.guardian]}"
    await add_event(session, lead.id, actor=who, event="complete", why=what, now=now)
    newer = told.elements.get(StopStep.WHEN, when) if told.elements else when
    await _rank_again(session, lead, who, (when, newer), now)
    if news:
        await tell_desk(session, lead, news, "despair" if told.despair else step, now)
    return lead


async def _rank_again(
    session: AsyncSession, lead: Lead, actor: str, when: tuple[str, str], now: datetime
) -> None:
    """Where an answer says when money went, the table is asked again, until somebody signs.

    The limit for signing stays. `when` is what was known of it before and what is known now.
    """
    if lead.state != LeadState.NEW:
        return
    draft = Draft(happened=lead.happened, amount_fen=lead.amount_fen)
    before, after = (rank(known_of(replace(draft, when=one), now)) for one in when)
    moved = PRESSING.index(before.risk) - PRESSING.index(after.risk)
    if moved:
        await hold_lead(session, lead, risk=stepped(Risk(lead.risk), moved))
        why = after.why
        await add_event(session, lead.id, actor=actor, event="ranked", why=why, now=now)


def _news(lead: Lead, told: Told) -> str:
    """What the duty team must hear at once, masked; empty for what can wait on the lead's page."""
    if told.despair:
        return DESPAIRS
    if told.phone and lead.phone_hash is None:
        return "已留回电号码，请马上联系。"
    if told.amount_fen and lead.amount_fen is None:
        return f"金额：{told.amount_fen / 100:,.2f} 元"
    if told.guardian is Guardian.CHILD:
        return CHILD_ALONE
    if told.area == OUTSIDE:
        return TOLD_OUTSIDE
    if told.elements and told.elements.get(StopStep.STILL) == YES:
        return "本人还在通话或共享屏幕，请马上联系。"
    return ""
