"""The outbox worker, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from scheduler.leadership import LENGTH, Leadership
from scheduler.outbox import CLAIM_LENGTH, OutboxWorker
from tests.scheduler.doubles import HandClock, ScriptedSender, queue, state_of, worker_of
from tests.services.broadcasting import NOON, add_groups, add_staff, queue_text


async def test_a_message_goes_out_once_and_is_marked(database: Database) -> None:
    await queue(database, "a")
    sender, clock = ScriptedSender(), HandClock()
    worker = worker_of(database, sender, clock)
    assert [await worker.deliver_due() for _ in range(2)] == [1, 0]
    row = await state_of(database, "a")
    assert (row.state, row.remote_id, row.attempts) == (DeliveryState.SENT, "7", 1)
    assert row.ended_at == NOON
    assert sender.sent == [("to-a", "a")]


async def test_nothing_goes_before_its_time(database: Database) -> None:
    async with database.writing() as session:
        await queue_text(session, "later", due_at=NOON + timedelta(minutes=1))
    sender, clock = ScriptedSender(), HandClock()
    worker = worker_of(database, sender, clock)
    await worker.deliver_due()
    assert sender.sent == []
    clock.turn(minutes=1)
    await worker.deliver_due()
    assert sender.texts == ["later"]


async def test_a_channel_takes_only_its_own(database: Database) -> None:
    await queue(database, "a")
    sender, clock = ScriptedSender(channel="wecom"), HandClock()
    assert await worker_of(database, sender, clock).deliver_due() == 0


async def test_the_most_pressing_go_first(database: Database) -> None:
    for name, priority in (
        ("digest", Priority.DIGEST),
        ("campaign", Priority.CAMPAIGN),
        ("receipt", Priority.RECEIPT),
        ("alert", Priority.ALERT),
    ):
        await queue(database, name, priority=priority)
    sender, clock = ScriptedSender(concurrency=1), HandClock()
    worker = worker_of(database, sender, clock)
    while await worker.deliver_due():
        pass
    assert sender.texts == ["alert", "receipt", "campaign", "digest"]


async def test_a_flood_of_alerts_does_not_starve_a_digest(database: Database) -> None:
    await queue(database, "digest", priority=Priority.DIGEST)
    sender, clock = ScriptedSender(concurrency=1), HandClock(NOON + timedelta(minutes=2))
    worker = worker_of(database, sender, clock)
    for number in range(10):
        async with database.writing() as session:
            await queue_text(
                session, f"alert{number}", priority=Priority.ALERT, due_at=clock.moment
            )
            await queue_text(session, f"more{number}", priority=Priority.ALERT, due_at=clock())
        await worker.deliver_due()
    assert "digest" in sender.texts
    assert sum(text != "digest" for text in sender.texts) >= 4 * len(sender.texts) / 5


async def test_fresh_messages_never_overtake_more_pressing_ones(database: Database) -> None:
    await queue(database, *(f"digest{number}" for number in range(4)), priority=Priority.DIGEST)
    await queue(database, *(f"alert{number}" for number in range(8)), priority=Priority.ALERT)
    sender, clock = ScriptedSender(concurrency=1), HandClock()
    worker = worker_of(database, sender, clock)
    while await worker.deliver_due():
        pass
    assert [text[:5] for text in sender.texts] == ["alert"] * 8 + ["diges"] * 4


async def test_two_workers_never_send_one_message_twice(database: Database) -> None:
    await queue(database, *(f"m{number}" for number in range(40)))
    clock = HandClock()
    senders = [ScriptedSender(), ScriptedSender()]
    workers = [
        worker_of(database, sender, clock, f"w{number}") for number, sender in enumerate(senders)
    ]
    for worker in workers:
        worker._leadership = EveryoneLeads(database, "x", "x", clock)  # type: ignore[attr-defined]
    while sum(await asyncio.gather(*(worker.deliver_due() for worker in workers))):
        pass
    assert sorted(senders[0].texts + senders[1].texts) == sorted(f"m{n}" for n in range(40))
    assert all(sender.texts for sender in senders)


class EveryoneLeads(Leadership):
    """As if leases did not keep workers apart: only the claims do."""

    async def hold(self) -> bool:
        return True


async def test_only_the_holder_of_the_lease_sends(database: Database) -> None:
    clock = HandClock()
    first, second = ScriptedSender(), ScriptedSender()
    holder = worker_of(database, first, clock, "w1")
    other = worker_of(database, second, clock, "w2")
    await holder.deliver_due()
    await queue(database, "a")
    assert await other.deliver_due() == 0
    clock.turn(seconds=LENGTH.total_seconds())
    assert await other.deliver_due() == 1
    await queue(database, "b")
    assert await holder.deliver_due() == 0
    assert (first.texts, second.texts) == ([], ["a"])


async def test_a_kill_between_send_and_mark_sends_again_and_shows(database: Database) -> None:
    await queue(database, "a")
    clock = HandClock()
    killed = ScriptedSender()
    worker = worker_of(database, killed, clock, "killed")

    async def die(*_: object) -> bool:
        raise asyncio.CancelledError

    worker._keep = die  # type: ignore[method-assign]
    await worker.deliver_due()
    assert killed.texts == ["a"]
    assert (await state_of(database, "a")).state == DeliveryState.SENDING

    sender = ScriptedSender()
    clock.turn(seconds=LENGTH.total_seconds())
    survivor = worker_of(database, sender, clock, "survivor")
    assert await survivor.deliver_due() == 0
    clock.turn(seconds=CLAIM_LENGTH.total_seconds())
    assert await survivor.deliver_due() == 1
    row = await state_of(database, "a")
    assert (row.state, row.attempts, sender.texts) == (DeliveryState.SENT, 2, ["a"])


async def test_a_late_end_counts_while_nobody_else_has_claimed(database: Database) -> None:
    await queue(database, "a")
    clock = HandClock()
    sender = ScriptedSender(hold=asyncio.Event())
    slow = worker_of(database, sender, clock)
    await slow.begin_due()
    clock.turn(seconds=CLAIM_LENGTH.total_seconds() + 1)
    async with database.writing() as session:
        await session.execute(update(OutboxMessage).values(state=DeliveryState.QUEUED))
    assert sender.hold is not None
    sender.hold.set()
    await slow._finish()
    assert (await state_of(database, "a")).state == DeliveryState.SENT


async def test_a_group_rests_between_messages_and_others_do_not_wait(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        one, two = await add_groups(session, staff, -100, -200)
        for number in range(3):
            await queue_text(session, f"one{number}", address="-100", group_id=one.id)
        await queue_text(session, "two", address="-200", group_id=two.id)
    sender, clock = ScriptedSender(), HandClock()
    worker = worker_of(database, sender, clock)
    begun = []
    for _ in range(5):
        begun.append(await worker.deliver_due())
        clock.turn(seconds=1.6)
    assert begun == [2, 0, 1, 0, 1]
    assert sender.texts == ["one0", "two", "one1", "one2"]


async def test_a_resting_group_is_passed_over_for_a_less_pressing_message(
    database: Database,
) -> None:
    sender, clock = ScriptedSender(concurrency=1), HandClock()
    worker = worker_of(database, sender, clock)
    async with database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)
        for key in ("first", "second"):
            await queue_text(
                session, key, address="-100", group_id=group.id, priority=Priority.ALERT
            )
        await queue_text(session, "digest", priority=Priority.DIGEST)
    for _ in range(3):
        await worker.deliver_due()
    assert sender.texts == ["first", "digest"]


async def test_no_more_are_in_hand_than_the_sender_takes(sqlite_database: Database) -> None:
    await queue(sqlite_database, *(f"m{number}" for number in range(12)))
    sender, clock = ScriptedSender(concurrency=3), HandClock()
    worker = worker_of(sqlite_database, sender, clock)
    while await worker.deliver_due():
        pass
    assert len(sender.sent) == 12
    assert sender.most_at_once == 3


@asynccontextmanager
async def running(worker: OutboxWorker) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    yield stop
    stop.set()
    await asyncio.wait_for(task, 30)


async def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came true")


async def test_stopping_finishes_the_send_in_hand_and_gives_the_lease_back(
    database: Database,
) -> None:
    await queue(database, "a")
    clock = HandClock()
    sender = ScriptedSender(hold=asyncio.Event())
    async with running(worker_of(database, sender, clock)) as stop:
        await until(lambda: sender.tried == ["a"])
        stop.set()
        assert sender.hold is not None
        sender.hold.set()
    assert (await state_of(database, "a")).state == DeliveryState.SENT
    await queue(database, "b")
    other = ScriptedSender()
    await worker_of(database, other, clock, "w2").deliver_due()
    assert other.texts == ["b"]


async def test_a_running_worker_survives_an_outage_of_the_database(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.outbox.REST_AFTER_TROUBLE", timedelta(seconds=0.05))
    monkeypatch.setattr("scheduler.outbox.KEEP_AGAIN_AFTER", timedelta(seconds=0.05))
    await queue(sqlite_database, "a")
    clock = HandClock()
    sender = ScriptedSender(hold=asyncio.Event())
    worker = worker_of(sqlite_database, sender, clock)
    async with running(worker):
        await until(lambda: sender.tried == ["a"])
        with monkeypatch.context() as outage:
            outage.setattr(sqlite_database, "_transaction", _gone)
            assert sender.hold is not None
            sender.hold.set()
            await asyncio.sleep(0.15)
        await until(lambda: not worker._in_hand)
    row = await state_of(sqlite_database, "a")
    assert (row.state, row.attempts) == (DeliveryState.SENT, 1)
    assert sender.texts == ["a"]


@asynccontextmanager
async def _gone(*, write: bool) -> AsyncIterator[AsyncSession]:
    raise DatabaseUnavailableError
    yield
