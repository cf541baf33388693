"""The last list of the requirements, state by state: how it ends, what is refused and counted.

Senders are the real ones, against the doubles of the Bot API and of the three kinds of robots.
"""

import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.services.areas import add_area
from bot.services.broadcast_lines import list_broadcasts
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.going_out import make_due_occurrences
from bot.services.grid import describe_group
from bot.services.groups import add_robot, add_telegram_group
from bot.services.ledger import summaries
from bot.services.subscriptions import leave, note_click, subscribe
from bot.storage.areas import Area
from bot.storage.broadcasts import Broadcast, BroadcastState, Occurrence
from bot.storage.checks import Check
from bot.storage.database import Database
from bot.storage.groups import CommunityGroup, group_address
from bot.storage.outbox import DeliveryState, OutboxMessage
from bot.storage.residents import find_or_add_resident
from bot.storage.staff import Role, Staff
from bot.times import SHANGHAI, on_screen
from scheduler.budget import Limiter
from scheduler.outbox import OutboxWorker
from scheduler.senders.dingtalk import DingtalkSender
from scheduler.senders.feishu import FeishuSender
from scheduler.senders.telegram import TelegramSender
from scheduler.senders.wecom import WecomSender
from tests.botapi import BotApiServer
from tests.scheduler.doubles import HandClock
from tests.scheduler.robots import DingtalkRobot, FeishuRobot, Robot, robot_server
from tests.services.broadcasting import NOON, add_groups, add_staff

WORDS = "近期有人冒充社区工作人员上门收费，请先拨 96110 核实。"
POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"
GROUPS = 1000
BLOCKED, MOVED, TOO_FAST = range(50), range(50, 70), range(70, 80)
"""Of a thousand groups fifty block, twenty move, ten ask for thirty seconds."""
TIRED = {
    "wecom": (Robot, {"errcode": 45009, "errmsg": "api freq out of limit"}),
    "dingtalk": (DingtalkRobot, {"errcode": 410100, "errmsg": "send too fast"}),
    "feishu": (FeishuRobot, {"code": 11232, "msg": "frequency limited"}),
}
"""What a robot of each kind says that was written to too often."""
WAITS = {"429": 30, "errcode 45009": 60, "errcode 410100": 600, "code 11232": 60}


async def test_blocked_moved_and_hurried_groups_each_end_as_they_should(
    sqlite_database: Database,
) -> None:
    clock = HandClock()
    async with BotApiServer() as api, AsyncExitStack() as stack:
        bot, neighbour = api.add_bot(), api.add_user()
        chats = [
            api.add_group(f"{n} 号楼", [neighbour], [bot], supergroup=n not in MOVED)
            for n in range(GROUPS)
        ]
        robots = [
            await stack.enter_async_context(robot_server(kind())) for kind, _ in TIRED.values()
        ]
        async with sqlite_database.writing() as session:
            staff = await add_staff(session, Role.CHIEF)
            for chat in chats:
                await add_telegram_group(session, staff, chat.id, chat.title, NOON)
            for robot in robots:
                link, _, secret = robot.webhook.partition("#")
                await add_robot(session, staff, "业主群", link, NOON, secret=secret, api=robot.url)
            await campaign(session, staff)
            await make_due_occurrences(session, NOON)
        for n in BLOCKED:
            api.remove(chats[n], bot, by=neighbour)
        now_at = {n: api.migrate(chats[n], neighbour) for n in MOVED}
        for n in TOO_FAST:
            api.fail("sendMessage", chat=chats[n], status=429, retry_after=30)
        for robot, (_, tired) in zip(robots, TIRED.values(), strict=True):
            robot.answers = [web.json_response(tired)]
        quick = Limiter(per_second=10_000, chat_pause=0, overall=10_000)
        senders = [TelegramSender(bot.token, api.url, quick)]
        senders += [kind() for kind in (WecomSender, DingtalkSender, FeishuSender)]  # type: ignore[misc]
        workers = [OutboxWorker(sqlite_database, one, holder="w", now=clock) for one in senders]
        waited = await run(workers, clock, sqlite_database)
        for sender in senders:
            await sender.close()
        arrived = [len(api.messages(now_at.get(n, chat))) for n, chat in enumerate(chats)]
    assert arrived == [0 if n in BLOCKED else 1 for n in range(GROUPS)]
    assert [len(robot.posts) for robot in robots] == [1, 1, 1]
    assert waited == WAITS
    async with sqlite_database.writing() as session:
        await make_due_occurrences(session, clock())
        (line,) = await list_broadcasts(session, staff, clock())
        sent = GROUPS - len(BLOCKED) + len(robots)
        assert line.counts == {DeliveryState.BLOCKED: len(BLOCKED), DeliveryState.SENT: sent}
        assert line.state == BroadcastState.DONE
        groups = (await session.scalars(select(CommunityGroup).order_by(CommunityGroup.id))).all()
        assert [n for n, group in enumerate(groups) if not group.active] == list(BLOCKED)
        assert [group_address(session, groups[n]) for n in MOVED] == [
            str(chat.id) for chat in now_at.values()
        ]
        rows = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).all()
        twice = {row.group_id for row in rows if row.attempts != 1}
        assert twice == {groups[n].id for n in MOVED}
    assert {trouble.why for trouble in line.troubles} == {"机器人已被移出群或被拉黑"}


