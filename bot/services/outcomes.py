"""What a lead came to, its next follow-up, and its hand-over to a bank or carrier."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.contacts import refuse_unsigned
from bot.services.entries import Line, book, correct, hold_books, line_of
from bot.services.leads import ENDED_STATES, actor_name, add_event
from bot.services.money import read_amount
from bot.services.permissions import Action, require
from bot.services.transitions import change_state, clean_why, seen_lead, write_change
from bot.storage.entries import Ledger, LedgerEntry, standing
from bot.storage.leads import Lead, LeadState
from bot.storage.outcomes import LeadOutcome, outcome_of
from bot.storage.staff import Staff
from bot.times import SHANGHAI

BASIS_LENGTH, CASE_LENGTH = 100, 40
FARTHEST_DAYS = 365
FOLLOW_UP_HOUR = time(10)
PARTNER_KINDS: Mapping[str, str] = {"bank": "银行", "carrier": "通信公司", "pay": "支付机构"}


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """What a lead came to, as its page shows it."""

    loss_fen: int | None
    avoided_fen: int | None
    basis: str
    case_no: str
    family_notified: bool
    age_band: str
    occupation: str


AGE_BANDS = ("18以下", "18-29", "30-44", "45-59", "60以上")
OCCUPATIONS = ("学生", "职员", "财会", "个体经营", "务工", "自由职业", "退休", "待业", "其他")
"""Bands and kinds only: enough for the weekly report, not enough to know who it is."""


async def record_outcome(
    session: AsyncSession,
    staff: Staff,
    number: str,
    now: datetime,
    *,
    loss: str = "",
    avoided: str = "",
    basis: str = "",
    case_no: str = "",
    family_notified: bool = False,
    age_band: str = "",
    occupation: str = "",
    seen: int | None = None,
) -> Lead:
    """Write down losses, what was avoided and on what basis, and the case number.

    Raises InvalidInputError on an unreadable amount, or an avoided loss without its basis.
    """
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    if lead.state in (LeadState.NEW, LeadState.MERGED):
        refuse_unsigned(lead)
    lost, kept = _amount(loss), _amount(avoided)
    basis = clean_why(basis)[:BASIS_LENGTH]
    if kept and not basis:
        raise InvalidInputError("请写明避免损失金额的依据，例如：银行止付回执。")
    await write_change(session, lead)
    row = await outcome_of(session, lead.id) or LeadOutcome(lead_id=lead.id)
    row.loss_fen, row.avoided_fen, row.basis = lost, kept, basis
    row.case_no = " ".join(case_no.split())[:CASE_LENGTH]
    row.family_notified = family_notified
    row.age_band = age_band if age_band in AGE_BANDS else None
    row.occupation = occupation if occupation in OCCUPATIONS else None
    row.staff_id, row.at = staff.id, now
    session.add(row)
    await session.flush()
    await _book_avoided(session, staff, lead, kept or 0, basis, now)
    why = "；".join(
        part
        for part in (
            f"损失 {lost / 100:,.2f} 元" if lost is not None else "",
            f"避免 {kept / 100:,.2f} 元({basis})" if kept else "",
            "已通知家属" if family_notified else "",
        )
        if part
    )
    await add_event(
        session, lead.id, actor=actor_name(staff), event="outcome", why=why[:200], now=now
    )
    return lead


async def _book_avoided(
    session: AsyncSession, staff: Staff, lead: Lead, fen: int, basis: str, now: datetime
) -> None:
    """The book's line for what a lead avoided: the first, or one in the place of the last."""
    await hold_books(session, Ledger.AVOIDED)
    of_lead = await standing(session, Ledger.AVOIDED, 1, LedgerEntry.lead_id == lead.id)
    old = next(iter(of_lead), None)
    if old is None:
        if fen:
            line = Line("avoided", now, amount_fen=fen, words=basis, lead_id=lead.id)
            await book(session, staff, Ledger.AVOIDED, line, now)
    elif (old.amount_fen, old.words) != (fen, basis):
        gone = line_of(old, count=0)
        line = replace(gone, count=1, amount_fen=fen, words=basis) if fen else gone
        await correct(session, staff, Ledger.AVOIDED, old.id, line, now)


async def outcome_line(session: AsyncSession, lead: Lead) -> OutcomeLine | None:
    """What a lead came to; None where nothing is written down."""
    row = await outcome_of(session, lead.id)
    if row is None:
        return None
    return OutcomeLine(
        row.loss_fen,
        row.avoided_fen,
        row.basis,
        row.case_no,
        row.family_notified,
        row.age_band or "",
        row.occupation or "",
    )


async def plan_follow_up(
    session: AsyncSession,
    staff: Staff,
    number: str,
    day: str,
    why: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Lead:
    """Set the day of the next follow-up; a lead that is not in follow-up yet goes there.

    Raises InvalidInputError on a day that has passed or is not one.
    """
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    due = _day(day, now)
    reason = f"{day} 回访" + (f"；{clean_why(why)}" if why.strip() else "")
    columns: dict[str, object] = {"step_due_at": due, "remind_at": due, "reminded": 0}
    if lead.state != LeadState.FOLLOWUP:
        await change_state(session, staff, lead, LeadState.FOLLOWUP, reason, now, also=columns)
        return lead
    await write_change(session, lead, **columns)
    await add_event(
        session, lead.id, actor=actor_name(staff), event="follow_up", why=reason[:200], now=now
    )
    return lead


async def hand_to_partner(
    session: AsyncSession,
    staff: Staff,
    number: str,
    kind: str,
    name: str,
    why: str,
    now: datetime,
    *,
    back: bool = False,
    seen: int | None = None,
) -> Lead:
    """Write down that a bank or carrier was asked to act, or with `back` that it has answered."""
    require(staff.role, Action.WORK_LEAD)
    lead = await seen_lead(session, staff, number, seen)
    if lead.state == LeadState.NEW or lead.state in ENDED_STATES:
        refuse_unsigned(lead)
    partner = clean_why(name)[:BASIS_LENGTH]
    if kind not in PARTNER_KINDS or not partner:
        raise InvalidInputError("请选择银行、通信公司或支付机构，并写明名称。")
    await write_change(session, lead)
    words = "；".join(part for part in (f"{PARTNER_KINDS[kind]} {partner}", clean_why(why)) if part)
    event = "partner_back" if back else "partner"
    await add_event(
        session, lead.id, actor=actor_name(staff), event=event, why=words[:200], now=now
    )
    return lead


def _amount(typed: str) -> int | None:
    if not typed.strip():
        return None
    fen = read_amount(typed)
    if fen is None:
        raise InvalidInputError("没看懂金额，请写数字，例如 3500 或 1.2万。")
    return fen


def _day(typed: str, now: datetime) -> datetime:
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInputError("回访日期要写成 2026-11-24 这样。") from None
    today = now.astimezone(SHANGHAI).date()
    if not 0 <= (day - today).days <= FARTHEST_DAYS:
        raise InvalidInputError("回访日期要在今天以后、一年以内。")
    return max(datetime.combine(day, FOLLOW_UP_HOUR, SHANGHAI), now)
