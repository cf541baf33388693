"""Trying again: what failed the last time, no more than a group gets in a day."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import make_due_occurrences
from bot.services.groups import remove_group
from bot.services.ledger import dead_letters, retry_failed
from bot.storage.broadcasts import Broadcast, Occurrence
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON, add_groups, add_staff

DAYS = 5


async def failed(
    session: AsyncSession, staff: Staff, at: datetime, dedupe: str, **more: object
) -> int:
    """A notice to every group that nobody took."""
    plan = Plan(
        template="brush_task",
        values={"community": "幸福里"},
        selector=Selector(),
        **more,  # type: ignore[arg-type]
    )
    made = await plan_campaign(session, staff, plan, now=at, dedupe=dedupe)
    number, moment = made.id, max(at, made.send_at)
    await make_due_occurrences(session, moment)
    await nobody_took(session, moment)
    return number


async def nobody_took(session: AsyncSession, at: datetime) -> None:
    waiting = update(OutboxMessage).where(OutboxMessage.state == DeliveryState.QUEUED)
    await session.execute(waiting.values(state=DeliveryState.FAILED, error="HTTP 500", ended_at=at))
    await make_due_occurrences(session, at)
    for one in await session.scalars(select(Broadcast)):
        await session.refresh(one)


async def waiting(session: AsyncSession) -> list[int | None]:
    query = select(OutboxMessage.group_id).where(OutboxMessage.state == DeliveryState.QUEUED)
    return sorted(await session.scalars(query), key=lambda one: one or 0)


async def test_of_what_failed_day_after_day_the_last_is_tried_again(database: Database) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        (group,) = await add_groups(session, chief, -1)
        number = await failed(session, chief, NOON, "x", rule="daily 12:30")
        for day in range(1, DAYS):
            moment = NOON + timedelta(days=day, minutes=30)
            assert await make_due_occurrences(session, moment) == 1
            await nobody_took(session, moment)
        assert len(await dead_letters(session, chief)) == DAYS
        later = NOON + timedelta(days=DAYS - 1, hours=1)
        assert await retry_failed(session, chief, number, later) == 1
        assert await waiting(session) == [group.id]
        assert await retry_failed(session, chief, number, later) == 0


async def test_no_group_gets_more_than_a_day_holds_and_a_removed_one_nothing(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        one, gone = await add_groups(session, chief, -1, -2)
        old = [await failed(session, chief, NOON, f"old{n}") for n in range(2)]
        urgent = await failed(session, chief, NOON, "urgent", emergency=True)
        await remove_group(session, chief, gone.id, NOON)
        today = NOON + timedelta(days=1)
        await failed(session, chief, today, "today")
        # one place is taken by today's; of the two of yesterday one has room, the emergency any
        assert await retry_failed(session, chief, None, today) == 3
        assert await waiting(session) == [one.id] * 3
        query = select(Occurrence.broadcast_id).join(
            OutboxMessage, OutboxMessage.occurrence_id == Occurrence.id
        )
        left = query.where(OutboxMessage.state == DeliveryState.FAILED)
        assert list(await session.scalars(left.where(OutboxMessage.group_id == one.id))) == old[:1]
        assert urgent not in old


async def test_old_failures_are_tried_again_only_where_their_campaign_is_named(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        await add_groups(session, chief, -1)
        number = await failed(session, chief, NOON, "x")
        later = NOON + timedelta(days=5)
        assert await retry_failed(session, chief, None, later) == 0
        assert await retry_failed(session, chief, number, later) == 1
        group = (await session.scalars(select(CommunityGroup))).one()
        assert await waiting(session) == [group.id]
