"""Asking partners and being asked by them: each request with its clock, receipt and result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.leads import actor_name, add_event, check_digit, find_lead, log_look
from bot.services.masking import mask_numbers
from bot.services.notifications import alert_roles, alert_staff
from bot.services.outgoing import Button, Outgoing
from bot.services.paging import Leaf, turn_to
from bot.services.permissions import Action, may, require
from bot.services.units import find_unit
from bot.storage import partner_requests as rows
from bot.storage.counters import next_number
from bot.storage.database import vault_of
from bot.storage.lead_changes import lock_lead
from bot.storage.leads import Lead
from bot.storage.partner_requests import PartnerRequest, RequestKind, RequestResult
from bot.storage.receipts import receipt_print
from bot.storage.staff import Role, Staff, staff_of_unit
from bot.storage.units import PARTNER_KINDS, Unit, names_of_units
from bot.times import SHANGHAI, on_screen

WORDS_LENGTH = 400
RECEIPT_LENGTH = 60
REQUESTS_SHOWN = 100
KIND_NAMES: Mapping[RequestKind, str] = {
    RequestKind.WITHDRAWAL: "可疑取款",
    RequestKind.NOTICE: "紧急预警",
    RequestKind.VERIFY: "落地核查",
    RequestKind.CARD_FREEZE: "银行卡紧急处置",
    RequestKind.SUSPEND: "电话卡停机",
}
RESULT_NAMES: Mapping[RequestResult, str] = {
    RequestResult.DONE: "已办理",
    RequestResult.PART: "部分办理",
    RequestResult.NOT_FOUND: "查无",
    RequestResult.REFUSED: "不能办理",
}
ANSWER_WITHIN: Mapping[RequestKind, timedelta] = {
    RequestKind.WITHDRAWAL: timedelta(minutes=10),
    RequestKind.NOTICE: timedelta(hours=2),
    RequestKind.VERIFY: timedelta(hours=24),
    RequestKind.CARD_FREEZE: timedelta(minutes=30),
    RequestKind.SUSPEND: timedelta(minutes=30),
}
"""*Default*: by when a result is expected; none is a rule of any authority."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as lists show it; long numbers in its words are masked."""

    number: str
    kind: str
    unit: str
    words: str
    asked_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    answered_at: datetime | None
    result: str
    receipt: str
    ours: bool
    late: bool
    reminded: int


async def ask_partner(
    session: AsyncSession,
    staff: Staff,
    kind: RequestKind,
    unit_id: int,
    words: str,
    now: datetime,
    *,
    lead: str = "",
    wave: str | None = None,
) -> PartnerRequest:
    """Ask a partner for something; a lead's trail says so. Raises InvalidInputError."""
    require(staff.role, Action.ASK_PARTNER)
    unit = await find_unit(session, unit_id)
    if kind is RequestKind.WITHDRAWAL or unit.kind not in PARTNER_KINDS:
        raise InvalidInputError("请选择要办的事，以及一家银行、通信公司或支付机构。")
    found = await find_lead(session, staff, lead) if lead.strip() else None
    request = await _add(session, staff, kind, unit, words, now, lead=found, wave=wave)
    people = [one.id for one in await staff_of_unit(session, unit.id)]
    await alert_staff(session, people, _told(request), key=f"request:{request.number}", now=now)
    return request


async def report_withdrawal(
    session: AsyncSession, staff: Staff, words: str, now: datetime
) -> PartnerRequest:
    """A teller or carrier clerk reports something suspicious; the duty team is alerted."""
    require(staff.role, Action.ANSWER_REQUEST)
    unit = await _unit_of(session, staff)
    request = await _add(session, staff, RequestKind.WITHDRAWAL, unit, words, now)
    told = _told(request, unit.name)
    await alert_roles(
        session, (Role.DUTY, Role.CHIEF), told, key=f"request:{request.number}", now=now
    )
    return request


async def acknowledge(
    session: AsyncSession, staff: Staff, number: str, now: datetime
) -> PartnerRequest:
    """Note that the side that was asked has received it."""
    request = await asked_of(session, staff, number)
    if not await rows.acknowledge(session, request.id, staff.id, now):
        raise ConflictError("这件事已经签收过了。")
    await session.refresh(request)
    return request


