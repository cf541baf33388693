"""Taking back what went out many times, and what was on its way just then."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcast_course import cancel_broadcast, pause_broadcast, resume_broadcast
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.forwarding import confirm_forward
from bot.services.going_out import make_due_occurrences
from bot.services.groups import add_wechat_group, remove_group
from bot.services.outgoing import Outgoing
from bot.services.retracting import IN_FLIGHT, retract_broadcast
from bot.services.sending_rules import Rules
from bot.services.staff import bind_chat, invite
from bot.services.subscriptions import subscribe
from bot.storage.broadcasts import Broadcast, Occurrence
from bot.storage.database import Database, vault_of
from bot.storage.inbox import read_inbox
from bot.storage.outbox import PAYLOAD, DeliveryState, OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from scheduler.senders.base import Delivered, Failed, PutOff
from tests.scheduler.doubles import HandClock, ScriptedSender, worker_of
from tests.services.broadcasting import NOON, add_groups, add_staff

DAYS = 6
CORRECTION = "以社区通知为准。"
ALWAYS = Rules(None, 99, ())


async def backs(session: AsyncSession) -> list[tuple[int | None, Outgoing]]:
    query = select(OutboxMessage).where(OutboxMessage.dedupe_key.startswith("back:"))
    rows = await session.scalars(query.order_by(OutboxMessage.group_id, OutboxMessage.id))
    vault = vault_of(session)
    return [
        (row.group_id, Outgoing.from_json(vault.open(row.payload_sealed, PAYLOAD))) for row in rows
    ]


async def test_what_went_out_every_day_is_taken_back_once_from_each(database: Database) -> None:
    async with database.writing() as session:
        chief, code = await invite(session, None, "zhang", "张所", Role.CHIEF, NOON)
        chat = await find_or_add_resident(session, "telegram", 700, NOON)
        await bind_chat(session, chat, code, NOON)
        reader = await find_or_add_resident(session, "web", 900, NOON)
        told = await find_or_add_resident(session, "telegram", 901, NOON)
        for resident in (reader, told):
            await subscribe(
                session,
                resident,
                area_id=None,
                audience="不限",
                kinds=("daily",),
                hour=None,
                now=NOON,
            )
        group, robot = await add_groups(session, chief, -100, robot=True)
        await add_wechat_group(session, chief, "业主群", NOON)
        plan = Plan(
            template="brush_task",
            values={"community": "幸福里"},
            selector=Selector(subscribers=True),
            rule="daily 12:00",
        )
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        (line,) = await list_broadcasts(session, chief, NOON)
        assert not line.can_retract
        for day in range(1, DAYS + 1):
            moment = NOON + timedelta(days=day)
            assert await make_due_occurrences(session, moment, ALWAYS) == 1
            await session.refresh(made)
            query = select(OutboxMessage).where(OutboxMessage.occurrence_id.is_not(None))
            for row in await session.scalars(query.where(OutboxMessage.state == "queued")):
                row.state, row.ended_at = DeliveryState.SENT, moment
                row.remote_id = f"{day}" if row.channel == "telegram" else None
            await session.flush()
        await confirm_forward(session, chief, 1, NOON)
        (line,) = await list_broadcasts(session, chief, moment)
        assert line.can_retract
        told_back = await retract_broadcast(session, chief, made.id, CORRECTION, moment)
        assert told_back == (0, 4)
        found = await backs(session)
        assert sorted((one or 0, back.delete, back.anyway) for one, back in found) == [
            (0, ("6", "5"), True),
            (group.id, ("6", "5"), True),
            (robot.id, (), False),
        ]
        query = select(OutboxMessage).where(OutboxMessage.dedupe_key.contains(":back"))
        keepers = [row.dedupe_key for row in await session.scalars(query)]
        assert keepers == [f"fwd:{DAYS}:back0:{chat.id}", f"fwd:{DAYS}:back1:{chat.id}"]
        inbox = [
            Outgoing.from_json(text).text for _, text in await read_inbox(session, reader.id, 0)
        ]
        assert inbox.count(f"【更正】{CORRECTION}") == 1


async def a_broadcast(database: Database) -> tuple[Staff, Broadcast]:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        await add_groups(session, chief, -100)
        plan = Plan(template="brush_task", values={"community": "幸福里"}, selector=Selector())
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
        await session.refresh(made)
        session.expunge_all()
    return chief, made


STOPS = {
    "pause": (
        lambda session, chief, number: pause_broadcast(session, chief, number),
        DeliveryState.PAUSED,
    ),
    "cancel": (
        lambda session, chief, number: cancel_broadcast(session, chief, number, NOON),
        DeliveryState.CANCELLED,
    ),
    "retract": (
        lambda session, chief, number: retract_broadcast(session, chief, number, CORRECTION, NOON),
        DeliveryState.CANCELLED,
    ),
    "group": (
        lambda session, chief, _: remove_group(session, chief, 1, NOON),
        DeliveryState.CANCELLED,
    ),
}


@pytest.mark.parametrize("killed", [False, True], ids=["put off", "killed"])
@pytest.mark.parametrize("stop", STOPS)
async def test_what_was_in_hand_when_it_was_stopped_does_not_go_out_later(
    database: Database, stop: str, killed: bool
) -> None:
    chief, made = await a_broadcast(database)
    clock = HandClock()
    results = [] if killed else [PutOff("timed out")]
    sender = ScriptedSender(script={"-100": iter(results)})
    worker = worker_of(database, sender, clock)
    (hand,) = await worker._claim()
    act, state = STOPS[stop]
    async with database.writing() as session:
        await act(session, chief, made.id)
    if not killed:
        await worker._deliver(hand)
    for _ in range(4):
        clock.turn(minutes=3)
        await worker.deliver_due()
    async with database.reading() as session:
        query = select(OutboxMessage).where(OutboxMessage.occurrence_id.is_not(None))
        (row,) = await session.scalars(query)
        assert row.state == state
    notices = [text for text in sender.texts if CORRECTION not in text]
    assert notices == []
    # after a kill nobody knows whether it arrived, so it is put right; not where it did not
    assert len(sender.texts) == (stop == "retract" and killed)
    if stop == "pause":
        async with database.writing() as session:
            await resume_broadcast(session, chief, made.id, clock(), ALWAYS)
        await worker.deliver_due()
        assert sender.texts == [made.text]


ENDS = {
    "arrives": (Delivered("7"), [("7",)]),
    "arrives without a number": (Delivered(None), [()]),
    "fails": (Failed("400"), []),
}


@pytest.mark.parametrize("end", ENDS)
async def test_what_arrives_after_it_was_taken_back_is_deleted_else_put_right(
    database: Database, end: str
) -> None:
    chief, made = await a_broadcast(database)
    clock = HandClock()
    result, deleted = ENDS[end]
    sender = ScriptedSender(script={"-100": iter([result])})
    worker = worker_of(database, sender, clock)
    (hand,) = await worker._claim()
    async with database.writing() as session:
        assert await retract_broadcast(session, chief, made.id, CORRECTION, NOON) == (0, 1)
    await worker._deliver(hand)
    async with database.reading() as session:
        query = select(OutboxMessage).where(OutboxMessage.dedupe_key.startswith("back:"))
        (back,) = await session.scalars(query)
        assert back.state == (DeliveryState.QUEUED if deleted else DeliveryState.CANCELLED)
        assert back.due_at == (NOON if deleted else NOON + IN_FLIGHT)
        found = await backs(session) if deleted else []
    assert [(one.delete, one.anyway, one.text) for _, one in found] == [
        (ids, False, f"【更正】{CORRECTION}") for ids in deleted
    ]


@pytest.mark.parametrize("arrives", [True, False])
async def test_one_on_its_way_and_one_arrived_are_both_deleted(
    database: Database, arrives: bool
) -> None:
    chief, made = await a_broadcast(database)
    clock = HandClock()
    results = [Delivered("7"), Delivered("8") if arrives else Failed("400")]
    sender = ScriptedSender(script={"-100": iter(results)})
    worker = worker_of(database, sender, clock)
    await worker.deliver_due()
    async with database.writing() as session:
        second = Occurrence(
            broadcast_id=made.id, slot=NOON + timedelta(days=1), made_at=NOON, filled_at=NOON
        )
        session.add(second)
        await session.flush()
        first = (await session.scalars(select(OutboxMessage))).one()
        again = {"dedupe_key": f"occ:{second.id}:1", "occurrence_id": second.id}
        copied = ("priority", "channel", "address_sealed", "payload_sealed", "group_id", "due_at")
        kept = {name: getattr(first, name) for name in (*copied, "created_at")}
        session.add(OutboxMessage(**kept, **again, state=DeliveryState.QUEUED, attempts=0))
    clock.turn(minutes=1)
    (hand,) = await worker._claim()
    async with database.writing() as session:
        await retract_broadcast(session, chief, made.id, CORRECTION, clock())
    await worker._deliver(hand)
    async with database.reading() as session:
        ((_, back),) = await backs(session)
    assert (back.delete, back.anyway) == (("8", "7") if arrives else ("7",), False)
