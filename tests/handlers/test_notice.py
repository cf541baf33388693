"""/notice beyond one group: by area and audience, again and again, looked at, tested, urgent."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.matching.library import Library
from bot.services.areas import add_area
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import make_due_occurrences
from bot.services.grid import assign_areas, describe_group
from bot.services.groups import add_robot, add_telegram_group
from bot.services.notice_templates import find_notice_template
from bot.services.outgoing import Outgoing
from bot.storage.areas import Area
from bot.storage.broadcasts import Broadcast
from bot.storage.database import Database, vault_of
from bot.storage.inbox import PAYLOAD, InboxMessage
from bot.storage.outbox import PAYLOAD as OUTBOX_PAYLOAD
from bot.storage.outbox import OutboxMessage
from bot.storage.staff import Role, Staff, staff_by_login
from tests.handlers.test_duty import officer
from tests.services.broadcasting import NOON, WEBHOOK
from tests.talk import Talk

WORDS = "有人冒充{社区}收费，请先拨 96110 核实。"
NIGHT = NOON + timedelta(hours=11)


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def district(database: Database, library: Library, clock: Clock) -> tuple[Talk, Talk]:
    """A grid worker of 东街, a chief; two groups in 东街, one of them of the old, one in 西街."""
    worker = await officer(database, library, Role.GRID, "zhao", clock)
    chief = await officer(database, library, Role.CHIEF, "zhang", clock)
    async with database.writing() as session:
        boss = await staff_by_login(session, "zhang")
        assert boss is not None
        for street, community in (
            ("东街", ""),
            ("东街", "幸福里"),
            ("东街", "和平里"),
            ("西街", ""),
        ):
            await add_area(session, boss, street, community, "", "城东所")
        areas = {one.community or one.street: one.id for one in await session.scalars(select(Area))}
        await assign_areas(session, boss, "zhao", [areas["东街"]])
        groups = [
            await add_telegram_group(session, boss, -101, "幸福里一区", NOON),
            await add_robot(session, boss, "和平里老年群", WEBHOOK, NOON),
            await add_telegram_group(session, boss, -103, "西街商户", NOON),
        ]
        places = (("幸福里", (), 200), ("和平里", ("老人",), 80), ("西街", ("商户",), None))
        for group, (place, tags, members) in zip(groups, places, strict=True):
            await describe_group(
                session, boss, group.id, area_id=areas[place], audiences=tags, members=members
            )
    return worker, chief


async def written(talk: Talk, words: str = WORDS) -> None:
    await talk.says("/notice")
    await talk.presses("自己写（要另一个人批准）")
    await talk.says(words)


async def the_broadcast(database: Database) -> Broadcast:
    async with database.reading() as session:
        return (await session.scalars(select(Broadcast))).one()


async def told(database: Database) -> list[str]:
    """What lies in the inbox, the texts alone."""
    async with database.reading() as session:
        rows = await session.scalars(select(InboxMessage).order_by(InboxMessage.id))
        vault = vault_of(session)
        return [Outgoing.from_json(vault.open(one.payload_sealed, PAYLOAD)).text for one in rows]


async def test_a_choice_by_area_and_audience_is_looked_at_as_each_channel_shows_it(
    database: Database, library: Library, clock: Clock
) -> None:
    worker, _ = await district(database, library, clock)
    await written(worker)
    await worker.presses("按地区和人群选")
    assert worker.labels == ["东街 ›", "全部地区", "返回", "存为草稿", "取消"]
    await worker.presses("东街 ›")
    assert worker.labels[:3] == ["整个东街", "和平里", "幸福里"]
    await worker.presses("幸福里")
    assert "已选：东街 幸福里" in worker.text
    await worker.says("和平")
    await worker.presses("选好了（2 个）")
    await worker.presses("不限人群")
    words = await worker.presses("现在")
    assert "Telegram 群 1 个，看到的是（以“幸福里一区”为例）" in words
    assert "有人冒充幸福里收费" in words
    assert "企业微信群机器人 1 个，看到的是（以“和平里老年群”为例）" in words
    assert "发给 2 个群，约 280 人" in words
    assert "等另一个人批准" in await worker.presses("确认发送")
    kept = await the_broadcast(database)
    selector = json.loads(kept.selector or "")
    assert (len(selector["areas"]), selector["audiences"], selector["subscribers"]) == (
        2,
        [],
        False,
    )


async def test_tags_are_chosen_and_taken_back_and_nobody_is_said_at_once(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, _ = await district(sqlite_database, library, clock)
    await written(worker, "陌生电话先挂断。")
    await worker.presses("按地区和人群选")
    assert "不在您的网格里" in await worker.says("西街")
    await worker.presses("全部地区")
    await worker.presses("商户")
    assert "没有任何群" in await worker.presses("选好了")
    await worker.says("商户")
    await worker.says("老人")
    await worker.presses("选好了")
    words = await worker.presses("现在")
    assert "发给 1 个群" in words
    assert "和平里老年群" in words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("工作日 07:30", "工作日 07:30，第一次 2026-11-25 07:30，之后 11-26 07:30"),
        ("每月最后一天 09:00", "第一次 2026-11-30 09:00，之后 12-31 09:00"),
        ("每月32日 09:00", "没有 32 日"),
        ("每天 23:00", "夜间免打扰"),
        ("晚点吧", "没有看懂这个时间"),
        ("23:00", "夜间免打扰，改到 2026-11-25 07:00"),
    ],
)
async def test_a_time_or_a_rule(
    sqlite_database: Database, library: Library, clock: Clock, typed: str, words: str
) -> None:
    _, chief = await district(sqlite_database, library, clock)
    await written(chief, "陌生电话先挂断。")
    await chief.presses("全部 3 个群")
    assert words in await chief.says(typed)


async def test_a_test_goes_to_oneself_and_the_question_stays(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, _ = await district(sqlite_database, library, clock)
    await written(worker)
    await worker.presses("按地区和人群选")
    await worker.presses("全部地区")
    await worker.presses("不限人群")
    await worker.presses("重复：工作日 07:30")
    assert "只有您能看到" in await worker.presses("先发给我自己看")
    assert "确认吗" in worker.text
    texts = await told(sqlite_database)
    assert any("【测试，只发给您 · Telegram 群】\n有人冒充幸福里收费" in one for one in texts)
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Broadcast))).all() == []
    assert "等另一个人批准" in await worker.presses("确认发送")
    assert (await the_broadcast(sqlite_database)).rule == "工作日 07:30"


async def test_what_cannot_go_out_has_no_button_to_send_it(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    _, chief = await district(sqlite_database, library, clock)
    await written(chief)
    await chief.presses("全部 3 个群")
    words = await chief.presses("现在")
    assert "“西街商户”没有登记社区" in words
    assert "确认发送" not in chief.labels
    assert "西街商户" in await chief.presses("紧急：马上发，夜里也发")


async def test_a_chief_sends_an_emergency_in_one_tap_at_night(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, chief = await district(sqlite_database, library, clock)
    clock.time = NIGHT
    await written(chief, "有人正在本区冒充民警，先挂断，再拨 110。")
    await chief.presses("全部 3 个群")
    assert "夜间免打扰" in await chief.presses("现在")
    assert "紧急，马上发" in await chief.presses("紧急：马上发，夜里也发")
    kept = await the_broadcast(sqlite_database)
    assert (kept.state, kept.emergency, kept.send_at) == ("scheduled", True, NIGHT)
    await written(worker, "有人正在本区冒充民警，先挂断。")
    await worker.presses("全部 2 个群")
    await worker.presses("现在")
    assert "等专班负责人批准" in await worker.presses("紧急：请专班负责人批准")
    assert "已批准，马上发" in await chief.sends_data("cast:approve:2")


async def test_a_hundred_groups_and_more_are_chosen_anew_not_named(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    _, chief = await district(sqlite_database, library, clock)
    async with sqlite_database.writing() as session:
        boss = (await session.scalars(select(Staff).where(Staff.login == "zhang"))).one()
        for number in range(100):
            await add_telegram_group(session, boss, -1000 - number, f"{number} 号楼", NOON)
    await written(chief, "陌生电话先挂断。")
    assert len(chief.labels) < 40
    await chief.presses("全部 103 个群")
    assert "发给 103 个群" in await chief.presses("现在")
    for question in ("什么时候发", "哪些人的群", "发到哪个群"):
        assert question in await chief.presses("返回")


async def test_a_blank_may_be_left_to_each_groups_own_community(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, _ = await district(sqlite_database, library, clock)
    await worker.says("/notice")
    await worker.presses(find_notice_template("parcel_gift_card").title)
    assert "〔各群的社区〕反诈提醒" in await worker.presses("每个群填自己的社区")
    assert worker.labels[:2] == ["全部 2 个群", "按地区和人群选"]
    await worker.presses("全部 2 个群")
    words = await worker.presses("现在")
    assert "【幸福里反诈提醒】" in words
    assert "【和平里反诈提醒】" in words
    assert "已安排" in await worker.presses("确认发送")
    async with sqlite_database.writing() as session:
        await make_due_occurrences(session, NOON)
        rows = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).all()
        vault = sqlite_database.vault
        sealed = [vault.open(row.payload_sealed, OUTBOX_PAYLOAD) for row in rows]
        heads = {Outgoing.from_json(one).text[:8] for one in sealed}
    assert heads == {"【幸福里反诈提醒", "【和平里反诈提醒"}


async def test_a_group_gets_its_area_audiences_and_size_in_the_bot_and_goes(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, _ = await district(sqlite_database, library, clock)
    words = await worker.says("/groups")
    assert "幸福里一区 · Telegram 群 · 东街 幸福里 · 200 人" in words
    assert "西街商户" not in words
    assert worker.labels == ["和平里老年群", "幸福里一区"]
    assert "没有名字里有“西街”的群" in await worker.says("/groups 西街")
    await worker.says("/groups 一区")
    assert "人群：没选" in await worker.presses("幸福里一区")
    await worker.presses("地区")
    assert worker.labels == ["东街 ›", "不属于哪个地区"]
    await worker.presses("东街 ›")
    assert worker.labels == ["就选东街", "和平里", "幸福里"]
    assert "地区：东街 和平里" in await worker.presses("和平里")
    await worker.presses("人群")
    await worker.presses("家长")
    await worker.presses("老人")
    await worker.presses("✓ 家长")
    assert "人群：老人" in await worker.presses("好了")
    await worker.presses("人数")
    assert "整数" in await worker.says("很多")
    assert "人数：350" in await worker.says("350人")
    assert "不在您的网格里" in await worker.sends_data("grp:area:1:4")
    assert "不在您的网格里" in await worker.sends_data("grp:show:3:0")
    assert "已登记微信群" in await worker.says("/wechat 东街车友群")
    assert "东街车友群 · 微信群（人工转发） · 东街" in await worker.says("/groups")
    await worker.sends_data("grp:remove:1:0")
    assert "已移除“幸福里一区”" in await worker.presses("确认移除")
    assert worker.labels == []
    assert "幸福里一区" not in await worker.says("/groups")


async def test_ones_own_notices_are_held_stopped_and_taken_back_in_the_bot(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, chief = await district(sqlite_database, library, clock)
    async with sqlite_database.writing() as session:
        sender = await staff_by_login(session, "zhao")
        assert sender is not None
        for place in ("幸福里", "和平里"):
            plan = Plan(
                template="brush_task", values={"community": place}, selector=Selector(audiences=())
            )
            await plan_campaign(session, sender, plan, now=NOON, dedupe=place)
    await worker.says("/sent")
    assert worker.labels == ["暂停 2", "取消 2", "暂停 1", "取消 1"]
    assert "已暂停通知 1" in await worker.presses("暂停 1")
    await worker.says("/sent")
    assert "通知 1 继续发" in await worker.presses("继续 1")
    await worker.says("/sent")
    assert "已取消通知 2" in await worker.presses("取消 2")
    async with sqlite_database.writing() as session:
        await make_due_occurrences(session, NOON)
        await session.execute(update(OutboxMessage).values(state="sent", remote_id="7"))
    await worker.says("/sent")
    assert "写更正的话" in await worker.presses("撤回 1")
    assert "已撤回：" in await worker.says("以社区通知为准。")
    other = await officer(sqlite_database, library, Role.GRID, "qian", clock)
    assert "已送达" in await worker.says("/sent")
    assert "已送达" not in await other.says("/sent")
    assert other.labels == []
    for act in ("pause", "resume", "cancel", "retract"):
        assert "别人发的" in await other.sends_data(f"course:{act}:1")
    assert "不用再取消" in await chief.sends_data("course:cancel:1")
