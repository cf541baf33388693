"""What is told before an emergency and what behind it, and what fits one message with its link."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.approvals import refuse_broadcast
from bot.services.broadcasts import plan_campaign, send_test
from bot.services.campaigns import Plan, Selector
from bot.services.forwarding import confirm_forward, remind_keepers
from bot.services.going_out import make_due_occurrences
from bot.services.groups import add_wechat_group
from bot.services.retracting import retract_broadcast
from bot.services.splitting import utf8_bytes
from bot.services.staff import bind_chat, cut_off, invite
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup
from bot.storage.outbox import DeliveryState, OutboxMessage, Priority
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON, add_groups, add_staff

BOT = "fanzha_bot"


async def bound(session: AsyncSession, login: str, role: Role, account: int) -> Staff:
    _, code = await invite(session, None, login, login, role, NOON)
    chat = await find_or_add_resident(session, "telegram", account, NOON)
    staff = await bind_chat(session, chat, code, NOON)
    assert isinstance(staff, Staff)
    return staff


async def test_only_what_is_urgent_goes_before_an_emergency(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        worker = await bound(session, "wang", Role.GRID, 1)
        chief = await bound(session, "zhang", Role.CHIEF, 2)
        await add_groups(session, worker, -1)
        await add_wechat_group(session, worker, "业主群", NOON)
        made = {}
        for emergency in (False, True):
            plan = Plan(words="陌生来电先挂断。", selector=Selector(), emergency=emergency)
            made[emergency] = await plan_campaign(
                session, worker, plan, now=NOON, dedupe=str(emergency)
            )
        await send_test(session, worker, ["试一试"], NOON)
        await refuse_broadcast(session, chief, made[False].id, "数字要核实", NOON)
        plan = Plan(template="brush_task", values={"community": "幸福里"}, selector=Selector())
        ready = await plan_campaign(session, worker, plan, now=NOON, dedupe="ready")
        await make_due_occurrences(session, NOON)
        await remind_keepers(session, NOON + timedelta(hours=1))
        await confirm_forward(session, worker, 1, NOON)
        await retract_broadcast(session, worker, ready.id, "以社区通知为准。", NOON)
        rows = await session.scalars(select(OutboxMessage))
        found = {
            row.dedupe_key.rpartition(":")[0]: Priority(row.priority)
            for row in rows
            if row.occurrence_id is None and not row.dedupe_key.startswith("menu")
        }
    plain, urgent = made[False].id, made[True].id
    alerts = {key for key, priority in found.items() if priority == Priority.ALERT}
    assert alerts == {f"cast:{urgent}"}
    assert {key: priority.name for key, priority in found.items() if key not in alerts} == {
        f"cast:{plain}": "RECEIPT",
        f"cast:{plain}:decided": "RECEIPT",
        f"test:{worker.id}:{int(NOON.timestamp())}:0": "RECEIPT",
        "fwd:1:0": "CAMPAIGN",
        "fwd:1:1": "CAMPAIGN",
        "fwd:1:again": "CAMPAIGN",
        "fwd:1:back0": "RECEIPT",
        "fwd:1:back1": "RECEIPT",
    }


@pytest.mark.parametrize(("name", "fits"), [("", True), (BOT, False)])
async def test_the_way_to_the_bot_counts_for_what_one_message_holds(
    sqlite_database: Database, name: str, fits: bool
) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        await add_groups(session, chief, robot=True)
        plan = Plan(words="\U0001f6d1" * 500, selector=Selector())
        assert utf8_bytes(plan.words) == 2000
        given = {"now": NOON, "dedupe": "x", "bot_name": name}
        if fits:
            await plan_campaign(session, chief, plan, **given)  # type: ignore[arg-type]
            return
        with pytest.raises(InvalidInputError, match="企业微信群机器人一条最多 2048 个单位"):
            await plan_campaign(session, chief, plan, **given)  # type: ignore[arg-type]


async def test_who_is_cut_off_is_told_nothing_that_waits(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        worker = await bound(session, "wang", Role.GRID, 1)
        chief = await bound(session, "zhang", Role.CHIEF, 2)
        await send_test(session, worker, ["试一试"], NOON)
        await cut_off(session, chief, "wang", NOON)
        query = select(OutboxMessage).where(OutboxMessage.dedupe_key.startswith("test:"))
        (row,) = await session.scalars(query)
        assert row.state == DeliveryState.CANCELLED


async def test_planning_for_all_counts_groups_and_loads_none(sqlite_database: Database) -> None:
    """A hundred thousand of them would be a hundred thousand objects."""
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        await add_groups(session, chief, *range(-30, 0))
        session.expunge_all()
        plan = Plan(words="陌生来电先挂断。", selector=Selector(), emergency=True)
        loaded: list[object] = []

        def note(group: object, *_: object) -> None:
            loaded.append(group)

        event.listen(CommunityGroup, "load", note)
        try:
            await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        finally:
            event.remove(CommunityGroup, "load", note)
        assert loaded == []
        assert await make_due_occurrences(session, NOON) == 1
