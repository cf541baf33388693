"""Many officers at once, and two processes at once: each lead is signed for by one of them."""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.errors import ConflictError
from bot.services.audit import verify
from bot.services.leads import TRANSITIONS, check_digit, sign_for
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadEvent, LeadState
from bot.storage.staff import Staff
from tests.conftest import ROOT
from tests.services.casework import NOON, filed, officer

OFFICERS, LEADS = 50, 1000


async def many_leads(database: Database, count: int) -> list[str]:
    """Fresh leads, copied from one that was filed as usual, each with its first line."""
    async with database.writing() as session:
        number = await filed(session)
        lead = (await session.scalars(select(Lead))).one()
        columns = [one.name for one in Lead.__table__.columns if one.name not in ("id", "number")]
        names = ", ".join(columns)
        copied = f"SELECT :number, {names} FROM lead WHERE id = :id"  # noqa: S608
        copy = text(f"INSERT INTO lead (number, {names}) {copied}")
        numbers = [number_of(place) for place in range(1, count)]
        await session.execute(copy, [{"number": one, "id": lead.id} for one in numbers])
    return [number, *numbers]


def number_of(place: int) -> str:
    """The lead number of a serial."""
    serial = f"{place + 1:04d}"
    return f"FZ261124-{serial}-{check_digit('261124' + serial)}"


@pytest.mark.slow
async def test_fifty_officers_race_for_a_thousand_leads_and_each_is_signed_once(
    database: Database,
) -> None:
    numbers = await many_leads(database, LEADS)
    async with database.writing() as session:
        officers = [await officer(session, f"o{place}") for place in range(OFFICERS)]
    left, chance, won = set(numbers), random.Random(11), Counter[str]()
    url = database.url.render_as_string(hide_password=False)
    crowd = Database(url, database.vault, pool_size=OFFICERS)
    racing, most, lost = 0, 0, 0

    async def work(staff: Staff) -> None:
        nonlocal racing, most, lost
        while left:
            number = chance.choice(sorted(left)[:100])
            racing += 1
            most = max(most, racing)
            try:
                async with crowd.writing() as session:
                    await sign_for(session, staff, number, NOON)
                won[number] += 1
            except ConflictError:
                lost += 1
            racing -= 1
            left.discard(number)

    await asyncio.gather(*(work(staff) for staff in officers))
    await crowd.close()
    assert won == Counter(numbers)
    assert most == OFFICERS
    assert lost > 0
    async with database.reading() as session:
        states = select(Lead.state, func.count()).group_by(Lead.state)
        by_state = dict((await session.execute(states)).all())
        signs = select(LeadEvent.lead_id, func.count()).where(LeadEvent.event == "sign")
        lines = (await session.execute(signs.group_by(LeadEvent.lead_id))).all()
        holders = await session.scalar(select(func.count(func.distinct(Lead.assignee_id))))
    assert by_state == {"signed": LEADS}
    assert len(lines) == LEADS
    assert {count for _, count in lines} == {1}
    assert holders > 1


PROCESS = """
import asyncio, json, sys
from bot.errors import ConflictError
from bot.services.leads import sign_for
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.staff import staff_by_login
from bot.storage.vault import Vault
from sqlalchemy import select
from bot.storage.leads import Lead
from tests.services.casework import NOON, filed

async def once(database, work):
    for _ in range(200):
        try:
            async with database.writing() as session:
                return await work(session)
        except DatabaseUnavailableError:
            await asyncio.sleep(0.01)
    raise TimeoutError

async def main(url, who, count):
    database = Database(url, Vault({1: b"k" * 32}, b"f" * 32))
    made, signed = [], []
    for turn in range(count):
        made.append(await once(database, lambda s: filed(s, account=who * 1000 + turn)))
        async with database.reading() as session:
            new = (await session.scalars(select(Lead.number).where(Lead.state == "new"))).all()
        for number in new[:2]:
            async def sign(session):
                staff = await staff_by_login(session, f"o{who}")
                await sign_for(session, staff, number, NOON)
            try:
                await once(database, sign)
                signed.append(number)
            except ConflictError:
                pass
    await database.close()
    print(json.dumps([made, signed]))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


async def test_two_processes_file_and_sign_together(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    count = 40
    async with database.writing() as session:
        for who in (1, 2):
            await officer(session, f"o{who}")
    script = tmp_path / "process.py"
    script.write_text(PROCESS)
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            str(script),
            database_url,
            str(who),
            str(count),
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
        )
        for who in (1, 2)
    ]
    told = [json.loads((await one.communicate())[0]) for one in running]
    made = [number for numbers, _ in told for number in numbers]
    signed = [number for _, numbers in told for number in numbers]
    assert len(made) == len(set(made)) == 2 * count
    assert len(signed) == len(set(signed))
    async with database.reading() as session:
        leads = (await session.scalars(select(Lead))).all()
        assert {lead.number for lead in leads} == set(made)
        assert {lead.number for lead in leads if lead.state == "signed"} == set(signed)
        assert {lead.state for lead in leads} <= {"new", "signed"}
        events = (await session.scalars(select(LeadEvent).order_by(LeadEvent.id))).all()
        for event in events:
            if event.from_state is not None:
                assert LeadState(event.to_state) in TRANSITIONS[LeadState(event.from_state)]
        assert not (await verify(session)).broken