async def run(
    workers: list[OutboxWorker], clock: HandClock, database: Database
) -> dict[str, float]:
    """Work until nothing waits; how long each wait was that somebody asked for, by why."""
    asked: dict[str, float] = {}
    query = select(OutboxMessage).where(OutboxMessage.state == DeliveryState.QUEUED)
    while True:
        for worker in workers:
            while await worker.deliver_due():
                pass
        async with database.reading() as session:
            waiting = list(await session.scalars(query))
        if not waiting:
            return asked
        for row in waiting:
            if row.error in WAITS:
                asked.setdefault(row.error or "", (row.due_at - clock()).total_seconds())
        clock.moment = max(min(row.due_at for row in waiting), clock() + timedelta(seconds=4))


async def campaign(session: AsyncSession, staff: Staff, **more: object) -> Broadcast:
    """An approved notice to every group."""
    wanted = Plan(
        template="brush_task",
        values={"community": "幸福里"},
        selector=Selector(subscribers=bool(more.pop("subscribers", False))),
    )
    plan = replace(wanted, **more)  # type: ignore[arg-type]
    return await plan_campaign(session, staff, plan, now=NOON, dedupe=str(time.perf_counter_ns()))


async def district(session: AsyncSession) -> tuple[Staff, CommunityGroup]:
    """A chief and a group in a community with a long name, and one of a WeCom robot there."""
    chief = await add_staff(session, Role.CHIEF)
    await add_area(session, chief, "东街", "幸福里新村第二社区", "", "城东所")
    area = (await session.scalars(select(Area))).one()
    group, robot = await add_groups(session, chief, -100, robot=True)
    for one in (group, robot):
        await describe_group(session, chief, one.id, area_id=area.id, audiences=[], members=None)
    return chief, group


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        # a recurring campaign with an impossible rule
        ({"rule": "monthly 32 09:00"}, "一个月没有 32 日"),
        ({"rule": "yearly 02-30 09:00"}, "没有 2 月 30 日"),
        ({"rule": "mon 23:00"}, "夜间免打扰时间里，这个规则永远发不出去"),
        ({"rule": "monthly 15 09:00 02-01..02-10"}, "没有任何一天"),
        ({"rule": "daily 08:00,12:00,19:00"}, "一天最多 2 条"),
        ({"rule": "有空的时候"}, "没有看懂这个重复规则"),
        # an empty audience
        ({"selector": Selector(audiences=("老人",))}, "这样选没有任何群"),
        ({"selector": Selector(channels=("dingtalk",))}, "这样选没有任何群"),
        ({"selector": None}, "至少选择一个群"),
        ({"selector": Selector(audiences=("火星人",))}, "没有“火星人”这类人群"),
        ({"selector": Selector(areas=(99,))}, "有的地区不存在"),
        # a text too long
        ({"words": "长" * 501}, "有 501 个字，最多 500 个字"),
        ({"words": "{社区}" * 100}, "企业微信群机器人一条最多 2048 个单位，这条有 2700 个"),
        ({"variants": {"elder": "长" * 81}}, "给老人的短文：通知有 81 个字，最多 80"),
        # a missing or unknown variable
        (
            {"template": "brush_task", "selector": None, "group_ids": frozenset({1})},
            "请填写“社区名称”",
        ),
        ({"words": "{小区}请注意"}, "没有登记小区，填不了 {小区}"),
        ({"words": "请 {name} 注意"}, "没有 {name} 这个变量"),
        ({"words": "请 {社区 注意"}, "有单独的花括号"),
        ({"variants": {"telegram": "{x}"}}, "Telegram 群：没有 {x}"),
        ({"variants": {"fax": "好"}}, "没有这个渠道"),
        # a poster whose text overflows
        ({"poster": POSTER.replace("先说欠费", "长" * 90)}, "海报的第 1 个特征太长"),
        (
            {"poster": POSTER.replace("冒充收费都是骗局", "长" * 60)},
            "海报的标题太长：有 60 个字，手机上放得下 16 个",
        ),
        ({"poster": "只有一行"}, "海报要写五行"),
        # what must never be said, and nothing at all
        ({"words": "报警后保证追回"}, "通知里不能写“保证追回”"),
        ({"words": " \n"}, "请写通知的内容"),
    ],
)
async def test_what_cannot_be_carried_out_is_refused_at_once_with_the_words_why(
    sqlite_database: Database, wanted: dict[str, object], words: str
) -> None:
    async with sqlite_database.writing() as session:
        chief, _ = await district(session)
        plan = Plan(**{"words": WORDS, "selector": Selector(), **wanted})  # type: ignore[arg-type]
        with pytest.raises(InvalidInputError) as refused:
            await plan_campaign(session, chief, plan, now=NOON, dedupe="x")
        assert words in refused.value.words
        assert (await session.scalars(select(Broadcast))).all() == []


