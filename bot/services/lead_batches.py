"""Many leads at once: filing what an upstream system sends, and writing down how it was worked.

What is written is what the services for a single lead write, line by line of the trail; only
statements are fewer. For leads without a resident: nobody waits for a message about them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError
from bot.services.areas import station_at, street_of
from bot.services.contacts import RESULT_NAMES, WAY_NAMES
from bot.services.leads import actor_name, check_digit, hash_of, trail_key
from bot.services.limits import step_due
from bot.services.permissions import Action, require
from bot.services.time_limits import limits_in_force
from bot.services.transitions import REASONS, clean_why, refuse_impossible
from bot.storage import lead_batches as rows
from bot.storage.areas import Area
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.counters import numbers_given
from bot.storage.database import vault_of
from bot.storage.lead_batches import TrailEnd
from bot.storage.leads import (
    AREA,
    DESCRIPTION,
    PHONE,
    WHY,
    LeadKind,
    LeadState,
    Reporter,
    Risk,
)
from bot.storage.staff import Staff
from bot.storage.vault import Vault
from bot.times import SHANGHAI


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead as somebody else's system knows it; empty where it says nothing.

    `why` says what the risk follows from.
    """

    kind: LeadKind
    risk: Risk
    received_at: datetime
    description: str = ""
    phone: str = ""
    area: str = ""
    category: str | None = None
    amount_fen: int | None = None
    transferred: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done: a move to `to`, or a try to reach the person."""

    at: datetime
    to: LeadState | None = None
    why: str = ""
    station: str = ""
    contact: tuple[ContactWay, ContactResult] | None = None


class _NewLine(NamedTuple):
    """A line of a trail before it is a row."""

    lead_id: int
    position: int
    at: datetime
    actor: str
    event: str
    from_state: LeadState | None
    to_state: LeadState | None
    why: str


@dataclass(frozen=True, slots=True)
class Worked:
    """A lead with everything that was done, in order."""

    lead_id: int
    steps: tuple[Step, ...]


async def file_many(
    session: AsyncSession,
    given: Sequence[LeadRow],
    channel: str,
    actor: str,
    areas: Sequence[Area] = (),
    *,
    filed_at: datetime | None = None,
) -> list[int]:
    """File leads, each received when its row says; returns their ids in the same order.

    With `filed_at` their numbers are that day's and the time to sign for them begins then: an
    upstream system may be days late, and nobody can be overdue with what had not come.
    """
    vault = vault_of(session)
    moments = [filed_at or row.received_at for row in given]
    numbers = await _numbers(session, moments)
    places, limits = _Places(areas), await limits_in_force(session)
    made = [
        _values(vault, row, number, channel, places, moment + limits[row.risk].sign)
        for row, number, moment in zip(given, numbers, moments, strict=True)
    ]
    ids = await rows.add_leads(session, made)
    ends = {lead_id: TrailEnd(0, "") for lead_id in ids}
    lines = [
        _line(vault, ends, lead_id, moment, actor, "file", to=LeadState.NEW, why=row.why)
        for lead_id, moment, row in zip(ids, moments, given, strict=True)
    ]
    await rows.add_lines(session, lines)
    return ids


async def work_many(session: AsyncSession, staff: Staff, worked: Sequence[Worked]) -> None:
    """Write down what was done with leads, by the same table of moves as one at a time.

    Raises ConflictError on a move that the table does not have, or where a lead has a resident.
    """
    require(staff.role, Action.WORK_LEAD)
    vault, ids = vault_of(session), [one.lead_id for one in worked]
    leads = await rows.hold_leads(session, ids)
    ends = await rows.trail_ends(session, ids)
    limits = await limits_in_force(session)
    lines: list[dict[str, object]] = []
    contacts: list[dict[str, object]] = []
    changes: list[dict[str, object]] = []
    for one in worked:
        lead = leads[one.lead_id]
        if lead.resident_id is not None:
            raise ConflictError("群众自己提交的线索要逐条办理，不能成批登记。")
        state, risk = LeadState(lead.state), Risk(lead.risk)
        change: dict[str, object] = {
            "lead": lead.id,
            "due": lead.step_due_at,
            "holder": lead.assignee_id,
            "signed": lead.signed_at,
            "at_station": lead.station,
        }
        for step in one.steps:
            to, event, why = _read(step, state)
            if to is not None:
                refuse_impossible(state, to)
                due = step_due(to, risk, lead.received_at, step.at, limits)
                change["due"] = due
                if to is LeadState.SIGNED:
                    change |= {"holder": staff.id, "signed": step.at}
                if step.station:
                    change["at_station"] = step.station
                line = _line(
                    vault, ends, lead.id, step.at, actor_name(staff), event, state, to, why
                )
                lines.append(line)
                state = to
            if step.contact is not None:
                way, result = step.contact
                words = f"{WAY_NAMES[way]}：{RESULT_NAMES[result]}"
                who = actor_name(staff)
                lines.append(_line(vault, ends, lead.id, step.at, who, "contact", why=words))
                contacts.append(
                    {
                        "lead_id": lead.id,
                        "staff_id": staff.id,
                        "at": step.at,
                        "way": way,
                        "result": result,
                    }
                )
        changes.append(change | {"to": state, "steps": len(one.steps)})
    await rows.change_leads(session, changes)
    await rows.add_lines(session, lines)
    await rows.add_contacts(session, contacts)


def _read(step: Step, state: LeadState) -> tuple[LeadState | None, str, str]:
    """Where a step leads, and its event and reason in the trail."""
    if step.contact is not None:
        first = state is LeadState.SIGNED
        if state is LeadState.NEW:
            raise ConflictError("线索还没有签收，请先签收再登记联系。")
        return (LeadState.CALLING if first else None), "move", ""
    if step.to is None:
        raise InvalidInputError("这一步既没有联系也没有新状态。")
    reason = clean_why(step.why)
    if step.to is LeadState.SIGNED and state is LeadState.NEW:
        return step.to, "sign", ""
    if step.to in REASONS and not reason:
        raise InvalidInputError("请写明改状态的原因。")
    if step.to is LeadState.DISPATCHED:
        if not step.station:
            raise InvalidInputError("请写明转给哪个派出所。")
        reason = f"{step.station}；{reason}" if reason else step.station
    return step.to, "reopen" if state is LeadState.CLOSED else "move", reason


async def _numbers(session: AsyncSession, moments: Sequence[datetime]) -> list[str]:
    days = [moment.astimezone(SHANGHAI).strftime("%y%m%d") for moment in moments]
    serials = {
        day: iter(await numbers_given(session, f"lead:{day}", days.count(day)))
        for day in sorted(set(days))
    }
    numbers = []
    for day in days:
        serial = f"{next(serials[day]):04d}"
        numbers.append(f"FZ{day}-{serial}-{check_digit(day + serial)}")
    return numbers


class _Places:
    """Street and station of a place, each worked out once."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self._areas = areas
        self._known: dict[str, tuple[str | None, str | None]] = {}

    def of(self, place: str) -> tuple[str | None, str | None]:
        if not place or not self._areas:
            return None, None
        if place not in self._known:
            self._known[place] = (
                street_of(self._areas, place) or None,
                station_at(self._areas, place) or None,
            )
        return self._known[place]


