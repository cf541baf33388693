"""A campaign for areas that are deleted goes to nobody else in their place."""

import pytest
from sqlalchemy import select

from bot.errors import ConflictError
from bot.services.areas import add_area, remove_area
from bot.services.broadcast_course import cancel_broadcast
from bot.services.broadcasts import plan_campaign
from bot.services.campaign_page import campaign_page
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import make_due_occurrences
from bot.services.grid import describe_group
from bot.storage.areas import all_areas, drop_area
from bot.storage.database import Database
from bot.storage.outbox import OutboxMessage
from bot.storage.staff import Role
from tests.services.broadcasting import NOON, add_groups, add_staff, looked_at


async def test_without_its_area_a_campaign_reaches_nobody_not_everybody(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        for street in ("东街", "西街"):
            await add_area(session, chief, street, "", "", "城东所")
        east, west = await all_areas(session)
        groups = await add_groups(session, chief, -1, -2)
        for group, area in zip(groups, (east, west), strict=True):
            await describe_group(
                session, chief, group.id, area_id=area.id, audiences=[], members=None
            )
        plan = Plan(
            template="brush_task",
            values={"community": "东街"},
            selector=Selector(areas=(east.id,)),
            rule="daily 12:00",
        )
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        with pytest.raises(ConflictError, match=f"1 条要发的通知选了这个地区（编号 {made.id}）"):
            await remove_area(session, chief, east.id)
        await remove_area(session, chief, west.id)
        await drop_area(session, east.id)
        assert (await looked_at(session, chief, plan)).problems
        assert await make_due_occurrences(session, made.send_at) == 1
        assert (await session.scalars(select(OutboxMessage))).all() == []
        page = await campaign_page(session, chief, made.id, NOON)
        assert page.whom.startswith("已删除的地区")
        await cancel_broadcast(session, chief, made.id, NOON)


async def test_an_area_goes_once_nothing_is_planned_for_it(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await add_staff(session, Role.CHIEF)
        await add_area(session, chief, "东街", "", "", "城东所")
        (east,) = await all_areas(session)
        (group,) = await add_groups(session, chief, -1)
        await describe_group(session, chief, group.id, area_id=east.id, audiences=[], members=None)
        plan = Plan(
            template="brush_task",
            values={"community": "东街"},
            selector=Selector(areas=(east.id,)),
            rule="daily 12:00",
        )
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        await cancel_broadcast(session, chief, made.id, NOON)
        await remove_area(session, chief, east.id)
        assert await all_areas(session) == []
