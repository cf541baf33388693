"""The clock: real ticks of APScheduler, one leader, jobs that do not hurt each other."""

import asyncio
from datetime import datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.services.broadcasts import schedule_notice
from bot.settings import Settings
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.times import SHANGHAI
from scheduler.clock import Clock
from scheduler.jobs import JOBS, Job
from scheduler.leadership import LENGTH
from scheduler.outbox import OutboxWorker
from tests.scheduler.doubles import HandClock, ScriptedSender
from tests.services.broadcasting import NOON, add_groups, add_staff, queue_text, row_of

OFTEN = IntervalTrigger(seconds=0.02)
NEVER = CronTrigger(year=2099)


class Counted:
    """A job that counts its runs."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.moments: list[datetime] = []
        self.fails = fails
        self.reached = asyncio.Event()

    async def __call__(self, database: Database, settings: Settings, now: datetime) -> None:
        self.moments.append(now)
        if len(self.moments) >= 3:
            self.reached.set()
        if self.fails:
            raise self.fails


def clock_of(database: Database, hand: HandClock, *jobs: Job, holder: str = "p1") -> Clock:
    return Clock(database, Settings(), holder=holder, jobs=jobs or JOBS, now=hand)


def job_named(name: str) -> Job:
    return next(job for job in JOBS if job.name == name)


async def test_jobs_run_again_and_again_until_stopped(sqlite_database: Database) -> None:
    done, once = Counted(), Counted()
    clock = clock_of(
        sqlite_database,
        HandClock(),
        Job("often", OFTEN, done),
        Job("once", NEVER, once, at_start=True),
    )
    stop = asyncio.Event()
    running = asyncio.create_task(clock.run(stop))
    await asyncio.wait_for(done.reached.wait(), 5)
    stop.set()
    await asyncio.wait_for(running, 30)
    count = len(done.moments)
    await asyncio.sleep(0.1)
    assert len(done.moments) == count
    assert once.moments == [NOON]


async def test_of_two_clocks_one_does_the_work(database: Database) -> None:
    hand = HandClock()
    first, second = Counted(), Counted()
    ticking = clock_of(database, hand)
    other = clock_of(database, hand, holder="p2")
    assert await ticking.tick(Job("a", NEVER, first))
    assert not await other.tick(Job("a", NEVER, second))
    hand.turn(seconds=LENGTH.total_seconds())
    assert await other.tick(Job("a", NEVER, second))
    assert not await ticking.tick(Job("a", NEVER, first))
    assert (len(first.moments), len(second.moments)) == (1, 1)


async def test_a_stopped_clock_hands_over_at_once(database: Database) -> None:
    hand = HandClock()
    first = Counted()
    stop = asyncio.Event()
    running = asyncio.create_task(clock_of(database, hand, Job("a", OFTEN, first)).run(stop))
    await asyncio.wait_for(first.reached.wait(), 5)
    stop.set()
    await asyncio.wait_for(running, 30)
    assert await clock_of(database, hand, holder="p2").tick(Job("a", NEVER, Counted()))


async def test_a_job_in_hand_is_finished_before_the_clock_stops(
    sqlite_database: Database,
) -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(database: Database, settings: Settings, now: datetime) -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    stop = asyncio.Event()
    clock = clock_of(sqlite_database, HandClock(), Job("slow", NEVER, slow, at_start=True))
    running = asyncio.create_task(clock.run(stop))
    await asyncio.wait_for(begun.wait(), 5)
    stop.set()
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    await asyncio.wait_for(running, 30)
    assert ended.is_set()


@pytest.mark.parametrize("trouble", [RuntimeError("13800138000"), DatabaseUnavailableError()])
async def test_a_job_that_breaks_stops_no_other_and_says_so(
    sqlite_database: Database, trouble: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = Counted(), Counted(trouble)
    clock = clock_of(sqlite_database, HandClock(), Job("bad", OFTEN, bad), Job("good", OFTEN, good))
    stop = asyncio.Event()
    running = asyncio.create_task(clock.run(stop))
    await asyncio.wait_for(asyncio.gather(good.reached.wait(), bad.reached.wait()), 5)
    stop.set()
    await asyncio.wait_for(running, 30)
    shown = capsys.readouterr()
    assert "bad" in shown.out + shown.err
    assert "13800138000" not in shown.out + shown.err


def test_the_nightly_job_runs_at_night_in_shanghai() -> None:
    first = job_named("retention").trigger.get_next_fire_time(None, NOON)
    assert first == datetime(2026, 11, 25, 3, 30, tzinfo=SHANGHAI)
    second = job_named("broadcasts").trigger
    soon = second.get_next_fire_time(NOON, NOON)
    assert soon - NOON <= timedelta(seconds=1)


async def test_a_notice_goes_from_the_clock_to_the_group_at_its_time_once(
    database: Database,
) -> None:
    hand = HandClock()
    sender = ScriptedSender()
    clock = clock_of(database, hand)
    worker = OutboxWorker(database, sender, holder="w1", now=hand)
    async with database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)
        await schedule_notice(
            session,
            staff,
            "family_voice",
            {"community": "幸福里社区"},
            [group.id],
            NOON + timedelta(minutes=30),
            now=NOON,
            dedupe="x",
        )
    sent = []
    for _ in range(5):
        assert await clock.tick(job_named("broadcasts"))
        await worker.deliver_due()
        sent.append(len(sender.sent))
        hand.turn(minutes=10)
    assert sent == [0, 0, 0, 1, 1]
    assert sender.sent[0][0] == "-100"
    assert sender.texts[0].startswith("【幸福里社区反诈提醒】家人说急用钱")


async def test_the_nightly_job_forgets(sqlite_database: Database) -> None:
    hand = HandClock()
    async with sqlite_database.writing() as session:
        await queue_text(session, "a")
    await OutboxWorker(sqlite_database, ScriptedSender(), holder="w", now=hand).deliver_due()
    hand.turn(days=31)
    assert await clock_of(sqlite_database, hand).tick(job_named("retention"))
    async with sqlite_database.reading() as session:
        row: OutboxMessage = await row_of(session, "a")
        assert (row.payload_sealed, row.state) == (b"", DeliveryState.SENT)
