"""What becomes of a message by how its send ended."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcasts import schedule_notice
from bot.services.going_out import make_due_occurrences
from bot.services.groups import list_groups
from bot.storage.database import Database
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.staff import Role
from scheduler.outcomes import MOST_ATTEMPTS, back_off
from scheduler.senders.base import Blocked, Failed, Migrated, PutOff
from tests.scheduler.doubles import HandClock, ScriptedSender, queue, state_of, worker_of
from tests.services.broadcasting import NOON, add_groups, add_staff


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


def test_messages_that_failed_together_are_tried_again_apart() -> None:
    pauses = {back_off(message_id, 4) for message_id in range(100)}
    assert len(pauses) > 50


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
    for wait, least in zip(waits, [5, 30, 120, 600, 600], strict=True):
        assert least <= wait <= least * 1.25
    assert (row.state, row.attempts) == (DeliveryState.FAILED, MOST_ATTEMPTS)
    assert row.error == "500, no attempt left"


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
    clock.turn(seconds=7)
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
        staff = await add_staff(session, Role.CHIEF, "li")
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
