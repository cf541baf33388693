"""Frozen accounts and the money returned from them.

Methods of returning (practice.md, "Stopping a payment"): a traceable transfer directly, several by
their time, what cannot be traced pro rata after 30 days' notice. No fee is ever taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.entries import Line, book, correct, hold_books, line_of
from bot.services.masking import mask_middle
from bot.services.permissions import Action, require
from bot.storage import entries as rows
from bot.storage.database import vault_of
from bot.storage.entries import SUBJECT, Ledger, LedgerEntry
from bot.storage.staff import Staff

NOTICE = timedelta(days=30)
REMIND_BEFORE = timedelta(days=7)
"""*Default*: so long before a freeze ends it is to be renewed."""
ACCOUNT_SIGNS, WHO_LENGTH = 64, 170
LOST, YUAN = " 损失 ", " 元"


class ReturnMethod(StrEnum):
    """How it was found out whose the money is."""

    TRACEABLE = "traceable"
    BY_TIME = "by_time"
    PRO_RATA = "pro_rata"


METHOD_NAMES: Mapping[ReturnMethod, str] = {
    ReturnMethod.TRACEABLE: "逐笔追溯",
    ReturnMethod.BY_TIME: "按时间戳",
    ReturnMethod.PRO_RATA: "按比例",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one person lost in an account; `who` names them for the file only, sealed."""

    who: str
    amount_fen: int


async def freeze_account(
    session: AsyncSession,
    staff: Staff,
    account: str,
    bank: str,
    amount_fen: int,
    since: datetime,
    until: datetime,
    now: datetime,
    *,
    lead_id: int | None = None,
) -> LedgerEntry:
    """Enter a frozen account. Raises ConflictError where it is frozen in that time already."""
    require(staff.role, Action.KEEP_LEDGER)
    account, bank = "".join(account.split()), " ".join(bank.split())
    if not account or not bank or len(account) > ACCOUNT_SIGNS:
        raise InvalidInputError(f"请写明账号（最多 {ACCOUNT_SIGNS} 个字）和开户行。")
    if amount_fen <= 0:
        raise InvalidInputError("请写明冻结的金额，例如 3500 或 1.2万。")
    if not since < until:
        raise InvalidInputError("冻结的结束时间要晚于开始时间。")
    await hold_books(session, Ledger.FREEZE)
    subject = vault_of(session).fingerprint(account, SUBJECT)
    if await _frozen(session, subject, since) is not None:
        raise ConflictError(f"账号 {mask_middle(account)} 在这段时间已经登记冻结，续冻请点续期。")
    line = Line(
        kind="freeze",
        happened_at=since,
        until=until,
        amount_fen=amount_fen,
        words=f"{account} {bank}",
        lead_id=lead_id,
        subject_hash=subject,
    )
    return await book(session, staff, Ledger.FREEZE, line, now)


async def renew_freeze(
    session: AsyncSession, staff: Staff, entry_id: int, until: datetime, now: datetime
) -> LedgerEntry:
    """The same freeze with a later end, in place of the line before."""
    require(staff.role, Action.KEEP_LEDGER)
    await hold_books(session, Ledger.FREEZE)
    old = await _freeze(session, entry_id)
    if old.until is None or until <= old.until:
        raise InvalidInputError("续期后的结束时间要晚于现在的结束时间。")
    return await correct(session, staff, Ledger.FREEZE, entry_id, line_of(old, until=until), now)


async def release_freeze(
    session: AsyncSession, staff: Staff, entry_id: int, at: datetime, now: datetime
) -> LedgerEntry:
    """The same freeze with the end it really had, before the one that was ordered; it goes on
    counting. Raises InvalidInputError for an end to come or before the beginning."""
    require(staff.role, Action.KEEP_LEDGER)
    await hold_books(session, Ledger.FREEZE)
    old = await _freeze(session, entry_id)
    if at > now or at <= old.happened_at or (old.until is not None and at >= old.until):
        raise InvalidInputError("解除的时间要在冻结开始以后、现在和原定结束以前。")
    return await correct(session, staff, Ledger.FREEZE, entry_id, line_of(old, until=at), now)


async def freezes_to_renew(session: AsyncSession, now: datetime) -> Sequence[LedgerEntry]:
    """Freezes that end soon, the next one first."""
    ending = (LedgerEntry.until > now, LedgerEntry.until <= now + REMIND_BEFORE)
    return sorted(
        await rows.standing(session, Ledger.FREEZE, 1000, *ending),
        key=lambda one: (one.until or now, one.id),
    )


