"""Retrieval: known wording is found however it is cut, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from bot.matching.features import fold
from bot.matching.index import LEAST_NEARNESS, Entry, build_index, near_of, nearness_of
from bot.matching.keys import key_of

SCRIPT = "您好这里是微信客服您的百万保障今晚到期请下载会议软件共享屏幕"
OTHER = "手机做任务日赚三百点赞关注就有佣金先垫付后返利"


def entry(text: str, owner: str = "family") -> Entry:
    return Entry(text, key_of(fold(text)), owner, "kind")


INDEX = build_index([entry(SCRIPT), entry(OTHER, "other"), entry("在吗在忙吗", "hello")])


@pytest.mark.parametrize(
    "message",
    [
        SCRIPT,
        SCRIPT[6:],
        SCRIPT[:-8],
        "喂,阿姨," + SCRIPT + ",听得到吗",
        "请下载会议软件共享屏幕。您的百万保障今晚到期,这里是微信客服",
    ],
    ids=["same", "no beginning", "no end", "with noise", "reordered"],
)
def test_known_wording_is_nearest(message: str) -> None:
    nearest = INDEX.search(key_of(message))[0]
    assert nearest.entry.owner == "family"
    assert nearest.nearness > 0.5


def test_other_wording_is_far() -> None:
    found = INDEX.search(key_of("明天一起去公园散步吗带上孩子和风筝"))
    assert all(near.nearness < 0.5 for near in found)


def test_a_text_with_one_phrase_in_common_is_not_compared() -> None:
    index = build_index([entry(SCRIPT), entry("我是微信客服部门的小王中午给妈妈带饭去医院")])
    assert index.candidates(key_of(SCRIPT + "听得到吗")) == [0]
    assert index.candidates(key_of("我是微信客服")) == [0, 1]


def test_short_text_is_found_as_a_whole() -> None:
    assert INDEX.search("在吗在忙吗")[0].nearness == 1.0


def test_word_inside_a_long_script_is_no_match() -> None:
    assert nearness_of("微信客服", key_of(SCRIPT)) < 0.5


PARTS = st.lists(st.sampled_from([SCRIPT[:9], SCRIPT[9:20], OTHER[:11], OTHER[11:], "今天"]))


@given(PARTS.map("".join), PARTS.map("".join))
def test_the_cheap_count_spares_no_comparison_that_matters(one: str, other: str) -> None:
    shorter, longer = sorted((len(one), len(other)))
    if shorter > 14:
        whole = fuzz.partial_ratio(one, other) / 100 * (0.8 + 0.2 * min(1.0, 2 * shorter / longer))
        found = [near.nearness for near in near_of(one, [Entry("", other, "", "")])]
        assert found == [whole] * (whole >= LEAST_NEARNESS)


def test_of_many_texts_those_that_share_most_are_compared() -> None:
    words = ("今天下雨带伞", "听老师讲课吧", "和同事开会吧", "转到安全账户", "先垫付后返利")
    texts = [SCRIPT[: 10 + at] + word for at in range(2) for word in words]
    index = build_index([entry(text) for text in texts])
    assert index.candidates(key_of(SCRIPT + words[3])) == [3, *range(5, 10)]


def test_numbers_and_links_do_not_tell_texts_apart() -> None:
    one = key_of(fold("您尾号1234的卡支出88.5元 http://abc.com/x"))
    two = key_of(fold("您尾号99的卡支出1元http://other-site.top/yyy"))
    assert one == two


def test_added_text_is_found_and_the_old_index_is_unchanged() -> None:
    text = "航班因机械故障取消请联系客服办理改签领取补偿三百元"
    grown = INDEX.extended([entry(text, "flight")])
    assert grown.search(key_of(text))[0].entry.owner == "flight"
    assert all(near.entry.owner != "flight" for near in INDEX.search(key_of(text)))


def test_what_has_only_a_phrase_in_common_is_not_named() -> None:
    index = build_index(
        [entry(SCRIPT), entry("我们公司的微信客服今天放假请各位同事周一再来办理手续")]
    )
    assert [near.entry.text for near in index.search(key_of(SCRIPT))] == [SCRIPT]


def test_phrase_that_too_many_texts_have_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.matching.index.MOST_OF_RAREST", 2)
    texts = [f"今天请下载会议软件{end}" for end in ("再打开共享屏幕", "听老师讲课", "和同事开会吧")]
    index = build_index([entry(text) for text in texts])
    assert len(index.postings) < len(build_index([entry(text) for text in texts[:2]]).postings) + 8
    assert [index.search(key_of(text))[0].entry.text for text in texts] == texts


def test_index_in_batches_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        SCRIPT,
        OTHER,
        "在吗在忙吗",
        "转\U0001f4b0账\U0001f4b0啊",
        "",
        "一",
        "请下载会议软件",
        SCRIPT,
    ]
    whole = build_index([entry(text) for text in texts])
    monkeypatch.setattr("bot.matching.index._BATCH", 3)
    parts = build_index([entry(text) for text in texts])
    assert (whole.runs == parts.runs).all()
    assert (whole.postings == parts.postings).all()


def test_empty_index_finds_nothing() -> None:
    assert build_index([]).search("任何一句话都找不到") == ()


@given(st.text(max_size=80))
def test_any_text_can_be_searched(text: str) -> None:
    found = INDEX.search(key_of(fold(text)))
    assert [near.nearness for near in found] == sorted(
        (near.nearness for near in found), reverse=True
    )
