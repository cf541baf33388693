"""Drafts in the bot: what was written of a notice stays, is listed, gone on with, thrown away."""

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.campaigns import Plan, Selector
from bot.services.kept_drafts import keep_draft, list_drafts
from bot.services.notice_templates import find_notice_template
from bot.services.sketches import Sketch
from bot.storage.broadcasts import Broadcast
from bot.storage.database import Database
from bot.storage.drafts import BroadcastDraft
from bot.storage.staff import staff_by_login
from bot.storage.surges import Surge
from tests.handlers.test_notice import Clock, district, the_broadcast, told, written
from tests.services.broadcasting import NOON

WORDS = "陌生电话先挂断。"
LISTED = f"草稿 11-24：{WORDS}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def drafts(database: Database) -> list[BroadcastDraft]:
    async with database.reading() as session:
        return list(await session.scalars(select(BroadcastDraft).order_by(BroadcastDraft.id)))


async def broadcasts(database: Database) -> list[Broadcast]:
    async with database.reading() as session:
        return list(await session.scalars(select(Broadcast)))


async def test_what_is_left_midway_is_a_draft_and_goes_on_where_it_stopped(
    database: Database, library: Library, clock: Clock
) -> None:
    worker, chief = await district(database, library, clock)
    await written(worker, WORDS)
    await worker.presses("按地区和人群选")
    await worker.presses("全部地区")
    await worker.presses("老人")
    await worker.says("/report")
    await worker.says("/cancel")
    assert "上面是没写完的草稿" in await worker.says("/notice")
    assert worker.labels[0] == LISTED
    assert "什么时候发" in await worker.presses(LISTED)
    assert "发给 1 个群" in await worker.presses("现在")
    assert "草稿" not in "".join((await chief.says("/notice"), *chief.labels))
    await worker.says("/notice")
    await worker.presses(LISTED)
    await worker.presses("现在")
    assert "等另一个人批准" in await worker.presses("确认发送")
    assert (await the_broadcast(database)).text == WORDS
    assert await drafts(database) == []
    assert LISTED not in (await worker.says("/notice"), *worker.labels)


async def test_keep_and_cancel(sqlite_database: Database, library: Library, clock: Clock) -> None:
    worker, _ = await district(sqlite_database, library, clock)
    await written(worker, WORDS)
    assert "存成了草稿" in await worker.presses("存为草稿")
    await worker.says("/notice")
    await worker.presses(LISTED)
    assert "存成了草稿" in await worker.presses("取消")  # it was one before
    await worker.sends_data("draft:open:1")
    assert "存成了草稿" in await worker.says("/cancel")
    assert worker.labels == ["删掉草稿"]
    assert "草稿已删掉" in await worker.presses("删掉草稿")
    for way in ("取消", "/cancel"):
        await written(worker, WORDS)
        leave = worker.presses if way == "取消" else worker.says
        assert await leave(way) == "已取消，没有发送。"
        assert await drafts(sqlite_database) == []
    assert "可能已经提交或删掉了" in await worker.sends_data("draft:open:1")
    assert await broadcasts(sqlite_database) == []


async def test_a_choice_alone_is_kept_only_where_one_says_so(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, _ = await district(sqlite_database, library, clock)
    title = find_notice_template("parcel_gift_card").title
    await worker.says("/notice")
    await worker.presses(title)
    assert await drafts(sqlite_database) == []
    await worker.presses("存为草稿")
    await worker.says("/notice")
    assert "请写“社区名称”" in await worker.presses(f"草稿 11-24：{title}")


async def test_a_draft_of_the_console_goes_on_in_the_bot_at_its_first_gap(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, _ = await district(sqlite_database, library, clock)
    everybody, gift = Selector(), "parcel_gift_card"
    asked = {
        "发哪一条": Plan(selector=everybody),
        "请写“社区名称”": Plan(template=gift, values={"community": "http://evil.test"}),
        "发到哪个群": Plan(template=gift, values={"community": "幸福里"}),
        "什么时候发": Plan(template=gift, selector=everybody),
        "第一次": Plan(words=WORDS, selector=everybody, rule="工作日 07:30"),
        "没有看懂": Plan(words=WORDS, selector=everybody, rule="mon 99:00"),
    }
    async with sqlite_database.writing() as session:
        zhao = await staff_by_login(session, "zhao")
        assert zhao is not None
        for words, plan in asked.items():
            await keep_draft(session, zhao, Sketch(plan, "昨天"), key=words, now=NOON)
        numbers = {one.id: one.sketch.plan for one in await list_drafts(session, zhao, 9)}
    for words, plan in asked.items():
        number = next(number for number, known in numbers.items() if known == plan)
        shown = await worker.sends_data(f"draft:open:{number}")
        assert words in shown or words == "没有看懂", words
    assert "这样发不了" in shown
    assert "确认发送" not in worker.labels


async def test_a_suggestion_taken_up_stays_as_a_draft_and_leads_to_its_broadcast(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    _, chief = await district(sqlite_database, library, clock)
    async with sqlite_database.writing() as session:
        surge = {"family": "brush_task", "count": 9, "usual": 0.5, "chance": 0.0}
        session.add(Surge(**surge, street="东街", day=NOON.date(), found_at=NOON))
    await chief.sends_data("surge:draft:1")
    assert "存成了草稿" in await chief.presses("取消")
    (kept,) = await drafts(sqlite_database)
    assert kept.note.startswith("建议：“")
    await chief.sends_data(f"draft:open:{kept.id}")
    await chief.presses("现在")
    assert "等另一个人批准" in await chief.presses("确认发送")
    async with sqlite_database.reading() as session:
        found = (await session.scalars(select(Surge))).one()
        assert found.broadcast_id == (await the_broadcast(sqlite_database)).id
    assert "请写“" in await chief.sends_data("season:use:2026-11-01:parcel_gift_card")
    await chief.presses("取消")
    assert [one.note for one in await drafts(sqlite_database)] == ["建议：这一季常见的骗术"]


async def test_who_was_refused_goes_on_with_one_tap(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, chief = await district(sqlite_database, library, clock)
    await written(worker, WORDS)
    await worker.presses("全部 2 个群")
    await worker.presses("现在")
    await worker.presses("确认发送")
    await chief.sends_data("cast:refuse:1")
    await chief.says("太短")
    assert any("没有批准：太短" in one for one in await told(sqlite_database))
    assert "什么时候发" in await worker.sends_data("draft:again:1")
    assert "发给 2 个群" in await worker.presses("现在")
    await worker.sends_data("draft:again:1")
    assert len(await drafts(sqlite_database)) == 1
    await worker.presses("返回")
    assert "全部 2 个群" in worker.labels
