"""What was queued in time does not go on into the night: it waits for the morning and says so."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcast_course import pause_broadcast, resume_broadcast
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.deliveries import troubles_of
from bot.services.going_out import make_due_occurrences
from bot.services.groups import add_wechat_group
from bot.services.ledger import retry_failed
from bot.services.runtime_settings import change_settings
from bot.services.sending_rules import Rules
from bot.services.staff import bind_chat, invite
from bot.settings import Settings
from bot.storage.broadcasts import Broadcast
from bot.storage.database import Database
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff, staff_by_login
from bot.times import SHANGHAI, on_screen
from scheduler.jobs import remind_of_forwards
from scheduler.outbox import OutboxWorker
from scheduler.quiet import RULES_KEPT
from scheduler.senders.base import PutOff
from tests.scheduler.doubles import HandClock, ScriptedSender
from tests.services.broadcasting import NOON, add_groups, queue_text

SETTINGS = Settings(_env_file=None)
EVENING = datetime(2026, 11, 24, 21, 29, 50, tzinfo=SHANGHAI).astimezone(NOON.tzinfo)
GROUPS = 6


async def campaign(session: AsyncSession, at: datetime, **more: object) -> tuple[Staff, Broadcast]:
    """A chief with a chat, some groups, and a notice to them that goes out at that moment."""
    chief = await staff_by_login(session, "zhang")
    if chief is None:
        _, code = await invite(session, None, "zhang", "张所", Role.CHIEF, NOON)
        chat = await find_or_add_resident(session, "telegram", 700, NOON)
        bound = await bind_chat(session, chat, code, NOON)
        assert isinstance(bound, Staff)
        chief = bound
        await add_groups(session, chief, *range(-GROUPS, 0))
    values = {"community": "幸福里"}
    plan = Plan(template="brush_task", values=values, selector=Selector(), **more)  # type: ignore[arg-type]
    made = await plan_campaign(session, chief, plan, now=at, dedupe=f"{at}{more}")
    await make_due_occurrences(session, max(at, made.send_at))
    await session.refresh(made)
    return chief, made


def worker_of(database: Database, sender: ScriptedSender, clock: HandClock) -> OutboxWorker:
    return OutboxWorker(database, sender, holder="w", now=clock, settings=SETTINGS)


async def all_of(worker: OutboxWorker) -> None:
    while await worker.deliver_due():
        pass


async def notices(session: AsyncSession) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.occurrence_id.is_not(None))
    return list(await session.scalars(query.order_by(OutboxMessage.id)))


async def test_the_rest_of_a_campaign_waits_for_the_morning_and_says_so(
    database: Database,
) -> None:
    clock, sender = HandClock(EVENING), ScriptedSender(concurrency=2)
    worker = worker_of(database, sender, clock)
    async with database.writing() as session:
        _, made = await campaign(session, EVENING)
        number, text = made.id, made.text
    for row in await worker._claim():
        await worker._deliver(row)
    assert sender.texts == [text] * 2
    clock.turn(seconds=20)
    async with database.writing() as session:
        for priority in (Priority.ALERT, Priority.EMERGENCY, Priority.RECEIPT, Priority.DIGEST):
            await queue_text(session, priority.name, priority=priority, due_at=clock())
    await all_of(worker)
    assert sorted(sender.texts[2:]) == ["ALERT", "DIGEST", "EMERGENCY", "RECEIPT"]
    async with database.reading() as session:
        waiting = [row for row in await notices(session) if row.state == DeliveryState.QUEUED]
        assert {on_screen(row.due_at) for row in waiting} == {"2026-11-25 07:00"}
        assert len(waiting) == GROUPS - 2
        (troubles,) = (await troubles_of(session, [number], clock())).values()
        assert "夜间免打扰或停发的日子" in troubles[0].words
        assert "11-25 07:00 再试" in troubles[0].words
    clock.moment = datetime(2026, 11, 25, 6, 59, tzinfo=SHANGHAI)
    await all_of(worker)
    assert sender.texts.count(text) == 2
    clock.turn(minutes=1)
    await all_of(worker)
    assert sender.texts.count(text) == GROUPS
    async with database.writing() as session:
        _, again = await campaign(session, clock(), rule="daily 12:00,19:30")
        await make_due_occurrences(session, again.send_at)
        states = [row.state for row in (await notices(session))[GROUPS:]]
    full = GROUPS - 2  # had one by the morning of what was yesterday's, so no third today
    assert (states.count(DeliveryState.CANCELLED), states.count(DeliveryState.QUEUED)) == (
        full,
        2 * GROUPS - full,
    )


async def test_an_outage_a_resumed_and_a_retried_one_end_in_the_morning_too(
    sqlite_database: Database,
) -> None:
    clock = HandClock()
    late = PutOff("429", timedelta(hours=11))
    sender = ScriptedSender(script={"-1": iter([late])}, concurrency=GROUPS)
    worker = worker_of(sqlite_database, sender, clock)
    async with sqlite_database.writing() as session:
        chief, made = await campaign(session, NOON, rule="daily 12:30")
        session.expunge_all()
    clock.moment = made.send_at - timedelta(days=1)
    await all_of(worker)
    sent = len(sender.texts)
    assert sent == GROUPS - 1
    async with sqlite_database.writing() as session:
        failed = (await notices(session))[1]
        failed.state, failed.error = DeliveryState.FAILED, "HTTP 500"
        await session.flush()
        await pause_broadcast(session, chief, made.id)
        clock.turn(hours=11, minutes=30)
        await resume_broadcast(session, chief, made.id, clock(), Rules())
        assert await retry_failed(session, chief, made.id, clock()) == 1
    await all_of(worker)
    assert len(sender.texts) == sent
    clock.moment = datetime(2026, 11, 25, 7, 0, tzinfo=SHANGHAI)
    await all_of(worker)
    assert len(sender.texts) == sent + 2


async def test_rules_changed_in_the_console_are_heeded_within_seconds(
    sqlite_database: Database,
) -> None:
    clock, sender = HandClock(EVENING + timedelta(minutes=5)), ScriptedSender()
    worker = worker_of(sqlite_database, sender, clock)
    async with sqlite_database.writing() as session:
        chief, _ = await campaign(session, EVENING - timedelta(minutes=5))
        session.expunge_all()
    await all_of(worker)
    assert sender.texts == []
    async with sqlite_database.writing() as session:
        typed = {"quiet_hours": "off"}
        await change_settings(session, chief, typed, SETTINGS, seen=0, now=clock())
        await session.execute(update(OutboxMessage).values(due_at=clock()))
    clock.moment += RULES_KEPT
    await all_of(worker)
    assert len(sender.texts) >= GROUPS


@pytest.mark.parametrize(("minutes", "told"), [(-60, True), (-20, False)])
async def test_keepers_are_neither_asked_nor_reminded_at_night(
    sqlite_database: Database, minutes: int, told: bool
) -> None:
    begun = EVENING + timedelta(minutes=minutes)
    clock, sender = HandClock(begun + timedelta(minutes=31)), ScriptedSender()
    worker = worker_of(sqlite_database, sender, clock)
    async with sqlite_database.writing() as session:
        chief, _ = await campaign(session, begun - timedelta(hours=1), emergency=True)
        await add_wechat_group(session, chief, "业主群", NOON)
        _, made = await campaign(session, begun)
        text = made.text
    await remind_of_forwards(sqlite_database, SETTINGS, clock())
    await all_of(worker)
    words = "".join(sender.texts)
    assert ("还没有确认转发到“业主群”" in words) is told
    assert ("请转发到微信群“业主群”" in words) is told
    assert (sender.texts.count(text) > GROUPS) is told
