"""A full console to be clicked through: leads with all that hangs on them, officers, a server."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import uvicorn
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.routing import Mount

from bench.leads import CATEGORIES, NOW, STATIONS, fill
from bot.services.leads import check_digit
from bot.services.library import PATTERNS_ROOT, load_library, read_patterns
from bot.services.rollups import local_day, roll_day
from bot.services.sign_in import open_session
from bot.settings import Settings
from bot.storage.database import Database, vault_of
from bot.storage.leads import PHONE, Lead
from bot.storage.receipts import receipt_print
from bot.storage.staff import Role, Staff
from bot.storage.stop_payments import StopPayment
from console.app import console_app
from console.parts import ConsoleParts
from console.pulse import Pulse
from console.security import csrf_token
from console.workshop import Workshop

DAYS = 730
KNOWN = 200
"""Leads with a proper number, phone and receipt, for the officers to look up."""
OPEN_ONE_IN = 11
"""No multiple of the other steps. 90,000 open leads of a million: more than any desk can hold."""
STATION_OFFICERS = 5
"""Of so many officers one is a station's."""
BUILT = Path(__file__).parents[1] / "build" / "library"
HANGING = (
    """INSERT INTO lead_event (lead_id, position, at, actor, event, to_state, hash)
       SELECT id, 1, received_at, 'resident:web', 'file', 'new', md5(id::text) FROM lead
       WHERE id BETWEEN :first AND :last""",
    """INSERT INTO lead_event (lead_id, position, at, actor, event, to_state, hash)
       SELECT id, 2, received_at, 'staff:li', 'move', state, md5(id::text) FROM lead
       WHERE id BETWEEN :first AND :last AND state <> 'new'""",
    """INSERT INTO contact (lead_id, staff_id, at, way, result)
       SELECT id, :staff, received_at, 'phone', 'reached' FROM lead
       WHERE id BETWEEN :first AND :last AND id % 2 = 0""",
    """INSERT INTO lead_outcome (lead_id, loss_fen, family_notified, age_band, staff_id, at)
       SELECT id, amount_fen, false, '60+', :staff, received_at FROM lead
       WHERE id BETWEEN :first AND :last AND id % 5 = 0""",
    """INSERT INTO stop_payment (lead_id, staff_id, asked_at, receipt_hash, amount_fen, result)
       SELECT id, :staff, received_at, md5(id::text), amount_fen, 'asked' FROM lead
       WHERE id BETWEEN :first AND :last AND id % 5 = 0""",
    """INSERT INTO lead_trace (lead_id, kind, value_hash)
       SELECT id, 'script', md5(band || ':' || id / 4) FROM lead, generate_series(1, 2) band
       WHERE id BETWEEN :first AND :last""",
    """INSERT INTO look (at, actor, subject, way)
       SELECT received_at, 'staff:li', number, 'console' FROM lead
       WHERE id BETWEEN :first AND :last AND id % 3 = 0""",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who clicks, and what there is to look up."""

    database: Database
    officers: tuple[tuple[str, Role], ...]
    """The cookie and role of each."""
    numbers: tuple[str, ...]

    def number(self, chance: random.Random) -> str:
        """The number of some lead."""
        return chance.choice(self.numbers)

    def searches(self, chance: random.Random) -> list[tuple[str, str]]:
        """What is typed into the search, by what kind it is."""
        one = chance.randrange(len(self.numbers))
        return [
            ("查找：编号", self.numbers[one]),
            ("查找：电话", _phone(one)),
            ("查找：回执号", _receipt(one)),
            ("查找：街道", "street 7"),
        ]

    def csrf(self, token: str) -> str:
        """The token of the forms of one officer."""
        return csrf_token(self.database.vault, token)


async def fill_desk(database: Database, leads: int, officers: int, days: int = DAYS) -> Desk:
    """Leads of so many days with trails, contacts, outcomes, requests and counted days."""
    apart = days * 86400 / leads
    staff = await fill(database, leads, f"({leads} - i) * {apart}", OPEN_ONE_IN)
    for first in range(1, leads + 1, 20_000):
        numbers = {"first": first, "last": min(first + 19_999, leads), "staff": staff.id}
        async with database.writing() as session:
            await session.execute(text("SET LOCAL statement_timeout = 0"))
            for statement in HANGING:
                await session.execute(text(statement), _only_used(statement, numbers))
    async with database.writing() as session:
        numbers_known = await _make_findable(session, leads)
        signed_in = await _sign_in(session, officers)
    async with database.engine.connect() as connection:
        whole = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await whole.execute(text("VACUUM (ANALYZE)"))
    for back in range(days + 1):
        async with database.writing() as session:
            await roll_day(session, local_day(NOW - timedelta(days=back)), NOW)
    return Desk(database, signed_in, numbers_known)


def _only_used(statement: str, numbers: dict[str, int]) -> dict[str, int]:
    return {name: value for name, value in numbers.items() if f":{name}" in statement}


async def _make_findable(session: AsyncSession, leads: int) -> tuple[str, ...]:
    vault = vault_of(session)
    step = max(5, leads // KNOWN // 5 * 5)
    ids = await session.scalars(
        select(Lead.id).where(Lead.id % step == 0).order_by(Lead.id.desc()).limit(KNOWN)
    )
    numbers = []
    for one, lead_id in enumerate(ids):
        digits = f"261124{9000 + one:04}"
        numbers.append(f"FZ261124-{digits[6:]}-{check_digit(digits)}")
        values = {"number": numbers[-1], "phone_hash": vault.fingerprint(_phone(one), PHONE)}
        await session.execute(update(Lead).where(Lead.id == lead_id).values(values))
        await session.execute(
            update(StopPayment)
            .where(StopPayment.lead_id == lead_id)
            .values(receipt_hash=receipt_print(vault, _receipt(one)))
        )
    return tuple(numbers)


def _phone(one: int) -> str:
    return f"138{one:08}"


def _receipt(one: int) -> str:
    return f"ZF-{one:06}"


async def _sign_in(session: AsyncSession, officers: int) -> tuple[tuple[str, Role], ...]:
    found = []
    for one in range(officers):
        station = one % STATION_OFFICERS == 0
        staff = Staff(
            login=f"officer{one}",
            name=f"民警{one}",
            role=Role.STATION if station else Role.CHIEF,
            station=f"station {one % STATIONS}" if station else None,
            active=True,
            created_at=NOW,
        )
        session.add(staff)
        await session.flush()
        found.append((await open_session(session, staff, NOW), Role(staff.role)))
    return tuple(found)


@asynccontextmanager
async def serve_console(database: Database) -> AsyncIterator[str]:
    """The address of a console that looks at that database at NOW, with its library."""
    library = load_library(PATTERNS_ROOT, BUILT)
    pulse, stop = Pulse(database), asyncio.Event()
    parts = ConsoleParts(
        database,
        Settings(_env_file=None, second_factor="optional"),
        lambda: NOW,
        {one: one for one in CATEGORIES},
        pulse=pulse,
        workshop=Workshop(lambda: library, partial(read_patterns, PATTERNS_ROOT)),
    )
    app = Starlette(routes=[Mount("/console", console_app(parts))])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
    listening = socket.create_server(("127.0.0.1", 0))
    jobs = [
        asyncio.create_task(server.serve([listening])),
        asyncio.create_task(pulse.run(stop)),
    ]
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    stop.set()
    server.should_exit = True
    await asyncio.gather(*jobs)
