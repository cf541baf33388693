"""The approved notices: short, worded with care, filled in without surprises."""

import re

import pytest

from bot.errors import (
    InvalidInputError,
    SettingsError,
)
from bot.services.notice_templates import (
    NoticeTemplate,
    fill,
    find_notice_template,
    load_notice_templates,
    read_notice_templates,
    values_in,
)

VALUES = {"community": "幸福里社区"}


FORBIDDEN = re.compile(
    "安全|保证追回|一定追回|挽回损失|您被骗|上当|贪|(?:告诉|发给|提供给)我们.{0,6}(?:密码|验证码)"
)


@pytest.mark.parametrize("template", load_notice_templates(), ids=lambda template: template.id)
def test_every_notice_is_short_and_worded_with_care(template: NoticeTemplate) -> None:
    text = fill(template, template.examples)
    longest = fill(template, {blank.name: "社" * blank.max_length for blank in template.variables})
    assert len(longest) <= 150
    assert len(longest.encode()) <= 2048
    assert not FORBIDDEN.search(text + template.title)
    assert text.startswith("【")
    assert "{" not in text
    assert template.audience


def test_the_warnings_name_a_number_or_a_place_to_go() -> None:
    for template in load_notice_templates():
        text = fill(template, template.examples)
        assert re.search("110|12366|派出所|原来的号码|讲座", text), template.id


def test_there_are_enough_notices_and_their_ids_are_unique() -> None:
    ids = [template.id for template in load_notice_templates()]
    assert len(ids) == len(set(ids)) >= 12


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "请填写“社区名称”"),
        ("  \n ", "请填写“社区名称”"),
        ("社" * 13, "最多 12 个字"),
        ("http://x.cn", "不能有网址"),
        ("领奖 abc.com", "不能有网址"),
        ("\uff48\uff54\uff54\uff50://x", "不能有网址"),
        ("{community}", "不能有网址"),
        ("加 138001380", "长数字"),
        ("幸福\u202e里", "无法显示"),
        ("幸福\x00里", "无法显示"),
        ("\ud800", "无法显示"),
    ],
)
def test_a_bad_value_is_refused_by_name(value: str, words: str) -> None:
    template = find_notice_template("brush_task")
    with pytest.raises(InvalidInputError, match=words):
        fill(template, {"community": value})


def test_a_missing_value_is_named_and_an_extra_one_ignored() -> None:
    template = find_notice_template("talk_invitation")
    with pytest.raises(InvalidInputError, match="时间"):
        fill(template, VALUES)
    text = fill(template, template.examples | {"other": "x"})
    assert "社区活动室" in text


GOOD = (
    "- {id: a, title: t, audience: all, text: '【{c}】好',"
    " variables: {c: {title: 名, example: 甲, max_length: 5}}}\n"
)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (GOOD.replace("title: t, ", ""), "通知 a 缺少或写错了：'title'"),
        (GOOD.replace("{c}", "{d}"), "通知 a：文字与变量不一致：c、d"),
        (GOOD.replace("{c}】", "】{c}" * 20 + "长" * 250), "通知 a：填满后超过 300 字"),
        (GOOD + GOOD, "编号重复：a"),
        ("- [", "无法读取"),
        ("- x", "通知 x 缺少或写错了"),
        (GOOD.replace("max_length: 5", "max_length: 5, more: [").replace("}}}", ""), "无法读取"),
    ],
)
def test_a_broken_file_says_what_is_wrong(source: str, words: str) -> None:
    assert len(read_notice_templates(GOOD)) == 1
    with pytest.raises(SettingsError, match=re.escape(words)):
        read_notice_templates(source)


@pytest.mark.parametrize("template", load_notice_templates(), ids=lambda one: one.id)
def test_what_a_notice_was_filled_with_is_read_from_it(template: NoticeTemplate) -> None:
    assert values_in(template, fill(template, template.examples)) == template.examples
    blank = [one.name for one in template.variables]
    left = fill(template, {}, left_open=blank)
    assert values_in(template, left) == dict.fromkeys(blank, "")
    if blank:
        assert values_in(template, "另一种说法") == {}
