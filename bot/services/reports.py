"""A resident's report: the questions, what may be answered, and filing it as a lead."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.matching.indicators import find_indicators
from bot.matching.masking import mask
from bot.matching.normalize import normalize
from bot.matching.result import IndicatorKind, Level, Verdict
from bot.services.leads import RISK_NAMES, SIGN_WITHIN, add_event, new_lead_number
from bot.services.notifications import alert_roles
from bot.services.outgoing import Button, Outgoing
from bot.storage.database import vault_of
from bot.storage.leads import (
    AREA,
    DESCRIPTION,
    IDENTIFIER,
    PHONE,
    Lead,
    LeadKind,
    LeadState,
    Risk,
    SuspectIdentifier,
)
from bot.storage.residents import Resident
from bot.storage.staff import Role
from bot.times import on_screen

DESCRIPTION_LENGTH = 2000
SHORT_ANSWER_LENGTH = 300
AMOUNT_LIMIT_FEN = 1_000_000_000_000
"""Ten billion yuan: anything above is a typing slip."""


class Happened(StrEnum):
    """How far it went."""

    NOT_PAID = "not_paid"
    PAID = "paid"
    ON_CALL = "on_call"
    GAVE_CODE = "gave_code"
    BLACKMAILED = "blackmailed"
    CASH = "cash"
    CHILD = "child"


class ContactChannel(StrEnum):
    """How the suspect reached the resident."""

    PHONE = "phone"
    SMS = "sms"
    WECHAT = "wechat"
    QQ = "qq"
    VIDEO_APP = "video_app"
    SHOPPING_APP = "shopping_app"
    WEB = "web"
    PARCEL = "parcel"
    IN_PERSON = "in_person"
    OTHER = "other"


HAPPENED_NAMES: Mapping[Happened, str] = {
    Happened.NOT_PAID: "还没转账",
    Happened.PAID: "已经转账",
    Happened.ON_CALL: "正在通话或共享屏幕",
    Happened.GAVE_CODE: "给了验证码或卡号",
    Happened.BLACKMAILED: "被威胁、敲诈",
    Happened.CASH: "交出了现金或黄金",
    Happened.CHILD: "孩子遇到的",
}
CHANNEL_NAMES: Mapping[ContactChannel, str] = {
    ContactChannel.PHONE: "电话",
    ContactChannel.SMS: "短信",
    ContactChannel.WECHAT: "微信",
    ContactChannel.QQ: "QQ",
    ContactChannel.VIDEO_APP: "短视频、直播",
    ContactChannel.SHOPPING_APP: "购物平台",
    ContactChannel.WEB: "网页、其他软件",
    ContactChannel.PARCEL: "快递、传单",
    ContactChannel.IN_PERSON: "当面",
    ContactChannel.OTHER: "其他",
}
MONEY_IS_GONE = frozenset({Happened.PAID, Happened.CASH, Happened.CHILD, Happened.GAVE_CODE})
RISK_BY_HAPPENED: Mapping[Happened, Risk] = {
    Happened.PAID: Risk.URGENT,
    Happened.ON_CALL: Risk.URGENT,
    Happened.CASH: Risk.URGENT,
    Happened.GAVE_CODE: Risk.HIGH,
    Happened.BLACKMAILED: Risk.HIGH,
    Happened.CHILD: Risk.HIGH,
}
"""Where nothing has happened yet the verdict decides; practice.md, levels of warning."""


class ReportStep(StrEnum):
    """The questions, in order."""

    HAPPENED = "happened"
    DESCRIPTION = "description"
    CONTACT = "contact"
    SUSPECTS = "suspects"
    AMOUNT = "amount"
    PHONE = "phone"
    AREA = "area"
    CONFIRM = "confirm"


SKIPPABLE = frozenset({ReportStep.SUSPECTS, ReportStep.AMOUNT, ReportStep.PHONE, ReportStep.AREA})


DO_NOT_KNOW = frozenset({"不知道", "不清楚", "忘了", "没有", "无", "不想说", "不留"})


@dataclass(frozen=True, slots=True)
class Draft:
    """What a resident has answered so far; it lives, sealed, in his dialogue.

    `mentioned` are the suspect's identifiers (kind, value) in the story, whose numbers are masked.
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

    def to_data(self) -> dict[str, Any]:
        """The form kept in the dialogue."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Draft":
        """The reverse of to_data; unknown entries of an older form are left out."""
        known: dict[str, Any] = {name: data[name] for name in cls.__slots__ if name in data}
        mentioned = tuple((kind, value) for kind, value in known.pop("mentioned", ()))
        return cls(**known, mentioned=mentioned)


def steps_of(draft: Draft) -> list[ReportStep]:
    """The questions for this draft; the amount only where something may be gone."""
    return [
        step
        for step in ReportStep
        if step is not ReportStep.AMOUNT or draft.happened in MONEY_IS_GONE
    ]


def step_after(draft: Draft, step: ReportStep) -> ReportStep:
    """The next question that has no answer yet; CONFIRM at the end."""
    steps = steps_of(draft)
    for following in steps[steps.index(step) + 1 :]:
        if following is ReportStep.DESCRIPTION and draft.description:
            continue
        return following
    return ReportStep.CONFIRM


def step_before(draft: Draft, step: ReportStep) -> ReportStep | None:
    """The question before; None at the first."""
    steps = steps_of(draft)
    place = steps.index(step)
    return steps[place - 1] if place else None


def answer(draft: Draft, step: ReportStep, typed: str) -> Draft:
    """The draft with this answer. Raises InvalidInputError that says what to write instead."""
    typed = typed.strip()
    if not typed:
        raise InvalidInputError("没有收到文字，请再写一次。")
    reader = _READERS.get(step)
    if reader is None:
        raise InvalidInputError("请点下面的按钮。")
    if step in SKIPPABLE and typed in DO_NOT_KNOW:
        return skip(draft, step)
    return reader(draft, typed)


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


def _read_happened(draft: Draft, typed: str) -> Draft:
    happened = _chosen(typed, HAPPENED_NAMES)
    amount = draft.amount_fen if happened in MONEY_IS_GONE else None
    return replace(draft, happened=happened, amount_fen=amount)


def _read_contact(draft: Draft, typed: str) -> Draft:
    return replace(draft, contact=_chosen(typed, CHANNEL_NAMES))


def _read_description(draft: Draft, typed: str) -> Draft:
    told = typed[:DESCRIPTION_LENGTH]
    mentioned = tuple(sorted(_traceable(told)))
    return replace(draft, description=mask(told), mentioned=mentioned)


def _read_suspects(draft: Draft, typed: str) -> Draft:
    return replace(draft, suspects=typed[:SHORT_ANSWER_LENGTH])


def _read_area(draft: Draft, typed: str) -> Draft:
    return replace(draft, area=mask(typed[:60]))


def _read_amount(draft: Draft, typed: str) -> Draft:
    fen = read_amount(typed)
    if fen is None:
        raise InvalidInputError("没看懂金额，请写数字，例如 3500 或 1.2万；不清楚可点“跳过”。")
    return replace(draft, amount_fen=fen)


def _read_phone(draft: Draft, typed: str) -> Draft:
    found = PHONE_NUMBER.search(re.sub(r"[\s\-()（）]", "", unicodedata.normalize("NFKC", typed)))
    if found is None:
        raise InvalidInputError("电话号码好像不对，请检查后再写；不想留可点“跳过”。")
    return replace(draft, phone=found[1])


PHONE_NUMBER = re.compile(
    r"(?<![0-9])(?:\+?86)?(1[3-9][0-9]{9}|0[0-9]{9,11}|[2-9][0-9]{6,7})(?![0-9])"
)
"""A mobile number, a landline with its area code, or one without."""


_READERS: Mapping[ReportStep, Callable[[Draft, str], Draft]] = {
    ReportStep.HAPPENED: _read_happened,
    ReportStep.DESCRIPTION: _read_description,
    ReportStep.CONTACT: _read_contact,
    ReportStep.SUSPECTS: _read_suspects,
    ReportStep.AMOUNT: _read_amount,
    ReportStep.PHONE: _read_phone,
    ReportStep.AREA: _read_area,
}


Choice = TypeVar("Choice", bound=StrEnum)


def _chosen(typed: str, names: Mapping[Choice, str]) -> Choice:
    for choice, name in names.items():
        if typed in (choice, name):
            return choice
    raise InvalidInputError("请点下面的按钮选一项。")


AMOUNT_PARTS = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,4})?)([百千万亿]?)")
UNITS = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
ABOUT = re.compile(r"大概|大约|差不多|左右|将近|一共|总共|转了|人民币|[约多几¥,，\s元块钱]")


def read_amount(typed: str) -> int | None:
    """Fen from what somebody typed (3500, 1.2万, 5万3千, 大概五万多); None where unreadable."""
    plain = ABOUT.sub("", unicodedata.normalize("NFKC", typed))
    parts = AMOUNT_PARTS.findall(plain)
    if parts and AMOUNT_PARTS.sub("", plain) == "":
        fen = round(sum(float(number) * UNITS[unit] for number, unit in parts) * 100)
    else:
        found = find_indicators(normalize(f"{plain}元"))
        amounts = [one.value for one in found if one.kind is IndicatorKind.AMOUNT]
        if not amounts:
            return None
        fen = int(amounts[0])
    return fen if 0 <= fen <= AMOUNT_LIMIT_FEN else None


def risk_of(draft: Draft) -> Risk:
    """How pressing the report is."""
    risk = RISK_BY_HAPPENED.get(Happened(draft.happened))
    if risk is not None:
        return risk
    return Risk.MEDIUM if draft.level in (Level.HIGH, Level.SUSPICIOUS) else Risk.LOW


async def file_report(
    session: AsyncSession, resident: Resident, draft: Draft, now: datetime
) -> Lead:
    """Make a lead of a finished draft and alert the duty team, all in the caller's transaction."""
    vault = vault_of(session)
    risk = risk_of(draft)
    lead = Lead(
        number=await new_lead_number(session, now),
        kind=LeadKind.BOT_REPORT,
        risk=risk,
        state=LeadState.NEW,
        channel=resident.channel,
        category=draft.category,
        family=draft.family,
        resident_id=resident.id,
        happened=draft.happened,
        contact_channel=draft.contact,
        transferred=draft.happened in (Happened.PAID, Happened.CASH),
        amount_fen=draft.amount_fen,
        description_sealed=vault.seal(draft.description, DESCRIPTION),
        phone_sealed=vault.seal(draft.phone, PHONE) if draft.phone else None,
        phone_hash=vault.fingerprint(draft.phone, PHONE) if draft.phone else None,
        area_sealed=vault.seal(draft.area, AREA) if draft.area else None,
        received_at=now,
        due_at=now + SIGN_WITHIN[risk],
    )
    session.add(lead)
    await session.flush()
    _add_identifiers(session, lead, draft)
    await add_event(
        session,
        lead.id,
        actor=f"resident:{resident.channel}",
        event="file",
        to_state=LeadState.NEW,
        now=now,
    )
    await alert_roles(
        session, (Role.DUTY, Role.CHIEF), lead_alert(lead), key=f"alert:{lead.number}", now=now
    )
    return lead


