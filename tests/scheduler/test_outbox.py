"""The outbox worker, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcasts import make_due_occurrences, schedule_notice
from bot.services.groups import list_groups
from bot.storage.database import Database, DatabaseUnavailableError
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from scheduler.leadership import LENGTH, Leadership
from scheduler.outbox import CLAIM_LENGTH, OutboxWorker
from scheduler.outcomes import MOST_ATTEMPTS
from scheduler.senders.base import Blocked, Failed, Migrated, PutOff
from tests.scheduler.doubles import HandClock, ScriptedSender
from tests.services.broadcasting import NOON, add_groups, add_staff, queue_text, row_of


def worker_of(
    database: Database, sender: ScriptedSender, clock: HandClock, holder: str = "w1"
) -> OutboxWorker:
    return OutboxWorker(database, sender, holder=holder, now=clock)


async def queue(database: Database, *keys: str, priority: Priority = Priority.RECEIPT) -> None:
    async with database.writing() as session:
        for key in keys:
            await queue_text(session, key, priority=priority, address=f"to-{key}")


async def state_of(database: Database, key: str) -> OutboxMessage:
    async with database.reading() as session:
        row = await row_of(session, key)
        session.expunge(row)
        return row


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


async def test_a_429_on_one_chat_delays_no_other(database: Database) -> None:
    await queue(database, "a", "b", "c")
    clock = HandClock()
    sender = ScriptedSender(
        script={"to-a": iter([PutOff("429", timedelta(seconds=30)) for _ in range(9)])}
    )
    worker = worker_of(database, sender, clock)
    await worker.deliver_due()
    assert sorted(sender.texts) == ["b", "c"]
    assert (await state_of(database, "a")).due_at == NOON + timedelta(seconds=30)
    for _ in range(8):
        clock.turn(seconds=29)
        assert await worker.deliver_due() == 0
        clock.turn(seconds=1)
        assert await worker.deliver_due() == 1
    clock.turn(seconds=30)
    await worker.deliver_due()
    row = await state_of(database, "a")
    assert (row.state, row.attempts) == (DeliveryState.SENT, 1)


async def test_server_errors_back_off_and_end_after_six_attempts(database: Database) -> None:
    await queue(database, "a")
    clock = HandClock()
    sender = ScriptedSender(script={"to-a": iter([PutOff("500")] * 9)})
    worker = worker_of(database, sender, clock)
    waits = []
    while True:
        await worker.deliver_due()
        row = await state_of(database, "a")
        if row.state != DeliveryState.QUEUED:
            break
        waits.append((row.due_at - clock.moment).total_seconds())
        clock.moment = row.due_at
    assert waits == [5, 30, 120, 600, 600]
    assert (row.state, row.attempts) == (DeliveryState.FAILED, MOST_ATTEMPTS)
    assert row.error == "no attempt left"


@pytest.mark.parametrize(
    ("result", "state"),
    [(Failed("400"), DeliveryState.FAILED), (Blocked("403"), DeliveryState.BLOCKED)],
)
async def test_a_refusal_ends_a_message(
    sqlite_database: Database, result: Failed | Blocked, state: DeliveryState
) -> None:
    await queue(sqlite_database, "a", "b")
    clock = HandClock()
    sender = ScriptedSender(script={"to-a": iter([result])})
    await worker_of(sqlite_database, sender, clock).deliver_due()
    row = await state_of(sqlite_database, "a")
    assert (row.state, row.error) == (state, result.why)
    assert sender.texts == ["b"]


async def test_a_sender_that_breaks_is_tried_again(
    sqlite_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await queue(sqlite_database, "a", "b")
    clock = HandClock()
    sender = ScriptedSender(script={"to-a": iter([RuntimeError("王奶奶 13800138000")])})
    worker = worker_of(sqlite_database, sender, clock)
    await worker.deliver_due()
    assert sender.texts == ["b"]
    clock.turn(seconds=5)
    await worker.deliver_due()
    assert sender.texts == ["b", "a"]
    shown = capsys.readouterr()
    assert "RuntimeError" in shown.out + shown.err
    assert "13800138000" not in shown.out + shown.err


async def test_a_message_that_cannot_be_read_stops_no_other(sqlite_database: Database) -> None:
    await queue(sqlite_database, "a", "b")
    async with sqlite_database.writing() as session:
        broken = update(OutboxMessage).where(OutboxMessage.dedupe_key == "a")
        await session.execute(broken.values(payload_sealed=b"1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"))
    sender, clock = ScriptedSender(), HandClock()
    await worker_of(sqlite_database, sender, clock).deliver_due()
    assert sender.texts == ["b"]
    row = await state_of(sqlite_database, "a")
    assert (row.state, row.error) == (DeliveryState.FAILED, "not readable")


async def test_a_message_that_always_crashes_the_worker_ends(sqlite_database: Database) -> None:
    await queue(sqlite_database, "a")
    async with sqlite_database.writing() as session:
        await session.execute(update(OutboxMessage).values(attempts=MOST_ATTEMPTS))
    sender, clock = ScriptedSender(), HandClock()
    await worker_of(sqlite_database, sender, clock).deliver_due()
    assert (await state_of(sqlite_database, "a")).state == DeliveryState.FAILED
    assert sender.tried == []


async def broadcast_to(session: AsyncSession, *chat_ids: int) -> None:
    staff = await add_staff(session)
    groups = await add_groups(session, staff, *chat_ids)
    await schedule_notice(
        session,
        staff,
        "brush_task",
        {"community": "幸福里社区"},
        [group.id for group in groups],
        None,
        now=NOON,
        dedupe="first",
    )
    await make_due_occurrences(session, NOON)


async def test_a_group_that_blocked_the_bot_is_skipped_next_time(database: Database) -> None:
    clock = HandClock()
    sender = ScriptedSender(script={"-100": iter([Blocked("403")])})
    worker = worker_of(database, sender, clock)
    async with database.writing() as session:
        await broadcast_to(session, -100, -200)
    await worker.deliver_due()
    async with database.writing() as session:
        staff = await add_staff(session, login="li")
        active = await list_groups(session, staff)
        assert [group.title for group in active] == ["200 号楼"]
        await schedule_notice(
            session,
            staff,
            "brush_task",
            {"community": "幸福里社区"},
            [group.id for group in active],
            None,
            now=NOON,
            dedupe="next",
        )
        await make_due_occurrences(session, NOON)
    clock.turn(seconds=4)
    await worker.deliver_due()
    assert [address for address, _ in sender.sent] == ["-200", "-200"]


async def test_a_migrated_group_gets_its_message_at_the_new_address(database: Database) -> None:
    clock = HandClock()
    sender = ScriptedSender(script={"-100": iter([Migrated("-1001")])})
    worker = worker_of(database, sender, clock)
    async with database.writing() as session:
        await broadcast_to(session, -100)
    while await worker.deliver_due():
        pass
    assert [address for address, _ in sender.sent] == ["-1001"]
    async with database.reading() as session:
        (row,) = (await session.scalars(select(OutboxMessage))).all()
        assert (row.state, row.attempts) == (DeliveryState.SENT, 2)


async def test_a_reply_to_a_group_nobody_added_also_migrates(sqlite_database: Database) -> None:
    await queue(sqlite_database, "a")
    clock = HandClock()
    sender = ScriptedSender(script={"to-a": iter([Migrated("-1001")])})
    worker = worker_of(sqlite_database, sender, clock)
    while await worker.deliver_due():
        pass
    assert sender.sent == [("-1001", "a")]


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
    await asyncio.wait_for(task, 5)


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
