import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.normalize import normalize
from bot.matching.stance import Stance, judge_stance, stance_features, told_to_protect_money

SPOKEN = [
    (Stance.WARNING, "反诈中心提醒:凡是要求转账到安全账户的都是诈骗,请立即挂断并拨打96110"),
    (Stance.WARNING, "谨防冒充客服!骗子以百万保障到期为由,诱导下载会议软件共享屏幕,请勿相信"),
    (Stance.WARNING, "请广大家长提高警惕,不要扫描陌生二维码,不要点击陌生链接"),
    (Stance.WARNING, "公安机关不会要求您转账,请下载国家反诈中心app"),
    (Stance.WARNING, "警惕刷单骗局:刷单就是诈骗,不要相信先垫付后返利"),
    (Stance.WARNING, "凡是让你打开屏幕共享的都是骗子!接到此类电话请直接挂断"),
    (Stance.NEWS, "近日,市民王女士接到自称客服的电话,按对方要求下载软件后被骗5万元"),
    (Stance.NEWS, "警方通报:我局抓获一诈骗团伙,涉案金额300余万元"),
    (Stance.NEWS, "某区公安分局破获一起跑分案,抓获犯罪嫌疑人12名"),
    (Stance.TELLING, "刚才有人打电话说我微信百万保障到期了,让我下个会议软件他教我关"),
    (Stance.TELLING, "我妈接到一个电话,说她涉嫌洗钱,要她把钱转到安全账户"),
    (Stance.TELLING, "我在群里做任务,前面返了,后来让我转了三万就提不出来了"),
    (Stance.TELLING, "有个网友让我跟他一起投资,我转了两万"),
    (Stance.QUESTION, "这个链接是真的吗"),
    (Stance.QUESTION, "请问这是不是骗子"),
    (Stance.QUESTION, "您的ETC已失效,请登录www.etc.top 这是真的吗"),
    (Stance.LURE, "您的ETC已失效,请登录www.etc-abc.top认证"),
    (Stance.LURE, "诚招兼职,日结300,加微信"),
    (Stance.LURE, "妈我手机坏了,这是同学的号,加一下我老师的qq"),
    (Stance.PLAIN, "晚上回来吃饭不"),
    (Stance.PLAIN, "好的,知道了"),
    (Stance.PLAIN, ""),
]

SCAMS_THAT_QUOTE_WARNINGS = [
    "为防诈骗请按指引操作,把资金转入安全账户",
    "我是反诈中心民警,您涉嫌洗钱案,请配合调查,添加QQ做笔录",
    "为保障您的资金安全,谨防诈骗,请立即下载安全防护app并打开屏幕共享",
    "平台郑重提醒:谨防假冒客服,请认准官方微信123456,添加后领取佣金",
    "近期诈骗高发,请尽快点击链接升级您的银行卡防护",
]


@pytest.mark.parametrize(("stance", "text"), SPOKEN)
def test_speaker_is_known_by_his_words(stance: Stance, text: str) -> None:
    assert judge_stance(normalize(text)) is stance


@pytest.mark.parametrize("text", SCAMS_THAT_QUOTE_WARNINGS)
def test_scam_that_quotes_a_warning_stays_a_lure(text: str) -> None:
    assert judge_stance(normalize(text)) is Stance.LURE


def test_denied_demand_is_no_demand() -> None:
    assert stance_features(normalize("请勿点击链接"))["demand"] == 0
    assert stance_features(normalize("请点击链接"))["demand"] == 1


@pytest.mark.parametrize("who", ["骗子", "他", "不法分子", "以退款为由"])
def test_demand_of_the_trickster_is_told_not_made(who: str) -> None:
    assert stance_features(normalize(f"{who}说,请点击链接"))["demand"] == 0
    assert stance_features(normalize(f"{who}说。请点击链接"))["demand"] == 1


def test_advice_to_call_the_police_is_no_demand() -> None:
    assert stance_features(normalize("请拨打96110"))["demand"] == 0
    assert stance_features(normalize("请拨打02188886666"))["demand"] == 1


def test_repeating_a_cue_adds_nothing() -> None:
    once = stance_features(normalize("谨防诈骗"))
    assert stance_features(normalize("谨防诈骗谨防诈骗"))["warning"] == once["warning"]


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_any_string_has_a_stance(text: str) -> None:
    assert judge_stance(normalize(text)) in Stance


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("请把卡里的钱转到我们的保护账户", True),
        ("你先把存款挪到警方的代管户", True),
        ("请不要把钱转到所谓的安全账户", False),
        ("骗子让她把钱转到安全账户", False),
        ("请将首付款存入资金监管账户", False),
        ("登录后可以保护账户", False),
    ],
)
def test_only_who_is_told_to_protect_his_money_elsewhere_counts(text: str, told: bool) -> None:
    assert told_to_protect_money(normalize(text)) is told
