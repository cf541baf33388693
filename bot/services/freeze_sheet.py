"""A frozen account in full: the account, and who gets what of it; each look is noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.services.freezes import METHOD_NAMES, ReturnMethod, read_claim
from bot.services.leads import actor_name, log_look
from bot.services.permissions import Action, require
from bot.services.statistic_files import Sheet
from bot.storage.entries import Ledger, LedgerEntry, entry_of, renewals, standing
from bot.storage.leads import Lead
from bot.storage.staff import Staff, names_of_staff
from bot.times import on_screen

MOST_SHARES = 2000
HEAD = (
    "受害人",
    "损失（元）",
    "返还（元）",
    "方式",
    "公告开始",
    "公告期满",
    "返还时间",
    "登记人",
)


@dataclass(frozen=True, slots=True)
class PersonShare:
    """What one person gets; `notice_from` and `until` only of shares pro rata."""

    who: str
    lost: str
    amount_fen: int
    method: str
    notice_from: datetime | None
    until: datetime | None
    paid_at: datetime | None
    entered_by: str


@dataclass(frozen=True, slots=True)
class FreezeSheet:
    """One frozen account, nothing masked; `left_fen` is planned for nobody yet."""

    id: int
    position: int
    account: str
    bank: str
    amount_fen: int
    left_fen: int
    since: datetime
    until: datetime | None
    entered_by: str
    recorded_at: datetime
    lead: str
    shares: tuple[PersonShare, ...]


async def open_freeze(
    session: AsyncSession, staff: Staff, entry_id: int, now: datetime
) -> FreezeSheet:
    """A freeze that stands, in full, with its plans and payments. Raises NotFoundError."""
    require(staff.role, Action.KEEP_LEDGER)
    freeze = await entry_of(session, Ledger.FREEZE, entry_id)
    if freeze is None:
        raise NotFoundError("没有这条冻结，或已被更正过，请刷新后再看。")
    await log_look(session, actor_name(staff), f"冻结账第 {freeze.position} 笔", "freeze", now)
    above = list(await renewals(session, [freeze.id]))
    hung = LedgerEntry.entry_id.in_(above)
    shares = list(reversed(await standing(session, Ledger.SHARE, MOST_SHARES, hung)))
    under = LedgerEntry.entry_id.in_([one.id for one in shares])
    paid = {one.entry_id: one for one in await standing(session, Ledger.RETURN, MOST_SHARES, under)}
    names = await names_of_staff(session, sorted({one.staff_id for one in (freeze, *shares)}))
    lead = await session.get(Lead, freeze.lead_id) if freeze.lead_id else None
    account, _, bank = freeze.words.partition(" ")
    return FreezeSheet(
        freeze.id,
        freeze.position,
        account,
        bank,
        freeze.amount_fen,
        freeze.amount_fen - sum(one.amount_fen for one in shares),
        freeze.happened_at,
        freeze.until,
        names.get(freeze.staff_id, ""),
        freeze.recorded_at,
        lead.number if lead is not None else "",
        tuple(_share(one, paid.get(one.id), names.get(one.staff_id, "")) for one in shares),
    )


def freeze_table(found: FreezeSheet) -> Sheet:
    """The same as a table: for the notice, and for the file."""
    rows: Sequence[tuple[object, ...]] = [
        (
            one.who,
            one.lost,
            one.amount_fen / 100,
            one.method,
            on_screen(one.notice_from, "%Y-%m-%d"),
            on_screen(one.until, "%Y-%m-%d"),
            on_screen(one.paid_at),
            one.entered_by,
        )
        for one in found.shares
    ]
    whole = sum(one.amount_fen for one in found.shares) / 100
    last = (f"账号 {found.account} {found.bank}", f"冻结 {found.amount_fen / 100:.2f}", whole)
    return Sheet(f"冻结账第 {found.position} 笔", HEAD, (*rows, last))


def _share(share: LedgerEntry, paid: LedgerEntry | None, entered_by: str) -> PersonShare:
    who, lost = read_claim(share.words)
    noticed = share.kind == ReturnMethod.PRO_RATA
    return PersonShare(
        who,
        lost,
        share.amount_fen,
        METHOD_NAMES[ReturnMethod(share.kind)],
        share.happened_at if noticed else None,
        share.until,
        paid.happened_at if paid else None,
        entered_by,
    )
