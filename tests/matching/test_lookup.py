"""What addresses, numbers and names say by themselves."""

import pytest

from bot.matching.features import read_text
from bot.matching.library import Library
from bot.matching.lookup.app_links import FORMS, AppForm, AppUse
from bot.matching.lookup.blocklist import NOTHING_BLOCKED, Blocklist
from bot.matching.lookup.cards import issuer_of, what_card_says
from bot.matching.lookup.deep_links import find_deep_links
from bot.matching.lookup.findings import Finding, Weighs, look_up
from bot.matching.lookup.imitation import imitation_of
from bot.matching.lookup.phones import what_number_says
from bot.matching.lookup.skeleton import skeleton
from bot.matching.normalize import normalize
from bot.matching.official_sites import OFFICIAL_SITES, READ_ON
from bot.matching.result import Level
from bot.matching.verdict import judge


def found_in(text: str, blocklist: Blocklist = NOTHING_BLOCKED) -> list[Finding]:
    reading = read_text(text)
    return list(look_up(reading.normalized, reading.indicators, blocklist))


IMITATIONS = [
    ("www.1cbc.com.cn", "中国工商银行", "glyphs"),
    ("аlipay.com", "支付宝", "glyphs"),
    ("xn--lipay-3ve.com", "支付宝", "glyphs"),
    ("alipya.com", "支付宝", "slip"),
    ("clticbank.com", "中信银行", "glyphs"),
    ("ccb.top", "中国建设银行", "ending"),
    ("psbc.cn", "中国邮政储蓄银行", "other_ending"),
    ("icbc-vip.com", "中国工商银行", "name"),
    ("icbcjifen.com", "中国工商银行", "name"),
    ("icbc-com-cn.top", "中国工商银行", "name"),
    ("95588dh.top", "中国工商银行", "name"),
    ("www.icbc.com.cn.abc.top", "中国工商银行", "front"),
    ("www.bank-of-tianjin.com.cn.abc.net", "天津银行", "front"),
    ("gov-cn.icu", "政府部门", "state"),
    ("www.nhsa-gov.cn", "政府部门", "state"),
    ("12333gov.com", "政府部门", "state"),
    ("工商银行客服.公司", "中国工商银行", "name"),
    ("招商银行.中国", "招商银行", "other_ending"),
    ("www.医保认证.网址", "政府部门", "state"),
]


@pytest.mark.parametrize(("host", "organisation", "means"), IMITATIONS)
def test_an_imitation_is_seen_with_whom_it_imitates(
    host: str, organisation: str, means: str
) -> None:
    imitated = imitation_of(host)
    assert imitated is not None
    assert (imitated.organisation, imitated.means) == (organisation, means)


@pytest.mark.parametrize("host", ["evil.top", "45.32.11.8"])
def test_an_official_domain_in_the_path_of_another_site_is_an_imitation(host: str) -> None:
    imitated = imitation_of(host, "/www.icbc.com.cn/login")
    assert imitated is not None
    assert imitated.means == "path"
    assert imitation_of("www.icbc.com.cn", "/psbc.com/") is None


OTHERS = (
    "zhihu.com weixin.example.com www.gov.uk service.gov.hk hongda.com governor.com cnki.net "
    "stone.com bochengxin.com jdsports.co.uk 96533.com lvdao-decor.com xx.bank example.top "
    "清河小学.中国 清河医保局.政务"
)


@pytest.mark.parametrize("host", OTHERS.split())
def test_who_imitates_nobody_is_left_alone(host: str) -> None:
    assert imitation_of(host) is None


def test_no_official_site_imitates_another() -> None:
    for site in OFFICIAL_SITES:
        for domain in site.domains:
            assert imitation_of(f"www.{domain}") is None, domain


def test_every_official_site_has_its_source_and_the_list_its_date() -> None:
    assert READ_ON == "2026-11-26"
    for site in OFFICIAL_SITES:
        assert site.sources
        assert set(site.sources) <= set("ABC"), site.organisation


def test_what_looks_alike_has_one_skeleton() -> None:
    assert skeleton("1CBC") == skeleton("icbc") == skeleton("іcbс")
    assert skeleton("rnybank") == skeleton("mybank")
    assert skeleton("icbc") != skeleton("ccb")


LINKS = [
    ("看http://103.45.6.7:8080/a.apk", "下载安装软件", Weighs.ALARM),
    ("看http://tingyu-tea.com/down.php?f=a.apk&v=2", "下载安装软件", Weighs.ALARM),
    ("看http://103.45.6.7/x", "一串数字", Weighs.ALARM),
    ("点 https://t.cn/A6abc", "短链接", Weighs.NOTE),
    ("http://tingyu-tea.com:8443/x", "少见的端口", Weighs.NOTE),
    ("http://tingyu-tea.icu/x", "后缀少见", Weighs.NOTE),
    ("https://www.icbc.com.cn@evil.top/", "@ 前面的都是摆样子", Weighs.ALARM),
    ("www.icbc.com.cn", "中国工商银行的官网", Weighs.GENUINE),
    ("https://qr.alipay.com/fkx12345", "支付宝的收款码", Weighs.NOTE),
    ("wxp://f2f0abcdef", "微信的收款码", Weighs.NOTE),
    ("itms-services://?action=download&url=https://a.com/b.plist", "来历不明", Weighs.ALARM),
    ("tronlinkoutside://pull?param=abc", "虚拟币钱包", Weighs.ALARM),
    ("0x52908400098527886E0F7030069857D2E4169EE7", "虚拟币地址", Weighs.ALARM),
    ("https://t.me/+AbCdEf", "拉群邀请", Weighs.NOTE),
    ("alipays://platformapi/startapp?appId=20000067", "打开支付宝", Weighs.NOTE),
    ("286123456789012345", "您自己支付宝付款码", Weighs.ALARM),
    ("134567890123456789", "您自己微信付款码", Weighs.ALARM),
]


