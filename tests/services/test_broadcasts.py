"""Notices: their texts, their times, and that each goes out once."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from bot.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from bot.services.broadcast_course import cancel_broadcast
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import schedule_notice
from bot.services.going_out import make_due_occurrences
from bot.services.groups import remove_group
from bot.services.outgoing import Outgoing
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.claims import claim_due, end_delivery, message_content
from bot.storage.database import Database
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from bot.storage.staff import Role
from tests.services.broadcasting import NOON, WEBHOOK, add_groups, add_staff

VALUES = {"community": "幸福里社区"}
LATER = NOON + timedelta(hours=6)


async def test_a_scheduled_notice_goes_out_at_its_time_once(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, robot=True)
        await schedule_notice(
            session,
            staff,
            "brush_task",
            VALUES,
            [group.id for group in groups],
            LATER,
            now=NOON,
            dedupe="form-1",
        )
    for moment, made in ((LATER - timedelta(seconds=1), 0), (LATER, 1), (LATER, 0)):
        async with database.writing() as session:
            assert await make_due_occurrences(session, moment) == made
    async with database.reading() as session:
        query = select(OutboxMessage).options(joinedload(OutboxMessage.group))
        rows = (await session.scalars(query.order_by(OutboxMessage.id))).all()
        contents = [message_content(database.vault, row) for row in rows]
        assert [address for address, _ in contents] == ["-100", WEBHOOK]
        assert Outgoing.from_json(contents[0][1]).text.startswith("【幸福里社区反诈提醒】")
        assert {row.priority for row in rows} == {Priority.CAMPAIGN}
        assert {row.channel for row in rows} == {"telegram", "wecom"}


async def test_a_broadcast_is_done_when_every_delivery_has_ended(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, -200)
        broadcast = await schedule_notice(
            session, staff, "brush_task", VALUES, [g.id for g in groups], None, now=NOON, dedupe="x"
        )
        await make_due_occurrences(session, NOON)
    states = []
    for _ in range(2):
        async with database.writing() as session:
            (row,) = await claim_due(
                session,
                worker="w",
                channel="telegram",
                limit=1,
                now=NOON,
                lease=timedelta(minutes=1),
            )
            await end_delivery(session, row.id, worker="w", state=DeliveryState.SENT, now=NOON)
            await make_due_occurrences(session, NOON)
            states.append((await list_broadcasts(session, staff, NOON, 10))[0].state)
    assert states == [BroadcastState.SENDING, BroadcastState.DONE]
    async with database.reading() as session:
        (line,) = await list_broadcasts(session, staff, NOON, 10)
        assert line.id == broadcast.id
        assert line.counts == {DeliveryState.SENT: 2}
        assert (line.created_by, line.state_name) == ("王网格", "已结束")
        assert line.groups == ("100 号楼", "200 号楼")


async def test_a_form_sent_twice_is_one_notice(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        other = await add_staff(session, Role.CHIEF, "li")
        (group,) = await add_groups(session, staff, -100)
        made = [
            await schedule_notice(
                session, who, "brush_task", VALUES, [group.id], LATER, now=NOON, dedupe="form-1"
            )
            for who in (staff, staff, other)
        ]
        assert made[0].id == made[1].id != made[2].id
        assert await session.scalar(select(func.count()).select_from(Broadcast)) == 2


async def test_what_cannot_be_scheduled(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)

        async def schedule(template: str, groups: list[int], at: datetime | None = None) -> None:
            await schedule_notice(
                session, staff, template, VALUES, groups, at, now=NOON, dedupe="x"
            )

        with pytest.raises(NotFoundError):
            await schedule("no_such", [group.id])
        with pytest.raises(InvalidInputError, match="至少选择一个群"):
            await schedule("brush_task", [])
        with pytest.raises(InvalidInputError, match="已经移除"):
            await schedule("brush_task", [group.id, 999])
        with pytest.raises(InvalidInputError, match="已经过了"):
            await schedule("brush_task", [group.id], NOON - timedelta(hours=1))
        with pytest.raises(InvalidInputError, match="最多提前"):
            await schedule("brush_task", [group.id], NOON + timedelta(days=91))
        assert list(await list_broadcasts(session, staff, NOON, 10)) == []


@pytest.mark.parametrize("role", [Role.DUTY, Role.RESIDENT, Role.ADMIN, Role.AUDITOR])
async def test_who_may_not_send_notices(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        staff = await add_staff(session, role)
        with pytest.raises(NotAllowedError):
            await schedule_notice(
                session, staff, "brush_task", VALUES, [1], None, now=NOON, dedupe="x"
            )
        with pytest.raises(NotAllowedError):
            await cancel_broadcast(session, staff, 1, NOON)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.ADMIN, Role.AUDITOR, Role.PARTNER])
async def test_who_may_not_see_what_was_sent(sqlite_database: Database, role: Role) -> None:
    async with sqlite_database.writing() as session:
        with pytest.raises(NotAllowedError):
            await list_broadcasts(session, await add_staff(session, role), NOON, 10)


async def test_a_group_removed_before_the_time_is_skipped(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        gone, stays = await add_groups(session, staff, -100, -200)
        await schedule_notice(
            session, staff, "brush_task", VALUES, [gone.id, stays.id], LATER, now=NOON, dedupe="x"
        )
        await remove_group(session, staff, gone.id, NOON)
        await make_due_occurrences(session, LATER)
        assert (await session.scalars(select(OutboxMessage.group_id))).all() == [stays.id]


async def test_a_broadcast_without_any_group_left_just_ends(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        (gone,) = await add_groups(session, staff, -100)
        await schedule_notice(
            session, staff, "brush_task", VALUES, [gone.id], LATER, now=NOON, dedupe="x"
        )
        await remove_group(session, staff, gone.id, NOON)
        await make_due_occurrences(session, LATER)
        (line,) = await list_broadcasts(session, staff, NOON, 10)
        assert (line.state, line.counts) == (BroadcastState.DONE, {})


async def test_a_cancelled_broadcast_never_goes_out(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)
        broadcast = await schedule_notice(
            session, staff, "brush_task", VALUES, [group.id], LATER, now=NOON, dedupe="x"
        )
        assert await cancel_broadcast(session, staff, broadcast.id, NOON) == 0
        assert await make_due_occurrences(session, LATER) == 0
        with pytest.raises(ConflictError, match="已取消"):
            await cancel_broadcast(session, staff, broadcast.id, NOON)
        with pytest.raises(NotFoundError):
            await cancel_broadcast(session, staff, 999, NOON)


async def test_a_broadcast_cancelled_while_the_clock_looked_never_goes_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        (group,) = await add_groups(session, staff, -100)
        broadcast = await schedule_notice(
            session, staff, "brush_task", VALUES, [group.id], LATER, now=NOON, dedupe="x"
        )
        await cancel_broadcast(session, staff, broadcast.id, NOON)

        async def seen_before(*_: object) -> list[Broadcast]:
            return [broadcast]

        monkeypatch.setattr("bot.storage.broadcasts.due_broadcasts", seen_before)
        assert await make_due_occurrences(session, LATER) == 0
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


async def test_clocks_that_run_at_once_make_one_occurrence(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, -200)
        await schedule_notice(
            session, staff, "brush_task", VALUES, [g.id for g in groups], None, now=NOON, dedupe="x"
        )

    async def tick() -> int:
        async with database.writing() as session:
            return await make_due_occurrences(session, NOON)

    assert sum(await asyncio.gather(*(tick() for _ in range(4)))) == 1
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 2


async def test_cancelling_while_it_goes_out_stops_the_rest(database: Database) -> None:
    async with database.writing() as session:
        staff = await add_staff(session)
        groups = await add_groups(session, staff, -100, -200, -300)
        broadcast = await schedule_notice(
            session, staff, "brush_task", VALUES, [g.id for g in groups], None, now=NOON, dedupe="x"
        )
        await make_due_occurrences(session, NOON)
        (row,) = await claim_due(
            session, worker="w", channel="telegram", limit=1, now=NOON, lease=timedelta(minutes=1)
        )
        assert await cancel_broadcast(session, staff, broadcast.id, NOON) == 2
        await end_delivery(session, row.id, worker="w", state=DeliveryState.SENT, now=NOON)
        (line,) = await list_broadcasts(session, staff, NOON, 10)
        assert line.state == BroadcastState.CANCELLED
        assert line.counts == {DeliveryState.SENT: 1, DeliveryState.CANCELLED: 2}
