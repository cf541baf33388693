"""Visitors to the hall: a line in the book each, and one tap makes a lead of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.matching.masking import mask
from bot.matching.result import Level
from bot.services.entries import Line, book_many
from bot.services.lead_batches import LeadRow, Step, Worked, file_many, work_many
from bot.services.lead_lines import read_phone
from bot.services.leads import actor_name
from bot.services.money import amount_named
from bot.services.paging import Leaf, turn_to
from bot.services.permissions import Action, require
from bot.services.recency import read_ago
from bot.services.risk_rules import Known, rank
from bot.services.triage import Happened
from bot.storage.areas import all_areas
from bot.storage.entries import Ledger, LedgerEntry, count_standing, standing
from bot.storage.leads import Lead, LeadKind, LeadState
from bot.storage.staff import Staff

MATTERS = {"advice": "咨询", "report": "报警", "verify": "核实来电", "other": "其他"}
CHANNEL = "hall"
VISITS_SHOWN = 20


async def receive_visitor(
    session: AsyncSession, staff: Staff, matter: str, now: datetime, *, lead_id: int | None = None
) -> LedgerEntry:
    """Note that somebody came; nothing personal is kept."""
    came = [Line(matter, now, lead_id=lead_id)]
    return (await _receive(session, staff, came, now))[0]


async def receive_visitors(
    session: AsyncSession, staff: Staff, came: Sequence[tuple[str, datetime]], now: datetime
) -> list[LedgerEntry]:
    """Enter a sheet of visitors: what each came about, and when."""
    return await _receive(session, staff, [Line(matter, at) for matter, at in came], now)


async def leaf_of_visits(session: AsyncSession, staff: Staff, page: int) -> Leaf:
    """A page of see_visits, from 1. Raises NotFoundError where it is not there."""
    require(staff.role, Action.WORK_LEAD)
    return turn_to(page, await count_standing(session, Ledger.VISITOR), VISITS_SHOWN)


async def see_visits(session: AsyncSession, staff: Staff, offset: int = 0) -> Sequence[LedgerEntry]:
    """A page of the visits, the newest first, those that a lead was made of too."""
    require(staff.role, Action.WORK_LEAD)
    return await standing(session, Ledger.VISITOR, VISITS_SHOWN, offset=offset)


async def _receive(
    session: AsyncSession, staff: Staff, came: Sequence[Line], now: datetime
) -> list[LedgerEntry]:
    require(staff.role, Action.WORK_LEAD)
    if any(line.kind not in MATTERS for line in came):
        raise InvalidInputError("请选择来访的事由。")
    return await book_many(session, staff, Ledger.VISITOR, came, now)


async def lead_of_visitor(
    session: AsyncSession,
    staff: Staff,
    now: datetime,
    *,
    phone: str = "",
    words: str = "",
    area: str = "",
    transferred: bool = False,
) -> Lead:
    """A visitor's lead, signed for by who received them, together with the line in the book.

    Everything about the visitor may be left out. Raises InvalidInputError on a wrong phone.
    """
    require(staff.role, Action.WORK_LEAD)
    digits = read_phone(phone)
    happened = Happened.PAID if transferred else Happened.NOT_PAID
    ranked = rank(Known(happened, Level.SUSPICIOUS, amount_named(words), ago=read_ago(words, now)))
    row = LeadRow(
        LeadKind.VISITOR,
        ranked.risk,
        now,
        description=mask(words.strip()[:2000]),
        phone=digits,
        area=" ".join(area.split())[:100],
        transferred=transferred,
        why=ranked.why,
    )
    areas = await all_areas(session)
    [lead_id] = await file_many(session, [row], CHANNEL, actor_name(staff), areas)
    await work_many(session, staff, [Worked(lead_id, (Step(now, LeadState.SIGNED),))])
    await receive_visitor(session, staff, "report", now, lead_id=lead_id)
    return await session.get_one(Lead, lead_id, populate_existing=True)
