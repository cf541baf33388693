import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.normalize import normalize
from bot.matching.signals import SIGNALS, SignalRule, Weight, find_signals


def codes_in(text: str) -> set[str]:
    return {signal.code for signal in find_signals(normalize(text))}


_EXAMPLES = [(rule.code, text) for rule in SIGNALS for text in rule.examples]
_COUNTEREXAMPLES = [(rule.code, text) for rule in SIGNALS for text in rule.counterexamples]


@pytest.mark.parametrize(("code", "text"), _EXAMPLES)
def test_rule_finds_its_examples(code: str, text: str) -> None:
    assert code in codes_in(text)


@pytest.mark.parametrize(("code", "text"), _COUNTEREXAMPLES)
def test_rule_passes_over_its_counterexamples(code: str, text: str) -> None:
    assert code not in codes_in(text)


@pytest.mark.parametrize("rule", SIGNALS, ids=lambda rule: rule.code)
def test_rule_is_complete_and_speaks_calmly(rule: SignalRule) -> None:
    assert len(rule.examples) >= 2
    assert rule.counterexamples
    assert rule.cues
    assert 4 <= len(rule.text) <= 40
    assert not re.search(r"安全的|保证追回|您被骗|愚蠢|[a-z_]{4,}", rule.text)


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in SIGNALS]
    assert len(codes) == len(set(codes))


def test_strong_signals_of_the_taxonomy_are_all_there() -> None:
    strong = {rule.code for rule in SIGNALS if rule.weight is Weight.STRONG}
    wanted = "screen_share niche_app verification_code safe_account nfc_tap secrecy cash_courier"
    wanted += " fee_before_payout qr_in_parcel upfront_payment guaranteed_return"
    assert set(wanted.split()) <= strong
    assert {"deadline", "private_channel"} <= {rule.code for rule in SIGNALS}


DISGUISED = [
    ("请您打开屏 幕 共 享", "screen_share"),
    ("请转入安全帳戶", "safe_account"),
    ("先zhuanzhang給我五千塊,急用", "urgent_money"),
    ("加V信详聊", "private_channel"),
    ("点赞就给佣jin,一单5元", "rebate_task"),
]


@pytest.mark.parametrize(("text", "code"), DISGUISED)
def test_disguised_tactic_is_found(text: str, code: str) -> None:
    assert code in codes_in(text)


DENIED = [
    ("公安机关不会要求您转账到安全账户", "safe_account"),
    ("切勿打开屏幕共享", "screen_share"),
    ("凡是让您垫付的都是诈骗", "upfront_payment"),
    ("任何人索要验证码都不要告诉他", "verification_code"),
    ("不要下载陌生会议软件", "niche_app"),
    ("要求先交保证金才能放款的都是诈骗", "fee_before_payout"),
]


@pytest.mark.parametrize(("text", "code"), DENIED)
def test_denied_tactic_is_no_signal(text: str, code: str) -> None:
    assert code not in codes_in(text)


def test_denial_of_one_clause_does_not_cover_the_next() -> None:
    assert "screen_share" in codes_in("不要挂断电话,现在打开屏幕共享")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("别人发来的都不要装\n您先下载一个腾讯会议app", "niche_app"),
        ("不要下载陌生软件下载一个腾讯会议app", "niche_app"),
    ],
    ids=["on the line before", "before a shorter one"],
)
def test_a_denial_covers_only_what_it_denies(text: str, code: str) -> None:
    assert (code in codes_in(text)) == ("\n" in text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我三倍让我下载个软件\n【检察院】您涉嫌洗钱", "【检察"),
        ("我这里有一批海鲜\n我是公安局的", "我是公安"),
        ("先缴纳保证金\n贷款马上放款", "先缴纳保证金"),
    ],
    ids=["two messages", "one of two", "only over both"],
)
def test_a_tactic_is_found_in_the_line_that_names_it(text: str, place: str) -> None:
    assert place in {text[one.start : one.end] for one in find_signals(normalize(text))}


def test_notice_to_keep_a_code_secret_is_no_demand_and_no_secrecy() -> None:
    found = codes_in("【招商银行】您的验证码为382910,请勿告诉他人,如非本人操作请忽略")
    assert found == {"do_not_tell_code", "nothing_to_do"}


ORDINARY = [
    "晚上回来吃饭不,我买了排骨",
    "您的包裹已到菜鸟驿站,取件码3-2-1024,请及时取件",
    "您尾号1234的储蓄卡11月3日消费50.00元,余额1200.50元",
    "明天上午九点家长会,请各位家长准时参加",
    "您本月账单88.00元,可在掌上营业厅查询",
    "老师您好,孩子今天发烧请假一天",
    "今天小区停水,请提前储水",
    "【12306】您购买的11月20日G101次车票已出票",
    "周末一起去爬山吗",
    "会议改到三楼,资料发群里了",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_message_shows_no_strong_signal(text: str) -> None:
    strong = {rule.code for rule in SIGNALS if rule.weight is Weight.STRONG}
    assert not codes_in(text) & strong


def test_each_tactic_is_reported_once_at_its_first_place() -> None:
    found = find_signals(normalize("打开屏幕共享,再打开屏幕共享"))
    assert [(signal.code, signal.start) for signal in found] == [("screen_share", 2)]


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.lists(st.sampled_from([cue for rule in SIGNALS for cue in rule.cues]), max_size=20).map(
            "".join
        ),
        st.text(st.characters(), max_size=80),
    )
)
def test_any_string_gives_signals_inside_it(text: str) -> None:
    plain = normalize(text)
    for signal in find_signals(plain):
        assert 0 <= signal.start < signal.end <= len(plain.text)