@pytest.mark.parametrize(("text", "words", "weighs"), LINKS)
def test_a_link_is_explained_in_a_sentence(text: str, words: str, weighs: Weighs) -> None:
    assert [one.weighs for one in found_in(text) if words in one.text] == [weighs]


@pytest.mark.parametrize("text", ["http://192.168.1.1/admin", "http://127.0.0.1:8000/"])
def test_an_address_of_ones_own_network_is_no_alarm(text: str) -> None:
    assert all(one.weighs < Weighs.ALARM for one in found_in(text))


def test_an_identity_number_is_no_payment_code() -> None:
    assert not [one for one in found_in("110101199003070038") if "付款码" in one.text]


NUMBERS = [
    ("13800138000", "中国移动"),
    ("17012345678", "虚拟运营商"),
    ("19212345678", "中国广电"),
    ("+85512345678", "柬埔寨"),
    ("0063912345678", "菲律宾"),
    ("01062345678", "北京"),
    ("059512345678", "福建"),
    ("4008001234", "能租"),
    ("95588", "中国工商银行"),
    ("95001234", "不在官方名单里"),
    ("96110", "反诈专线"),
    ("962288", "各地自己的服务号"),
]


@pytest.mark.parametrize(("number", "words"), NUMBERS)
def test_a_number_says_where_it_is_from(number: str, words: str) -> None:
    said = what_number_says(number)
    assert said is not None
    assert words in said


@pytest.mark.parametrize("number", ["", "7", "12", "2222222"])
def test_a_number_that_says_nothing_is_not_guessed(number: str) -> None:
    assert what_number_says(number) is None


ASKED = [
    ("95188", "支付宝"),
    ("95017是谁的号码", "腾讯"),
    ("9501 0234？", None),
    ("95001234", "不在官方名单里"),
    ("96233打来的电话", "各地自己的服务号"),
    ("12356", "心理援助"),
    ("12389 这热线真的吗", "公安监督举报"),
    ("10001", "中国电信"),
]


@pytest.mark.parametrize(("text", "words"), ASKED)
def test_a_service_number_that_is_asked_about_gets_its_answer(
    library: Library, text: str, words: str | None
) -> None:
    verdict = judge(text, library)
    told = [one.text for one in verdict.reasons if one.code == "phone"]
    assert [words in one for one in told] == ([True] if words else [])
    if words:
        assert verdict.level is Level.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "工资发了96000",
        "打车花了120元",
        "房租1200，电话里说好了",
        "打给95后的小李",
        "买12345个",
        "2号楼95601室",
    ],
)
def test_other_short_numbers_are_no_service_numbers(text: str) -> None:
    assert not [one for one in found_in(text) if one.code == "phone"]


@pytest.mark.parametrize("text", ["96ll0", "请打 955o8 核实", "I2306退票", "１１０之外的96１l0"])
def test_a_number_that_only_looks_official_is_named(text: str) -> None:
    assert [one.weighs for one in found_in(text) if "混进了字母" in one.text] == [Weighs.CERTAIN]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.prefix)
def test_every_link_of_an_app_is_found_in_a_text(form: AppForm) -> None:
    rest = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa" if form.use is AppUse.COIN else "abc123"
    assert find_deep_links(normalize(f"请点 {form.prefix}{rest} 领取").text)


def test_a_card_says_its_issuer_and_whether_its_digit_is_right() -> None:
    assert issuer_of("6222021001116245707") == "中国工商银行"
    assert issuer_of("9999991001116245707") is None
    assert "校验位不对" in what_card_says("6222", check_digit_wrong=True)


@pytest.mark.parametrize(
    "text",
    [
        "安全账户",
        "“公安局安全账户”是什么？",
        "资金清查账户",
        "收款人：安全账户",
        "户名 公安局资金核查账户",
    ],
)
def test_the_bare_name_of_an_account_that_is_none_is_high(library: Library, text: str) -> None:
    assert judge(text, library).level is Level.HIGH


def test_a_blocked_site_is_high_with_all_below_it(library: Library) -> None:
    blocked = library.with_blocklist(Blocklist({"tingyu-tea.com": "假客服"}))
    text = "https://m.tingyu-tea.com/pay"
    assert judge(text, library).level is Level.UNCLEAR
    verdict = judge(text, blocked)
    assert verdict.level is Level.HIGH
    assert "假客服" in verdict.reasons[0].text
    assert judge("notingyu-tea.com", blocked).level is not Level.HIGH


def test_a_warning_that_quotes_an_imitation_stays_a_warning(library: Library) -> None:
    text = "民警提醒：警惕积分兑换诈骗！凡是点 icbc-vip.top 的都是骗局，切勿上当，可拨打96110"
    assert judge(text, library).level not in (Level.HIGH, Level.SUSPICIOUS)


@pytest.mark.parametrize("text", ["13800138000", "wxp://f2f0abc", "https://t.me/+AbCdEf"])
def test_a_message_that_is_only_that_gets_its_answer(library: Library, text: str) -> None:
    verdict = judge(text, library)
    assert verdict.level is Level.UNCLEAR
    assert verdict.reasons


def test_all_that_is_odd_about_one_link_is_one_reason(library: Library) -> None:
    reasons = judge("http://icbc-vip.top:8080/a.apk", library).reasons
    assert len({reason.quote for reason in reasons}) == len(reasons)
    assert reasons[0].text.count("；") == 2
