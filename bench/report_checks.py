"""What must hold after the bot and its officers were killed: nothing lost, nothing impossible."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from bot.services.leads import TRANSITIONS, open_value
from bot.storage.database import Database
from bot.storage.dialogues import DATA, Dialogue
from bot.storage.leads import AREA, DESCRIPTION, ENDED, PHONE, Lead, LeadEvent, LeadState

AWAITED = (LeadState.NEW, LeadState.SIGNED)
"""States whose next step has a limit at every risk."""


async def losses(database: Database, people: list[dict[str, Any]]) -> list[str]:
    """What a resident saw acknowledged and is not there, by resident."""
    async with database.reading() as session:
        leads = {lead.number: lead for lead in await session.scalars(select(Lead))}
        told = {
            number: " ".join(
                (
                    open_value(session, lead.description_sealed, DESCRIPTION),
                    open_value(session, lead.phone_sealed, PHONE),
                    open_value(session, lead.area_sealed, AREA),
                )
            )
            for number, lead in leads.items()
        }
        drafts = [
            open_value(session, row.data_sealed, DATA)
            for row in await session.scalars(select(Dialogue))
        ]
    return [_loss(one, told, drafts) for one in people]


def _loss(person: dict[str, Any], told: dict[str, str], drafts: list[str]) -> str:
    acknowledged = person["moves"][: person["acknowledged"]]
    answers = [move["text"] for move in acknowledged if len(move["text"]) > 8]
    if person["number"]:
        kept = [told[person["number"]]] if person["number"] in told else []
    else:
        kept = [*told.values(), *drafts]
    missing = [answer for answer in answers if not any(answer in text for text in kept)]
    filed = person["number"] and person["number"] not in told
    return f"{person['user']}: {missing or person['number']}" if missing or filed else ""


async def numbers_twice(database: Database) -> int:
    """How many lead numbers, or reporters of one dialogue, are there more than once."""
    async with database.reading() as session:
        many = select(Lead.number).group_by(Lead.number).having(func.count() > 1)
        same = select(Lead.resident_id).group_by(Lead.resident_id).having(func.count() > 1)
        return len((await session.scalars(many)).all()) + len((await session.scalars(same)).all())


async def acts_lost(database: Database, done: Sequence[str]) -> list[str]:
    """What officers saw done (`bench.officers`) and is not in the trails of their leads."""
    async with database.reading() as session:
        lines = select(Lead.number, LeadEvent).join(LeadEvent, LeadEvent.lead_id == Lead.id)
        kept = {
            f"{number} {one.position} {one.event} {one.to_state or '-'}"
            for number, one in await session.execute(lines)
        }
    return [line for line in done if line not in kept]


async def impossible(database: Database) -> list[str]:
    """Every lead whose row is not what its trail leads to by the table of moves, with what is
    wrong; and every dialogue that is half there or goes on with a lead that is not."""
    async with database.reading() as session:
        leads = (await session.scalars(select(Lead))).all()
        events = select(LeadEvent).order_by(LeadEvent.lead_id, LeadEvent.position)
        trails: dict[int, list[LeadEvent]] = {}
        for line in await session.scalars(events):
            trails.setdefault(line.lead_id, []).append(line)
        dialogues = (await session.scalars(select(Dialogue))).all()
    odd = [f"{one.number}: {why}" for one in leads if (why := _odd(one, trails.get(one.id, [])))]
    return odd + [f"dialogue {one.key_hash}" for one in dialogues if one.state is None]


def _odd(lead: Lead, trail: Sequence[LeadEvent]) -> str:
    """Why a lead cannot be as it is; empty where it can."""
    if not trail or (trail[0].event, trail[0].to_state) != ("file", LeadState.NEW):
        return "its trail does not begin with its filing"
    state, signed = LeadState.NEW, False
    for place, line in enumerate(trail, 1):
        if line.position != place:
            return f"line {place} is missing"
        if place == 1:
            continue
        if line.event == "file":
            return "filed twice"
        if (line.from_state is None) != (line.to_state is None):
            return f"line {place} is half a move"
        if line.to_state is None:
            continue
        to = LeadState(line.to_state)
        if line.from_state != state or to not in TRANSITIONS[state]:
            return f"line {place}: {line.from_state} to {to}, and it was {state}"
        state, signed = to, signed or to is LeadState.SIGNED
    if lead.state != state:
        return f"its row says {lead.state}, its trail {state}"
    if signed != (lead.assignee_id is not None) or signed != (lead.signed_at is not None):
        return "signed for in one place only"
    waits = lead.step_due_at is not None
    if (waits and lead.state in ENDED) or (not waits and lead.state in AWAITED):
        return "has ended and waits for a step, or the other way round"
    return ""
