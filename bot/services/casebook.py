"""All that has been done with a lead and can be done next, for the page that works it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.areas import known_stations, suggest_station
from bot.services.concerned import Concerned, concerned_by
from bot.services.contacts import ContactLine, contact_lines
from bot.services.handling import APPEAL_STEPS
from bot.services.leads import (
    ENDED_STATES,
    TRANSITIONS,
    QueueLine,
    in_hand,
    lines_of,
    open_value,
)
from bot.services.linking import LinkedLead, links_of
from bot.services.merging import same_person
from bot.services.outcomes import OutcomeLine, outcome_line
from bot.services.permissions import Action, may
from bot.services.quick_response import PartnerLine, partners_of_lead
from bot.services.stop_payment import StopLine, stop_lines
from bot.services.transitions import moves_for
from bot.storage.leads import AREA, Appeal, Lead, LeadState
from bot.storage.linking import merged_into, survivor_of
from bot.storage.staff import Role, Staff

LINKS_SHOWN = 10
"""On the page of a lead; where there are more it leads to the page of all."""


@dataclass(frozen=True, slots=True)
class Casebook:
    """What is known of the work on a lead; `moves` and `appeals` are open to who looks.
    `concerned` is whom one tap asks to act on cards and numbers, for who may."""

    moves: tuple[LeadState, ...]
    appeals: tuple[Appeal, ...]
    works: bool
    held: bool
    mine: bool
    mergeable: bool
    contacts: tuple[ContactLine, ...]
    stops: tuple[StopLine, ...]
    outcome: OutcomeLine | None
    stations: tuple[str, ...]
    suggested: str
    station: str
    prank: bool
    appeal: Appeal | None
    escalated_at: datetime | None
    survivor: str
    merged: tuple[QueueLine, ...]
    same_person: tuple[QueueLine, ...]
    links: tuple[LinkedLead, ...]
    more_links: bool
    partners: tuple[PartnerLine, ...]
    concerned: Concerned | None


async def casebook(session: AsyncSession, staff: Staff, lead: Lead, *, full: bool) -> Casebook:
    """The casebook of a lead; notes of contacts only with `full`."""
    state, works = LeadState(lead.state), may(staff.role, Action.WORK_LEAD)
    reports = may(staff.role, Action.REPORT_BACK) and in_hand(staff, lead)
    survivor = await survivor_of(session, lead.id) if state is LeadState.MERGED else None
    merged = await merged_into(session, lead.id)
    station = lead.area_station
    if station is None and works:  # filed just now, or no area fits
        station = await suggest_station(session, open_value(session, lead.area_sealed, AREA))
    appeal = Appeal(lead.appeal) if lead.appeal else None
    most = LINKS_SHOWN + 1
    held = reports and state is not LeadState.NEW and state not in ENDED_STATES
    stops = tuple(await stop_lines(session, lead))
    banks = [one.bank for one in stops]
    asks = held and may(staff.role, Action.ASK_PARTNER)
    links = tuple(await links_of(session, staff, lead, most, merged)) if works else ()
    return Casebook(
        moves=tuple(moves_for(staff, state)) if reports else (),
        appeals=_appeals(staff, appeal),
        works=works,
        held=held,
        mine=lead.assignee_id == staff.id,
        mergeable=works and LeadState.MERGED in TRANSITIONS[state],
        contacts=tuple(await contact_lines(session, lead, full=full)),
        stops=stops,
        outcome=await outcome_line(session, lead),
        stations=tuple(await known_stations(session)) if works else (),
        suggested=station or "",
        station=lead.station or "",
        prank=lead.prank,
        appeal=appeal,
        escalated_at=lead.escalated_at,
        survivor=survivor.number if survivor else "",
        merged=tuple(await lines_of(session, merged)),
        same_person=tuple(await same_person(session, lead)) if works else (),
        links=links[:LINKS_SHOWN],
        more_links=len(links) > LINKS_SHOWN,
        partners=tuple(await partners_of_lead(session, lead)) if works else (),
        concerned=await concerned_by(session, lead, banks) if asks else None,
    )


def _appeals(staff: Staff, appeal: Appeal | None) -> tuple[Appeal, ...]:
    def allowed(step: Appeal) -> bool:
        needed = Action.WORK_LEAD if step is Appeal.ASKED else Action.DECIDE_APPEAL
        return may(Role(staff.role), needed)

    return tuple(step for step in Appeal if step in APPEAL_STEPS[appeal] and allowed(step))
