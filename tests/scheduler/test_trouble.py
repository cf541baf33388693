"""A whole campaign among groups that block, move, and answer too fast: each ends as it should."""

from datetime import timedelta

from sqlalchemy import select

from bot.services.broadcasts import list_broadcasts, schedule_notice
from bot.services.going_out import make_due_occurrences
from bot.storage.broadcasts import BroadcastState
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup, group_address
from bot.storage.outbox import DeliveryState, OutboxMessage
from scheduler.senders.base import Blocked, Migrated, PutOff
from tests.scheduler.doubles import HandClock, ScriptedSender, worker_of
from tests.services.broadcasting import NOON, WEBHOOK, add_groups, add_staff

GROUPS = 100
BLOCKED, MOVED, TOO_FAST = range(1, 6), range(6, 8), range(8, 9)
"""Of a hundred groups five block, two move, one asks for thirty seconds."""


async def test_every_group_ends_as_it_should(database: Database) -> None:
    clock = HandClock()
    async with database.writing() as session:
        staff = await add_staff(session)
        numbers = range(-1, -GROUPS - 1, -1)
        groups = await add_groups(session, staff, *numbers, robot=True)
        await schedule_notice(
            session,
            staff,
            "brush_task",
            {"community": "幸福里"},
            [group.id for group in groups],
            None,
            now=NOON,
            dedupe="x",
        )
        await make_due_occurrences(session, NOON)
    half_a_minute = timedelta(seconds=30)
    telegram = ScriptedSender(
        script={
            **{f"-{n}": iter([Blocked("403")]) for n in BLOCKED},
            **{f"-{n}": iter([Migrated(f"-100{n}")]) for n in MOVED},
            **{f"-{n}": iter([PutOff("429", half_a_minute)]) for n in TOO_FAST},
        }
    )
    busy = PutOff("errcode 45009", timedelta(minutes=1))
    robots = ScriptedSender(channel="wecom", script={WEBHOOK: iter([busy])})
    workers = [worker_of(database, sender, clock) for sender in (telegram, robots)]
    for _ in range(30):
        for worker in workers:
            await worker.deliver_due()
        clock.turn(seconds=4)
    async with database.writing() as session:
        await make_due_occurrences(session, clock())
        (line,) = await list_broadcasts(session, staff, clock())
        assert line.counts == {DeliveryState.BLOCKED: 5, DeliveryState.SENT: GROUPS - 5 + 1}
        assert line.state == BroadcastState.DONE
        query = select(CommunityGroup).order_by(CommunityGroup.id)
        kept = (await session.scalars(query)).all()
        assert [n for n, group in enumerate(kept, 1) if not group.active] == list(BLOCKED)
        assert {group.closed_why for group in kept[:5]} == {"403"}
        assert [group_address(session, kept[n - 1]) for n in MOVED] == ["-1006", "-1007"]
        rows = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).all()
        waited = {row.group_id: row.attempts for row in rows if row.error in ("429", "migrated")}
        assert waited.get(kept[7].id, 1) == 1
    addresses = [address for address, _ in telegram.sent]
    assert len(addresses) == len(set(addresses)) == GROUPS - 5
    assert len(robots.sent) == 1
