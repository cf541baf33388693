"""What the composer says of a campaign before it is kept."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.approvals import approve_broadcast
from bot.services.areas import add_area
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import make_due_occurrences
from bot.services.grid import assign_areas, describe_group
from bot.services.groups import add_wechat_group, close_group, remove_group
from bot.services.sending_rules import Rules
from bot.services.subscriptions import subscribe
from bot.storage.areas import all_areas
from bot.storage.broadcasts import BroadcastState
from bot.storage.database import Database
from bot.storage.deliveries import count_by_broadcast
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from tests.services.broadcasting import NOON, add_groups, add_staff, looked_at

RULES = Rules()
WORDS = "陌生来电先挂断，拨 96110。"
POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"


async def a_grid(session: AsyncSession) -> Staff:
    """A street of two communities: in one two groups of 100 people, in the other elders."""
    chief = await add_staff(session, Role.CHIEF, "zhang")
    for community in ("幸福里", "和平里"):
        await add_area(session, chief, "东街", community, "", "城东所")
    areas = {area.community: area.id for area in await all_areas(session)}
    groups = await add_groups(session, chief, -1, -2, -3)
    places = (("幸福里", (), 100), ("幸福里", (), 100), ("和平里", ("老人",), None))
    for group, (place, tags, members) in zip(groups, places, strict=True):
        area = areas[place]
        await describe_group(
            session, chief, group.id, area_id=area, audiences=tags, members=members
        )
    return chief


async def test_the_audience_is_counted_by_channel_and_what_is_left_out_is_told(
    database: Database,
) -> None:
    async with database.writing() as session:
        chief = await a_grid(session)
        groups = await add_groups(session, chief, -4, -5, robot=True)
        await add_wechat_group(session, chief, "业主群", NOON)
        await close_group(session, groups[0].id, "403", NOON)
        await remove_group(session, chief, groups[1].id, NOON)
        for number, kinds in enumerate((("warning",), ("warning", "daily"), ("daily",))):
            resident = await find_or_add_resident(session, "telegram", 900 + number, NOON)
            await subscribe(
                session, resident, area_id=None, audience="不限", kinds=kinds, hour=None, now=NOON
            )
        plan = Plan(words=WORDS, selector=Selector(subscribers=True))
        audience = (await looked_at(session, chief, plan)).audience
        assert audience is not None
        found = (audience.groups, audience.people, audience.unsized, audience.by_hand)
        assert found == (5, 200, 3, 1)
        assert audience.subscribers == 2
        assert [(one.name, one.groups) for one in audience.channels] == [
            ("Telegram 群", 3),
            ("企业微信群机器人", 1),
            ("微信群（人工转发）", 1),
        ]
        assert {(one.count, one.why) for one in audience.left_out} == {
            (1, "机器人已被移出群或被拉黑"),
            (1, "已移除"),
            (1, "没有选这一类提醒"),
        }


async def test_groups_with_a_full_day_are_left_out_as_they_will_be(database: Database) -> None:
    async with database.writing() as session:
        chief = await a_grid(session)
        other = await add_staff(session, Role.DUTY, "li")
        areas = {area.community: area.id for area in await all_areas(session)}
        everybody = Plan(words=WORDS, selector=Selector())
        to_elders = Plan(
            words=WORDS,
            selector=Selector(areas=(areas["和平里"],)),
            send_at=NOON + timedelta(hours=2),
        )
        for number, plan in enumerate((everybody, to_elders)):
            made = await plan_campaign(session, chief, plan, now=NOON, dedupe=str(number))
            await approve_broadcast(session, other, made.id, NOON, RULES)
        await make_due_occurrences(session, NOON)
        at = NOON + timedelta(hours=3)
        later = Plan(words=WORDS, selector=Selector(), send_at=at)
        draft = await looked_at(session, chief, later)
        assert draft.audience is not None
        assert draft.audience.groups == 2
        assert draft.audience.at_most
        full = Plan(words=WORDS, selector=Selector(areas=(areas["和平里"],)), send_at=at)
        nobody = (await looked_at(session, chief, full)).audience
        assert nobody is not None
        assert (nobody.groups, nobody.people, nobody.by_hand, nobody.at_most) == (0, 0, 0, False)
        assert [one.why for one in draft.audience.left_out] == [
            "11-24 已有 2 条，一个群一天最多这么多"
        ]
        made = await plan_campaign(session, chief, later, now=NOON, dedupe="later")
        await approve_broadcast(session, other, made.id, NOON, RULES)
        for moment in (NOON + timedelta(hours=2), at):
            await make_due_occurrences(session, moment)
        counts = await deliveries_by_state(session, made.id)
        assert counts == {"queued": 2, "cancelled": 1}


async def deliveries_by_state(session: AsyncSession, broadcast_id: int) -> dict[str, int]:
    found = await count_by_broadcast(session, [broadcast_id])
    return {state.value: count for state, count in found[broadcast_id].items()}


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(words="", selector=Selector()), "请写通知的内容"),
        (Plan(words="{小区}居民请注意", selector=Selector()), "没有登记小区"),
        (Plan(words=WORDS, selector=Selector(audiences=("学生",))), "这样选没有任何群"),
        (Plan(words=WORDS, selector=Selector(), rule="mon 23:00"), "夜间免打扰"),
        (Plan(words=WORDS, selector=Selector(), rule="monthly 32 09:00"), "没有 32 日"),
        (Plan(words=WORDS, selector=Selector(), send_at=NOON - timedelta(hours=1)), "已经过了"),
        (Plan(words=WORDS, selector=Selector(), poster="一行"), "五行"),
        (Plan(template="talk_invitation", selector=Selector()), "请填写“时间”"),
        (Plan(words=WORDS, selector=Selector(areas=(99,))), "地区不存在"),
    ],
)
async def test_what_would_be_refused_is_said_while_it_is_written(
    sqlite_database: Database, plan: Plan, words: str
) -> None:
    async with sqlite_database.writing() as session:
        chief = await a_grid(session)
        draft = await looked_at(session, chief, plan)
        assert [one for one in draft.problems if words in one], draft.problems


async def test_every_mistake_is_told_at_once(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await a_grid(session)
        plan = Plan(
            words="保证追回",
            poster="一行",
            rule="mon 23:00",
            selector=Selector(audiences=("学生",)),
        )
        draft = await looked_at(session, chief, plan, wrong=("没有看懂这个时间",))
        assert len(draft.problems) == 5


async def test_a_text_too_long_for_a_channel_with_its_place_names_is_refused(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief = await a_grid(session)
        (robot,) = await add_groups(session, chief, robot=True)
        area = (await all_areas(session))[0]
        area.community = "长" * 40
        await describe_group(session, chief, robot.id, area_id=area.id, audiences=[], members=None)
        plan = Plan(words="{社区}" * 20, selector=Selector(channels=("wecom",)))
        draft = await looked_at(session, chief, plan)
        assert "企业微信群机器人一条最多 2048" in draft.problems[0]
        assert len(draft.looks[0].messages) == 2


async def test_looks_are_what_is_sent_elders_apart(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await a_grid(session)
        plan = Plan(
            template="brush_task", selector=Selector(), variants={"elder": "{社区}老人请先挂断。"}
        )
        draft = await looked_at(session, chief, plan)
        assert draft.problems == ()
        assert not draft.approved
        by_name = {one.name: one for one in draft.looks}
        (area,) = [one for one in await all_areas(session) if one.community == "和平里"]
        link = f"查可疑消息：https://t.me/fanzha_bot?start=b0a{area.id}"
        assert by_name["Telegram 群（老人群）"].text == f"和平里老人请先挂断。\n{link}"
        assert "【幸福里反诈提醒】" in by_name["Telegram 群"].text
        assert by_name["Telegram 群"].groups == 2


async def test_a_template_with_open_place_names_goes_out_filled_for_each_group(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief = await a_grid(session)
        plan = Plan(template="brush_task", selector=Selector())
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        assert made.state == BroadcastState.SCHEDULED
        assert "【{community}反诈提醒】" in made.text


async def test_a_poster_of_own_words_waits_for_another_person(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await a_grid(session)
        plan = Plan(template="brush_task", selector=Selector(), poster=POSTER)
        made = await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        assert made.state == BroadcastState.AWAITING


async def test_times_moved_by_the_rules_and_those_that_follow_are_told(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.writing() as session:
        chief = await a_grid(session)
        night = NOON + timedelta(hours=11)
        at_night = await looked_at(session, chief, Plan(words=WORDS, selector=Selector()), night)
        assert at_night.note.startswith("夜间免打扰，改到 2026-11-25 07:00")
        weekly = Plan(words=WORDS, selector=Selector(), rule="mon,thu 07:30")
        draft = await looked_at(session, chief, weekly)
        moments = [draft.moment, *draft.following]
        assert [f"{one:%m-%d}" for one in moments if one] == ["11-25", "11-29", "12-02", "12-06"]


async def test_a_worker_sees_how_many_lie_outside_his_grid(sqlite_database: Database) -> None:
    async with sqlite_database.writing() as session:
        chief = await a_grid(session)
        worker = await add_staff(session)
        areas = {area.community: area.id for area in await all_areas(session)}
        await assign_areas(session, chief, worker.login, [areas["和平里"]])
        draft = await looked_at(session, worker, Plan(words=WORDS, selector=Selector()))
        assert draft.audience is not None
        assert draft.audience.groups == 1
        assert [(one.count, one.why) for one in draft.audience.left_out] == [(2, "不在您的网格里")]
