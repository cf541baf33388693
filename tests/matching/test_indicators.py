import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.amounts import spelled_fen
from bot.matching.domains import OFFICIAL, SHORTENERS, flags_of, is_official, site_of
from bot.matching.indicators import find_indicators
from bot.matching.normalize import normalize
from bot.matching.numbers import is_card_number, is_id_number
from bot.matching.result import Indicator, IndicatorKind

LINK, PHONE = IndicatorKind.LINK, IndicatorKind.PHONE
AMOUNT = IndicatorKind.AMOUNT


def found_in(text: str) -> list[Indicator]:
    return list(find_indicators(normalize(text)))


LINKS = [
    ("请登录www.etc-abc.top/x认证", "www.etc-abc.top/x", {"lookalike", "odd_tld"}),
    ("点HTTPS://T.CN/A6abc。", "t.cn/a6abc", {"shortener"}),
    ("看http://103.45.6.7:8080/a.apk", "103.45.6.7:8080/a.apk", {"ip", "odd_port", "apk"}),
    ("官网12306.cn购票", "12306.cn", {"official"}),
    ("上https://www.nhsa.gov.cn/a/1.html查", "www.nhsa.gov.cn/a/1.html", {"official"}),
    ("工行 www.icbc.com.cn", "www.icbc.com.cn", {"official"}),
    ("登录icbc.com.cn.abc.top", "icbc.com.cn.abc.top", {"brand_in_subdomain", "odd_tld"}),
    ("登录www.nhsa-gov.cn", "www.nhsa-gov.cn", {"lookalike"}),
    ("登录1cbc.com", "1cbc.com", {"lookalike"}),
    ("登录taoba0.com", "taoba0.com", {"lookalike"}),
    ("登录baidv.com", "baidv.com", set()),
    ("登录alipya.com", "alipya.com", {"lookalike"}),
    ("打开xn--fiqs8s.cn", "xn--fiqs8s.cn", {"punycode"}),
    ("打开раураl.com", "paypal.com", {"punycode"}),
    ("去abc点com看", "abc.com", {"disguised"}),
    ("去abc[.]com/x看", "abc.com/x", {"disguised"}),
    ("去hxxp://evil。com看", "evil.com", {"disguised"}),
    ("去ｗｗｗ．ａｂｃ．ｃｏｍ看", "www.abc.com", set()),
    ("去abc点儿com/x看", "abc.com/x", {"disguised"}),
    ("去etc-rz点抗母/a看", "etc-rz.com/a", {"disguised", "lookalike"}),
    ("去abc·top看", "abc.top", {"disguised", "odd_tld"}),
    ("浏览器输入abc 点 康姆", "abc.com", {"disguised"}),
    ("请登录工商银行客服.公司/a 领取", "工商银行客服.公司/a", set()),
    ("打开 http://www.医保认证.网址", "www.医保认证.网址", set()),
    ("官网是清河小学．中国", "清河小学.中国", set()),
    ("下载http://a.example-site.com/b.apk", "a.example-site.com/b.apk", {"apk"}),
]


@pytest.mark.parametrize(("text", "value", "flags"), LINKS)
def test_link_is_read_with_what_is_odd_about_it(text: str, value: str, flags: set[str]) -> None:
    links = [item for item in found_in(text) if item.kind is LINK]
    assert [(item.value, set(item.flags)) for item in links] == [(value, flags)]


@pytest.mark.parametrize(
    "text",
    [
        "我的邮箱abc@qq.com",
        "今天3.5小时",
        "版本1.2.3.4",
        "好的。明天见",
        "3点半见",
        "a.b",
        "e.g.",
        "他在公司。中国很大",
        "我去了.公司有事",
        "姓名.公司.电话",
        "1.手机 2.公司",
        "3点康复训练",
    ],
)
def test_what_is_no_link_is_left_alone(text: str) -> None:
    assert not [item for item in found_in(text) if item.kind is LINK]


def test_every_official_domain_is_a_registrable_one() -> None:
    for domains in OFFICIAL.values():
        for domain in domains:
            site = site_of(domain)
            assert site is not None
            assert site.registrable == domain
            assert is_official(site)


def test_no_official_domain_looks_like_an_imitation() -> None:
    for domain in (domain for domains in OFFICIAL.values() for domain in domains):
        site = site_of(f"www.{domain}")
        assert site is not None
        assert set(flags_of(site)) <= {"official", "shortener"}
        assert ("shortener" in flags_of(site)) == (domain in SHORTENERS)


PHONES = [
    ("速联系王检察官 0411-8369 2217", "041183692217", {"landline"}),
    ("打13800138000找我", "13800138000", set()),
    ("打138-0013-8000找我", "13800138000", set()),
    ("打+86 13800138000", "13800138000", set()),
    ("一三八零零一三八零零零", "13800138000", {"disguised"}),
    ("①③⑧00138000", "13800138000", {"disguised"}),
    ("17012345678来电", "17012345678", {"virtual"}),
    ("+852 6123 4567来电", "+85261234567", {"overseas"}),
    ("00639171234567来电", "00639171234567", {"overseas"}),
    ("客服400-810-1234", "4008101234", {"hotline"}),
    ("座机010-62345678", "01062345678", {"landline"}),
    ("咨询96110", "96110", {"official"}),
    ("咨询96ll0", "96110", {"lookalike", "disguised"}),
    ("咨询961l0", "96110", {"lookalike", "disguised"}),
]


@pytest.mark.parametrize(("text", "value", "flags"), PHONES)
def test_phone_is_read_with_what_is_odd_about_it(text: str, value: str, flags: set[str]) -> None:
    phones = [item for item in found_in(text) if item.kind is PHONE]
    assert [(item.value, set(item.flags)) for item in phones] == [(value, flags)]


