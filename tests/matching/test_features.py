"""What is read from a text does not depend on chance and keeps to its ranges."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.features import WHOLE_TEXT, fold, hashed_parts, read_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("尾号8812支出3元", "尾号0000支出0元"),
        ("看http://a.cn/x1 吧", "看" + "\ue000" * 14 + " 吧"),
        ("登录a-b.top/q,速", "登录" + "\ue000" * 9 + ",速"),
        ("第3.5版", "第0.0版"),
    ],
)
def test_digits_and_links_are_folded_in_place(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_buckets_are_the_same_in_another_process() -> None:
    text = "您好,请打开屏幕共享"
    code = (
        "from bot.matching.features import read_text;import sys;"
        f"sys.stdout.write(str(read_text({text!r}).grams().buckets.sum()))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == read_text(text).grams().buckets.sum()


def test_same_word_in_another_place_is_the_same_feature() -> None:
    one, two = read_text("共享屏幕吧").grams().buckets, read_text("请共享屏幕吧").grams().buckets
    assert len(np.intersect1d(one, two)) >= 0.6 * len(one)


def test_facts_are_named_once_and_in_order() -> None:
    facts = read_text("打开屏幕共享,把钱转到安全账户,再打开屏幕共享").facts()
    assert list(facts) == sorted(set(facts))
    assert {"signal:screen_share", "signal:safe_account"} <= set(facts)
    assert "pair:safe_account+screen_share" in facts


def test_long_text_is_read_in_windows_that_point_into_the_original() -> None:
    text = "天气不错。" * 5_000 + "打开屏幕共享"
    reading = read_text(text)
    assert len(reading.folded) < WHOLE_TEXT
    found = [signal for signal in reading.signals if signal.code == "screen_share"]
    span = reading.normalized.span(found[0].start, found[0].end)
    assert "共享" in text[span.start : span.end]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
def test_ranges_of_features_lie_in_the_folded_text(text: str) -> None:
    reading = read_text(text)
    assert len(reading.folded) == len(reading.normalized.text)
    for starts, ends, buckets in hashed_parts(reading):
        assert len(starts) == len(ends) == len(buckets)
        assert (starts <= ends).all()
        assert (buckets >= 0).all()


def test_text_without_a_link_loads_no_web_client() -> None:
    words = "import sys; from bot.matching.features import read_text; read_text('您好,请共享屏幕')"
    asked = f"{words}; assert 'requests' not in sys.modules; read_text('登录 http://a-b.top/x')"
    subprocess.run(
        [sys.executable, "-c", f"{asked}; assert 'tldextract' in sys.modules"], check=True
    )
