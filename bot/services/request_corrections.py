"""Putting the result of a request right, or taking it back: every result stays as it was given."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.services.leads import actor_name, add_event
from bot.services.notifications import alert_roles, alert_staff
from bot.services.outgoing import Button, Outgoing
from bot.services.partner_requests import (
    ANSWER_WITHIN,
    KIND_NAMES,
    RESULT_NAMES,
    asked_of,
    clean_answer,
    clean_receipt,
    visible_request,
)
from bot.storage import partner_requests as rows
from bot.storage.database import vault_of
from bot.storage.lead_changes import lock_lead
from bot.storage.partner_requests import PartnerRequest, RequestKind, RequestResult
from bot.storage.receipts import receipt_print
from bot.storage.staff import Role, Staff, names_of_staff, staff_of_unit
from bot.storage.units import names_of_units

TAKEN_BACK = "撤回，重新办理"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A result as it was given, with who gave it."""

    at: datetime
    who: str
    result: str
    words: str
    receipt: str


async def correct_answer(
    session: AsyncSession,
    staff: Staff,
    number: str,
    result: RequestResult | None,
    words: str,
    now: datetime,
    *,
    receipt: str = "",
) -> PartnerRequest:
    """Another result in place of the one that was given; None takes it back, and the request waits
    for one again. Without `receipt` the old one stays. The other side is told, and a lead's trail.

    Raises ConflictError where there is no result, InvalidInputError without words or a change.
    """
    asked = await asked_of(session, staff, number)
    request = await rows.lock_request(session, asked.id)
    if request.answered_at is None or request.result is None:
        raise ConflictError("这件事还没有结果，请直接反馈。")
    said, receipt = clean_answer(words), clean_receipt(receipt) or request.receipt
    if not said:
        raise InvalidInputError("请写明更正的原因。")
    if (result, said, receipt) == (request.result, request.answer, request.receipt):
        raise InvalidInputError("和已登记的一样，没有要更正的。")
    before, after = RESULT_NAMES[RequestResult(request.result)], _name(result)
    if result is None:
        receipt = ""
        request.answered_at = request.answered_by = None
        request.remind_at = now + ANSWER_WITHIN[RequestKind(request.kind)]
        request.reminded = 0
    else:
        request.answered_by = staff.id
    request.result, request.receipt = result, receipt
    request.answer = "" if result is None else said
    request.receipt_hash = receipt_print(vault_of(session), receipt)
    line = await rows.add_answer(session, request, staff.id, result, said, receipt, now)
    changed = f"原结果“{before}”，更正为“{after}”"
    if request.lead_id is not None:
        await lock_lead(session, request.lead_id)
        why = f"{request.number} {KIND_NAMES[RequestKind(request.kind)]}：{changed}"
        who = actor_name(staff)
        await add_event(session, request.lead_id, actor=who, event="partner_back", why=why, now=now)
    await _tell(session, request, changed, f"request:{request.number}:{line.id}", now)
    return request


async def answers_of_request(
    session: AsyncSession, staff: Staff, number: str
) -> tuple[AnswerLine, ...]:
    """Every result that was given, oldest first. Raises NotFoundError."""
    request = await visible_request(session, staff, number)
    lines = await rows.answers_of(session, request.id)
    names = await names_of_staff(session, sorted({one.staff_id for one in lines}))
    return tuple(
        AnswerLine(
            one.at,
            names.get(one.staff_id, ""),
            _name(RequestResult(one.result) if one.result else None),
            one.answer,
            one.receipt,
        )
        for one in lines
    )


def _name(result: RequestResult | None) -> str:
    return TAKEN_BACK if result is None else RESULT_NAMES[result]


async def _tell(
    session: AsyncSession, request: PartnerRequest, changed: str, key: str, now: datetime
) -> None:
    """Tell the side that had asked: what it relied on is another now."""
    unit = (await names_of_units(session)).get(request.unit_id, "")
    kind = KIND_NAMES[RequestKind(request.kind)]
    show = Button("看情况", f"request:show:{request.number}:")
    told = Outgoing(f"{kind} {request.number}（{unit}）{changed}。", ((show,),))
    if request.from_partner:
        people = [one.id for one in await staff_of_unit(session, request.unit_id)]
        await alert_staff(session, people, told, key=key, now=now)
    else:
        await alert_roles(session, (Role.DUTY, Role.CHIEF), told, key=key, now=now)
