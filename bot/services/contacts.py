"""The contact log: every try to reach the person of a lead, in two clicks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.matching.masking import mask
from bot.services.leads import ENDED_STATES, STATE_NAMES, actor_name, add_event, open_value
from bot.services.permissions import Action, require
from bot.services.transitions import change_state, refuse_others, seen_lead, write_change
from bot.storage import contacts as rows
from bot.storage.contacts import NOTE, Contact, ContactResult, ContactWay
from bot.storage.database import vault_of
from bot.storage.leads import Lead, LeadState
from bot.storage.staff import Staff, names_of_staff

NOTE_LENGTH = 500
WAY_NAMES: Mapping[ContactWay, str] = {
    ContactWay.PHONE: "电话",
    ContactWay.MESSAGE: "短信、消息",
    ContactWay.VISIT: "上门",
    ContactWay.FAMILY: "家属",
}
RESULT_NAMES: Mapping[ContactResult, str] = {
    ContactResult.REACHED: "联系上了",
    ContactResult.NO_ANSWER: "没有回应",
    ContactResult.REFUSED: "不愿沟通",
    ContactResult.WRONG_NUMBER: "号码、地址不对",
}


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One try as the lead's page shows it; the note only in full view."""

    at: datetime
    who: str
    way: str
    result: str
    note: str
    has_note: bool


async def record_contact(
    session: AsyncSession,
    staff: Staff,
    number: str,
    way: ContactWay,
    result: ContactResult,
    now: datetime,
    *,
    note: str = "",
    seen: int | None = None,
) -> Lead:
    """Write a try down; the first one after signing makes the lead one that is being called.

    The note is sealed, and what nobody needs to know (ID numbers, codes) is masked before.
    """
    require(staff.role, Action.REPORT_BACK)
    lead = await seen_lead(session, staff, number, seen)
    refuse_others(staff, lead)
    refuse_unsigned(lead)
    words = mask(note.strip()[:NOTE_LENGTH])
    if lead.state == LeadState.SIGNED:
        await change_state(session, staff, lead, LeadState.CALLING, "", now)
    else:
        await write_change(session, lead)
    session.add(
        Contact(
            lead_id=lead.id,
            staff_id=staff.id,
            at=now,
            way=way,
            result=result,
            note_sealed=vault_of(session).seal(words, NOTE) if words else None,
        )
    )
    await add_event(
        session,
        lead.id,
        actor=actor_name(staff),
        event="contact",
        why=f"{WAY_NAMES[way]}：{RESULT_NAMES[result]}",
        now=now,
    )
    return lead


async def contact_lines(session: AsyncSession, lead: Lead, *, full: bool) -> list[ContactLine]:
    """Every try, oldest first; notes in the clear only with `full`."""
    contacts: Sequence[Contact] = await rows.contacts_of(session, lead.id)
    names = await names_of_staff(session, [one.staff_id for one in contacts])
    return [
        ContactLine(
            one.at,
            names.get(one.staff_id, ""),
            WAY_NAMES[ContactWay(one.way)],
            RESULT_NAMES[ContactResult(one.result)],
            open_value(session, one.note_sealed, NOTE) if full else "",
            one.note_sealed is not None,
        )
        for one in contacts
    ]


def refuse_unsigned(lead: Lead) -> None:
    """Raises InvalidInputError where nobody holds the lead: it is new, or has ended."""
    if lead.state == LeadState.NEW:
        raise InvalidInputError("请先签收这条线索，再登记。")
    if lead.state in ENDED_STATES:
        name = STATE_NAMES[LeadState(lead.state)]
        raise InvalidInputError(f"这条线索{name}，不能再登记；有新情况请先重新打开。")
