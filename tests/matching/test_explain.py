"""Reasons that a layman understands, quoting his own words."""

import pytest

from bot.matching.explain import MOST_REASONS
from bot.matching.library import Library
from bot.matching.result import Level, Reason
from bot.matching.verdict import judge

SCAM = "您好我是微信客服,您的百万保障到期会自动扣费,请马上共享屏幕,把钱转到安全账户"
FORBIDDEN = ("是安全的", "放心", "保证追回", "一定能追回")


def reasons(library: Library, text: str) -> tuple[Reason, ...]:
    return judge(text, library).reasons


def test_tactics_are_quoted_from_the_text(library: Library) -> None:
    quotes = {reason.code: reason.quote for reason in reasons(library, SCAM)}
    assert "共享" in quotes["signal:screen_share"]
    assert "账户" in quotes["signal:safe_account"]


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
