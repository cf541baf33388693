"""One campaign from its planning to what came of it."""

from datetime import timedelta

import pytest

from bot.errors import NotAllowedError, NotFoundError
from bot.services.approvals import approve_broadcast
from bot.services.areas import add_area
from bot.services.broadcasts import plan_campaign
from bot.services.campaign_page import campaign_page
from bot.services.campaigns import Plan, Selector
from bot.services.forwarding import confirm_forward, say_members
from bot.services.going_out import make_due_occurrences
from bot.services.grid import describe_group
from bot.services.groups import add_wechat_group
from bot.services.ledger_tables import export_deliveries
from bot.services.sending_rules import Rules
from bot.services.subscriptions import leave, subscribe
from bot.storage.area_ledger import AreaFigures
from bot.storage.areas import all_areas
from bot.storage.broadcasts import BroadcastState
from bot.storage.claims import claim_due, end_delivery
from bot.storage.database import Database
from bot.storage.forwards import Forward
from bot.storage.outbox import DeliveryState
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role
from tests.services.broadcasting import NOON, add_groups, add_staff

RULES = Rules()


async def test_groups_are_counted_once_however_often_it_goes_out_forwards_and_residents_apart(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        other = await add_staff(session, Role.DUTY, "li")
        await add_area(session, chief, "东街", "幸福里", "", "城东所")
        (area,) = await all_areas(session)
        groups = await add_groups(session, chief, -1, -2)
        by_hand = await add_wechat_group(session, chief, "业主群", NOON)
        for group in (*groups, by_hand):
            await describe_group(
                session, chief, group.id, area_id=area.id, audiences=[], members=100
            )
        resident = await find_or_add_resident(session, "telegram", 900, NOON)
        await subscribe(
            session, resident, area_id=None, audience="不限", kinds=("daily",), hour=None, now=NOON
        )
        plan = Plan(
            words="陌生来电先挂断。", selector=Selector(subscribers=True), rule="daily 12:05"
        )
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        before = await campaign_page(session, other, made.id, NOON)
        assert (before.state_name, before.total, before.approver) == ("待审核", 0, "")
        await approve_broadcast(session, other, made.id, NOON, RULES)
        for day in range(2):
            moment = NOON + timedelta(days=day, minutes=6)
            await make_due_occurrences(session, moment, RULES)
            rows = await claim_due(
                session,
                worker="w",
                channel="telegram",
                limit=9,
                now=moment,
                lease=timedelta(minutes=1),
            )
            for row in rows:
                lost = row.group_id == groups[1].id
                await end_delivery(
                    session,
                    row.id,
                    worker="w",
                    state=DeliveryState.FAILED if lost else DeliveryState.SENT,
                    now=moment,
                    error="400" if lost else None,
                )
        forward = await session.get_one(Forward, 1)
        await confirm_forward(session, chief, forward.id, NOON)
        await say_members(session, chief, forward.id, 150)
        await leave(session, resident, made.id, NOON)
        shown = await campaign_page(session, other, made.id, NOON + timedelta(days=1))
        assert shown.areas == [
            AreaFigures("", "", left=1),
            AreaFigures("东街", "幸福里", 3, 1, 2, 0, 2, 1, 100, 150),
        ]
        assert shown.subscribers == {DeliveryState.SENT: 2}
        assert [(one.deliveries, one.sent, one.failed) for one in shown.slots] == [(3, 2, 1)] * 2
        assert (shown.summary.groups, shown.summary.people, shown.summary.left) == (1, 100, 1)
        assert (shown.done, shown.total, shown.failed) == (6, 6, 2)
        assert shown.state == BroadcastState.SCHEDULED
        assert shown.can_retry
        assert shown.moves
        assert shown.whom == "全部地区 × 全部人群 × 全部渠道，和订阅的居民"
        assert (shown.author, shown.approver) == ("王网格", "王网格")


async def test_an_unknown_campaign_and_somebody_without_the_right(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "zhang")
        auditor = await add_staff(session, Role.AUDITOR, "qian")
        with pytest.raises(NotFoundError):
            await campaign_page(session, chief, 9, NOON)
        with pytest.raises(NotFoundError):
            await export_deliveries(session, chief, 9)
        with pytest.raises(NotAllowedError):
            await campaign_page(session, auditor, 9, NOON)
