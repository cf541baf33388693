"""Stopping and taking back what people pass on by hand or read on the chat page."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.broadcast_course import cancel_broadcast, pause_broadcast, resume_broadcast
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.forwarding import (
    confirm_forward,
    remind_keepers,
    reminders_of_forwards_wait,
)
from bot.services.going_out import make_due_occurrences
from bot.services.groups import add_wechat_group
from bot.services.outgoing import Outgoing
from bot.services.retracting import retract_broadcast
from bot.services.staff import bind_chat, invite
from bot.services.subscriptions import subscribe
from bot.storage.broadcasts import Broadcast, BroadcastState
from bot.storage.claims import message_content
from bot.storage.database import Database
from bot.storage.forwards import Forward
from bot.storage.inbox import read_inbox
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.residents import Resident, find_or_add_resident
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON

BACK = "【更正】以社区通知为准。"


async def to_people(session: AsyncSession) -> tuple[Staff, Broadcast, Resident]:
    """An emergency to two groups kept by a chief with a Telegram chat, and to the chat page."""
    chief, code = await invite(session, None, "zhang", "张所", Role.CHIEF, NOON)
    await bind_chat(session, await find_or_add_resident(session, "telegram", 700, NOON), code, NOON)
    for title in ("业主群", "楼长群"):
        await add_wechat_group(session, chief, title, NOON)
    reader = await find_or_add_resident(session, "web", 900, NOON)
    await subscribe(
        session, reader, area_id=None, audience="不限", kinds=("warning",), hour=None, now=NOON
    )
    plan = Plan(
        words="陌生来电先挂断。",
        selector=Selector(channels=("wechat",), subscribers=True),
        emergency=True,
    )
    made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
    await make_due_occurrences(session, NOON + timedelta(minutes=1))
    return chief, made, reader


async def test_keepers_and_readers_of_the_chat_page_get_the_correction(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief, made, reader = await to_people(session)
        first, _ = (await session.scalars(select(Forward).order_by(Forward.id))).all()
        await confirm_forward(session, chief, first.id, NOON)
        told = await retract_broadcast(session, chief, made.id, "以社区通知为准。", NOON)
        assert told == (0, 1)
        backs = await session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.dedupe_key.contains(":back"))
            .order_by(OutboxMessage.id)
        )
        texts = [
            Outgoing.from_json(message_content(sqlite_database.vault, row)[1]).text for row in backs
        ]
        assert texts == [
            "您转发到微信群“业主群”的通知已撤回，请把更正也转发过去。下一条就是更正。",
            BACK,
            "微信群“楼长群”的那条通知已撤回，请不要再转发。",
        ]
        inbox = await read_inbox(session, reader.id, 0)
        read = [Outgoing.from_json(payload).text for _, payload in inbox]
        assert read == ["陌生来电先挂断。", BACK]


async def to_keepers(session: AsyncSession) -> set[DeliveryState]:
    query = select(OutboxMessage.state).where(OutboxMessage.dedupe_key.startswith("fwd:"))
    states = (await session.scalars(query)).all()
    assert len(states) == 4
    return set(states)


async def test_keepers_are_neither_asked_for_nor_reminded_of_what_was_stopped(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief, made, _ = await to_people(session)
        later = NOON + timedelta(hours=1)
        made.state = BroadcastState.SENDING
        await session.flush()
        await pause_broadcast(session, chief, made.id)
        assert await to_keepers(session) == {DeliveryState.PAUSED}
        assert await remind_keepers(session, later) == 0
        await resume_broadcast(session, chief, made.id, NOON)
        assert await to_keepers(session) == {DeliveryState.QUEUED}
        assert await reminders_of_forwards_wait(session, later)
        await cancel_broadcast(session, chief, made.id, NOON)
        assert await to_keepers(session) == {DeliveryState.CANCELLED}
        assert await remind_keepers(session, later) == 0
