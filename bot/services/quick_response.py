"""Many partners at once: a notice to every bank or carrier, and where somebody who was warned is
still being defrauded, all whom that concerns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.services.concerned import QUICK, Concerned, Told, choose, concerned_by, told_by, values_for
from bot.services.leads import find_lead
from bot.services.masking import mask_numbers
from bot.services.partner_requests import KIND_NAMES, RESULT_NAMES, ask_partner
from bot.services.permissions import Action, require
from bot.storage import partner_requests as rows
from bot.storage.lead_changes import lock_lead
from bot.storage.leads import Lead
from bot.storage.partner_requests import PartnerRequest, RequestKind, RequestResult
from bot.storage.staff import Staff
from bot.storage.units import PARTNER_KINDS, Unit, UnitKind, names_of_units, partners
from bot.times import SHANGHAI

ASKED: Mapping[RequestKind, str] = {
    RequestKind.CARD_FREEZE: "请立即对其银行卡、账户采取保护性限制",
    RequestKind.SUSPEND: "请立即对其电话卡采取保护性停机",
}
NAMED, SHOWN = 5, 1000
GROUPS: Mapping[str, tuple[str, Sequence[UnitKind]]] = {
    "banks": ("所有银行", (UnitKind.BANK,)),
    "carriers": ("所有通信公司", (UnitKind.CARRIER,)),
    "pay": ("所有支付机构", (UnitKind.PAY,)),
    "everybody": ("所有银行、通信公司和支付机构", PARTNER_KINDS),
}
"""Whom the same can be asked at once."""


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """A request about a lead as its page shows it, long numbers masked."""

    number: str
    kind: str
    unit: str
    asked_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    answered_at: datetime | None
    result: str
    receipt: str
    reminded: int


async def ask_all(
    session: AsyncSession,
    staff: Staff,
    lead: str,
    words: str,
    now: datetime,
    *,
    everybody: bool = False,
) -> list[PartnerRequest]:
    """Ask every partner that the lead concerns, or with `everybody` every one; without `words`
    what the lead says: the person's phone, and of the suspect's cards or numbers the partner's own.

    Raises InvalidInputError where there is no partner, ConflictError where it was done already.
    """
    require(staff.role, Action.ASK_PARTNER)
    found = await find_lead(session, staff, lead)
    await lock_lead(session, found.id)
    open_wave = (PartnerRequest.lead_id == found.id, PartnerRequest.wave == found.number)
    unanswered = PartnerRequest.answered_at.is_(None)
    if await rows.latest_requests(session, 1, *open_wave, unanswered):
        raise ConflictError("这条线索的快速协作还在办理中，没有重复发出。")
    told = await told_by(session, found)
    units = await partners(session, list(QUICK))
    if not units:
        raise InvalidInputError("还没有登记银行和通信公司，请先在“单位”里添加。")
    asked = []
    for unit in units if everybody else choose(units, told):
        said = words.strip() or _words(found, unit, told, everything=everybody)
        given = (QUICK[UnitKind(unit.kind)], unit.id, said, now)
        asked.append(await ask_partner(session, staff, *given, lead=lead, wave=found.number))
    return asked


async def ask_many(
    session: AsyncSession,
    staff: Staff,
    kind: RequestKind,
    group: str,
    words: str,
    now: datetime,
    *,
    lead: str = "",
) -> list[PartnerRequest]:
    """Ask every partner of a group of GROUPS the same, each with its own clock and receipt.

    Raises InvalidInputError where there is no such group, or nobody in it.
    """
    require(staff.role, Action.ASK_PARTNER)
    if group not in GROUPS:
        raise InvalidInputError("请选择要办的事和单位。")
    name, kinds = GROUPS[group]
    units = await partners(session, kinds)
    if not units:
        raise InvalidInputError(f"还没有登记{name.removeprefix('所有')}，请先在“单位”里添加。")
    wave = f"XZ{now.astimezone(SHANGHAI):%y%m%d%H%M%S%f}"[:20]
    return [
        await ask_partner(session, staff, kind, unit.id, words, now, lead=lead, wave=wave)
        for unit in units
    ]


async def partners_of_lead(session: AsyncSession, lead: Lead) -> list[PartnerLine]:
    """What partners were asked about a lead, open ones first."""
    about = PartnerRequest.lead_id == lead.id
    found: Sequence[PartnerRequest] = await rows.latest_requests(session, SHOWN, about)
    names = await names_of_units(session) if found else {}
    return [
        PartnerLine(
            one.number,
            KIND_NAMES[RequestKind(one.kind)],
            names.get(one.unit_id, ""),
            one.asked_at,
            one.due_at,
            one.acknowledged_at,
            one.answered_at,
            RESULT_NAMES[RequestResult(one.result)] if one.result else "",
            mask_numbers(one.receipt),
            one.reminded,
        )
        for one in found
    ]


async def concerned(session: AsyncSession, staff: Staff, lead: str) -> Concerned:
    """Whom ask_all would ask about a lead. Raises NotFoundError."""
    require(staff.role, Action.ASK_PARTNER)
    found = await find_lead(session, staff, lead)
    return await concerned_by(session, found)


def _words(lead: Lead, unit: Unit, told: Told, *, everything: bool) -> str:
    named = values_for(unit, told, everything=everything)
    parts = [
        f"预警后仍在被骗，{ASKED[QUICK[UnitKind(unit.kind)]]}",
        f"本人电话 {told.phone}" if told.phone else "",
        f"对方 {'、'.join(named[:NAMED])}" if named else "",
        f"线索 {lead.number}",
    ]
    return "；".join(part for part in parts if part)
