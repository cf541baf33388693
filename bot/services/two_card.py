"""Units under two-card care, month by month: involved cards with their sources, score, inspections
and rectification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.entries import Line, correct
from bot.services.masking import mask_numbers
from bot.services.permissions import Action, require
from bot.services.units import CARD_KINDS, SCORE, note_cards
from bot.services.work_spans import Span
from bot.storage import entries as books
from bot.storage.entries import Ledger, LedgerEntry
from bot.storage.staff import Staff
from bot.storage.unit_tasks import inspected
from bot.storage.units import all_units, names_of_units

FIGURE_NAMES = {**CARD_KINDS, SCORE: "评分"}
ENTRIES_READ = 5000


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """A unit's month; `score` is the newest one given, None where there is none. `findings` of the
    month's inspections, `rectifying` what is not put right yet at all."""

    id: int
    unit: str
    bank_cards: int
    phone_cards: int
    score: int | None
    inspections: int
    findings: int
    rectifying: int


@dataclass(frozen=True, slots=True)
class CardEntry:
    """A line of the book, long numbers masked."""

    id: int
    unit: str
    kind: str
    count: int
    source: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TwoCardMonth:
    """A month of every unit under care, and the lines behind the cards and scores."""

    units: Sequence[UnitMonth]
    entries: Sequence[CardEntry]


async def see_two_card(session: AsyncSession, staff: Staff, month: Span) -> TwoCardMonth:
    """The figures of a month, from the lines that stand and the tasks."""
    require(staff.role, Action.SEE_CHAIN)
    span = (LedgerEntry.happened_at >= month.since, LedgerEntry.happened_at < month.until)
    lines = await books.standing(session, Ledger.TWO_CARD, ENTRIES_READ, *span)
    names, tasks = await names_of_units(session), await inspected(session, month.since, month.until)
    units = []
    for unit in await all_units(session):
        if not unit.two_card:
            continue
        own = [one for one in lines if one.unit_id == unit.id]
        bank, phone = (sum(one.count for one in own if one.kind == kind) for kind in CARD_KINDS)
        scores = [one.count for one in sorted(own, key=lambda one: -one.id) if one.kind == SCORE]
        score = scores[0] if scores else None
        units.append(
            UnitMonth(unit.id, unit.name, bank, phone, score, *tasks.get(unit.id, (0,) * 3))
        )
    entries = [
        CardEntry(
            one.id,
            names.get(one.unit_id or 0, ""),
            FIGURE_NAMES.get(one.kind, one.kind),
            one.count,
            mask_numbers(one.words),
            one.recorded_at,
        )
        for one in lines
    ]
    return TwoCardMonth(units, entries)


async def enter_figure(
    session: AsyncSession,
    staff: Staff,
    unit_id: int,
    kind: str,
    count: int,
    month: Span,
    source: str,
    now: datetime,
) -> LedgerEntry:
    """A figure of a month that has begun; involved cards name their source."""
    require(staff.role, Action.KEEP_LEDGER)
    if month.since > now:
        raise InvalidInputError("这个月还没有开始，请检查月份。")
    if kind in CARD_KINDS and not source.strip():
        raise InvalidInputError("请写明涉案卡的来源，例如 省厅通报、案件倒查。")
    moment = min(month.until - timedelta(seconds=1), now)
    return await note_cards(session, staff, unit_id, kind, count, moment, now, source=source)


async def cancel_figure(
    session: AsyncSession, staff: Staff, entry_id: int, now: datetime
) -> LedgerEntry:
    """Take back a figure that was entered by mistake, by a new line."""
    require(staff.role, Action.KEEP_LEDGER)
    old = await books.entry_of(session, Ledger.TWO_CARD, entry_id)
    line = (
        Line("", now)
        if old is None
        else Line(old.kind, old.happened_at, count=0, words=old.words, unit_id=old.unit_id)
    )
    return await correct(session, staff, Ledger.TWO_CARD, entry_id, line, now)
