"""Grid workers send approved notices from the bot."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ConflictError
from bot.matching.library import Library
from bot.services.activities import decide_activity, totals
from bot.services.broadcasts import plan_campaign
from bot.services.campaigns import Plan, Selector
from bot.services.forwarding import remind_keepers
from bot.services.going_out import make_due_occurrences
from bot.services.groups import add_telegram_group
from bot.services.ledger import by_area, summaries
from bot.services.notice_templates import fill, load_notice_templates
from bot.services.outgoing import Outgoing
from bot.storage.areas import all_areas, keep_area
from bot.storage.broadcasts import Broadcast, BroadcastTarget
from bot.storage.claims import claim_due, put_off
from bot.storage.database import Database, vault_of
from bot.storage.inbox import PAYLOAD, InboxMessage
from bot.storage.outbox import OutboxMessage
from bot.storage.staff import Role, Staff
from bot.storage.surges import Surge
from bot.times import on_screen
from tests.handlers.test_duty import officer
from tests.services.broadcasting import NOON, add_staff
from tests.talk import Talk


def message_of(session: AsyncSession, row: InboxMessage) -> str:
    return vault_of(session).open(row.payload_sealed, PAYLOAD)


def now() -> datetime:
    """A Tuesday noon, outside quiet hours."""
    return NOON


TEMPLATE = load_notice_templates()[0]
TEXT = fill(TEMPLATE, TEMPLATE.examples)


async def grid_worker(database: Database, library: Library, groups: int = 2) -> Talk:
    talk = await officer(database, library, Role.GRID, "zhao", now)
    async with database.writing() as session:
        staff = (await session.scalars(select(Staff))).one()
        for number in range(1, groups + 1):
            await add_telegram_group(session, staff, -100 - number, f"{number}号楼", now())
    return talk


async def to_groups(talk: Talk) -> str:
    """The first notice chosen and its blanks filled in."""
    await talk.says("/notice")
    words = await talk.presses(TEMPLATE.title)
    for variable in TEMPLATE.variables:
        words = await talk.says(variable.example)
    return words


async def test_a_notice_is_chosen_previewed_and_sent(database: Database, library: Library) -> None:
    talk = await grid_worker(database, library)
    assert TEXT in await to_groups(talk)
    await talk.presses("全部 2 个群")
    assert "确认吗" in await talk.presses("现在")
    assert "已安排" in await talk.presses("确认发送")
    async with database.reading() as session:
        broadcast = (await session.scalars(select(Broadcast))).one()
        targets = (await session.scalars(select(BroadcastTarget))).all()
    assert (broadcast.text, broadcast.state, len(targets)) == (TEXT, "scheduled", 2)


async def test_a_notice_can_be_sent_later(database: Database, library: Library) -> None:
    talk = await grid_worker(database, library, groups=1)
    await to_groups(talk)
    await talk.presses(talk.labels[0])
    assert "没有看懂这个时间" in await talk.says("晚点吧")
    assert "明天" in await talk.says("昨天 8:00") or "没有看懂" in talk.text
    await talk.says("明天 8:00")
    await talk.presses("确认发送")
    async with database.reading() as session:
        broadcast = (await session.scalars(select(Broadcast))).one()
    assert broadcast.send_at > now() + timedelta(minutes=1)


async def test_a_blank_is_asked_for_and_checked(database: Database, library: Library) -> None:
    talk = await grid_worker(database, library, groups=1)
    await talk.says("/notice")
    words = await talk.presses(TEMPLATE.title)
    blank = TEMPLATE.variables[0]
    assert blank.title in words
    assert "最多" in await talk.says("长" * (blank.max_length + 1))
    words = await talk.says(blank.example)
    for other in TEMPLATE.variables[1:]:
        words = await talk.says(other.example)
    assert blank.example in words


async def test_confirming_twice_sends_once(database: Database, library: Library) -> None:
    talk = await grid_worker(database, library)
    await to_groups(talk)
    for label in ("全部 2 个群", "现在"):
        await talk.presses(label)
    data = talk.data("确认发送")
    await talk.sends_data(data)
    assert "已经过期" in await talk.sends_data(data)
    async with database.reading() as session:
        assert len((await session.scalars(select(Broadcast))).all()) == 1


async def test_back_and_cancel_at_every_step(sqlite_database: Database, library: Library) -> None:
    talk = await grid_worker(sqlite_database, library)
    await talk.says("/notice")
    assert "返回" not in talk.labels
    first = talk.text
    await talk.presses(TEMPLATE.title)
    assert await talk.presses("返回") == first
    await to_groups(talk)
    for label in ("全部 2 个群", "现在"):
        before = talk.text
        await talk.presses(label)
        here = talk.text
        await talk.presses("返回")
        assert talk.text == before
        await talk.presses(label)
        assert talk.text == here
    assert "没有发送" in await talk.presses("取消")
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Broadcast))).all() == []


async def test_without_a_group_it_says_how_to_get_one(
    sqlite_database: Database, library: Library
) -> None:
    talk = await officer(sqlite_database, library, Role.GRID, "zhao", now)
    assert "/register" in await talk.says("/notice")


async def test_what_was_sent_is_listed_with_what_went_wrong(
    database: Database, library: Library
) -> None:
    talk = await grid_worker(database, library)
    assert "还没有发过" in await talk.says("/sent")
    await to_groups(talk)
    await talk.presses("全部 2 个群")
    await talk.presses("现在")
    await talk.presses("确认发送")
    begun = now() + timedelta(seconds=1)
    async with database.writing() as session:
        await make_due_occurrences(session, begun)
        row, *_ = await claim_due(
            session, worker="w", channel="telegram", limit=1, now=begun, lease=timedelta(minutes=1)
        )
        later = begun + timedelta(minutes=10)
        await put_off(
            session, row.id, worker="w", until=later, now=begun, error="network or server error"
        )
    words = await talk.says("/sent")
    assert TEMPLATE.title in words
    assert "排队 2" in words
    assert f"1号楼：排队，连不上对方服务器，请检查网络；试过 1 次，{on_screen(later)} 再试" in words


async def test_own_words_are_written_and_wait_for_approval(
    database: Database, library: Library
) -> None:
    talk = await grid_worker(database, library)
    chief = await officer(database, library, Role.CHIEF, "zhang", now)
    await talk.says("/notice")
    assert "请写通知内容" in await talk.presses("自己写（要另一个人批准）")
    assert "没有 {name}" in await talk.says("请 {name} 注意")
    assert "陌生电话先挂断。" in await talk.says("陌生电话先挂断。")
    await talk.presses("全部 2 个群")
    await talk.presses("现在")
    assert "等另一个人批准" in await talk.presses("确认发送")
    assert "另一个人" in await talk.sends_data("cast:approve:1") or "不能使用" in talk.text
    assert "已批准，马上发" in await chief.sends_data("cast:approve:1")
    assert "已经有人处理过" in await chief.sends_data("cast:approve:1")
    async with database.reading() as session:
        broadcast = (await session.scalars(select(Broadcast))).one()
    assert (broadcast.state, broadcast.template) == ("scheduled", "")


async def test_a_refusal_asks_why(sqlite_database: Database, library: Library) -> None:
    talk = await grid_worker(sqlite_database, library)
    chief = await officer(sqlite_database, library, Role.CHIEF, "zhang", now)
    await talk.says("/notice")
    await talk.presses("自己写（要另一个人批准）")
    await talk.says("陌生电话先挂断。")
    for label in ("全部 2 个群", "现在", "确认发送"):
        await talk.presses(label)
    assert "为什么不批准" in await chief.sends_data("cast:refuse:1")
    assert "已告诉作者" in await chief.says("数字不对")
    assert "未通过" in await talk.says("/sent")


async def test_an_activity_is_filed_in_two_steps_and_counts_once_approved(
    database: Database, library: Library
) -> None:
    talk = await grid_worker(database, library)
    assert "哪一类" in await talk.says("/activity")
    assert "例如" in await talk.presses("讲座")
    assert "例如" in await talk.says("幸福里活动室")
    assert "讲座，幸福里活动室，45 人" in await talk.says("幸福里活动室 45人")
    async with database.writing() as session:
        chief = await add_staff(session, Role.CHIEF, "li")
        span = (NOON - timedelta(days=1), NOON + timedelta(days=1))
        assert await totals(session, chief, *span) == {}
        await decide_activity(session, chief, 1, True, NOON)
        assert await totals(session, chief, *span) == {"讲座": (1, 45)}
        with pytest.raises(ConflictError):
            await decide_activity(session, chief, 1, False, NOON)


async def test_a_notice_for_wechat_is_forwarded_by_hand_and_confirmed(
    database: Database, library: Library
) -> None:
    talk = await grid_worker(database, library, groups=0)
    assert "群的名称" in await talk.says("/wechat")
    assert "已登记微信群" in await talk.says("/wechat 幸福里业主群")
    assert "微信群（人工转发）" in await talk.says("/groups")
    await to_groups(talk)
    for label in ("全部 1 个群", "现在", "确认发送"):
        await talk.presses(label)
    async with database.writing() as session:
        await make_due_occurrences(session, NOON)
        assert (await session.scalars(select(OutboxMessage))).all() == []
        inbox = (await session.scalars(select(InboxMessage).order_by(InboxMessage.id))).all()
        texts = [Outgoing.from_json(message_of(session, one)).text for one in inbox]
        assert "请转发到微信群“幸福里业主群”" in texts[-2]
        assert texts[-1] == TEXT
        later = NOON + timedelta(minutes=31)
        assert [await remind_keepers(session, later) for _ in range(2)] == [1, 0]
    assert "已记下：转发到“幸福里业主群”" in await talk.sends_data("fwd:done:1")
    assert "已经确认过" in await talk.sends_data("fwd:done:1")
    assert "320 人" in await talk.says("320")
    async with database.reading() as session:
        staff = (await session.scalars(select(Staff))).one()
        one = (await summaries(session, staff, [1]))[1]
    assert (one.groups, one.forwards_asked, one.forwards_done, one.forwards_people) == (
        0,
        1,
        1,
        320,
    )


async def test_a_resident_subscribes_is_sent_and_leaves_in_one_tap(
    database: Database, library: Library
) -> None:
    worker = await grid_worker(database, library, groups=1)
    talk = Talk(database, library, clock=now)
    await talk.says("/subscribe")
    for label in ("老人", "都要", "随时"):
        await talk.presses(label)
    assert "已订阅" in talk.text
    async with database.writing() as session:
        staff = (await session.scalars(select(Staff))).one()
        for tags in (("老人",), ("学生",)):
            plan = Plan(
                template=TEMPLATE.id,
                values=TEMPLATE.examples,
                selector=Selector(audiences=tags, subscribers=True),
            )
            await plan_campaign(session, staff, plan, now=NOON, dedupe=str(tags))
            await make_due_occurrences(session, NOON)
        inbox = (await session.scalars(select(InboxMessage))).all()
        (told,) = [Outgoing.from_json(message_of(session, one)) for one in inbox]
    assert told.text == TEXT
    assert "已停止" in await talk.sends_data(told.rows[0][0].data)
    assert "没有订阅" in await talk.says("/unsubscribe")
    async with database.writing() as session:
        await keep_area(session, "东街", "幸福里", "", "城东所")
        (area,) = await all_areas(session)
    assert "查一查" in await talk.says(f"/start b1a{area.id}")
    async with database.reading() as session:
        one = (await summaries(session, staff, [1]))[1]
        places = {line.community: line.clicks for line in (await by_area(session, staff, [1]))[1]}
    assert (one.clicks, one.left) == (1, 1)
    assert places == {"": 0, "幸福里": 1}
    assert "不能使用" in await talk.says("/activity") or "工作人员" in talk.text
    assert worker.text


async def test_a_suggested_text_is_taken_up_once_and_waits_for_another_person(
    sqlite_database: Database, library: Library
) -> None:
    await grid_worker(sqlite_database, library)
    chief = await officer(sqlite_database, library, Role.CHIEF, "zhang", now)
    async with sqlite_database.writing() as session:
        for family in ("brush_order", "fake_support"):
            surge = Surge(
                family=family, street="", day=NOON.date(), count=9, usual=1, chance=0, found_at=NOON
            )
            session.add(surge)
    assert "不用了" in await chief.sends_data("surge:drop:2")
    assert "已经有人处理过" in await chief.sends_data("surge:draft:2")
    assert "多发" in await chief.sends_data("surge:draft:1")
    assert "已经有人处理过" in await chief.sends_data("surge:draft:1")
    await chief.sends_data("surge:drop:1")
    async with sqlite_database.reading() as session:
        assert (await session.scalars(select(Broadcast))).all() == []
    talk = Talk(sqlite_database, library, clock=now)
    assert "只给工作人员" in await talk.sends_data("surge:drop:1")
