"""A district of made-up people put into a database for a look at the console's pages."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot.services.activities import decide_activity, file_activity
from bot.services.areas import add_area
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.forwarding import confirm_forward, say_members
from bot.services.going_out import make_due_occurrences
from bot.services.grid import describe_group
from bot.services.groups import add_robot, add_telegram_group, add_wechat_group, list_groups
from bot.services.heartbeats import Alive, beat
from bot.services.kept_drafts import Origin, keep_draft
from bot.services.overview import CLOCK
from bot.services.rollups import local_day, roll_day
from bot.services.sketches import Sketch
from bot.services.study_classes import make
from bot.services.training_sessions import mark_came, plan_session
from bot.services.unit_tasks import hand_out
from bot.services.units import add_unit, note_cards
from bot.storage.areas import all_areas
from bot.storage.forwards import Forward
from bot.storage.leases import hold_lease
from bot.storage.staff import Role, staff_by_login
from bot.storage.unit_tasks import TaskKind
from bot.storage.units import UnitKind
from bot.times import now
from console.workshop import Workshop
from tests.board.filled import TYPED, shown_case, written_case
from tests.console.desk import Desk
from tests.console.furnished_books import furnish_books
from tests.console.furnished_hard import furnish_hard
from tests.console.furnished_leads import furnish_leads
from tests.console.furnished_words import ORDINARY, Words
from tests.services.test_learning_figures import answers


async def furnish(desk: Desk, shop: Workshop, words: Words = ORDINARY) -> dict[str, str]:
    """People, leads in several states, groups; returns the numbers of the leads to be shown."""
    for role, login in ((Role.CHIEF, "zhao"), (Role.DUTY, "li"), (Role.GRID, "wang")):
        await desk.staff(role, login, words.name(login))
    shown = await furnish_leads(desk, words)
    await furnish_groups(desk, "zhao", words)
    await furnish_campaigns(desk, words)
    await furnish_deeds(desk, words)
    await furnish_chain(desk, words)
    await furnish_books(desk, words)
    async with desk.database.writing() as session:
        await beat(session, Alive.CHAT, "screenshots", now())
        await hold_lease(session, CLOCK, "screenshots", now(), timedelta(hours=1))
        await roll_day(session, local_day(now()), now())
    await shown_case(desk.database, now())
    await written_case(desk.database, now(), ("一个等着审核的案例", TYPED[1] * 4, TYPED[2]))
    if words.hard:
        await furnish_hard(desk, words)
    desk.console.state.parts = replace(desk.console.state.parts, workshop=shop)
    return shown


async def furnish_groups(desk: Desk, login: str, words: Words = ORDINARY) -> None:
    """Groups of three channels in two communities, one of elders."""
    async with desk.database.writing() as session:
        chief = await staff_by_login(session, login)
        assert chief is not None
        for house in range(4 * words.times):
            title = words.of(f"幸福里 {house} 号楼", 60, house)
            await add_telegram_group(session, chief, -1000 - house, title, now())
        robot = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
        await add_robot(session, chief, words.of("幸福里业主群", 60), robot, now())
        await add_wechat_group(session, chief, words.of("和平里业主微信群", 60, 2), now())
        places = ("幸福里", words.of("一个名字特别长的和平里社区服务站", 40))
        for place in (*places, *(words.of("", 38, 1) + str(one) for one in range(words.times - 1))):
            street, station = words.of("东街街道", 40, 1), words.of("城东派出所", 60)
            await add_area(session, chief, street, place, "", station)
        areas = [area.id for area in await all_areas(session)]
        for place, group in enumerate(await list_groups(session, chief)):
            await describe_group(
                session,
                chief,
                group.id,
                area_id=areas[place % len(areas)],
                audiences=("老人",) if place == 1 else (),
                members=(320, 500, None)[place % 3],
            )


async def furnish_campaigns(desk: Desk, words: Words = ORDINARY) -> None:
    """Campaigns that went out, wait, and come again and again."""
    at = desk.clock()
    place = {"community": "幸福里"}
    own = words.of("周末讲座，欢迎来听。", 300)
    plans = (
        Plan(template="parcel_gift_card", values=place, selector=Selector()),
        Plan(words="{社区}有人冒充收费，先拨 96110 核实。", selector=Selector(), emergency=True),
        Plan(template="subsidy_mail", values=place, selector=Selector(), rule="mon-fri 07:30"),
        Plan(words=own, selector=Selector(), send_at=at + timedelta(days=2)),
    )
    async with desk.database.writing() as session:
        zhao = await staff_by_login(session, "zhao")
        assert zhao is not None
        for number, plan in enumerate(plans):
            await plan_campaign(session, zhao, plan, now=at, dedupe=f"shots{number}")
        half = Sketch(
            Plan(words="一个还没有写完的通知，标题特别长" * 2, selector=Selector()), "改天"
        )
        origin = Origin("建议：“冒充客服谎称百万保障到期”（东街街道）有 9 次，平均每天 0.5 次")
        await keep_draft(session, zhao, half, key="shots", now=at, origin=origin)
        await make_due_occurrences(session, at)


async def furnish_deeds(desk: Desk, words: Words = ORDINARY) -> None:
    """Activities, one with a photo, and a notice forwarded by hand."""
    at = desk.clock() - timedelta(hours=1)
    place = words.of("东街街道和平里 12 栋", 60)
    people = 100_000 if words.hard else 86
    async with desk.database.writing() as session:
        zhao = await staff_by_login(session, "zhao")
        assert zhao is not None
        for kind, line in (("talk", "幸福里活动室 45"), ("visit", f"{place} {people}")):
            filed = await file_activity(session, zhao, kind, line, at)
        filed.picture = "photo"
        await decide_activity(session, zhao, 1, True, at)
        forward = (await session.scalars(select(Forward))).first()
        assert forward is not None
        await confirm_forward(session, zhao, forward.id, at)
        await say_members(session, zhao, forward.id, 320)
        forward.picture = "photo"


async def furnish_chain(desk: Desk, words: Words = ORDINARY) -> None:
    """A member unit with an inspection to make, and a training to which one of two came."""
    async with desk.database.writing() as session:
        chief = await staff_by_login(session, "zhao")
        assert chief is not None
        name = words.of("坊子农商银行", 60)
        unit = await add_unit(
            session, chief, name, UnitKind.BANK, now(), member=True, two_card=True
        )
        source = words.of("省厅通报", 60, 1)
        await note_cards(session, chief, unit.id, "bank_card", 3, now(), now(), source=source)
        due = now() + timedelta(days=3)
        title = words.of("检查开卡登记", 200)
        await hand_out(session, chief, TaskKind.INSPECTION, unit.id, title, due, now())
        held = await plan_session(
            session,
            chief,
            words.of("止付流程和话术更新", 60),
            now() - timedelta(minutes=10),
            now(),
            place=words.of("三楼会议室", 60, 1),
            teacher=words.of("赵老师", 30, 2),
            expected=["专班", "网格员"],
        )
        await mark_came(session, chief, held.id, ["li"], now())
        await make(session, chief, f"学校 {words.of('坊子一中', 40)}", now())
    for account in range(5):
        for days in (2, 0):
            at = now() - timedelta(days=days)
            await answers(desk.database, account, "brush_task", not days or account > 2, at)
