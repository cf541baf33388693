"""Who acts where: groups of no area are their registrar's, a station sees its own areas only."""

import csv
import io
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from bot.services.activities import (
    decide_activity,
    file_activity,
    leaf_of_activities,
    list_activities,
    totals,
)
from bot.services.areas import add_area
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import plan_campaign
from bot.services.campaign_days import calendar_of
from bot.services.campaign_page import campaign_page
from bot.services.campaigns import Plan, Selector
from bot.services.forwarding import confirm_forward, list_forwards, say_members
from bot.services.going_out import make_due_occurrences
from bot.services.grid import amend_group, assign_areas, describe_group
from bot.services.groups import (
    add_telegram_group,
    add_wechat_group,
    find_group,
    list_groups,
    remove_group,
)
from bot.services.guard import manage
from bot.services.ledger import by_area, summaries
from bot.services.ledger_tables import export_areas, export_deliveries
from bot.services.sending_rules import Rules
from bot.services.subscriptions import note_click, subscribe
from bot.storage.areas import all_areas
from bot.storage.database import Database
from bot.storage.forwards import Forward
from bot.storage.outbox import OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from bot.times import local_day
from tests.services.broadcasting import NOON, add_groups, add_staff, looked_at

WORDS = "陌生来电先挂断。"
Touch = Callable[[AsyncSession, Staff, int, int], Coroutine[Any, Any, object]]
TOUCHES: dict[str, Touch] = {
    "find": lambda session, staff, group, _: find_group(session, staff, group),
    "describe": lambda session, staff, group, _: describe_group(
        session, staff, group, area_id=None, audiences=[], members=1
    ),
    "amend": lambda session, staff, group, _: amend_group(session, staff, group, members=1),
    "guard": lambda session, staff, _, chat: manage(session, chat, staff, by_admin=False),
    "send": lambda session, staff, group, _: plan_campaign(
        session, staff, Plan(words=WORDS, group_ids=frozenset([group])), now=NOON, dedupe="x"
    ),
    "remove": lambda session, staff, group, _: remove_group(session, staff, group, NOON),
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES.keys())
async def test_a_group_of_no_area_is_its_registrars(
    sqlite_database: Database, touch: Touch
) -> None:
    async with sqlite_database.writing() as session:
        registrar, stranger = [await add_staff(session, login=name) for name in ("wang", "zhao")]
        chief = await add_staff(session, Role.CHIEF, "zhang")
        (group,) = await add_groups(session, registrar, -1)
        with pytest.raises((NotFoundError, InvalidInputError, NotAllowedError)):
            await touch(session, stranger, group.id, -1)
        assert await list_groups(session, stranger) == []
        assert [one.id for one in await list_groups(session, chief)] == [group.id]
        await touch(session, registrar, group.id, -1)


async def test_a_choice_of_all_groups_means_ones_own_of_those_without_an_area(
    database: Database,
) -> None:
    async with database.writing() as session:
        wang, zhao = [await add_staff(session, login=name) for name in ("wang", "zhao")]
        chief = await add_staff(session, Role.CHIEF, "zhang")
        await add_groups(session, wang, -1)
        (own,) = await add_groups(session, zhao, -2)
        kept = await add_wechat_group(session, wang, "业主群", NOON)
        kept.keeper_id = zhao.id
        plan = Plan(template="brush_task", values={"community": "幸福里"}, selector=Selector())
        draft = await looked_at(session, zhao, plan)
        assert draft.audience is not None
        assert (draft.audience.groups, draft.audience.by_hand) == (2, 1)
        await plan_campaign(session, zhao, plan, now=NOON, dedupe="x")
        await make_due_occurrences(session, NOON)
        rows = (await session.scalars(select(OutboxMessage))).all()
        assert {row.group_id for row in rows if row.occurrence_id} == {own.id}
        assert [one.group_id for one in await session.scalars(select(Forward))] == [kept.id]
        whole = await looked_at(session, chief, plan)
        assert whole.audience is not None
        assert whole.audience.groups == 3


async def test_who_takes_up_a_group_that_was_left_is_its_registrar(database: Database) -> None:
    async with database.writing() as session:
        wang, zhao = [await add_staff(session, login=name) for name in ("wang", "zhao")]
        group = await add_telegram_group(session, wang, -1, "1 号楼", NOON)
        again = await add_telegram_group(session, zhao, -1, "1 号楼", NOON)
        assert again.added_by == wang.id
        await remove_group(session, wang, group.id, NOON)
        again = await add_telegram_group(session, zhao, -1, "1 号楼", NOON)
        assert again.added_by == zhao.id


