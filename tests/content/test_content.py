"""What residents read keeps to the rules, text by text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.handlers import learn_views as views
from bot.matching.domains import is_official, site_of
from bot.matching.official_sites import OFFICIAL_SITES
from bot.services.articles import AUDIENCES, EVERYBODY, Source
from bot.services.education import education, families_of
from bot.services.knowledge import all_numbers
from bot.services.library import PATTERNS_ROOT
from bot.services.questions import JUDGEMENTS, Kind
from tests.content.texts import (
    Said,
    all_texts,
    article_texts,
    drill_texts,
    faq_texts,
    letters,
    question_texts,
    sentences,
    tip_texts,
)

LONGEST_SENTENCE, USUAL_SENTENCE = 40, 25
BLAME = (
    "贪心",
    "贪婪",
    "贪小",
    "太傻",
    "真傻",
    "轻信",
    "上当的人",
    "不小心",
    "活该",
    "愚蠢",
    "糊涂",
)
PROMISES = (
    "一定能追回", "保证追回", "能追回来", "肯定能追", "全额退回", "一定能退", "百分之百", "包追回",
    "可以放心", "放心吧", "是安全的", "很安全", "就安全了", "绝对安全", "不会有事",
)  # fmt: skip
SECRETS = r"(?:密码|验证码|身份证号)"
ASKED_FOR = re.compile(rf"(?:请|把)[^。！？]{{0,12}}{SECRETS}[^。！？]{{0,6}}(?:发给我|告诉我)")
CALLS = r"1[12]\d|1[0-9]\d{3}|9\d{4}|400\d{7}|1[3-9]\d{9}"
NUMBER = re.compile(rf"(?<![\d.,-])(?<!交管)(?:{CALLS})(?![\d.,%-])")
UNITS = "，?元|块|万|千|人|年|月|天|分|秒|岁|个|多|位|米|斤|度|积分|号楼|次|条"
NOT_A_CALL = re.compile(rf"\s*(?:{UNITS})")
FIGURE = re.compile(r"%|％|百分之|分之[一二三四五]的|居首|最高发|占[了到]?[^。，]{0,6}[成半]")
LAW = re.compile(
    r"刑法|法律(?:规定|明确|不允许|不许|禁止)|根据《|条例|第\d+条|不合法|犯法|构成犯罪|判刑"
    r"|违法(?!和不良|内容|信息)|[担负](?:法律|刑事)?责任|追究.{0,4}责任"
)
NAMES_A_LAW = re.compile(r"法(?:$|（|》)|条例|规定|通知")
DOMAIN = re.compile(r"(?<![\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])", re.ASCII | re.IGNORECASE)
NO_BRANDS = {"ETC", "游戏"}
"""In the list of official sites, but a public system and a word."""
MORE_BRANDS = {
    "微信", "QQ", "抖音", "淘宝", "天猫", "高德", "饿了么", "陌陌", "探探", "王者荣耀", "和平精英",
    "FaceTime", "花呗", "借呗", "白条", "余额宝", "Zoom", "腾讯会议", "飞书", "企业微信", "工行",
    "建行", "农行", "中行", "交行", "招行", "邮储", "蚂蚁", "移动公司", "联通公司", "电信公司",
}  # fmt: skip
MOST_RARE_SIGNS = 0.004
"""*Default*: signs beyond the 3,755 of everyday use (GB 2312, level one) among all."""


def told(found: list[Said]) -> list[str]:
    return [f"{one.place}: {one.text}" for one in found]


def is_rare(sign: str) -> bool:
    """Whether a character is beyond the first level of GB 2312, sorted by use in 1980."""
    if not "\u4e00" <= sign <= "\u9fff":
        return False
    try:
        return not 0xB0 <= sign.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return True


def test_every_family_has_an_article_and_questions() -> None:
    families = set(families_of(PATTERNS_ROOT))
    assert set(education().articles) == families
    assert {one.family for one in education().questions.values()} == families


def test_no_review_is_older_than_a_year() -> None:
    today = date.today()  # noqa: DTZ011 (the rule is about the day on which it is read)
    old = [one.family for one in education().articles.values() if (today - one.reviewed).days > 366]
    assert old == []


def test_there_is_as_much_as_was_asked_for() -> None:
    taught = education()
    assert len(taught.questions) >= 300
    assert len(taught.faq) >= 60
    assert len(taught.tips) == 366
    assert len(taught.drills) >= 10
    assert sum(one.for_minors for one in taught.drills.values()) >= 4
    kinds = Counter(one.kind for one in taught.questions.values())
    assert min(kinds[kind] for kind in Kind) >= 15, kinds


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_kind_of_people_has_something_to_read_and_to_answer(audience: str) -> None:
    taught = education()
    assert sum(audience in one.audience for one in taught.articles.values()) >= 2
    answerable = {audience, EVERYBODY}
    questions = taught.questions.values()
    assert sum(not answerable.isdisjoint(one.audience) for one in questions) >= 10


def test_sentences_are_short() -> None:
    said = [one for one in all_texts() if not one.quotes]
    long = [
        f"{one.place}: {part}"
        for one in said
        for part in sentences(one.text)
        if letters(part) > LONGEST_SENTENCE
    ]
    assert long == []
    lengths = sorted(letters(part) for one in said for part in sentences(one.text))
    assert lengths[int(len(lengths) * 0.9)] <= USUAL_SENTENCE


def test_words_are_everyday_ones() -> None:
    signs = [sign for one in all_texts() for sign in one.text]
    rare = Counter(sign for sign in signs if is_rare(sign))
    assert rare.total() / len(signs) <= MOST_RARE_SIGNS, rare.most_common(20)


def test_nobody_is_blamed() -> None:
    assert told([one for one in all_texts() if any(word in one.own_words for word in BLAME)]) == []


def test_nothing_is_promised() -> None:
    found = [one for one in all_texts() if any(word in one.own_words for word in PROMISES)]
    assert told(found) == []


def test_nobody_is_asked_for_secrets() -> None:
    assert told([one for one in all_texts() if ASKED_FOR.search(one.own_words)]) == []


def test_numbers_to_dial_are_the_known_ones() -> None:
    known = all_numbers()
    strange = [
        f"{one.place}: {found.group()} in {one.text}"
        for one in all_texts()
        for found in NUMBER.finditer(one.text)
        if found.group() not in known and not NOT_A_CALL.match(one.text[found.end() :])
    ]
    assert strange == []


def is_unsourced(text: str, sources: Sequence[Source]) -> bool:
    """Whether a figure has no source, or a claim of law none that names a law."""
    if LAW.search(text) and not any(NAMES_A_LAW.search(one.title) for one in sources):
        return True
    return bool(FIGURE.search(text)) and not sources


@pytest.mark.parametrize("claim", ["这也违法。", "不合法。", "法律明确不许。", "可能要担责任。"])
def test_a_claim_of_law_needs_a_source_that_names_one(claim: str) -> None:
    assert is_unsourced(claim, [Source("编者整理", "2026-11")])
    assert not is_unsourced(claim, [Source("中华人民共和国反电信网络诈骗法", "2022-12-01")])
    assert not is_unsourced("12377 管网上的违法信息。", [])


def test_every_figure_and_claim_of_law_has_a_dated_source() -> None:
    taught = education()
    unsourced = [
        one.place
        for one in article_texts()
        if is_unsourced(one.own_words, taught.articles[one.place.partition(".")[0]].sources)
    ]
    unsourced += [
        one.place
        for one in faq_texts()
        if is_unsourced(one.own_words, taught.faq[one.place.partition(".")[0]].sources)
    ]
    explained = [one for one in question_texts() if one.place.endswith(".explanation")]
    bare = [*tip_texts(), *drill_texts(), *explained]
    unsourced += [one.place for one in bare if is_unsourced(one.own_words, [])]
    assert unsourced == []


PUBLISHED = {
    "公安机关电诈案件分类（CCL23-Eval 任务六，约 2022 年的 10.3 万起案件）": "2023",
    "公安部公布五类高发电信网络诈骗案件": "2022-05-11",
    "公安部公布十大高发电信网络诈骗类型": "2024-06-25",
    "中华人民共和国反电信网络诈骗法": "2022-12-01",
    "中华人民共和国个人信息保护法": "2021-11-01",
    "中华人民共和国劳动合同法": "2008-01-01",
    "中华人民共和国社会保险法": "2011-07-01",
    "中华人民共和国慈善法": "2024-09-05",
    "未成年人网络保护条例": "2024-01-01",
    "防范和处置非法集资条例": "2021-05-01",
    "对外劳务合作管理条例": "2012-08-01",
    "企业信息公示暂行条例": "2024-05-01",
    "电话用户真实身份信息登记规定": "2013-09-01",
    "电信网络新型违法犯罪案件冻结资金返还若干规定": "2016-09-18",
    "国家新闻出版署关于进一步严格管理切实防止未成年人沉迷网络游戏的通知": "2021-08-30",
    "关于建立电信网络新型违法犯罪涉案账户紧急止付和快速冻结机制的通知": "2016-03-18",
    "本机器人的隐私说明": "2026-11-26",
}
"""What may be cited, with its date: whatever is added must have been looked up."""


def test_only_what_was_looked_up_is_cited() -> None:
    taught = education()
    cited = [one for article in taught.articles.values() for one in article.published]
    cited += [one for answered in taught.faq.values() for one in answered.sources]
    unknown = {
        (one.title, one.date)
        for one in cited
        if PUBLISHED.get(one.title.partition("（")[0], PUBLISHED.get(one.title)) != one.date
    }
    assert unknown == set()
    named = {one.title for one in cited} | {one.title.partition("（")[0] for one in cited}
    assert set(PUBLISHED) <= named, "what is not cited need not be listed"


def test_every_article_says_what_of_it_is_ours() -> None:
    for one in education().articles.values():
        assert len(one.sources) == len(one.published) + 1, one.family
        said = views.origin(one)
        assert "编者编写，还没有经反诈专班审定" in said, one.family
        assert ("没有查到公开出处" in said) == (not one.published), one.family
        assert all(source.title in said for source in one.published), one.family
    approved = replace(one, sources=(Source("编者整理，反诈专班已审定", "2027-01"),))
    assert "还没有经" not in views.origin(approved)


def is_official_address(host: str) -> bool:
    """Whether its owner, not the way it is written, is of the list of official sites."""
    site = site_of(host.lower())
    return site is not None and is_official(site)


@pytest.mark.parametrize(
    ("host", "official"),
    [
        ("www.12306.cn", True),
        ("etax.chinatax.gov.cn", True),
        ("my12306.cn", False),
        ("www.12306.cn.top", False),
        ("xgov.cn", False),
        ("gov.cn.vip", False),
    ],
)
def test_an_address_that_only_ends_like_an_official_one_is_none(host: str, official: bool) -> None:
    assert DOMAIN.fullmatch(host)
    assert is_official_address(host) is official


def test_links_are_official_ones_except_where_a_scam_is_shown() -> None:
    scam = list(JUDGEMENTS).index("scam")
    shown = {one.id for one in education().questions.values() if one.answer == scam}
    strange = [
        f"{one.place}: {found.group()}"
        for one in all_texts()
        if one.place not in shown
        for found in DOMAIN.finditer(one.text)
        if not is_official_address(found.group())
    ]
    assert strange == []
    assert [one.place for one in drill_texts() if DOMAIN.search(one.text)] == []


POLICE_CLASSES = {
    "brushing", "fake_customer_service", "fake_investment", "fake_loan", "fake_credit_record",
    "fake_shopping", "impersonate_authority", "impersonate_acquaintance", "fake_game_trade",
    "romance", "blackmail", "impersonate_military",
}  # fmt: skip


def test_every_class_of_cases_has_a_drill() -> None:
    taught = education()
    drilled = {taught.articles[one.family].category for one in taught.drills.values()}
    assert drilled >= POLICE_CLASSES


SEASONAL = {
    "brush_parcel": {1, 2, 9, 10, 11},
    "gov_subsidy": {12, 1, 2},
    "flight_change": {1, 2, 7, 8},
    "minor_skin": {1, 2, 7, 8},
    "minor_idol": {1, 2, 7, 8},
    "gov_tax": {3, 4, 5, 6},
    "job_fee": {3, 4, 5, 6, 7},
    "cs_refund": {6, 10, 11},
    "teacher_fee": {7, 8, 9},
    "gov_child": {7, 8, 9},
    "gov_medical": {9, 10, 11, 12},
    "phish_points": {11, 12},
}
"""When a trick has its season, by month."""


@pytest.mark.parametrize("family", SEASONAL)
def test_tips_follow_the_season(family: str) -> None:
    tips = education().tips.items()
    months = [int(day.partition("-")[0]) for day, one in tips if one.family == family]
    assert sum(month in SEASONAL[family] for month in months) >= max(2, len(months) / 3), months


def test_tips_on_the_tax_come_while_it_is_settled() -> None:
    told = [day for day, one in education().tips.items() if "汇算" in one.text]
    assert told
    assert all("02-15" <= day <= "06-30" for day in told), told


def test_no_two_tips_are_the_same() -> None:
    assert len({one.text for one in education().tips.values()}) == 366


def test_drills_name_no_real_link_number_or_file() -> None:
    calls = re.compile(r"https?://|\d{7,}|\.apk")
    assert told([one for one in drill_texts() if calls.search(one.text)]) == []
    for one in education().drills.values():
        assert "演练" in one.opening
        assert "演练" in one.closing


def test_drills_name_no_brand() -> None:
    brands = {site.organisation for site in OFFICIAL_SITES} - NO_BRANDS | MORE_BRANDS
    named = [
        f"{one.place}: {brand}"
        for one in drill_texts()
        for brand in brands
        if brand.lower() in one.text.lower()
    ]
    assert named == []
