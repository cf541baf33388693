"""Stop-payment requests of a lead: asked when, of whom, for how much, with what result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.contacts import refuse_unsigned
from bot.services.leads import actor_name, add_event
from bot.services.masking import mask_numbers
from bot.services.money import read_amount
from bot.services.permissions import Action, require
from bot.services.transitions import seen_lead, write_change
from bot.storage import stop_payments as rows
from bot.storage.database import vault_of
from bot.storage.leads import Lead
from bot.storage.receipts import receipt_print
from bot.storage.staff import Staff, names_of_staff
from bot.storage.stop_payments import StopPayment, StopResult

NAME_LENGTH = 60
LONGEST_AGO = timedelta(days=30)
"""A request may be older than its lead: the bank was called first."""
RESULT_NAMES: Mapping[StopResult, str] = {
    StopResult.ASKED: "已申请",
    StopResult.STOPPED: "已止付",
    StopResult.FROZEN: "已冻结",
    StopResult.RETURNED: "已返还",
    StopResult.FAILED: "未成功",
}


@dataclass(frozen=True, slots=True)
class StopLine:
    """One request as the lead's page shows it."""

    id: int
    asked_at: datetime
    who: str
    bank: str
    receipt: str
    amount_fen: int
    result: StopResult
    done_fen: int | None


async def ask_stop_payment(
    session: AsyncSession,
    staff: Staff,
    number: str,
    bank: str,
    amount: str,
    now: datetime,
    *,
    receipt: str = "",
    asked_at: datetime | None = None,
    seen: int | None = None,
) -> StopPayment:
    """Write down that a stop-payment was asked for; without `asked_at` just now.

    Raises InvalidInputError on a missing bank, an unreadable amount or a time to come.
    """
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    refuse_unsigned(lead)
    asked_at = asked_at or now
    bank, receipt = mask_numbers(_short(bank)), _short(receipt)
    if not bank:
        raise InvalidInputError("请写明向哪家银行或支付机构申请。")
    if asked_at > now or asked_at < lead.received_at - LONGEST_AGO:
        raise InvalidInputError("申请时间不对，请检查后再填。")
    await write_change(session, lead)
    request = StopPayment(
        lead_id=lead.id,
        staff_id=staff.id,
        asked_at=asked_at,
        bank=bank,
        receipt=receipt,
        receipt_hash=receipt_print(vault_of(session), receipt),
        amount_fen=_amount(amount),
        result=StopResult.ASKED,
    )
    session.add(request)
    await add_event(
        session, lead.id, actor=actor_name(staff), event="stop_asked", why=bank, now=now
    )
    return request


async def answer_stop_payment(
    session: AsyncSession,
    staff: Staff,
    number: str,
    request_id: int,
    result: StopResult,
    amount: str,
    now: datetime,
    *,
    receipt: str = "",
    seen: int | None = None,
) -> StopPayment:
    """Write down what came of a request; without an amount all that was asked for counts.

    Raises InvalidInputError where more was stopped than asked for.
    """
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    request = await rows.stop_payment_of_lead(session, lead.id, request_id)
    if request is None:
        raise NotFoundError("没有这笔止付申请，请刷新后再看。")
    done = 0 if result in (StopResult.ASKED, StopResult.FAILED) else request.amount_fen
    if done and amount.strip():
        done = _amount(amount)
    if done > request.amount_fen:
        raise InvalidInputError("金额不能多于申请止付的金额，请检查。")
    await write_change(session, lead)
    request.result, request.done_fen, request.answered_at = result, done, now
    request.receipt = _short(receipt) or request.receipt
    request.receipt_hash = receipt_print(vault_of(session), request.receipt)
    await add_event(
        session,
        lead.id,
        actor=actor_name(staff),
        event="stop_answered",
        why=f"{request.bank}：{RESULT_NAMES[result]}"[:200],
        now=now,
    )
    return request


async def stop_lines(session: AsyncSession, lead: Lead) -> list[StopLine]:
    """Every request of a lead, oldest first."""
    requests: Sequence[StopPayment] = await rows.stop_payments_of(session, lead.id)
    names = await names_of_staff(session, [one.staff_id for one in requests])
    return [
        StopLine(
            one.id,
            one.asked_at,
            names.get(one.staff_id, ""),
            one.bank,
            one.receipt,
            one.amount_fen,
            StopResult(one.result),
            one.done_fen,
        )
        for one in requests
    ]


def _amount(typed: str) -> int:
    fen = read_amount(typed) if typed.strip() else None
    if not fen:
        raise InvalidInputError("没看懂金额，请写数字，例如 3500 或 1.2万。")
    return fen


def _short(typed: str) -> str:
    return " ".join(typed.split())[:NAME_LENGTH]