async def two_stations(session: AsyncSession) -> tuple[Staff, Staff, int]:
    """A chief, an officer of 城东所, and a campaign to two communities, one of them his."""
    chief = await add_staff(session, Role.CHIEF, "zhang")
    officer = await add_staff(session, Role.STATION, "liu")
    officer.station = "城东所"
    await add_area(session, chief, "东街", "幸福里", "", "城东所")
    await add_area(session, chief, "西街", "和平里", "", "城西所")
    areas = {area.community: area.id for area in await all_areas(session)}
    groups = await add_groups(session, chief, -1, -2, -3)
    hands = [await add_wechat_group(session, chief, f"{n} 区群", NOON) for n in (1, 2)]
    places = ("幸福里", "和平里", None, "幸福里", "和平里")
    for group, place in zip((*groups, *hands), places, strict=True):
        await describe_group(
            session,
            chief,
            group.id,
            area_id=areas[place] if place else None,
            audiences=[],
            members=100,
        )
    plan = Plan(template="brush_task", values={"community": "各"}, selector=Selector())
    made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
    await make_due_occurrences(session, NOON)
    for number in (1, 2):
        await confirm_forward(session, chief, number, NOON)
        await say_members(session, chief, number, 50)
    for number, place in enumerate(areas.values()):
        resident = await find_or_add_resident(session, "telegram", number + 1, NOON)
        await note_click(session, resident, made.id, NOON, place)
    return chief, officer, made.id


async def test_a_station_sees_what_a_notice_came_to_in_its_areas_only(database: Database) -> None:
    async with database.writing() as session:
        chief, officer, number = await two_stations(session)
        (line,) = (await by_area(session, officer, [number]))[number]
        assert (line.community, line.groups, line.clicks) == ("幸福里", 2, 1)
        seen, whole = [
            (await summaries(session, one, [number]))[number] for one in (officer, chief)
        ]
        assert (seen.clicks, seen.forwards_done, sum(seen.counts.values())) == (1, 1, 1)
        assert (whole.clicks, whole.forwards_done, sum(whole.counts.values())) == (2, 2, 3)
        lists = [(await list_broadcasts(session, one, NOON))[0] for one in (officer, chief)]
        assert [sum(one.counts.values()) for one in lists] == [1, 3]
        page = await campaign_page(session, officer, number, NOON)
        assert (page.total, len(page.areas), page.slots[0].deliveries) == (1, 1, 1)
        shown = await calendar_of(session, officer, NOON.date(), NOON.date(), NOON, Rules())
        assert [one.title for one in shown.days[0].entries] == [page.title] != [""]
        table = (await export_deliveries(session, officer, number)).decode("utf-8-sig")
        assert {line[2] for line in list(csv.reader(io.StringIO(table)))[1:]} == {
            "1 号楼",
            "1 区群",
        }
        areas = (await export_areas(session, officer, number)).decode("utf-8-sig")
        assert "和平里" not in areas
        assert [one.group for one in await list_forwards(session, officer, "本区")] == ["1 区群"]
        assert len(await list_forwards(session, chief, "本区")) == 2


