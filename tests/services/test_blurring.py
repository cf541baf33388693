"""What is blurred in an officer's text, and what is left so that it can be understood."""

import pytest

from bot.services.blurring import blur, rough_sum, shares_words


@pytest.mark.parametrize(
    ("typed", "blurred"),
    [
        ("居民张伟接到电话", "居民张某接到电话"),
        ("李小明和王女士说", "李某和王某说"),
        ("欧阳娜娜去刷单", "欧阳某去刷单"),
        ("家住幸福里小区3号楼的人", "家住某小区某处的人"),
        ("对方自称上海市公安局的王警官", "对方自称某公安局的王警官"),
        ("在和平路工商银行", "在某路工商银行"),
        ("孩子在实验小学门口", "孩子在某小学门口"),
        ("11月24日上午", "近日上午"),
        ("上周三，67岁的老人", "近日，60多岁的老人"),
        ("转走12500元", "转走1万多元"),
        ("加QQ 123456789", "加QQ [账号]"),
        ("打开 etc-vip.top 填卡号", "打开 [链接] 填卡号"),
        ("电话13812345678", "电话[电话号码]"),
    ],
)
def test_what_tells_who_it_was_goes(typed: str, blurred: str) -> None:
    assert blur(typed) == blurred


@pytest.mark.parametrize(
    "typed",
    [
        "支付宝客服说百万保障到期，下载会议软件共享屏幕",
        "再打110和96110报警",
        "在京东、淘宝上刷单返佣金",
        "一名大学生找兼职，公司财务付款",
        "网络链路、公路、铁路都不办案",
        "说他在缅甸涉嫌洗钱，要转到安全账户",
    ],
)
def test_what_everybody_may_know_stays(typed: str) -> None:
    assert blur(typed) == typed


def test_places_of_the_district_go_whatever_they_look_like() -> None:
    assert blur("他在桂花苑门口交了现金", ["桂花苑", ""]) == "他在某地门口交了现金"


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        (0, "少量的钱"),
        (7, "7元"),
        (50, "50元"),
        (680, "600多元"),
        (10_000, "1万元"),
        (32_000, "3万多元"),
        (980_000, "90万多元"),
        (250_000_000, "2亿多元"),
    ],
)
def test_sums_keep_their_first_digit(yuan: int, words: str) -> None:
    assert rough_sum(yuan * 100) == words


def test_the_same_words_are_found_across_signs() -> None:
    story = "群里的小张说点赞一次两块钱，我就信了"
    assert shares_words("小张说：点赞一次，两块钱", [story], 10) == "小张说点赞一次两块钱"
    assert shares_words("小张说：点赞一次，两块钱", [story], 11) == ""
    assert shares_words("短", [story], 10) == ""
