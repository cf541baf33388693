"""A filed lead is written by a statement of its own, as the session would write it."""

import secrets
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.evidence import Evidence
from bot.storage.leads import Lead, LeadKind, LeadState, Reporter, Risk
from bot.storage.new_leads import NewLead, add_lead

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TOLD = NewLead(
    number="FZ261124-0001-1",
    kind=LeadKind.CASH_GOLD,
    risk=Risk.HIGH,
    state=LeadState.NEW,
    channel="telegram",
    category="fake_job",
    family=None,
    resident_id=None,
    happened="cash",
    contact_channel="phone",
    transferred=True,
    amount_fen=5_000_000_000,
    description_sealed=b"\x00sealed",
    phone_sealed=None,
    phone_hash="a1",
    area_sealed=b"",
    received_at=NOON,
    due_at=NOON + timedelta(minutes=5),
    reporter=Reporter.ANONYMOUS,
)


def _file(draft: str | None) -> Evidence:
    about = {"sha256": "a1", "size": 1, "kind": "text", "created_at": NOON}
    return Evidence(draft=draft, key=secrets.token_hex(8), **about)


async def test_every_column_is_what_the_session_would_write(database: Database) -> None:
    async with database.writing() as session:
        added = await add_lead(session, TOLD)
        session.add(Lead(**asdict(TOLD) | {"number": "FZ261124-0002-2"}))
        assert (added.number, added.step_due_at, added.version) == (TOLD.number, TOLD.due_at, 0)
    async with database.reading() as session:
        own, other = await session.scalars(select(Lead).order_by(Lead.id))
    assert added.id == own.id
    for name in set(Lead.__table__.columns.keys()) - {"id", "number"}:
        assert getattr(own, name) == getattr(other, name) == getattr(added, name), name


async def test_what_is_changed_in_a_lead_that_was_just_added_is_written(database: Database) -> None:
    async with database.writing() as session:
        (await add_lead(session, TOLD)).prank = True
    async with database.reading() as session:
        assert (await session.scalars(select(Lead))).one().prank


async def test_files_that_wait_for_the_report_and_no_others_are_the_new_leads(
    database: Database,
) -> None:
    async with database.writing() as session:
        session.add_all(_file(draft) for draft in ("mine", "mine", "theirs", None))
        first = await add_lead(session, TOLD, "mine")
        second = await add_lead(session, replace(TOLD, number="FZ261124-0002-2"), "nothing")
        assert (first.number, first.due_at) == (TOLD.number, TOLD.due_at)
    async with database.reading() as session:
        files = (await session.scalars(select(Evidence).order_by(Evidence.id))).all()
        assert await session.get(Lead, second.id) is not None
    left = [(None, "theirs"), (None, None)]
    assert [(one.lead_id, one.draft) for one in files] == [(first.id, None)] * 2 + left