async def test_a_grid_worker_sees_his_own_notice_whole_and_of_others_his_areas(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief, _, number = await two_stations(session)
        wang = await add_staff(session, login="wang")
        areas = {area.community: area.id for area in await all_areas(session)}
        await assign_areas(session, chief, "wang", [areas["幸福里"]])
        page = await campaign_page(session, wang, number, NOON)
        assert (page.total, [one.community for one in page.areas]) == (1, ["幸福里"])
        (group,) = await add_groups(session, wang, -7)
        own = await plan_campaign(
            session,
            wang,
            Plan(
                template="brush_task",
                values={"community": "各"},
                selector=Selector(subscribers=True),
            ),
            now=NOON,
            dedupe="own",
        )
        resident = await find_or_add_resident(session, "telegram", 9, NOON)
        wishes = {"area_id": None, "audience": "不限", "kinds": ["warning"], "hour": None}
        await subscribe(session, resident, **wishes, now=NOON)  # type: ignore[arg-type]
        for _ in range(2):
            await make_due_occurrences(session, NOON)
        await describe_group(
            session, chief, group.id, area_id=areas["和平里"], audiences=[], members=9
        )
        mine = await campaign_page(session, wang, own.id, NOON)
        assert (mine.total, sum(mine.subscribers.values()), len(mine.areas)) == (3, 1, 2)


async def test_a_station_approves_activities_of_its_areas_only(database: Database) -> None:
    async with database.writing() as session:
        chief, officer, _ = await two_stations(session)
        filed = [
            await file_activity(session, chief, "talk", f"{place}活动室 40", NOON)
            for place in ("幸福里", "和平里", "某处")
        ]
        (shown,) = await list_activities(session, officer)
        assert shown.place == "幸福里活动室"
        for other in filed[1:]:
            with pytest.raises(ConflictError):
                await decide_activity(session, officer, other.id, True, NOON)
            await decide_activity(session, chief, other.id, True, NOON)
        await decide_activity(session, officer, filed[0].id, True, NOON)
        later = NOON.replace(hour=23)
        assert await totals(session, officer, NOON, later) == {"讲座": (1, 40)}
        assert await totals(session, chief, NOON, later) == {"讲座": (3, 120)}


async def test_what_waits_longest_stands_first_and_every_activity_is_on_a_page(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.activities.ACTIVITIES_SHOWN", 2)
    async with sqlite_database.writing() as session:
        chief, *_ = await two_stations(session)
        filed = [
            await file_activity(session, chief, "talk", f"{place}号楼 40", NOON)
            for place in range(1, 6)
        ]
        for one in filed[:2]:
            await decide_activity(session, chief, one.id, True, NOON)
        leaves = [await leaf_of_activities(session, chief, page) for page in (1, 2, 3)]
        seen = [
            one.place
            for leaf in leaves
            for one in await list_activities(session, chief, leaf.offset)
        ]
        assert seen == [f"{place}号楼" for place in (3, 4, 5, 2, 1)]
        with pytest.raises(NotFoundError, match="一共 3 页"):
            await leaf_of_activities(session, chief, 4)


NEW_YEAR = datetime(2027, 1, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("幸福里活动室 40", "2027-01-02"),
        ("今天 幸福里活动室 40", "2027-01-02"),
        ("昨天 幸福里活动室 40", "2027-01-01"),
        ("12月31日 幸福里活动室 40", "2026-12-31"),
        ("1月1号 幸福里活动室 40人", "2027-01-01"),
    ],
)
async def test_an_activity_counts_for_the_day_it_was_on(
    sqlite_database: Database, line: str, day: str
) -> None:
    async with sqlite_database.writing() as session:
        chief, *_ = await two_stations(session)
        filed = await file_activity(session, chief, "talk", line, NEW_YEAR)
        assert (filed.place, filed.people) == ("幸福里活动室", 40)
        assert local_day(filed.filed_at).isoformat() == day


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("11月20日 幸福里活动室 40", "31 天以内"),
        ("2月30日 幸福里活动室 40", "没有 2月30日"),
        ("昨天 幸福里", "中间空一格"),
    ],
)
async def test_a_day_that_is_none_or_too_long_ago_is_said(
    sqlite_database: Database, line: str, words: str
) -> None:
    async with sqlite_database.writing() as session:
        chief, *_ = await two_stations(session)
        with pytest.raises(InvalidInputError, match=words):
            await file_activity(session, chief, "talk", line, NEW_YEAR)


async def test_a_station_reads_every_notice_but_names_no_group_of_another(
    sqlite_database: Database,
) -> None:
    """Title and text are public; which groups elsewhere get them is not its business."""
    async with sqlite_database.writing() as session:
        chief, officer, _ = await two_stations(session)
        (other,) = [one.id for one in await list_groups(session, chief) if one.title == "2 号楼"]
        plan = Plan(words=WORDS, group_ids=frozenset([other]), emergency=True)
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="elsewhere")
        await make_due_occurrences(session, NOON)
        page = await campaign_page(session, officer, made.id, NOON)
        assert (page.text, page.whom, page.total, page.troubles) == (WORDS, "不在您辖区的群", 0, ())
        assert (await campaign_page(session, chief, made.id, NOON)).whom == "2 号楼"