async def answer(
    session: AsyncSession,
    staff: Staff,
    number: str,
    result: RequestResult | None,
    words: str,
    now: datetime,
    *,
    receipt: str = "",
) -> PartnerRequest:
    """Give the result, once; who was asked and has not acknowledged does so with it. What was
    wrong is put right by services/request_corrections.

    Raises InvalidInputError where none was chosen.
    """
    request = await asked_of(session, staff, number)
    if result is None:
        raise InvalidInputError("请选择办理结果。")
    said, receipt = clean_answer(words), clean_receipt(receipt)
    if request.acknowledged_at is None:
        await rows.acknowledge(session, request.id, staff.id, now)
    if not await rows.claim_answer(session, request.id, staff.id, result, now):
        raise ConflictError("这件事已经反馈过结果，没有重复登记。")
    await session.refresh(request)
    request.answer, request.receipt = said, receipt
    request.receipt_hash = receipt_print(vault_of(session), receipt)
    await rows.add_answer(session, request, staff.id, result, said, receipt, now)
    if request.lead_id is not None:
        await lock_lead(session, request.lead_id)
        why = f"{request.number} {KIND_NAMES[RequestKind(request.kind)]}：{RESULT_NAMES[result]}"
        who = actor_name(staff)
        await add_event(session, request.lead_id, actor=who, event="partner_back", why=why, now=now)
    return request


def clean_answer(words: str) -> str:
    """What is said with a result. Raises InvalidInputError where it is too long."""
    said = " ".join(words.split())
    if len(said) > WORDS_LENGTH:
        raise InvalidInputError(f"结果最多 {WORDS_LENGTH} 个字，请缩短。")
    return said


def clean_receipt(typed: str) -> str:
    """A receipt in one line."""
    return " ".join(typed.split())[:RECEIPT_LENGTH]


async def leaf_of_requests(
    session: AsyncSession, staff: Staff, page: int, *, unreported: bool = False
) -> Leaf:
    """A page of list_requests, from 1. Raises NotFoundError where it is not there."""
    seen = await _seen(session, staff, unreported=unreported)
    return turn_to(page, await rows.count_requests(session, *seen), REQUESTS_SHOWN)


async def list_requests(
    session: AsyncSession, staff: Staff, now: datetime, *, unreported: bool = False, offset: int = 0
) -> list[RequestLine]:
    """What the squad sees of every partner, a partner of itself; open ones first.

    With `unreported` only verifications that were handed out and not reported back.
    """
    seen = await _seen(session, staff, unreported=unreported)
    found = await rows.latest_requests(session, REQUESTS_SHOWN, *seen, offset=offset)
    names = await names_of_units(session)
    return [_line(one, names, staff, now, mask=True) for one in found]


async def _seen(
    session: AsyncSession, staff: Staff, *, unreported: bool
) -> list[ColumnElement[bool]]:
    """Which requests somebody sees."""
    where = [PartnerRequest.kind == RequestKind.VERIFY, PartnerRequest.answered_at.is_(None)]
    seen: list[ColumnElement[bool]] = [*where] if unreported else []
    if not may(staff.role, Action.SEE_CHAIN):
        require(staff.role, Action.ANSWER_REQUEST)
        seen.append(PartnerRequest.unit_id == (await _unit_of(session, staff)).id)
    return seen


async def see_request(
    session: AsyncSession, staff: Staff, number: str, now: datetime
) -> RequestLine:
    """One request as a chat shows it, long numbers masked."""
    request = await visible_request(session, staff, number)
    return _line(request, await names_of_units(session), staff, now, mask=True)


async def open_request(
    session: AsyncSession, staff: Staff, number: str, now: datetime
) -> RequestLine:
    """One request with its words in full; the look is noted."""
    request = await visible_request(session, staff, number)
    await log_look(session, actor_name(staff), request.number, "request", now)
    return _line(request, await names_of_units(session), staff, now, mask=False)


