"""Who leaves, or chooses otherwise, is not sent what waited for him."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.daily_tips import send_tips
from bot.services.education import education
from bot.services.going_out import make_due_occurrences
from bot.services.sending_rules import Rules
from bot.services.subscriptions import leave, queue_for_subscribers, subscribe
from bot.storage.broadcasts import Occurrence
from bot.storage.database import Database
from bot.storage.inbox import read_inbox
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.residents import Resident, find_or_add_resident
from bot.storage.staff import Role
from bot.storage.subscriptions import subscription_of
from scheduler.senders.base import Blocked
from tests.scheduler.doubles import HandClock, ScriptedSender, worker_of
from tests.services.broadcasting import NOON, add_staff


async def chosen(
    session: AsyncSession, who: Resident, *kinds: str, audience: str = "老人", hour: int = 19
) -> None:
    await subscribe(session, who, area_id=None, audience=audience, kinds=kinds, hour=hour, now=NOON)


async def waiting(session: AsyncSession) -> list[tuple[str, DeliveryState]]:
    rows = await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.dedupe_key, DeliveryState(row.state)) for row in rows]


async def two_readers(session: AsyncSession) -> tuple[Resident, Resident]:
    """Two who want a warning and the tip at seven in the evening; both wait."""
    chief = await add_staff(session, Role.CHIEF)
    one, other = [await find_or_add_resident(session, "telegram", n, NOON) for n in (1, 11)]
    for who in (one, other):
        await chosen(session, who, "warning", "daily")
    plan = Plan(
        template="brush_task",
        values={"community": "幸福里"},
        selector=Selector(audiences=("老人",), subscribers=True),
    )
    await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
    await make_due_occurrences(session, NOON)
    evening = NOON + timedelta(hours=7)
    assert await send_tips(session, education(), Rules(None, 2, ()), evening, 9) == 2
    return one, other


async def test_one_tap_ends_what_waits_too(database: Database) -> None:
    async with database.writing() as session:
        one, other = await two_readers(session)
        assert {state for _, state in await waiting(session)} == {DeliveryState.QUEUED}
        assert await leave(session, one, 1, NOON)
        found = await waiting(session)
        stopped = [key for key, state in found if state == DeliveryState.CANCELLED]
        assert [key.rpartition(":")[2] for key in stopped] == [f"r{one.id}", str(one.id)]
        kept = [key for key, state in found if state == DeliveryState.QUEUED]
        assert [key.rpartition(":")[2] for key in kept] == [f"r{other.id}", str(other.id)]


@pytest.mark.parametrize(
    ("kinds", "audience", "left"),
    [
        (("warning",), "老人", ["occ"]),
        (("daily",), "老人", ["tip"]),
        (("warning", "daily"), "学生", ["tip"]),
        (("warning", "daily"), "老人", ["occ", "tip"]),
    ],
)
async def test_another_choice_holds_for_what_waits_too(
    sqlite_database: Database, kinds: tuple[str, ...], audience: str, left: list[str]
) -> None:
    async with sqlite_database.writing() as session:
        one, _ = await two_readers(session)
        await chosen(session, one, *kinds, audience=audience)
        found = [
            key.partition(":")[0]
            for key, state in await waiting(session)
            if state == DeliveryState.QUEUED and key.endswith((f"r{one.id}", f":{one.id}"))
        ]
        assert found == left


async def test_who_blocked_the_bot_is_not_tried_again(sqlite_database: Database) -> None:
    clock = HandClock(NOON + timedelta(hours=7))
    sender = ScriptedSender(script={"1": iter([Blocked("403")])}, concurrency=1)
    async with sqlite_database.writing() as session:
        one, other = await two_readers(session)
        session.expunge_all()
    worker = worker_of(sqlite_database, sender, clock)
    while await worker.deliver_due():
        pass
    async with sqlite_database.reading() as session:
        assert await subscription_of(session, one.id) is None
        assert await subscription_of(session, other.id) is not None
        states = [state for _, state in await waiting(session)]
    assert sorted(states) == ["blocked", "cancelled", "sent", "sent"]


async def test_a_batch_that_is_queued_twice_reaches_each_once(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        for channel in ("telegram", "web"):
            who = await find_or_add_resident(session, channel, 7, NOON)
            await chosen(session, who, "warning")
        plan = Plan(
            template="brush_task",
            values={"community": "幸福里"},
            selector=Selector(subscribers=True),
        )
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
        slot = (await session.scalars(select(Occurrence))).one()
        slot.filled_to = -1
        again = {"rules": Rules(), "district": "城东区"}
        assert await queue_for_subscribers(session, slot, made, NOON, 9, **again) == who.id  # type: ignore[arg-type]
        assert sorted(state for _, state in await waiting(session)) == ["queued", "sent"]
        assert len(await read_inbox(session, who.id, 0)) == 1
