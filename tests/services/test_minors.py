"""A report tells of a child under 14: of its writer, or of a child of his."""

import pytest

from bot.matching.library import Library
from bot.services.report_answers import UNDER_14
from bot.storage.database import Database
from tests.handlers.test_report import leads
from tests.talk import Talk


@pytest.mark.parametrize(
    "story",
    [
        "我今年11岁，有人说免费送皮肤",
        "我才九岁",
        "我上小学，扫了码",
        "我读四年级",
        "我是小学六年级的",
        "我儿子9岁，用我手机充了游戏",
        "我家孩子今年才12岁",
        "孩子10岁，点了链接",
        "昨天，女儿刚满八岁，被人拉进群",
        "我孙女上小学，扫码领皮肤",
        "我家小孩在读三年级，转走两千",
        "我10岁的儿子把验证码说了",
        "我有个十一岁的女儿",
        "咱们家的娃上幼儿园，乱点手机",
        "我外孙女7岁",
    ],
)
def test_a_child_is_noticed(story: str) -> None:
    assert UNDER_14.search(story)


@pytest.mark.parametrize(
    "story",
    [
        "我今年14岁",
        "我今年41岁",
        "我儿子15岁，用我手机充了游戏",
        "我儿子十四岁",
        "我女儿35岁，在银行转了钱",
        "对方说他女儿9岁，生病要钱",
        "他的孩子上小学，叫我捐款",
        "骗子自称小学老师",
        "孩子发烧，我没看清就转了",
        "我在小学门口被人拦住",
        "我是小学老师，收到家长群里的收款码",
        "我儿子读大学，被骗了学费",
        "我是小学六年级老师",
    ],
)
def test_nobody_else_is_taken_for_one(story: str) -> None:
    assert not UNDER_14.search(story)


async def test_whose_child_it_is_is_asked_for_a_guardian(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.presses("还没转账")
    await talk.presses("家人")
    assert "监护人" in await talk.says("我儿子9岁，有人说免费送皮肤要他扫码")
    assert "对方是怎么找到" in await talk.presses("我是监护人，同意")
    assert await leads(sqlite_database) == 0


async def test_with_money_gone_a_guardian_is_asked_for_after_the_lead_is_there(
    sqlite_database: Database, library: Library
) -> None:
    talk = Talk(sqlite_database, library)
    await talk.says("/report")
    await talk.presses("已转账")
    await talk.says("我10岁的女儿用我手机转走了五千块")
    assert await leads(sqlite_database) == 1
    await talk.says("13800138000")
    await talk.says("和平路")
    assert "监护人" in await talk.presses("家人")
