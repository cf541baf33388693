"""Money is gone: the first answer makes an urgent lead, every further one completes it.

Only what a stop-payment needs is asked (practice.md, "Stopping a payment"), each question can be
skipped, and whoever stops after the first answer is helped all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.leads import add_event
from bot.services.masking import mask_middle, mask_numbers
from bot.services.money import read_amount
from bot.services.notifications import alert_roles, alert_staff
from bot.services.outgoing import Outgoing
from bot.services.own_leads import add_words, open_own_lead, resident_actor
from bot.services.report_answers import masked_place, masked_short, masked_story, read_phone
from bot.services.reports import Draft, file_report, known_of
from bot.services.risk_rules import PRESSING, rank, stepped
from bot.services.suspects import Named, add_identifiers, named_in_answer, named_in_story
from bot.services.triage import Happened
from bot.storage.database import vault_of
from bot.storage.leads import AREA, PHONE, Lead, LeadState, Risk, hold_lead
from bot.storage.residents import Resident
from bot.storage.staff import Role
from bot.storage.transfers import read_elements, write_elements


class StopStep(StrEnum):
    """The questions: how to reach the person first, then what a bank needs."""

    PHONE = "phone"
    WHERE = "where"
    WHEN = "when"
    AMOUNT = "amount"
    PAYER_BANK = "payer_bank"
    PAYEE = "payee"
    CHANNEL = "channel"
    SERIAL = "serial"
    ORDER = "order"
    PLATE = "plate"
    PICKUP = "pickup"
    STILL = "still"


class PayChannel(StrEnum):
    """By which way money was sent."""

    BANK = "bank"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    ECNY = "ecny"
    CASH = "cash"
    OTHER = "other"


PAY_CHANNEL_NAMES: Mapping[PayChannel, str] = {
    PayChannel.BANK: "银行卡转账",
    PayChannel.WECHAT: "微信",
    PayChannel.ALIPAY: "支付宝",
    PayChannel.ECNY: "数字人民币",
    PayChannel.CASH: "现金",
    PayChannel.OTHER: "其他",
}
YES, NO = "是", "否"
ELEMENT_NAMES: Mapping[StopStep, str] = {
    StopStep.WHEN: "转出时间",
    StopStep.PAYER_BANK: "付款银行",
    StopStep.PAYEE: "收款方",
    StopStep.CHANNEL: "转账方式",
    StopStep.SERIAL: "流水号",
    StopStep.ORDER: "订单号",
    StopStep.PLATE: "车牌、司机",
    StopStep.PICKUP: "取件地点",
    StopStep.STILL: "还在通话或共享屏幕",
}
"""What is kept of a transfer beside the lead's own columns."""
_STEP_NAMES: Mapping[StopStep, str] = {
    StopStep.PHONE: "回电",
    StopStep.WHERE: "地点",
    StopStep.AMOUNT: "金额",
    **ELEMENT_NAMES,
}
_SHOWN = frozenset({StopStep.WHEN, StopStep.PAYER_BANK, StopStep.CHANNEL, StopStep.STILL})
"""Elements that name nobody, as long as they are as SHORT as such an answer is."""
SHORT = 16
_BOTH = (StopStep.PHONE, StopStep.WHERE, StopStep.WHEN, StopStep.AMOUNT)
_TRANSFER = (StopStep.PAYER_BANK, StopStep.PAYEE, StopStep.CHANNEL, StopStep.SERIAL)
_GOODS = (StopStep.PICKUP, StopStep.PLATE, StopStep.ORDER)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it is kept: columns of the lead, elements of the transfer, identifiers.

    `hidden` names what was taken out, `story` is what answers no question but tells what happened.
    """

    phone: str = ""
    area: str = ""
    amount_fen: int | None = None
    story: str = ""
    elements: Mapping[str, str] | None = None
    named: frozenset[Named] = frozenset()
    hidden: tuple[str, ...] = ()


def stop_steps(happened: str) -> tuple[StopStep, ...]:
    """The questions: those of a transfer, or of cash and gold."""
    own = _GOODS if happened == Happened.CASH else _TRANSFER
    return (*_BOTH, *own, StopStep.STILL)


def stop_step_after(happened: str, step: StopStep) -> StopStep | None:
    """The next question; None after the last."""
    steps = stop_steps(happened)
    place = steps.index(step) + 1
    return steps[place] if place < len(steps) else None


def stop_step_before(happened: str, step: StopStep) -> StopStep | None:
    """The question before; None at the first."""
    steps = stop_steps(happened)
    place = steps.index(step)
    return steps[place - 1] if place else None


def read_told(step: StopStep, typed: str) -> Told:
    """An answer as it is kept. Raises InvalidInputError that says what to write instead."""
    typed = typed.strip()
    if not typed:
        raise InvalidInputError("没有收到文字，请再写一次。")
    return _READERS.get(step, _read_element)(step, typed)


async def transfer_lines(
    session: AsyncSession, lead: Lead, *, full: bool
) -> tuple[tuple[str, str], ...]:
    """What is known of a transfer, by the names of its elements; masked unless `full`."""
    elements = await read_elements(session, lead.id)
    return tuple(
        (
            name,
            elements[step]
            if full or _tells_nothing(step, elements[step])
            else mask_middle(elements[step]),
        )
        for step, name in ELEMENT_NAMES.items()
        if step in elements
    )


def _tells_nothing(step: str, value: str) -> bool:
    """Whether it is what was asked for, such as a bank or a time, and not a whole sentence."""
    return step in _SHOWN and len(value) <= SHORT and mask_numbers(value) == value


async def file_urgent(
    session: AsyncSession, resident: Resident, begun: Draft, told: Told, now: datetime, files: str
) -> Lead:
    """Make an urgent lead of a first answer and alert the duty team."""
    draft = replace(
        begun,
        phone=told.phone,
        area=told.area,
        amount_fen=told.amount_fen,
        description=told.story,
        mentioned=tuple(sorted(told.named)),
        when=(told.elements or {}).get(StopStep.WHEN, ""),
    )
    lead = await file_report(session, resident, draft, now, evidence_of=files)
    if told.elements:
        await write_elements(session, lead.id, told.elements)
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
    lead = await open_own_lead(session, resident, number)
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
    await hold_lead(session, lead, **values)
    if told.story:
        await add_words(session, lead, told.story, now)
    if told.elements:
        await write_elements(session, lead.id, known | dict(told.elements))
    await add_identifiers(session, lead, told.named, told.phone)
    who, what = resident_actor(resident), _STEP_NAMES[step]
    await add_event(session, lead.id, actor=who, event="complete", why=what, now=now)
    newer = told.elements.get(StopStep.WHEN, when) if told.elements else when
    await _rank_again(session, lead, who, (when, newer), now)
    if news:
        await _alert_again(session, lead, news, step, now)
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
    if told.phone and lead.phone_hash is None:
        return "已留回电号码，请马上联系。"
    if told.amount_fen and lead.amount_fen is None:
        return f"金额：{told.amount_fen / 100:,.2f} 元"
    if told.elements and told.elements.get(StopStep.STILL) == YES:
        return "本人还在通话或共享屏幕，请马上联系。"
    return ""


async def _alert_again(
    session: AsyncSession, lead: Lead, news: str, step: StopStep, now: datetime
) -> None:
    message = Outgoing(f"线索 {lead.number} 有补充\n{news}")
    key = f"alert:{lead.number}:{step}"
    if lead.assignee_id is not None:
        await alert_staff(session, [lead.assignee_id], message, key=key, now=now)
    else:
        await alert_roles(session, (Role.DUTY, Role.CHIEF), message, key=key, now=now)


def _read_phone(_: StopStep, typed: str) -> Told:
    phone = read_phone(typed)
    if phone is not None:
        return Told(phone=phone)
    if sum(not sign.isascii() for sign in typed) < 4:
        raise InvalidInputError("电话号码好像不对，请检查后再写；不想留可点“跳过”。")
    return _read_story(typed)


def _read_story(typed: str) -> Told:
    story, hidden = masked_story(typed)
    return Told(story=story, named=frozenset(named_in_story(typed)), hidden=hidden)


def _read_where(_: StopStep, typed: str) -> Told:
    area, hidden = masked_place(typed)
    return Told(area=area, hidden=hidden)


def _read_amount(_: StopStep, typed: str) -> Told:
    fen = read_amount(typed)
    if fen is None:
        raise InvalidInputError("没看懂金额，请写数字，例如 3500 或 1.2万；不清楚可点“跳过”。")
    return Told(amount_fen=fen)


def _read_payee(step: StopStep, typed: str) -> Told:
    kept, hidden = masked_short(typed)
    named = frozenset(named_in_answer(kept))
    return Told(elements={step: kept}, named=named, hidden=hidden)


def _read_channel(step: StopStep, typed: str) -> Told:
    for channel, name in PAY_CHANNEL_NAMES.items():
        if typed in (channel, name):
            return Told(elements={step: name})
    return _read_element(step, typed)


def _read_still(step: StopStep, typed: str) -> Told:
    if typed not in (YES, NO):
        raise InvalidInputError("请点“是”或“否”。")
    return Told(elements={step: typed})


def _read_own(step: StopStep, typed: str) -> Told:
    """An answer about oneself, such as one's bank: whatever looks like a card number goes."""
    kept, hidden = masked_story(typed[:100])
    return Told(elements={step: kept}, hidden=hidden)


def _read_element(step: StopStep, typed: str) -> Told:
    kept, hidden = masked_short(typed, 100)
    return Told(elements={step: kept}, hidden=hidden)


_READERS: Mapping[StopStep, Callable[[StopStep, str], Told]] = {
    StopStep.PHONE: _read_phone,
    StopStep.WHERE: _read_where,
    StopStep.WHEN: _read_own,
    StopStep.AMOUNT: _read_amount,
    StopStep.PAYER_BANK: _read_own,
    StopStep.PAYEE: _read_payee,
    StopStep.CHANNEL: _read_channel,
    StopStep.STILL: _read_still,
}