async def _add(
    session: AsyncSession,
    staff: Staff,
    kind: RequestKind,
    unit: Unit,
    words: str,
    now: datetime,
    *,
    lead: Lead | None = None,
    wave: str | None = None,
) -> PartnerRequest:
    said = " ".join(words.split())
    if not 0 < len(said) <= WORDS_LENGTH:
        raise InvalidInputError(f"请写明情况，最多 {WORDS_LENGTH} 个字。")
    request = PartnerRequest(
        number=await _new_number(session, now),
        kind=kind,
        unit_id=unit.id,
        lead_id=lead.id if lead else None,
        wave=wave,
        from_partner=kind is RequestKind.WITHDRAWAL,
        asked_by=staff.id,
        asked_at=now,
        due_at=now + ANSWER_WITHIN[kind],
        remind_at=now + ANSWER_WITHIN[kind],
    )
    request.words = said
    session.add(request)
    await session.flush()
    if lead is not None:
        await lock_lead(session, lead.id)
        why = f"{request.number} {KIND_NAMES[kind]} {unit.name}"[:200]
        await add_event(
            session, lead.id, actor=actor_name(staff), event="partner", why=why, now=now
        )
    return request


async def _new_number(session: AsyncSession, now: datetime) -> str:
    day = now.astimezone(SHANGHAI).strftime("%y%m%d")
    serial = f"{await next_number(session, f'request:{day}'):04d}"
    return f"XZ{day}-{serial}-{check_digit(day + serial)}"


async def _unit_of(session: AsyncSession, staff: Staff) -> Unit:
    if staff.unit_id is None:
        raise ConflictError("您的账号还没有关联单位，请联系反诈专班。")
    return await find_unit(session, staff.unit_id)


async def visible_request(session: AsyncSession, staff: Staff, number: str) -> PartnerRequest:
    """A request that somebody sees. Raises NotFoundError."""
    if not may(staff.role, Action.SEE_CHAIN):
        require(staff.role, Action.ANSWER_REQUEST)
    request = await rows.request_by_number(session, number.strip().upper())
    own = request is not None and (
        may(staff.role, Action.SEE_CHAIN) or request.unit_id == staff.unit_id
    )
    if request is None or not own:
        raise NotFoundError("没有这个编号的协作事项，请检查后重新输入。")
    return request


async def asked_of(session: AsyncSession, staff: Staff, number: str) -> PartnerRequest:
    """The request, for the side that it was put to."""
    request = await visible_request(session, staff, number)
    wanted = Action.ASK_PARTNER if request.from_partner else Action.ANSWER_REQUEST
    if not may(staff.role, wanted):
        raise NotAllowedError("这件事由对方签收和反馈，您只能查看。")
    return request


def _line(
    request: PartnerRequest, names: Mapping[int, str], staff: Staff, now: datetime, *, mask: bool
) -> RequestLine:
    result = RequestResult(request.result) if request.result else None
    said: Sequence[str] = (request.words, request.answer)
    words = "；".join(part for part in said if part)
    return RequestLine(
        request.number,
        KIND_NAMES[RequestKind(request.kind)],
        names.get(request.unit_id, ""),
        mask_numbers(words) if mask else words,
        request.asked_at,
        request.due_at,
        request.acknowledged_at,
        request.answered_at,
        RESULT_NAMES[result] if result else "",
        mask_numbers(request.receipt) if mask else request.receipt,
        may(staff.role, Action.ASK_PARTNER if request.from_partner else Action.ANSWER_REQUEST),
        (request.answered_at or now) > request.due_at,
        request.reminded,
    )


def _told(request: PartnerRequest, unit: str = "") -> Outgoing:
    """The alert: no number of a person or account in it."""
    who = f"（{unit}）" if unit else ""
    name = KIND_NAMES[RequestKind(request.kind)]
    due = on_screen(request.due_at, "%m-%d %H:%M")
    words = f"{name}{who} {request.number}\n请在 {due} 前反馈，详情在网页“协作事项”里查看。"
    acts = (("看情况", "show"), ("签收", "ack"), ("反馈结果", "results"))
    buttons = tuple(Button(label, f"request:{act}:{request.number}:") for label, act in acts)
    return Outgoing(words, (buttons,))
