"""Frozen accounts as a page shows them, and claims as they are typed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError, NotFoundError
from bot.services.freezes import METHOD_NAMES, REMIND_BEFORE, Claim, ReturnMethod
from bot.services.masking import mask_numbers
from bot.services.money import read_amount
from bot.services.permissions import Action, require
from bot.storage.entries import Ledger, LedgerEntry, count_standing, renewals, standing
from bot.storage.staff import Staff

FREEZES_SHOWN = 200
MOST_CLAIMS = 200


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A planned return; `payable` once its notice is over and it is not paid.

    `paid_by` is the line that says it was paid, `paid_at` when.
    """

    id: int
    method: str
    amount_fen: int
    until: datetime | None
    paid_by: int | None
    paid_at: datetime | None
    payable: bool


@dataclass(frozen=True, slots=True)
class FreezeLine:
    """A frozen account, long numbers masked."""

    id: int
    account: str
    amount_fen: int
    since: datetime
    until: datetime | None
    ends_soon: bool
    shares: tuple[ShareLine, ...]


@dataclass(frozen=True, slots=True)
class FreezePage:
    """A page of frozen accounts, from 1, and how many there are."""

    lines: list[FreezeLine]
    count: int
    page: int
    pages: int


async def see_freezes(
    session: AsyncSession, staff: Staff, now: datetime, page: int = 1
) -> FreezePage:
    """Accounts with what is planned and paid, those that end soon first, then the newest.

    Raises NotFoundError for a page that is not there.
    """
    require(staff.role, Action.KEEP_LEDGER)
    count = await count_standing(session, Ledger.FREEZE)
    pages = max(1, -(-count // FREEZES_SHOWN))
    if not 1 <= page <= pages:
        raise NotFoundError(f"没有第 {page} 页，一共 {pages} 页。")
    soon = (LedgerEntry.until > now) & (LedgerEntry.until <= now + REMIND_BEFORE)
    freezes = await standing(
        session,
        Ledger.FREEZE,
        FREEZES_SHOWN,
        first=case((soon, 0), else_=1),
        offset=(page - 1) * FREEZES_SHOWN,
    )
    renewed = await renewals(session, [one.id for one in freezes])
    below = LedgerEntry.entry_id.in_(renewed)
    shares = await standing(session, Ledger.SHARE, FREEZES_SHOWN * MOST_CLAIMS, below)
    under = LedgerEntry.entry_id.in_([one.id for one in shares])
    returns = await standing(session, Ledger.RETURN, FREEZES_SHOWN * MOST_CLAIMS, under)
    paid = {one.entry_id: one for one in returns}
    shares_of = defaultdict[int, list[LedgerEntry]](list)
    for share in shares:
        shares_of[renewed[share.entry_id or 0]].append(share)
    lines = [
        FreezeLine(
            one.id,
            mask_numbers(one.words),
            one.amount_fen,
            one.happened_at,
            one.until,
            one.until is not None and now < one.until <= now + REMIND_BEFORE,
            tuple(_share(share, paid, now) for share in shares_of[one.id]),
        )
        for one in freezes
    ]
    return FreezePage(lines, count, page, pages)


def read_claims(typed: str) -> list[Claim]:
    """A claim a line: who, and how much. Raises InvalidInputError that names the line."""
    lines = [line.split() for line in typed.splitlines() if line.strip()]
    if len(lines) > MOST_CLAIMS:
        raise InvalidInputError(f"一次最多 {MOST_CLAIMS} 人，请分几次登记。")
    claims = []
    for number, parts in enumerate(lines, 1):
        fen = read_amount(parts[-1]) if len(parts) > 1 else None
        if not fen:
            raise InvalidInputError(f"第 {number} 行要写姓名和金额，中间空一格，例如：王某 3500")
        claims.append(Claim(" ".join(parts[:-1]), fen))
    return claims


def _share(share: LedgerEntry, paid: Mapping[int | None, LedgerEntry], now: datetime) -> ShareLine:
    by = paid.get(share.id)
    return ShareLine(
        share.id,
        METHOD_NAMES[ReturnMethod(share.kind)],
        share.amount_fen,
        share.until,
        by.id if by else None,
        by.happened_at if by else None,
        by is None and (share.until is None or share.until <= now),
    )
