"""The duty desk's jobs: what the clock does, once each, whatever restarts in between."""

from datetime import timedelta

from sqlalchemy import func, select

from bot.services.freezes import renew_freeze
from bot.services.partner_requests import ask_partner
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.leads import Lead
from bot.storage.partner_requests import RequestKind
from bot.storage.seals import AuditSeal
from bot.storage.staff import Role
from bot.storage.traces import LeadTrace
from bot.times import SHANGHAI
from scheduler.clock import Clock
from scheduler.jobs import JOBS
from tests.scheduler.doubles import HandClock
from tests.services.casework import NOON, filed, officer, pushed
from tests.services.chain import frozen, unit


async def tick(database: Database, hand: HandClock, name: str, holder: str) -> bool:
    """One tick of a job in a process of its own."""
    job = next(job for job in JOBS if job.name == name)
    clock = Clock(database, Settings(_env_file=None), holder=holder, now=hand)
    done = await clock.tick(job)
    hand.turn(seconds=20)
    return done


async def told(database: Database, kind: str) -> list[str]:
    async with database.reading() as session:
        return [key for key, _ in await pushed(session) if key.startswith(kind)]


async def test_overdue_goes_up_once_a_step_across_restarts(database: Database) -> None:
    async with database.writing() as session:
        await officer(session, "li", chat=101)
        await officer(session, "boss", Role.CHIEF, chat=102)
        number = await filed(session)
    hand = HandClock(NOON + timedelta(minutes=2))
    for process in range(40):
        assert await tick(database, hand, "overdue", f"p{process}")
    keys = await told(database, "overdue")
    assert len(keys) == len(set(keys))
    assert {key.split(":")[3] for key in keys} == {"2", "3"}
    async with database.reading() as session:
        lead = (await session.scalars(select(Lead).where(Lead.number == number))).one()
    assert lead.reminded == 3
    assert lead.escalated_at is not None
    assert lead.state == "new"


async def test_days_are_sealed_once(database: Database) -> None:
    async with database.writing() as session:
        await filed(session)
    hand = HandClock(NOON + timedelta(days=3))
    for process in range(3):
        assert await tick(database, hand, "seals", f"p{process}")
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(AuditSeal)) == 3


async def test_a_report_that_was_missed_is_sent_once_later(database: Database) -> None:
    async with database.writing() as session:
        await officer(session, "boss", Role.CHIEF, chat=102)
    hand = HandClock(NOON)
    for process in range(3):
        assert await tick(database, hand, "reports", f"p{process}")
    assert len(await told(database, "report:daily")) == 1
    assert len(await told(database, "report:weekly")) == 1
    hand.turn(days=2)
    assert await tick(database, hand, "reports", "later")
    assert len(await told(database, "report:daily")) == 2


async def test_new_leads_are_fingerprinted(database: Database) -> None:
    story = "对方自称短视频平台客服，说我开了百万保障会员要扣费，让我下载会议软件"
    async with database.writing() as session:
        await filed(session, description=story)
    assert await tick(database, HandClock(), "traces", "p1")
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(LeadTrace)) == 6


async def test_an_old_lead_is_forgotten_by_its_setting(database: Database) -> None:
    async with database.writing() as session:
        number = await filed(session)
        lead = (await session.scalars(select(Lead).where(Lead.number == number))).one()
        lead.state = "closed"
    hand = HandClock(NOON + timedelta(days=1096))
    assert await tick(database, hand, "retention", "p1")
    async with database.reading() as session:
        assert (await session.scalars(select(Lead))).one().description_sealed == b""


async def test_a_freeze_that_ends_soon_is_brought_up_once_a_day_until_it_is_renewed(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        await officer(session, "li", chat=101)
        await officer(session, "grid", Role.GRID, chat=103)
        freeze = await frozen(session, account="6222021234567890128")
    assert freeze.until is not None
    hand = HandClock(freeze.until - timedelta(days=8))
    await tick(sqlite_database, hand, "renewals", "early")
    assert await told(sqlite_database, "renewals") == []
    hand.moment = (freeze.until - timedelta(days=4)).astimezone(SHANGHAI).replace(hour=8, minute=59)
    await tick(sqlite_database, hand, "renewals", "before nine")
    assert await told(sqlite_database, "renewals") == []
    for process in range(3):
        hand.turn(minutes=2)
        await tick(sqlite_database, hand, "renewals", f"p{process}")
    assert len(await told(sqlite_database, "renewals")) == 1
    hand.turn(days=1)
    await tick(sqlite_database, hand, "renewals", "next day")
    async with sqlite_database.writing() as session:
        found = [words for key, words in await pushed(session) if key.startswith("renewals")]
        assert len(found) == 2
        assert "1 笔冻结" in found[0]
        assert "1,000.00 元" in found[0]
        assert "6222021234567890128" not in found[0]
        li = await officer(session)
        await renew_freeze(session, li, freeze.id, freeze.until + timedelta(days=180), NOON)
    hand.turn(days=1)
    await tick(sqlite_database, hand, "renewals", "renewed")
    assert len(await told(sqlite_database, "renewals")) == 2


async def test_late_requests_go_up_once_across_restarts(database: Database) -> None:
    async with database.writing() as session:
        bank = await unit(session)
        li = await officer(session, chat=101)
        await ask_partner(session, li, RequestKind.CARD_FREEZE, bank.id, "请处置", NOON)
    hand = HandClock(NOON + timedelta(minutes=31))
    for process in range(3):
        assert await tick(database, hand, "requests", f"p{process}")
    assert len(await told(database, "late")) == 1