def lead_alert(lead: Lead) -> Outgoing:
    """The masked alert for the duty team; full data is in the console only."""
    happened = HAPPENED_NAMES[Happened(lead.happened)]
    lines = [
        f"新线索 {lead.number}({RISK_NAMES[Risk(lead.risk)]})",
        f"情况：{happened}",
        f"请在 {on_screen(lead.due_at, '%H:%M')} 前签收。",
    ]
    if lead.amount_fen:
        lines.insert(2, f"金额：{lead.amount_fen / 100:,.2f} 元")
    return Outgoing("\n".join(lines), ((Button("签收", f"lead:sign:{lead.number}"),),))


TRACEABLE = frozenset(
    {
        IndicatorKind.LINK,
        IndicatorKind.PHONE,
        IndicatorKind.BANK_CARD,
        IndicatorKind.WECHAT,
        IndicatorKind.QQ,
        IndicatorKind.GROUP,
        IndicatorKind.APP,
    }
)


SAYS_NOTHING = re.compile(
    r"[0-9A-Za-z_.:/@+-]+|对方|电话|手机|微信|账号|银行卡|号码|链接|网址|还有|[号是的]|\W"
)
"""What is left of an answer without this is more than the identifiers that were found in it."""


def _add_identifiers(session: AsyncSession, lead: Lead, draft: Draft) -> None:
    vault = vault_of(session)
    named = _traceable(draft.suspects)
    if len(SAYS_NOTHING.sub("", draft.suspects)) > 1 or (draft.suspects and not named):
        named.add((str(IndicatorKind.OTHER), draft.suspects))
    for kind, value in sorted(named | set(draft.mentioned)):
        if value == draft.phone:
            continue
        session.add(
            SuspectIdentifier(
                lead_id=lead.id,
                kind=kind,
                value_sealed=vault.seal(value, IDENTIFIER),
                value_hash=vault.fingerprint(f"{kind}:{value}", IDENTIFIER),
            )
        )


def _traceable(text: str) -> set[tuple[str, str]]:
    found = find_indicators(normalize(text))
    return {(str(one.kind), one.value) for one in found if one.kind in TRACEABLE}