def shares_of(total_fen: int, claims_fen: Sequence[int]) -> list[int]:
    """`total_fen` shared by claims in whole fen that add up to it exactly (largest remainders)."""
    whole = sum(claims_fen)
    shares = [total_fen * claim // whole for claim in claims_fen]
    remainders = [total_fen * claim % whole for claim in claims_fen]
    by_remainder = sorted(range(len(shares)), key=lambda place: (-remainders[place], place))
    for place in by_remainder[: total_fen - sum(shares)]:
        shares[place] += 1
    return shares


async def plan_return(
    session: AsyncSession,
    staff: Staff,
    entry_id: int,
    method: ReturnMethod,
    claims: Sequence[Claim],
    now: datetime,
    *,
    total_fen: int | None = None,
    notice_from: datetime | None = None,
) -> list[LedgerEntry]:
    """Enter who is to get what of a frozen account; pro rata the shares of `total_fen` are
    computed and wait for the end of the notice, else each claim is what was traced.

    Raises InvalidInputError where more would be returned than is frozen and not planned yet, or
    a share would exceed its claim.
    """
    require(staff.role, Action.KEEP_LEDGER)
    await hold_books(session, Ledger.FREEZE, Ledger.SHARE)
    freeze = await _freeze(session, entry_id)
    if notice_from is not None and notice_from < freeze.happened_at:
        raise InvalidInputError("公告开始的时间早于冻结的时间，请检查日期。")
    if not claims or any(one.amount_fen <= 0 or not one.who.strip() for one in claims):
        raise InvalidInputError("请写明每位受害人和金额，金额要大于 0。")
    left = freeze.amount_fen - await rows.sum_below(session, Ledger.SHARE, freeze.id)
    amounts, until = [one.amount_fen for one in claims], None
    if method is ReturnMethod.PRO_RATA:
        total = left if total_fen is None else total_fen
        if not 0 < total <= sum(amounts):
            raise InvalidInputError("要返还的总额应大于 0，且不超过各人损失之和。")
        amounts = shares_of(total, amounts)
        until = (notice_from or now) + NOTICE
    if sum(amounts) > left:
        raise InvalidInputError(f"这个账户可返还的余额是 {left / 100:,.2f} 元，方案超过了它。")
    planned = []
    for claim, amount in zip(claims, amounts, strict=True):
        line = Line(
            kind=method,
            happened_at=notice_from or now,
            until=until,
            amount_fen=amount,
            words=_claim_words(claim),
            entry_id=freeze.id,
        )
        planned.append(await book(session, staff, Ledger.SHARE, line, now))
    return planned


async def pay_share(
    session: AsyncSession, staff: Staff, share_id: int, paid_at: datetime, now: datetime
) -> LedgerEntry:
    """Note that a share was paid. Raises ConflictError before the notice ends or a second time."""
    require(staff.role, Action.KEEP_LEDGER)
    await hold_books(session, Ledger.SHARE, Ledger.RETURN)
    share = await rows.entry_of(session, Ledger.SHARE, share_id)
    if share is None:
        raise NotFoundError("没有这笔返还方案，可能已被更正，请刷新后再看。")
    if share.until is not None and paid_at < share.until:
        raise ConflictError("公告满 30 天以后才能返还，请在期满后登记。")
    freeze = await session.get_one(LedgerEntry, share.entry_id)
    if paid_at < freeze.happened_at:
        raise InvalidInputError("返还的时间早于冻结的时间，请检查日期。")
    if await rows.standing(session, Ledger.RETURN, 1, LedgerEntry.entry_id == share.id):
        raise ConflictError("这笔已经登记返还，没有重复登记。")
    line = Line(
        kind=share.kind,
        happened_at=paid_at,
        amount_fen=share.amount_fen,
        words=share.words,
        entry_id=share.id,
    )
    return await book(session, staff, Ledger.RETURN, line, now)


def read_claim(words: str) -> tuple[str, str]:
    """Who, and what they lost in yuan, of the words of a share."""
    who, _, lost = words.rpartition(LOST)
    return (who, lost.removesuffix(YUAN)) if who else (words, "")


def _claim_words(claim: Claim) -> str:
    who = claim.who.strip()[:WHO_LENGTH]
    return f"{who}{LOST}{claim.amount_fen / 100:.2f}{YUAN}"


async def _freeze(session: AsyncSession, entry_id: int) -> LedgerEntry:
    found = await rows.entry_of(session, Ledger.FREEZE, entry_id)
    if found is None:
        raise NotFoundError("没有这条冻结，或已被更正过，请刷新后再看。")
    return found


async def _frozen(session: AsyncSession, subject: str, at: datetime) -> LedgerEntry | None:
    running = (LedgerEntry.subject_hash == subject, LedgerEntry.until > at)
    return next(iter(await rows.standing(session, Ledger.FREEZE, 1, *running)), None)
