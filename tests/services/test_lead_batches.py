"""Many leads at once are written as one at a time would be."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import ConflictError, InvalidInputError
from bot.services.audit import verify
from bot.services.contacts import record_contact
from bot.services.handling import dispatch
from bot.services.lead_batches import LeadRow, Step, Worked, file_many, work_many
from bot.services.leads import sign_for
from bot.services.transitions import move
from bot.storage.contacts import Contact, ContactResult, ContactWay
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadKind, LeadState, Risk
from tests.services.casework import NOON, filed, lead_of, officer, trail

REACHED = (ContactWay.PHONE, ContactResult.REACHED)
ROW = LeadRow(LeadKind.CONTACT, Risk.HIGH, NOON, "接到冒充客服电话", "13812345678", "幸福里")
AT = [NOON + timedelta(minutes=minute) for minute in range(1, 7)]
STEPS = (
    Step(AT[0], LeadState.SIGNED),
    Step(AT[1], contact=REACHED),
    Step(AT[2], LeadState.DISPATCHED, station="坊城派出所"),
    Step(AT[3], LeadState.MET),
    Step(AT[4], LeadState.STOPPED, why="已劝止"),
    Step(AT[5], LeadState.CLOSED),
)
COLUMNS = ("state", "version", "assignee_id", "signed_at", "station", "step_due_at", "risk")


async def test_a_batch_writes_what_the_single_services_write(database: Database) -> None:
    async with database.writing() as session:
        li = await officer(session)
        [lead_id] = await file_many(session, [ROW], "upstream", "import:省厅")
        batch = await session.get_one(Lead, lead_id)
        single = await filed(session, happened="gave_code")
        await work_many(session, li, [Worked(lead_id, STEPS)])
        await sign_for(session, li, single, AT[0])
        await record_contact(session, li, single, *REACHED, AT[1])
        await dispatch(session, li, single, "坊城派出所", "", AT[2])
        await move(session, li, single, LeadState.MET, "", AT[3])
        await move(session, li, single, LeadState.STOPPED, "已劝止", AT[4])
        await move(session, li, single, LeadState.CLOSED, "", AT[5])
        await session.refresh(batch)
        other = await lead_of(session, single)
        for name in COLUMNS:
            assert getattr(batch, name) == getattr(other, name), name
        lines = [
            [
                (one.position, one.at, one.actor, one.event, one.from_state, one.to_state, one.why)
                for one in await trail(session, number)
            ][1:]
            for number in (batch.number, single)
        ]
        assert lines[0] == lines[1]
        contacts = (await session.scalars(select(Contact))).all()
        assert len({(one.staff_id, one.at, one.way, one.result) for one in contacts}) == 1
        assert not (await verify(session)).broken


async def test_numbers_are_given_by_day_in_order(database: Database) -> None:
    async with database.writing() as session:
        days = [NOON, NOON + timedelta(days=1), NOON]
        given = [LeadRow(LeadKind.CONTACT, Risk.LOW, day) for day in days]
        ids = await file_many(session, given, "upstream", "import:省厅")
        numbers = [(await session.get_one(Lead, one)).number[:13] for one in ids]
        assert numbers == ["FZ261124-0001", "FZ261125-0001", "FZ261124-0002"]
        assert (await filed(session)).startswith("FZ261124-0003")


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ((Step(NOON, LeadState.MET),), ConflictError),
        ((Step(NOON, contact=REACHED),), ConflictError),
        ((Step(NOON, LeadState.WITHDRAWN),), InvalidInputError),
        ((Step(NOON, LeadState.SIGNED), Step(NOON, LeadState.DISPATCHED)), InvalidInputError),
        ((Step(NOON),), InvalidInputError),
    ],
)
async def test_a_batch_keeps_to_the_table_of_moves(
    sqlite_database: Database, steps: tuple[Step, ...], error: type[Exception]
) -> None:
    async with sqlite_database.writing() as session:
        li = await officer(session)
        ids = await file_many(session, [ROW, ROW], "upstream", "import:省厅")
        with pytest.raises(error):
            await work_many(session, li, [Worked(one, steps) for one in ids])


async def test_what_a_resident_waits_for_is_worked_one_by_one(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        li, number = await officer(session), await filed(session)
        lead = await lead_of(session, number)
        with pytest.raises(ConflictError, match="逐条"):
            await work_many(session, li, [Worked(lead.id, STEPS)])
