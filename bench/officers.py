"""Officers at work beside the bot of `bench.reporting`: sign, call, stop, close, reopen.

What an officer did is written to a file once its transaction is committed, as who sees the answer
of a button would know it; afterwards each line must be found in its lead's trail.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ExpectedError
from bot.services.contacts import record_contact
from bot.services.leads import sign_for
from bot.services.transitions import move
from bot.storage.contacts import ContactResult, ContactWay
from bot.storage.database import Database
from bot.storage.leads import Lead, LeadState, last_event
from bot.storage.staff import Role, Staff, staff_by_login
from bot.times import now

LOGINS = ("li", "wang", "zhao")
PAUSE_SECONDS = 0.02
Act = Callable[[AsyncSession, Staff, str], Awaitable[Lead]]


async def _sign(session: AsyncSession, staff: Staff, number: str) -> Lead:
    return await sign_for(session, staff, number, now())


async def _call(session: AsyncSession, staff: Staff, number: str) -> Lead:
    way, result = ContactWay.PHONE, ContactResult.REACHED
    return await record_contact(session, staff, number, way, result, now())


def _to(state: LeadState) -> Act:
    async def go(session: AsyncSession, staff: Staff, number: str) -> Lead:
        return await move(session, staff, number, state, "又有新情况", now())

    return go


NEXT: dict[LeadState, tuple[Act, ...]] = {
    LeadState.NEW: (_sign,),
    LeadState.SIGNED: (_call, _to(LeadState.DISPATCHED)),
    LeadState.CALLING: (_to(LeadState.STOPPED), _to(LeadState.REFUSED), _call),
    LeadState.REFUSED: (_to(LeadState.CALLING),),
    LeadState.DISPATCHED: (_to(LeadState.MET),),
    LeadState.MET: (_to(LeadState.STOPPED),),
    LeadState.STOPPED: (_to(LeadState.CLOSED),),
    LeadState.CLOSED: (_to(LeadState.SIGNED),),
}


async def hire(database: Database) -> None:
    """Give the officers their accounts."""
    async with database.writing() as session:
        for login in LOGINS:
            session.add(
                Staff(login=login, name=login, role=Role.DUTY, active=True, created_at=now())
            )


async def officers_at_work(database: Database, acts: Path) -> None:
    """Act on random leads until killed; every act that was committed is a line of `acts`."""
    written = os.open(acts, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    await asyncio.gather(*(_work(database, login, written) for login in LOGINS))


async def _work(database: Database, login: str, written: int) -> None:
    chance = random.Random()
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            line = await _act(database, login, chance)
        except ExpectedError:
            continue  # a colleague was faster, or the database is busy
        if line:
            os.write(written, line.encode())


async def _act(database: Database, login: str, chance: random.Random) -> str:
    """One act; the line that tells of it, or nothing where there is nothing to do."""
    async with database.reading() as session:
        most = await session.scalar(select(func.max(Lead.id))) or 0
        lead = await session.get(Lead, chance.randint(1, most)) if most else None
    if lead is None or lead.state not in NEXT:
        return ""
    if lead.state == LeadState.STOPPED and lead.happened != "not_paid":
        return ""  # its reporter still answers; what is closed takes no more answers
    act = chance.choice(NEXT[LeadState(lead.state)])
    async with database.writing() as session:
        staff = await staff_by_login(session, login)
        assert staff is not None
        done = await act(session, staff, lead.number)
        last = await last_event(session, done.id)
        assert last is not None
        return f"{done.number} {last.position} {last.event} {last.to_state or '-'}\n"
