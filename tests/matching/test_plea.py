"""Somebody who needs help is told apart from somebody who asks about a message."""

import pytest

from bot.matching.normalize import normalize
from bot.matching.plea import Plea, find_plea

PAID = (
    "我刚刚把钱转给骗子了",
    "我被骗了5万块怎么办",
    "我被骗了",
    "我妈被骗了三万",
    "我把验证码告诉他了",
    "怎么报案",
    "救命",
    "我卡里的钱刚被转走了",
    "卡里三万块全被他们划走了",
)
DESPAIR = ("我想死", "不想活了", "活不下去了")
OTHER = (
    "晚上吃什么",
    "这是不是骗子",
    "钱转给你了，收到没",
    "妈，我手机丢了，先用这个号，急用五千块",
    "我想学怎么不被骗",
    "我怕被骗，先问问",
    "教我妈别上当",
    "您被骗的钱可以追回，加微信办理",
)


@pytest.mark.parametrize("text", PAID)
def test_who_has_paid_is_heard(text: str) -> None:
    assert find_plea(normalize(text).text) is Plea.PAID


@pytest.mark.parametrize("text", DESPAIR)
def test_who_despairs_is_heard(text: str) -> None:
    assert find_plea(normalize(text).text) is Plea.DESPAIR


@pytest.mark.parametrize("text", OTHER)
def test_other_texts_are_no_plea(text: str) -> None:
    assert find_plea(normalize(text).text) is None