def _values(
    vault: Vault, row: LeadRow, number: str, channel: str, places: _Places, due: datetime
) -> dict[str, object]:
    street, station = places.of(row.area)
    return {
        "number": number,
        "kind": row.kind,
        "risk": row.risk,
        "state": LeadState.NEW,
        "channel": channel,
        "category": row.category,
        "happened": "paid" if row.transferred else "not_paid",
        "contact_channel": "",
        "transferred": row.transferred,
        "amount_fen": row.amount_fen,
        "description_sealed": vault.seal(row.description, DESCRIPTION),
        "phone_sealed": vault.seal(row.phone, PHONE) if row.phone else None,
        "phone_hash": vault.fingerprint(row.phone, PHONE) if row.phone else None,
        "area_sealed": vault.seal(row.area, AREA) if row.area else None,
        "street": street,
        "area_station": station,
        "received_at": row.received_at,
        "due_at": due,
        "step_due_at": due,
        "remind_at": due,
        "reporter": Reporter.SELF,
        "version": 0,
        "reminded": 0,
        "prank": False,
        "traced": False,
    }


def _line(
    vault: Vault,
    ends: dict[int, TrailEnd],
    lead_id: int,
    at: datetime,
    actor: str,
    event: str,
    before: LeadState | None = None,
    to: LeadState | None = None,
    why: str = "",
) -> dict[str, object]:
    """The next line of a lead's trail, whose end moves on."""
    end = ends[lead_id]
    line = _NewLine(lead_id, end.position + 1, at, actor, event, before, to, why)
    digest = hash_of(line, end.hash, trail_key(vault))
    ends[lead_id] = TrailEnd(line.position, digest)
    return {
        "lead_id": lead_id,
        "position": line.position,
        "at": at,
        "actor": actor,
        "event": event,
        "from_state": before,
        "to_state": to,
        "why_sealed": vault.seal(why, WHY) if why else None,
        "hash": digest,
    }
