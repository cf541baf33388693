"""What has been kept long enough goes, and nothing else."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.audit import verify
from bot.services.desk import full_lead
from bot.services.drills import Who
from bot.services.drills import begin as begin_drill
from bot.services.education import education
from bot.services.figures import Figures, figures_of
from bot.services.lead_retention import purge_leads
from bot.services.library_review import Given, Source, keep_text
from bot.services.own_leads import erase
from bot.services.quizzes import answer, begin_quiz
from bot.services.retention import Purged, purge, purge_all
from bot.services.traces import trace_waiting
from bot.services.transitions import move
from bot.storage.checks import Check
from bot.storage.claims import claim_due, end_delivery
from bot.storage.contacts import Contact, contacts_of
from bot.storage.database import Database
from bot.storage.dialogues import read_dialogue, write_dialogue
from bot.storage.drills import DrillRun
from bot.storage.leads import Lead, LeadState, identifiers_of, leads_of_resident
from bot.storage.learners import FamilyMemory
from bot.storage.library import waiting_reviews
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.quizzes import QuizAttempt
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import ConsoleSession, FailedAttempts
from bot.storage.updates import find_replies, keep_replies
from tests.services.broadcasting import NOON, add_staff, queue_text
from tests.services.casework import brought_to, filed, lead_of, officer
from tests.services.test_duty_reports import day_of_work

SECOND = timedelta(seconds=1)


async def _check(database: Database, name: str, age: timedelta) -> None:
    async with database.writing() as session:
        resident = await find_or_add_resident(session, "web", 7, NOON)
        session.add(
            Check(
                reference=name,
                resident_id=resident.id,
                text_hash="h",
                level="none",
                score=0.0,
                action="A0",
                library_version="1",
                created_at=NOON - age,
            )
        )


async def test_each_kind_goes_at_its_own_age(database: Database) -> None:
    for number, extra in enumerate((SECOND, -SECOND)):
        await _check(database, f"check{number}", timedelta(days=10) + extra)
        async with database.writing() as session:
            staff = await add_staff(session, login=f"staff{number}")
            days = timedelta(days=1)
            await keep_replies(session, 1, number, "[]", NOON - 2 * days - extra)
            await write_dialogue(session, f"d{number}", "s", "{}", NOON - 30 * days - extra)
            seen = NOON - timedelta(hours=12) - extra
            session.add(
                ConsoleSession(
                    token_hash=f"t{number}", staff_id=staff.id, created_at=seen, seen_at=seen
                )
            )
            session.add(
                FailedAttempts(subject_hash=f"a{number}", count=1, last_at=NOON - days - extra)
            )
    async with database.writing() as session:
        assert await purge(session, 10, NOON) == Purged(1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0)
    async with database.writing() as session:
        assert await purge(session, 10, NOON) == Purged(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        assert (await session.scalars(select(Check.reference))).all() == ["check1"]
        assert (await session.scalars(select(ConsoleSession.token_hash))).all() == ["t1"]
        assert (await session.scalars(select(FailedAttempts.subject_hash))).all() == ["a1"]
        assert await find_replies(session, 1, 0) is None
        assert await find_replies(session, 1, 1) == "[]"
        assert (await read_dialogue(session, "d0"))[0] is None
        assert (await read_dialogue(session, "d1"))[0] == "s"


async def test_ended_messages_are_blanked_after_thirty_days_and_waiting_ones_kept(
    database: Database,
) -> None:
    async with database.writing() as session:
        await queue_text(session, "ended")
        (row,) = await claim_due(
            session, worker="w", channel="telegram", limit=1, now=NOON, lease=SECOND
        )
        await end_delivery(session, row.id, worker="w", state=DeliveryState.SENT, now=NOON)
        await queue_text(session, "waits")
    counts = []
    for age in (timedelta(days=30), timedelta(days=30, seconds=1), timedelta(days=31)):
        async with database.writing() as session:
            counts.append((await purge(session, 30, NOON + age)).deliveries)
    assert counts == [0, 1, 0]
    async with database.reading() as session:
        rows = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).all()
        assert [(bool(row.payload_sealed), bool(row.address_sealed)) for row in rows] == [
            (False, False),
            (True, True),
        ]
        assert rows[0].state == DeliveryState.SENT


async def test_texts_kept_for_review_go_after_ninety_days(database: Database) -> None:
    async with database.writing() as session:
        for number, extra in enumerate((SECOND, -SECOND)):
            await keep_text(
                session,
                Source.DISPUTE,
                f"第{number}条：请把钱转到安全账户，不要告诉家人。",
                Given("none", 0.1, None, "v"),
                NOON - timedelta(days=90) - extra,
            )
    async with database.writing() as session:
        assert (await purge(session, 30, NOON)).reviews == 1
        (left,) = await waiting_reviews(session, 10)
        assert left.kept_at == NOON - timedelta(days=90) + SECOND


async def test_what_somebody_learned_belongs_to_nobody_after_400_days(database: Database) -> None:
    for number, extra in enumerate((SECOND, -SECOND)):
        at = NOON - timedelta(days=400) - extra
        async with database.writing() as session:
            resident = await find_or_add_resident(session, "web", number, at)
            asked = await begin_quiz(session, education(), resident, at)
            await answer(session, education(), resident, asked.attempt_id, 0, 0, at)
            (first, *_) = education().drills
            await begin_drill(session, education(), resident, first, Who.ADULT, at)
    async with database.writing() as session:
        assert (await purge(session, 1000, NOON)).learning == 3
    async with database.reading() as session:
        for table in (QuizAttempt, DrillRun):
            owners = await session.scalars(select(table.resident_id).order_by(table.id))
            assert list(owners) == [None, 2]
        assert list(await session.scalars(select(FamilyMemory.resident_id))) == [2]


async def test_an_old_ended_lead_loses_its_person_and_keeps_what_counts(
    database: Database,
) -> None:
    year = timedelta(days=365)
    async with database.writing() as session:
        staff = await officer(session)
        old = await filed(session, suspects="13912345678")
        await brought_to(session, staff, old, LeadState.CLOSED)
        await record_contact_note(session, old)
        still_open = await filed(session, account=2)
        young = await filed(session, account=3, now=NOON + year)
        assert await purge_leads(session, NOON + year) == 1
        assert await purge_leads(session, NOON + year) == 0
        lead = await lead_of(session, old)
        assert (lead.description_sealed, lead.phone_sealed, lead.area_sealed) == (b"", None, None)
        assert (lead.phone_hash, lead.resident_id) == (None, None)
        assert (lead.state, lead.amount_fen) == ("closed", 1_250_000)
        assert len(await identifiers_of(session, lead.id)) == 1
        assert [one.note_sealed for one in await contacts_of(session, lead.id)] == [None]
        for number in (still_open, young):
            assert (await lead_of(session, number)).phone_sealed is not None
        view = await full_lead(session, staff, old, "console", NOON)
        assert (view.description, view.phone) == ("", "")
        assert not (await verify(session)).broken


async def test_figures_are_the_same_after_everything_is_blanked_or_deleted(
    database: Database,
) -> None:
    await day_of_work(database)
    year = timedelta(days=365)

    async def figures() -> Figures:
        async with database.reading() as session:
            return await figures_of(session, NOON - year, NOON + year, NOON + year, residents=100)

    async with database.writing() as session:
        await trace_waiting(session)
        staff = await officer(session)
        for lead in (await session.scalars(select(Lead))).all():
            if lead.state == LeadState.STOPPED:
                await move(session, staff, lead.number, LeadState.CLOSED, "", NOON)
    before = await figures()
    assert before.streets == (("城东街道", 6),)
    assert before.losses_fen
    async with database.reading() as session:
        assert (await purge_all(session, 30, 10, NOON + year)).leads == 3
    assert await figures() == before  # a dry run: nothing has changed
    async with database.reading() as session:
        assert sum(bool(one) for one in await session.scalars(select(Lead.description_sealed))) == 7
    async with database.writing() as session:
        assert (await purge_all(session, 30, 10, NOON + year)).leads == 3
    assert await figures() == before
    async with database.writing() as session:
        for account in range(7):
            resident = await find_or_add_resident(session, "web", account, NOON)
            for lead in await leads_of_resident(session, resident.id, 10):
                await erase(session, resident, lead.number, NOON)
        sealed = (await session.scalars(select(Lead.description_sealed))).all()
        assert not any(sealed)
        assert not (await verify(session)).broken
    after = await figures()
    assert replace(after, open=before.open, overdue=before.overdue, ratios=()) == replace(
        before, ratios=()
    )


async def record_contact_note(session: AsyncSession, number: str) -> None:
    lead = await lead_of(session, number)
    session.add(
        Contact(
            lead_id=lead.id,
            staff_id=lead.assignee_id,
            at=NOON,
            way="phone",
            result="reached",
            note_sealed=b"x",
        )
    )
    await session.flush()
