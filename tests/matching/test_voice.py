"""Whether a text tells of a trick or tries one."""

import pytest

from bot.matching.normalize import normalize
from bot.matching.voice import is_asked_of_the_teller, tells_of_it


@pytest.mark.parametrize(
    "text",
    [
        "我姑上礼拜接到个电话，说她养老金没认证，让她报验证码",
        "隔壁工位的小林昨天被骗了一万二",
        "他说他在外地，他让我先转五千",
        "你说这个兼职靠谱吗，一天三百",
        "差点就扫了，幸亏我多问了一句",
        "爸，千万别信，谁让你转钱都先问我",
    ],
)
def test_it_hears_who_tells_of_a_trick(text: str) -> None:
    assert tells_of_it(normalize(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "您的账户异常，请立即点击链接认证",
        "加微信进群，做任务日结三百",
        "刚才的订单有误，请您尽快把验证码发给客服",
        "先下载软件，再把钱转到这个账户，转账后联系客服",
    ],
)
def test_who_speaks_to_the_reader_does_not_tell(text: str) -> None:
    assert not tells_of_it(normalize(text))


def test_a_story_that_speaks_to_its_reader_as_much_is_no_story() -> None:
    assert not tells_of_it(normalize("昨天您的包裹丢了"))
    assert tells_of_it(normalize("昨天听说包裹丢了"))


def test_it_hears_what_is_asked_of_the_teller() -> None:
    assert is_asked_of_the_teller(normalize("说我中奖了,让我先交一笔税"))
    assert not is_asked_of_the_teller(normalize("我姑接到电话,人家让她交税"))
    assert not is_asked_of_the_teller(normalize("他让我妈转钱"))
