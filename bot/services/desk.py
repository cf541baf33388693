"""The duty desk: the filtered queue, its counts, one lead masked or in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.casebook import Casebook, casebook
from bot.services.evidence import EvidenceLine, evidence_lines
from bot.services.leads import (
    OPEN_STATES,
    QueueLine,
    actor_name,
    find_lead,
    lines_of,
    log_look,
    open_value,
)
from bot.services.masking import mask_area, mask_middle, mask_numbers
from bot.services.permissions import Action, require
from bot.services.urgent import transfer_lines
from bot.storage import desk as rows
from bot.storage.desk import COUNT_LIMIT, DeskCounts, QueueFilter
from bot.storage.leads import (
    AREA,
    DESCRIPTION,
    IDENTIFIER,
    PHONE,
    Lead,
    LeadEvent,
    LeadState,
    Risk,
    events_of,
    identifiers_of,
)
from bot.storage.staff import Role, Staff

URGENT_NAMED = 50
"""As many as `sound.js` expects (MOST_NAMED)."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue; `total` counts every page, and where `more` there are even more."""

    lines: list[QueueLine]
    total: int
    more: bool


@dataclass(frozen=True, slots=True)
class NamedIdentifier:
    """A suspect's identifier as it is shown."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class LeadView:
    """One lead; with `full` the personal values are in the clear."""

    line: QueueLine
    full: bool
    kind: str
    channel: str
    contact_channel: str
    family: str | None
    signed_at: datetime | None
    description: str
    phone: str
    area: str
    identifiers: tuple[NamedIdentifier, ...]
    transfer: tuple[tuple[str, str], ...]
    evidence: tuple[EvidenceLine, ...]
    reporter: str
    erased: bool
    events: tuple[LeadEvent, ...]
    book: Casebook


async def queue_page(
    session: AsyncSession,
    staff: Staff,
    now: datetime,
    *,
    states: Sequence[LeadState] = OPEN_STATES,
    risk: Risk | None = None,
    mine: bool = False,
    overdue: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> QueuePage:
    """Leads by when their next step is due; a station's own and its area's only."""
    require(staff.role, Action.SEE_QUEUE)
    chosen = QueueFilter(
        tuple(states),
        risk,
        staff.id if mine else None,
        station_of(staff),
        now if overdue else None,
    )
    leads = await rows.filtered_leads(session, chosen, limit, offset)
    total = await rows.count_filtered(session, chosen)
    return QueuePage(await lines_of(session, leads), total, total >= COUNT_LIMIT)


async def urgent_unsigned(session: AsyncSession, staff: Staff, limit: int) -> list[QueueLine]:
    """Urgent leads that nobody has signed for, longest due first."""
    require(staff.role, Action.SEE_QUEUE)
    chosen = QueueFilter((LeadState.NEW,), Risk.URGENT, None, station_of(staff))
    return await lines_of(session, await rows.filtered_leads(session, chosen, limit, 0))


async def newest_urgent(session: AsyncSession, staff: Staff) -> tuple[str, ...]:
    """Numbers of urgent unsigned leads, newest first, at most URGENT_NAMED: what a page that is
    open compares with the next one, to hear of a new one however many wait."""
    require(staff.role, Action.SEE_QUEUE)
    return tuple(await rows.newest_urgent(session, station_of(staff), URGENT_NAMED))


async def open_leads(session: AsyncSession, staff: Staff, limit: int) -> list[QueueLine]:
    """Open leads by when their next step is due."""
    require(staff.role, Action.SEE_QUEUE)
    chosen = QueueFilter(OPEN_STATES, station=station_of(staff))
    return await lines_of(session, await rows.filtered_leads(session, chosen, limit, 0))


async def counts(session: AsyncSession, staff: Staff, now: datetime) -> DeskCounts:
    """What awaits the desk."""
    require(staff.role, Action.SEE_QUEUE)
    return await rows.desk_counts(session, OPEN_STATES, station_of(staff), now)


def station_of(staff: Staff) -> str | None:
    """The station whose leads alone this member of staff sees; None where all are open to them.

    An officer of a station without a name sees none.
    """
    return (staff.station or "") if staff.role == Role.STATION else None


async def masked_lead(session: AsyncSession, staff: Staff, number: str) -> LeadView:
    """One lead with its personal values masked."""
    return await _view(session, staff, await find_lead(session, staff, number), full=False)


async def full_lead(
    session: AsyncSession, staff: Staff, number: str, way: str, now: datetime
) -> LeadView:
    """One lead in the clear; that it was opened, and which way, is noted with it."""
    require(staff.role, Action.SEE_FULL_LEAD)
    lead = await find_lead(session, staff, number)
    await log_look(session, actor_name(staff), lead.number, way, now)
    return await _view(session, staff, lead, full=True)


async def _view(session: AsyncSession, staff: Staff, lead: Lead, *, full: bool) -> LeadView:
    description = open_value(session, lead.description_sealed, DESCRIPTION)
    phone = open_value(session, lead.phone_sealed, PHONE)
    area = open_value(session, lead.area_sealed, AREA)
    identifiers = tuple(
        NamedIdentifier(row.kind, value if full else mask_middle(value))
        for row in await identifiers_of(session, lead.id)
        for value in [open_value(session, row.value_sealed, IDENTIFIER)]
    )
    return LeadView(
        line=(await lines_of(session, [lead]))[0],
        full=full,
        kind=lead.kind,
        channel=lead.channel,
        contact_channel=lead.contact_channel,
        family=lead.family,
        signed_at=lead.signed_at,
        description=description if full else mask_numbers(description),
        phone=phone if full else mask_middle(phone),
        area=area if full else mask_area(area),
        identifiers=identifiers,
        transfer=await transfer_lines(session, lead, full=full),
        evidence=tuple(await evidence_lines(session, lead)),
        reporter=lead.reporter,
        erased=lead.erased_at is not None,
        events=tuple(await events_of(session, lead.id)),
        book=await casebook(session, staff, lead, full=full),
    )