AMOUNTS = [
    ("转了3000元", 300_000),
    ("转了1,234.50元", 123_450),
    ("3.5万", 3_500_000),
    ("转了5万", 5_000_000),
    ("转2w", 2_000_000),
    ("3万5", 3_500_000),
    ("3万5千元", 3_500_000),
    ("三千五", 350_000),
    ("两百五", 25_000),
    ("一万二千元", 1_200_000),
    ("一千零五十元", 105_000),
    ("壹拾贰万伍仟圆整", 12_500_000),
    ("损失三十多万元", 30_000_000),
    ("一百块钱", 10_000),
    ("¥99", 9_900),
    ("十二万块", 12_000_000),
]


@pytest.mark.parametrize(("text", "fen"), AMOUNTS)
def test_amount_is_read_in_fen(text: str, fen: int) -> None:
    assert [item.value for item in found_in(text) if item.kind is AMOUNT] == [str(fen)]


@pytest.mark.parametrize(
    "text",
    ["十万火急", "万一下雨", "千万别点", "5万人", "3点半", "12月5日20:00", "半价"],
)
def test_what_is_no_money_is_left_alone(text: str) -> None:
    assert not [item for item in found_in(text) if item.kind is AMOUNT]


def test_other_currencies_are_flagged() -> None:
    assert [(item.value, item.flags) for item in found_in("付100usdt")] == [("10000", ("usdt",))]


def test_unreadable_numerals_have_no_value() -> None:
    assert spelled_fen("半") is None


NAMED = [
    ('下载 "内部通道VIP版" app', IndicatorKind.APP, "内部通道vip版"),
    ("理赔专员QQ 2873 6651 02", IndicatorKind.QQ, "2873665102"),
    ("联系 q q 叁叁捌玖壹贰", IndicatorKind.QQ, "338912"),
    ("群号加一下 73321908", IndicatorKind.GROUP, "73321908"),
    ("群号 826-619-273", IndicatorKind.GROUP, "826619273"),
    ("加微信abc_123", IndicatorKind.WECHAT, "abc_123"),
    ("加薇❤️:xy12345", IndicatorKind.WECHAT, "xy12345"),
    ("qq:12345678", IndicatorKind.QQ, "12345678"),
    ("加扣扣12345678", IndicatorKind.QQ, "12345678"),
    ("进qq群123456789", IndicatorKind.GROUP, "123456789"),
    ("进“财富自由”群", IndicatorKind.GROUP, "财富自由"),
    ("下载“聚财通”APP", IndicatorKind.APP, "聚财通"),
    ("下载一个叫云聊的软件", IndicatorKind.APP, "云聊"),
    ("验证码是382910,勿泄露", IndicatorKind.CODE, "382910"),
    ("835120为您的登录验证码", IndicatorKind.CODE, "835120"),
    ("卡号6222 0210 0112 3456 789", IndicatorKind.BANK_CARD, "6222021001123456789"),
    ("身份证11010519491231002X", IndicatorKind.ID_NUMBER, "11010519491231002x"),
]


@pytest.mark.parametrize(("text", "kind", "value"), NAMED)
def test_accounts_names_and_secrets_are_found(text: str, kind: IndicatorKind, value: str) -> None:
    assert (kind, value) in [(item.kind, item.value) for item in found_in(text)]


@pytest.mark.parametrize(
    "text",
    ["qq 2026-11-28上线", "群 12 30 开会", "第12345号文件", "共12333人参加", "市民热线共接12345件"],
)
def test_date_hour_and_count_are_neither_account_nor_phone(text: str) -> None:
    assert not found_in(text)


def test_check_digits_tell_cards_and_ids_from_other_numbers() -> None:
    assert is_card_number("6222021001116245702")
    assert not is_card_number("6222021001116245703")
    assert not is_card_number("0" * 16)
    assert is_id_number("11010519491231002x")
    assert not is_id_number("110105194912310021")
    assert not is_id_number("11010519491331002x")


def test_card_with_a_wrong_check_digit_is_kept_and_flagged() -> None:
    (card,) = found_in("6222021001116245703")
    assert card.kind is IndicatorKind.BANK_CARD
    assert card.flags == ("check_digit_wrong",)


def test_an_order_number_is_neither_card_nor_phone() -> None:
    assert found_in("订单号123456789012345") == []


def test_number_inside_a_link_is_not_counted_twice() -> None:
    assert [item.kind for item in found_in("www.abc.top/?p=13800138000")] == [LINK]


def test_span_covers_the_disguised_original() -> None:
    text = "打 一三八零零一三八零零零 找我"
    (phone,) = found_in(text)
    assert text[phone.span.start : phone.span.end] == "一三八零零一三八零零零"


_PIECES = st.sampled_from(
    ["www.", "a.top", "http://", "点com", "138", "0013", "8000", "元", "万", "三", "百", "微信",
     "qq", "群", "“", "”", "app", "验证码", " ", "-", "+", "00", "@", ":", "/", "\u200b", "①",
     "x", "62"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.lists(_PIECES, max_size=16).map("".join),
        st.text(st.characters(), max_size=60),
        st.text(string.printable, max_size=60),
    )
)
def test_any_string_gives_indicators_inside_it_and_apart(text: str) -> None:
    last = 0
    for item in find_indicators(normalize(text)):
        assert 0 <= item.span.start <= item.span.end <= len(text)
        assert item.span.start >= last or item.span.start == item.span.end
        assert item.value
        last = max(last, item.span.end)
