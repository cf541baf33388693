"""Reasons that a layman understands, quoting his own words."""

import numpy as np
import pytest

from bot.matching.explain import MOST_REASONS
from bot.matching.features import read_text
from bot.matching.library import Library
from bot.matching.normalize import normalize
from bot.matching.quotes import telling_phrases, whole_words, with_clauses
from bot.matching.result import Level, Reason, Span
from bot.matching.signals import find_signals
from bot.matching.verdict import judge

SCAM = "您好我是微信客服,您的百万保障到期会自动扣费,请马上共享屏幕,把钱转到安全账户"
FORBIDDEN = ("是安全的", "放心", "保证追回", "一定能追回")


def reasons(library: Library, text: str) -> tuple[Reason, ...]:
    return judge(text, library).reasons


def test_tactics_are_quoted_from_the_text(library: Library) -> None:
    quotes = {reason.code: reason.quote for reason in reasons(library, SCAM)}
    assert "共享" in quotes["signal:screen_share"]
    assert "signal:safe_account" in quotes
    assert any("安全账户" in quote for quote in quotes.values())


def test_of_two_quotes_none_holds_the_other(library: Library) -> None:
    quotes = [reason.quote for reason in reasons(library, SCAM) if reason.quote]
    assert len(quotes) < len(reasons(library, SCAM))
    assert not [(one, two) for one in quotes for two in quotes if one is not two and one in two]


def test_quotes_keep_the_residents_own_writing(library: Library) -> None:
    text = SCAM.replace("共享屏幕", "共 享 屏 幕")
    quotes = [reason.quote for reason in reasons(library, text)]
    assert all(quote in text for quote in quotes)


def test_stage_of_the_trick_is_named(library: Library) -> None:
    assert any(
        reason.code.startswith("stage:") and "谎称百万保障到期" in reason.text
        for reason in reasons(library, SCAM)
    )


def test_no_phrase_is_quoted_twice(library: Library) -> None:
    found = reasons(library, SCAM * 3)
    spans = sorted((r.span.start, r.span.end) for r in found if r.span)
    assert all(one[1] <= two[0] for one, two in zip(spans, spans[1:], strict=False))
    assert len(found) <= MOST_REASONS


def test_high_verdict_has_two_reasons(library: Library) -> None:
    verdict = judge(SCAM, library)
    assert verdict.level is Level.HIGH
    assert len(verdict.reasons) >= 2


def test_warning_speaks_against(library: Library) -> None:
    text = "民警提醒:警惕冒充客服,凡是让您共享屏幕的都是诈骗,切勿上当"
    verdict = judge(text, library)
    assert "读起来像是在提醒别人防骗" in verdict.against
    assert verdict.level is not Level.HIGH


def test_question_is_about_what_happened(library: Library) -> None:
    question = judge("", library).question
    assert question is not None
    assert "密码是多少" not in question


@pytest.mark.parametrize("text", [SCAM, "", "今晚吃饭吗", "验证码1234,请勿告诉他人"])
def test_nothing_is_called_safe(library: Library, text: str) -> None:
    verdict = judge(text, library)
    said = [reason.text for reason in verdict.reasons] + [*verdict.against, verdict.question or ""]
    assert not [words for words in said for bad in FORBIDDEN if bad in words]


def test_quotation_ends_where_a_message_ends(library: Library) -> None:
    """Two messages are judged as one text of two lines; the rules look across the line."""
    text = "您好,先缴纳保证金\n贷款马上放款,加我微信"
    found = {one.code: text[one.start : one.end] for one in find_signals(normalize(text))}
    assert found["fee_before_payout"] == "先缴纳保证金"
    assert not [reason for reason in reasons(library, text) if "\n" in reason.quote]


QUOTED = [
    ("百万保障服务明天到期,每月自动扣2000元", "自动扣2", "自动扣2000元"),
    (
        "积分到期清零,点 http://jf-abc.top/h 领",
        "到期清零,点 http",
        "到期清零,点 http://jf-abc.top/h",
    ),
    ("您名下涉嫌洗钱,现在需要您配合调查", "需要您配", "需要您配合"),
    ("今天不处理会影响征信", "处理会影响征信", "不处理会影响征信"),
    ("【医保局】您的卡停用", "医保局】您的卡停用", "【医保局】您的卡停用"),
    ("先缴纳保证金\n贷款马上放款,加微信", "保证金\n贷款马上放款", "贷款马上放款"),
    ("共享屏幕,", "共享屏幕,", "共享屏幕"),
    ("【检察院】您涉嫌洗钱", "【检察", "【检察院】"),
]


@pytest.mark.parametrize(("text", "cut", "whole"), QUOTED)
def test_quotation_has_whole_words_numbers_and_addresses(text: str, cut: str, whole: str) -> None:
    reading = read_text(text)
    start = reading.normalized.text.index(cut)
    span = whole_words(reading, start, start + len(cut))
    assert text[span.start : span.end] == whole


def test_account_is_no_telling_phrase() -> None:
    reading = read_text("点点关注就有钱加微信abk88301")
    ranges = telling_phrases(reading, np.ones(len(reading.normalized.text)))
    phrases = [reading.normalized.text[start:end] for start, end in ranges]
    assert phrases
    assert not [one for one in phrases if any(sign.isdigit() for sign in one)]


def test_telling_phrase_is_quoted_with_its_short_clause() -> None:
    text = "您这单是连单,还差最后一单做完就可以提现,没做完系统不给退的"
    spans = [Span(11, 16), Span(22, 27)]
    told = [Reason("phrase", "", text[one.start : one.end], one) for one in spans]
    quotes = [reason.quote for reason in with_clauses(told, text)]
    assert quotes == ["还差最后一单做完就可以提现", "没做完系统不给退的"]


def test_clause_is_quoted_with_its_whole_number() -> None:
    text = "您好,请速回电010-12345678,-谢谢"
    told = [Reason("phrase", "", "请速回电", Span(3, 7)), Reason("phrase", "", "谢", Span(22, 23))]
    assert [one.quote for one in with_clauses(told, text)] == ["请速回电010-12345678", "谢谢"]
    for end, begin in ((7, 11), (7, 13), (10, 10), (10, 11)):
        told[0] = Reason("phrase", "", text[3:end], Span(3, end))
        told[1] = Reason("phrase", "", text[begin:19], Span(begin, 19))
        quotes = [one.quote for one in with_clauses(told, text)]
        assert quotes == ["请速回电", "010-12345678"]
    assert [one.quote for one in with_clauses(told[:1], text[:15])] == ["请速回电010-1234"]


def test_one_wrong_sign_of_the_same_sound_is_no_disguise(library: Library) -> None:
    found = reasons(library, "恭喜您完成任务,接下来是福利联单,要垫付1280元,完成返佣金")
    assert found
    assert "disguise" not in {reason.code for reason in found}


def test_address_to_parents_does_not_read_as_a_warning(library: Library) -> None:
    assert not judge("各位家长请注意,资料费380元请扫下方二维码缴纳", library).against


def test_who_gives_a_number_to_call_wants_something(library: Library) -> None:
    said = "如非本人操作请致电"
    assert "只是告知，不要求您做任何事" in judge(f"您的卡消费50元,{said}95588", library).against
    assert "只是告知，不要求您做任何事" not in judge(f"消费50元,{said}4001186620", library).against
