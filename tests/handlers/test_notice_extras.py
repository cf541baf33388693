"""/notice with a poster, texts of their own for elders and channels, channels, no late sending."""

import json

import pytest
from sqlalchemy import select

from bot.matching.library import Library
from bot.services.outgoing import Outgoing
from bot.storage.broadcasts import Late
from bot.storage.database import Database, vault_of
from bot.storage.inbox import PAYLOAD, InboxMessage
from bot.storage.surges import Surge
from tests.handlers.test_notice import Clock, district, the_broadcast, written
from tests.services.broadcasting import NOON

POSTER = "冒充收费都是骗局\n先说欠费\n再发链接\n催您转账\n挂断，拨 96110"


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_poster_texts_and_channels_are_added_looked_at_and_sent(
    database: Database, library: Library, clock: Clock
) -> None:
    worker, chief = await district(database, library, clock)
    await written(worker)
    await worker.presses("按地区和人群选")
    await worker.presses("全部地区")
    await worker.presses("只发Telegram 群")
    await worker.presses("只发企业微信群机器人")
    assert "✓ 只发Telegram 群" in worker.labels
    await worker.presses("选好了")
    await worker.presses("现在")
    await worker.presses("加海报、老人短文等")
    await worker.presses("给老人的短文")
    assert "最多 80" in await worker.says("长" * 81)
    await worker.says("陌生电话先挂断。")
    assert "✓ 给老人的短文" in worker.labels
    await worker.presses("企业微信群机器人另写")
    await worker.says("各位同事请注意。")
    await worker.presses("海报")
    assert "海报要写五行" in await worker.says("一行")
    assert "标题太长" in await worker.says(POSTER.replace("冒充收费都是骗局", "长" * 60))
    await worker.says(POSTER)
    await worker.presses("错过时间就不发")
    assert {"✓ 海报", "✓ 企业微信群机器人另写", "✓ 错过时间就不发"} <= set(worker.labels)
    shown = await worker.presses("好了")
    for words in ("陌生电话先挂断。", "配海报《冒充收费都是骗局》", "错过就不发", "发给 2 个群"):
        assert words in shown
    await worker.presses("先发给我自己看")
    assert "等另一个人批准" in await worker.presses("确认发送")
    kept = await the_broadcast(database)
    assert json.loads(kept.variants) == {"elder": "陌生电话先挂断。", "wecom": "各位同事请注意。"}
    assert json.loads(kept.selector or "")["channels"] == ["telegram", "wecom"]
    assert "冒充收费都是骗局" in (kept.poster or "")
    assert kept.late == Late.SKIP
    assert "已批准" in await chief.sends_data(f"cast:approve:{kept.id}")
    async with database.reading() as session:
        rows = await session.scalars(select(InboxMessage).order_by(InboxMessage.id))
        vault = vault_of(session)
        told = [Outgoing.from_json(vault.open(row.payload_sealed, PAYLOAD)) for row in rows]
    assert [bool(one.poster) for one in told if "【测试" in one.text] == [True, False]


async def test_a_suggestion_for_a_street_begins_with_that_street(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    _, chief = await district(sqlite_database, library, clock)
    async with sqlite_database.writing() as session:
        session.add(
            Surge(
                family="brush_task",
                street="东街",
                day=NOON.date(),
                count=9,
                usual=0.5,
                chance=0.0,
                found_at=NOON,
            )
        )
    assert "已选：东街" in await chief.sends_data("surge:draft:1")
    await chief.presses("选好了（1 个）")
    await chief.presses("不限人群")
    assert "发给 2 个群" in await chief.presses("现在")


async def test_what_was_added_is_taken_out_and_one_comes_back_from_everywhere(
    sqlite_database: Database, library: Library, clock: Clock
) -> None:
    worker, _ = await district(sqlite_database, library, clock)
    await written(worker, "陌生电话先挂断。")
    await worker.presses("全部 2 个群")
    last = await worker.presses("现在")
    await worker.presses("加海报、老人短文等")
    await worker.presses("海报")
    await worker.says(POSTER)
    await worker.presses("海报") if "海报" in worker.labels else await worker.presses("✓ 海报")
    await worker.says("不用")
    assert "海报" in worker.labels
    await worker.presses("给老人的短文")
    await worker.presses("返回")
    assert worker.labels[0] == "给老人的短文"
    assert "请点下面的按钮" in await worker.says("随便写的")
    assert await worker.presses("返回") == last
    await worker.presses("确认发送")
    kept = await the_broadcast(sqlite_database)
    assert (kept.poster, kept.variants, kept.late) == (None, "{}", Late.ONCE)