@pytest.fixture(params=["UTC", "America/New_York", "Pacific/Kiritimati"])
def server_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server whose own time zone is not Shanghai."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("since", "rule", "slots"),
    [
        ("2027-01-30", "每月31日 09:00", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("2027-01-30", "每月最后一天 09:00", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ("2028-02-01", "monthly 30 09:00", ["2028-02-29", "2028-03-30"]),
        ("2027-12-01", "yearly 02-29 09:00", ["2028-02-29", "2029-02-28"]),
        ("2028-02-27", "daily 09:00", ["2028-02-28", "2028-02-29", "2028-03-01"]),
        ("2027-02-03", "daily 09:00", ["2027-02-04", "2027-02-09", "2027-02-10"]),
        ("2027-03-12", "daily 09:00", ["2027-03-13", "2027-03-14", "2027-03-15"]),
        ("2026-12-30", "daily 09:00 12-31..01-01", ["2026-12-31", "2027-01-01", "2027-12-31"]),
    ],
    ids=[
        "the 31st",
        "month ends",
        "a leap February",
        "29 February",
        "across a leap day",
        "Spring Festival",
        "where New York loses an hour",
        "across new year",
    ],
)
async def test_months_leap_days_and_holidays_are_those_of_shanghai_wherever_the_server_is(
    sqlite_database: Database, server_zone: str, since: str, rule: str, slots: list[str]
) -> None:
    begin = datetime.fromisoformat(f"{since}T12:00").replace(tzinfo=SHANGHAI).astimezone(UTC)
    async with sqlite_database.writing() as session:
        chief, _ = await district(session)
        plan = Plan(words=WORDS, selector=Selector(), rule=rule)
        made = await plan_campaign(session, chief, plan, now=begin, dedupe="x")
        made.state = BroadcastState.SCHEDULED
        await session.flush()
        for _ in slots:
            assert await make_due_occurrences(session, made.send_at - timedelta(seconds=1)) == 0
            assert await make_due_occurrences(session, made.send_at) == 1
            await session.refresh(made)
        kept = (await session.scalars(select(Occurrence).order_by(Occurrence.slot))).all()
        assert [on_screen(one.slot) for one in kept] == [f"{day} 09:00" for day in slots]


async def test_an_emergency_goes_out_in_the_blackout_and_at_night_all_else_waits(
    sqlite_database: Database,
) -> None:
    eve = datetime(2027, 2, 5, 23, tzinfo=SHANGHAI)
    async with sqlite_database.writing() as session:
        chief, _ = await district(session)
        for emergency in (False, True):
            plan = Plan(words=WORDS, selector=Selector(), emergency=emergency)
            made = await plan_campaign(session, chief, plan, now=eve, dedupe=str(emergency))
        assert (made.state, made.send_at) == (BroadcastState.SCHEDULED, eve)
        assert await make_due_occurrences(session, eve + timedelta(seconds=1)) == 1
        waiting = await session.get_one(Broadcast, 1)
    assert on_screen(waiting.send_at) == "2027-02-09 07:00"
    assert waiting.note == "春节期间不发，改到 2027-02-09 07:00"


async def test_questions_asked_after_and_residents_who_left_are_counted_by_campaign(
    database: Database,
) -> None:
    """Each counts once as come and as gone, and his questions within a day of coming."""
    async with database.writing() as session:
        chief, _ = await district(session)
        first, second = [(await campaign(session, chief, subscribers=True)).id for _ in range(2)]
        people = [await find_or_add_resident(session, "telegram", n, NOON) for n in range(1, 4)]
        for person in people:
            await subscribe(
                session,
                person,
                area_id=None,
                audience="不限",
                kinds=["warning"],
                hour=None,
                now=NOON,
            )
        for person, number in zip(people, (first, first, second), strict=True):
            await note_click(session, person, number, NOON)
        for n, minutes in ((0, 1), (0, 2), (1, 60 * 25), (2, 5)):
            session.add(question(people[n].id, n, minutes))
        assert await leave(session, people[0], first, NOON)
        assert await leave(session, people[2], second, NOON)
        assert not await leave(session, people[2], first, NOON)
        await session.flush()
        found = await summaries(session, chief, [first, second])
    counted = [(found[n].clicks, found[n].questions, found[n].left) for n in (first, second)]
    assert counted == [(2, 2, 1), (1, 1, 1)]


def question(resident: int, number: int, minutes: int) -> Check:
    return Check(
        reference=f"q{number}-{minutes}",
        resident_id=resident,
        text_hash="h",
        level="none",
        score=0.0,
        action="A0",
        library_version="1",
        created_at=NOON + timedelta(minutes=minutes),
    )
