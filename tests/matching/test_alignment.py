"""What a text shares with the nearest known script is found in the text as it was sent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.alignment import EvidenceKind, evidence, percent, shared_parts, shows_script
from bot.matching.explain import how_alike
from bot.matching.features import fold
from bot.matching.keys import key_of, places_of
from bot.matching.library import Library
from bot.matching.result import Level, Verdict
from bot.matching.verdict import judge

SCRIPT = "您好我是微信支付客服，您的百万保障今晚到期，请打开共享屏幕，我教您取消扣费"
BITS = st.sampled_from(
    [*SCRIPT, "百万保障", "共享屏幕", "共 享 屏 幕", "\u200b", "💳", "Ⅷ", "①", "12", "http://a.cn/b",
     "_", "\n", "ｗx", "钅艮行", "請", "\ud800", "weixin"]
)  # fmt: skip
TEXTS = st.lists(BITS, max_size=60).map("".join) | st.text(max_size=40)


def shared(text: str, script: str = SCRIPT) -> list[str]:
    return [text[span.start : span.end] for span in shared_parts(text, script)]


def test_the_same_words_are_found_in_both() -> None:
    text = "亲，百万保障今晚到期啦，麻烦打开共享屏幕，我来帮您"
    assert shared(text) == ["百万保障今晚到期", "打开共享屏幕，我"]


def test_what_was_disguised_is_marked_as_it_was_written() -> None:
    text = "百.万.保.障今晚到期，请打開共 享 屏 幕哦"
    assert shared(text) == ["百.万.保.障今晚到期，请打開共 享 屏 幕"]


def test_a_number_and_a_link_are_marked_whole() -> None:
    text = "请转12345元到http://abc.top/xy谢谢"
    assert shared(text, "请转8元到www.other.cn") == ["请转12345元到http://abc.top/xy"]


def test_a_part_of_one_sign_is_not_marked() -> None:
    assert shared("ﷺ哦", "صلى") == []


def test_nothing_in_common_marks_nothing() -> None:
    assert shared("今晚一起吃饭吗") == []


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, script=st.sampled_from([SCRIPT, "共享屏幕"]) | TEXTS)
def test_ranges_lie_in_the_text_apart_and_in_order(text: str, script: str) -> None:
    at = 0
    for span in shared_parts(text, script):
        assert at <= span.start < span.end <= len(text)
        at = span.end


@settings(max_examples=60, deadline=None)
@given(text=TEXTS.map(fold))
def test_places_are_those_of_the_key(text: str) -> None:
    key, places = key_of(text), places_of(text)
    assert [text[start] for start, _ in places] == list(key)
    assert all(set(text[start:end]) >= {text[end - 1]} for start, end in places)


def test_a_verdict_says_what_to_mark(library: Library) -> None:
    text = f"在吗？{SCRIPT}"
    found = evidence(text, judge(text, library))
    quoted = {kind: [one for one in found if one.kind is kind] for kind in EvidenceKind}
    assert quoted[EvidenceKind.REASON]
    assert quoted[EvidenceKind.SCRIPT]
    assert all(text[one.span.start : one.span.end] in SCRIPT for one in quoted[EvidenceKind.SCRIPT])


def test_a_script_that_is_not_near_is_not_shown() -> None:
    verdict = Verdict(Level.SUSPICIOUS, 0.6, "v", nearest=SCRIPT, nearness=0.59)
    assert not shows_script(verdict)
    assert evidence(SCRIPT, verdict) == ()


@pytest.mark.parametrize(
    ("nearness", "words", "whole"),
    [(0.6, "有六成相似", 60), (0.87, "有八成相似", 87), (0.9, "有九成相似", 90),
     (0.29, "有二成相似", 29), (0.996, "几乎一样", 99), (1.0, "几乎一样", 100)],
)  # fmt: skip
def test_nearness_is_told_in_words_and_in_whole_percent(
    nearness: float, words: str, whole: int
) -> None:
    assert how_alike(nearness) == words
    assert percent(nearness) == whole
