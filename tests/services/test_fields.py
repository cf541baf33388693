"""Field by field: what of a lead is masked, what is left out, and who opens it."""

from dataclasses import fields

import pytest

from bot.errors import NotAllowedError, NotFoundError
from bot.services.casebook import Casebook
from bot.services.contacts import record_contact
from bot.services.desk import LeadView, full_lead, masked_lead
from bot.services.exports import LeadRow, lead_rows
from bot.services.leads import QueueLine, sign_for
from bot.services.permissions import LEAD_FIELDS, Action, Shown, may
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.database import Database
from bot.storage.staff import Role
from bot.storage.transfers import write_elements
from console.api import PulledLead
from tests.services.casework import NOON, PHONE, filed, lead_of, officer

PLANTED = {
    "description": "6222021234567890128",
    "phone": PHONE,
    "area": "幸福里社区3号楼",
    "suspects": "13912345678",
    "identifiers": "13912345678",
    "links": PHONE,
    "transfer": "6228480402564890018",
    "contacts": "他说在银行门口",
}
ANSWERS = {"description": f"转到了 {PLANTED['description']}", "suspects": PLANTED["suspects"]}


async def told(database: Database) -> str:
    async with database.writing() as session:
        li = await officer(session)
        number = await filed(session, **ANSWERS)
        await filed(session, account=2, **ANSWERS)
        await sign_for(session, li, number, NOON)
        lead = await lead_of(session, number)
        await write_elements(session, lead.id, {"payee": PLANTED["transfer"]})
        note = PLANTED["contacts"]
        way, result = ContactWay.PHONE, ContactResult.REACHED
        await record_contact(session, li, number, way, result, NOON, note=note)
    return number


def test_every_value_that_is_shown_has_a_line_in_the_table() -> None:
    shown = {one.name for kind in (LeadView, Casebook, QueueLine, LeadRow) for one in fields(kind)}
    assert shown - {"book"} | set(PulledLead.model_fields) == set(LEAD_FIELDS)
    assert {name for name, how in LEAD_FIELDS.items() if how is not Shown.PLAIN} == set(PLANTED)


@pytest.mark.parametrize("name", list(PLANTED))
async def test_a_masked_value_is_in_the_clear_in_the_full_view_only(
    database: Database, name: str
) -> None:
    number = await told(database)
    async with database.writing() as session:
        li = await officer(session)
        masked = await masked_lead(session, li, number)
        full = await full_lead(session, li, number, "console", NOON)
        rows = [await lead_rows(session, li, None, None, way, NOON) for way in (False, True)]
    if name != "links":
        assert PLANTED[name] in repr([full, rows[1]]).replace("\\n", "")
    assert PLANTED[name] not in repr([masked, rows[0]])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
async def test_only_those_of_the_table_open_the_full_view(
    sqlite_database: Database, role: Role
) -> None:
    number = await told(sqlite_database)
    async with sqlite_database.writing() as session:
        somebody = await officer(session, "somebody", role)
        refused = NotFoundError if may(role, Action.SEE_FULL_LEAD) else NotAllowedError
        if role in (Role.DUTY, Role.CHIEF):
            assert (await full_lead(session, somebody, number, "console", NOON)).phone == PHONE
        else:
            with pytest.raises(refused):
                await full_lead(session, somebody, number, "console", NOON)
