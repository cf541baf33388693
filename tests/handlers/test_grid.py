"""Grid workers send approved notices from the bot."""

from datetime import timedelta

from sqlalchemy import select

from bot.matching.library import Library
from bot.services.going_out import make_due_occurrences
from bot.services.groups import add_telegram_group
from bot.services.notice_templates import fill, load_notice_templates
from bot.storage.broadcasts import Broadcast, BroadcastTarget
from bot.storage.claims import claim_due, put_off
from bot.storage.database import Database
from bot.storage.staff import Role, Staff
from bot.times import now, on_screen
from tests.handlers.test_duty import officer
from tests.talk import Talk

TEMPLATE = load_notice_templates()[0]
TEXT = fill(TEMPLATE, TEMPLATE.examples)


async def grid_worker(database: Database, library: Library, groups: int = 2) -> Talk:
    talk = await officer(database, library, Role.GRID, "zhao")
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
    talk = await officer(sqlite_database, library, Role.GRID, "zhao")
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
        await put_off(session, row.id, worker="w", until=later, error="network or server error")
    words = await talk.says("/sent")
    assert TEMPLATE.title in words
    assert "排队 2" in words
    assert f"1号楼：排队，连不上对方服务器，请检查网络；试过 1 次，{on_screen(later)} 再试" in words
