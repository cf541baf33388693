import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.masking import mask

MASKED = [
    ("我的卡6222 0210 0112 3456 789被刷了3000元", "我的卡[银行卡号]被刷了3000元"),
    ("身份证11010519491231002X丢了", "身份证[身份证号]丢了"),
    ("身份证号110105194912310021", "身份证号[身份证号]"),
    ("我输了验证码是382910", "我输了验证码是[验证码]"),
    ("我手机13800138000", "我手机[电话号码]"),
    ("打一三八零零一三八零零零", "打[电话号码]"),
    ("打138\u200b0013\u200b8000", "打[电话号码]"),
    ("打１３８００１３８０００", "打[电话号码]"),
    ("打①③⑧00138000", "打[电话号码]"),
    ("打1 3 8 0 0 1 3 8 0 0 0", "打[号码]"),
    ("打1.3.8.0.0.1.3.8.0.0.0", "打[号码]"),
    ("境外+852 6123 4567来电", "境外[电话号码]来电"),
    ("密码是abc123!", "密码是[密码]"),
    ("邮箱zhang.san@qq.com", "邮箱[邮箱]@qq.com"),
    ("护照E12345678", "护照E[号码]"),
    ("382910", "[号码]"),
    ("看www.a.top/?p=13800138000", "看www.a.top/?p=[号码]"),
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_what_must_not_be_stored_is_replaced(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "转了500000元",
        "损失三十万五千元",
        "2026-11-20 10:30转的",
        "拨打96110或95588",
        "网站www.95588123.top",
        "他叫我进“财富自由”群",
        "取件在3号楼12层",
    ],
)
def test_what_the_case_needs_stays(text: str) -> None:
    assert mask(text) == text


_SECRETS = st.sampled_from(
    [
        "13800138000",
        "一三八零零一三八零零零",
        "6222021001116245702",
        "11010519491231002X",
        "138-0013-8000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "１３８００１３８０００",
    ]
)
_AROUND = st.sampled_from(
    ["", "我的", "卡号", " ", "\n", "元", "转", "www.a.top/", "@", "第", "《", "x", "\u200b", "万"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_AROUND, _SECRETS, _AROUND), max_size=4))
def test_no_long_number_survives_in_any_surroundings(parts: list[tuple[str, str, str]]) -> None:
    masked = mask("".join("".join(part) for part in parts))
    assert not re.search(r"\d{7}|[零一三八]{7}", masked)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_masking_any_string_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789 -.一二三①x元万:@", max_size=40))
def test_masking_numbers_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
