"""The verdict on a tiny library: any text gets one, and evidence counts the right way."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.matching import tokens
from bot.matching.features import read_text
from bot.matching.index import Near
from bot.matching.library import Library
from bot.matching.lookup.findings import look_up
from bot.matching.peeling import Evidence
from bot.matching.result import ActionCode, IndicatorKind, Level, Verdict
from bot.matching.stance import Stance
from bot.matching.thresholds import GREATEST_SCORE, LEAST_SCORE
from bot.matching.verdict import judge
from bot.matching.weighing import Weighed, known_script_weight, only_sells, talks_about, weigh
from tests.services.small_patterns import BUILT

KNOWN = "您好这里是微信客服,您的百万保障今晚到期,每月自动扣800元,请下载会议软件共享屏幕我教您关闭"
NEW = "我是微信支付的专员,百万保障不取消会自动扣费,请打开屏幕共享配合我操作"
ORDINARY = "今晚回来吃饭吗?我买了鱼"
FLAGGED = {Level.HIGH, Level.SUSPICIOUS}


@pytest.mark.parametrize("text", [KNOWN, NEW])
def test_scam_is_flagged_with_its_family(library: Library, text: str) -> None:
    verdict = judge(text, library)
    assert verdict.level in FLAGGED
    assert verdict.family == "cs_insurance"
    assert verdict.category == "fake_customer_service"
    assert verdict.action is ActionCode.SCREEN_SHARED
    assert verdict.title == "谎称百万保障到期"
    assert verdict.genuine == "百万保障免费且自带。"
    assert verdict.advice[0] == "立即挂断电话。"


@pytest.mark.parametrize("text", [ORDINARY, "您尾号3321的储蓄卡收入工资5120.00元", "明天几点开会?"])
def test_ordinary_message_is_not_flagged(library: Library, text: str) -> None:
    verdict = judge(text, library)
    assert verdict.level not in FLAGGED
    assert verdict.family is None
    assert verdict.reasons == ()


def test_known_script_is_shown_with_its_nearness(library: Library) -> None:
    verdict = judge(KNOWN, library)
    assert verdict.nearest is not None
    assert "百万保障" in verdict.nearest
    assert verdict.nearness > 0.9


@pytest.mark.parametrize(
    "text", ["", " ", "a", "好", "😀", "😂😂😂", "\x00", "\ud800", "??", "\u200b" * 9]
)
def test_too_little_text_is_asked_about(library: Library, text: str) -> None:
    verdict = judge(text, library)
    assert verdict.level is Level.UNCLEAR
    assert verdict.question
    assert not verdict.reasons


def test_money_moved_to_a_protected_account_never_passes_unremarked(library: Library) -> None:
    verdict = judge(f"{ORDINARY},请把存款转到保护账户", library)
    assert verdict.level is not Level.NONE
    assert "signal:safe_account" in {reason.code for reason in verdict.reasons}


def test_version_of_the_library_is_kept(library: Library) -> None:
    assert judge(ORDINARY, library).library_version == library.version


def test_indicators_are_kept_whatever_the_level(library: Library) -> None:
    verdict = judge("今晚吃饭,到了打13812345678", library)
    assert IndicatorKind.PHONE in {indicator.kind for indicator in verdict.indicators}


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200))
def test_any_string_gets_a_verdict(library: Library, text: str) -> None:
    check_shape(judge(text, library), text)


@settings(max_examples=100, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(
            [
                "共享屏幕",
                "百万保障",
                "安 全 账 户",
                "垫付",
                "薇❤",
                "http://a.top",
                "0",
                "\n",
                "\ud83d",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_any_mixture_of_telling_words_gets_a_verdict(library: Library, text: str) -> None:
    check_shape(judge(text, library), text)


def check_shape(verdict: Verdict, text: str) -> None:
    assert 0 <= verdict.score <= 1
    for span in verdict.spans:
        assert 0 <= span.start <= span.end <= len(text)
    for reason in verdict.reasons:
        assert reason.text
        if reason.span:
            assert text[reason.span.start : reason.span.end] == reason.quote
    if verdict.level is Level.HIGH:
        assert len(verdict.reasons) >= 2
    assert (verdict.question is not None) == (verdict.level is Level.UNCLEAR)


@pytest.mark.parametrize(
    "text",
    ["共" * 100_000, "a.b" * 33_000, "1" * 100_000, "http://" * 14_000, "天气不错," * 20_000],
    ids=["one character", "dots", "digits", "schemes", "sentences"],
)
def test_very_long_text_gets_a_verdict(library: Library, text: str) -> None:
    check_shape(judge(text, library), text)


@pytest.mark.parametrize("more", ["请把钱转到安全账户", "打开屏幕共享", "先垫付后返利"])
def test_more_of_a_trick_never_lowers_the_level(library: Library, more: str) -> None:
    assert judge(f"{NEW},{more}", library).level is judge(NEW, library).level


SAID = (
    *(KNOWN, NEW, "百万保障今晚到期", "每月自动扣800元", "下载会议软件", "共享屏幕"),
    *("今晚回来吃饭吗", "我买了鱼", "工资5120元到了", "昨天", "谨防诈骗", "好"),
)
TACTICS = ("我在外面出事了,急需三万", "把现金装进盒子放到指定地点", "您的快递丢失,我们双倍赔偿")
RANK = {level: rank for rank, level in enumerate(reversed(Level))}


@pytest.fixture
def held_down() -> Iterator[None]:
    """As if every text with one of these tactics only sold something, so that it is never high."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.matching.weighing.HIGH_OF_A_SALE", 1.1)
        patch.setattr(
            "bot.matching.weighing.only_sells",
            lambda reading, *_: any(one in reading.normalized.text for one in TACTICS),
        )
        yield


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    said=st.lists(st.sampled_from(SAID), min_size=1, max_size=2),
    mark=st.sampled_from("。!\n"),
    tactics=st.lists(st.sampled_from(TACTICS), min_size=1, max_size=2),
    place=st.integers(0, 3),
)
@example(said=[KNOWN], mark="。", tactics=[TACTICS[0]], place=1)
@pytest.mark.usefixtures("held_down")
def test_one_sentence_more_of_a_trick_never_lowers_a_flagged_level(
    library: Library, said: list[str], mark: str, tactics: list[str], place: int
) -> None:
    sentences = [one + mark for one in said]
    before = judge("".join(sentences), library)
    for tactic in tactics:
        sentences.insert(place, tactic + mark)
        after = judge("".join(sentences), library)
        check_shape(after, "".join(sentences))
        if before.level in FLAGGED:
            assert RANK[after.level] >= RANK[before.level]
            assert after.score >= before.score
        before = after


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    said=st.lists(st.sampled_from((KNOWN, NEW, "好", "每月自动扣800元")), min_size=1, max_size=2),
    join=st.sampled_from(("，", "、", ",", " ", "，并", "，然后", "然后")),
    tactic=st.sampled_from(TACTICS[1:]),
    place=st.integers(0, 2),
)
@example(said=[KNOWN], join="，", tactic="把现金装进盒子放到指定地点", place=1)
@example(said=[KNOWN, "好"], join="、", tactic="把现金装进盒子放到指定地点", place=1)
@pytest.mark.usefixtures("held_down")
def test_one_clause_more_of_a_trick_never_lowers_a_flagged_level(
    library: Library, said: list[str], join: str, tactic: str, place: int
) -> None:
    tactic = tactic.partition(",")[0]
    before = judge("，".join(said), library)
    front, rest = "，".join(said[:place]), "，".join(said[place:])
    text = f"{front}{join * bool(front)}{tactic}{'，' * bool(rest)}{rest}"
    after = judge(text, library)
    check_shape(after, text)
    if before.level in FLAGGED:
        assert RANK[after.level] >= RANK[before.level]
        assert after.score >= before.score


CODE = "把验证码发给我"
MUCH = f"好的呀。{CODE}。打开屏幕共享，加我微信。请把钱转到安全账户"
"""Four pieces of evidence."""
SURE, FAR_BELOW = (Level.HIGH, GREATEST_SCORE), (Level.NONE, LEAST_SCORE)


@pytest.mark.parametrize(
    ("text", "whole", "part", "expected"),
    [
        (f"好的呀。{CODE}", (Level.NONE, 0.2), (Level.UNCLEAR, 0.45), (Level.UNCLEAR, 0.45)),
        (f"好的呀，{CODE}", (Level.NONE, 0.2), (Level.UNCLEAR, 0.45), (Level.UNCLEAR, 0.45)),
        (f"好的呀。{CODE}", (Level.NONE, 0.02), (Level.UNCLEAR, 0.01), (Level.UNCLEAR, 0.02)),
        (f"好。{CODE}", (Level.NONE, 0.2), (Level.UNCLEAR, 0.45), (Level.NONE, 0.2)),
        (f"好的呀。{CODE}", (Level.HIGH, 0.8), (Level.HIGH, 0.85), (Level.HIGH, 0.85)),
        (f"好的呀。{CODE}", (Level.HIGH, 0.8), (Level.NONE, 0.3), (Level.HIGH, 0.8)),
        (
            f"好的呀。{CODE}",
            (Level.HIGH, 0.9),
            (Level.HIGH, GREATEST_SCORE),
            (Level.HIGH, GREATEST_SCORE),
        ),
        (MUCH, (Level.HIGH, 0.89), (Level.NONE, 0.3), (Level.HIGH, 0.89)),
        (MUCH, (Level.HIGH, 0.9), (Level.NONE, 0.3), SURE),
        (MUCH, (Level.NONE, 0.3), (Level.HIGH, 0.9), SURE),
        (MUCH, (Level.SUSPICIOUS, 0.9), (Level.NONE, 0.3), (Level.SUSPICIOUS, 0.9)),
        (
            f"好的呀。{CODE}",
            (Level.NONE, LEAST_SCORE),
            (Level.HIGH, 0.9),
            (Level.NONE, LEAST_SCORE),
        ),
        (f"在吗在吗，{CODE}", (Level.NONE, 0.2), (Level.HIGH, 0.9), (Level.HIGH, 0.9)),
        (
            f"警方提醒谨防诈骗。在吗，{CODE}",
            (Level.NONE, 0.2),
            (Level.HIGH, 0.9),
            (Level.NONE, 0.2),
        ),
    ],
    ids=[
        *("asked back", "asked back, a clause", "a plea", "hardly any text", "a greater score"),
        *("a lesser score", "a sure part", "much evidence, not sure", "much evidence, sure"),
        *("much evidence, a part sure", "much evidence, not high"),
        *("far below", "of a clause", "a warning"),
    ],
)
def test_a_text_is_as_suspect_as_its_parts(
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    whole: tuple[Level, float],
    part: tuple[Level, float],
    expected: tuple[Level, float],
) -> None:
    def weighed(one: str, library: Library) -> Weighed:
        enough = "在吗" in one or "好" in one
        level, score = whole if one == text else part if enough else (Level.NONE, 0.0)
        return replace(weigh(one, library), level=level, score=score, by_its_words=level in FLAGGED)

    monkeypatch.setattr("bot.matching.verdict.weigh", weighed)
    monkeypatch.setattr("bot.matching.verdict.LEAST_REASONS", 0)
    verdict = judge(text, library)
    assert (verdict.level, verdict.score) == expected
    assert (verdict.question is None) == (verdict.level is not Level.UNCLEAR)


@pytest.mark.parametrize(
    ("beside", "level"),
    [
        (f"我被骗了两万怎么办。{CODE}", Level.UNCLEAR),
        (f"{CODE}\n我被骗了两万怎么办", Level.UNCLEAR),
        (f"我刚把五万转过去了，{CODE}", Level.UNCLEAR),
        ("我被骗了两万怎么办，您先下载一个腾讯会议app", Level.UNCLEAR),
        ("我被骗了两万怎么办，您先下载一个腾讯会议app。请您打开屏幕共享", Level.UNCLEAR),
        (f"今晚回来吃饭吗。{CODE}", Level.NONE),
        ("【某某银行】我被骗了两万怎么办，您先下载一个腾讯会议app", Level.NONE),
    ],
)
def test_who_pleads_for_help_is_heard_beside_a_trick_however_low_the_score(
    library: Library, monkeypatch: pytest.MonkeyPatch, beside: str, level: Level
) -> None:
    def weighed(one: str, library: Library) -> Weighed:
        return replace(weigh(one, library), level=Level.NONE, score=0.0, by_its_words=False)

    monkeypatch.setattr("bot.matching.verdict.weigh", weighed)
    assert judge(beside, library).level is level


def test_no_score_is_told_that_cannot_be_measured(library: Library) -> None:
    assert judge(KNOWN, library).score == GREATEST_SCORE


@pytest.mark.usefixtures("held_down")
def test_a_raised_verdict_explains_the_whole_text(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{KNOWN}。{TACTICS[1]} 13812345678"
    raised = judge(text, library)
    assert raised.level is Level.HIGH
    assert raised.family == "cs_insurance"
    quoted = {text[span.start : span.end] for span in raised.spans}
    assert {"现金装进盒子放到", "13812345678"} < quoted
    assert [one.value for one in raised.indicators if one.kind is IndicatorKind.PHONE] == [
        "13812345678"
    ]
    check_shape(raised, text)
    monkeypatch.setattr("bot.matching.verdict.evidence_of", lambda *_: Evidence(text))
    assert judge(text, library).level is Level.SUSPICIOUS


def test_what_is_raised_without_reasons_of_its_own_takes_those_of_its_part(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = judge(KNOWN, library)
    monkeypatch.setattr("bot.matching.verdict.LEAST_SCORE", 0.0)
    monkeypatch.setattr(Evidence, "without_sentences", lambda _: iter((KNOWN,)))
    raised = judge(ORDINARY, library)
    assert (raised.level, raised.score, raised.family) == (part.level, part.score, part.family)
    assert raised.question is None
    assert raised.spans == ()
    assert [one.text for one in raised.reasons] == [one.text for one in part.reasons]


def near(library: Library, nearness: float) -> Near:
    return Near(library.index.entries[0], nearness)


def test_nearer_known_script_never_lowers_the_score(library: Library) -> None:
    weights = [
        known_script_weight(near(library, share / 20), None, Stance.LURE) for share in range(21)
    ]
    assert weights == sorted(weights)
    assert weights[-1] > 4


def test_who_warns_may_quote_a_known_script(library: Library) -> None:
    assert known_script_weight(near(library, 1.0), None, Stance.WARNING) == 0
    assert known_script_weight(near(library, 1.0), None, Stance.LURE) > 0


SALE = "店庆酬宾,会员全场五折,新品到货,欢迎光临"


def sells_only(text: str, library: Library, nearness: float = 0.0) -> bool:
    reading = read_text(text)
    found = look_up(reading.normalized, reading.indicators, library.blocklist)
    return only_sells(reading, reading.grams(), found, near(library, nearness))


def test_words_of_a_shop_without_any_tactic_only_sell(library: Library) -> None:
    assert sells_only(SALE, library)
    assert not sells_only("今晚回来吃饭吗?", library)
    assert not sells_only(f"{SALE},请把钱转到安全账户", library)
    assert not sells_only(f"{SALE} www.lcbc.com.cn", library)
    assert not sells_only(SALE, library, nearness=0.9)


def test_what_only_sells_is_high_from_a_greater_score_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judge(KNOWN, library).level is Level.HIGH
    monkeypatch.setattr("bot.matching.weighing.only_sells", lambda *_: True)
    assert judge(KNOWN, library).level is Level.HIGH
    monkeypatch.setattr("bot.matching.weighing.HIGH_OF_A_SALE", 1.1)
    assert judge(KNOWN, library).level is Level.SUSPICIOUS


def test_what_tells_of_a_trick_is_high_from_a_greater_score_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.matching.weighing.HIGH_OF_A_STORY", 1.1)
    assert judge(KNOWN, library).level is Level.HIGH
    assert judge(f"听说我姑昨天也接到了,人家说:{KNOWN}", library).level is not Level.HIGH
    monkeypatch.setattr("bot.matching.weighing.tells_of_it", lambda _: True)
    assert judge(KNOWN, library).level is Level.SUSPICIOUS
    monkeypatch.setattr("bot.matching.weighing.SUSPICIOUS_OF_A_STORY", 1.1)
    assert judge(KNOWN, library).level is Level.UNCLEAR
    monkeypatch.setattr("bot.matching.weighing.is_asked_of_the_teller", lambda _: True)
    assert judge(KNOWN, library).level is Level.SUSPICIOUS


def test_nearer_genuine_message_speaks_against(library: Library) -> None:
    assert known_script_weight(near(library, 0.8), near(library, 1.0), Stance.PLAIN) < 0


@pytest.mark.parametrize(
    "text",
    [
        "您的百万保障今晚到期,每月自动扣800元",
        NEW,
        ORDINARY,
        "有人说我涉嫌洗钱要转到安全账户 怎么办",
        "先垫富再返佣,请。下。载。软。件",
    ],
)
def test_verdict_is_the_same_with_either_tokenizer(
    library: Library, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judge(text, library)
    cut = tokens.python_cutter()
    calls: list[str] = []

    def counted(written: str) -> list[str]:
        calls.append(written)
        return cut(written)

    monkeypatch.setattr(tokens, "_cutter", lambda: counted)
    assert judge(text, library) == first
    assert calls or text == ORDINARY


def test_verdict_does_not_depend_on_the_order_of_sets(
    small_patterns: Path, library: Library
) -> None:
    """Python orders sets of strings anew in every process; verdicts must not follow."""
    texts = [
        KNOWN,
        NEW,
        "加薇❤ 刷 单 钅艮行 ①③⑧00138000,代款,zhuan账,账转",
        "点👉http://a.top 领🧧",
    ]
    code = (
        "import json,sys;from pathlib import Path;"
        "from bot.services.library import load_library;from bot.matching.verdict import judge;"
        "library=load_library(Path(sys.argv[1]), Path(sys.argv[2]));"
        "said=[repr(judge(text, library)) for text in json.loads(sys.argv[3])];"
        "sys.stdout.write('\\n'.join(said))"
    )
    command = [sys.executable, "-c", code, str(small_patterns), str(BUILT), json.dumps(texts)]
    said = {
        subprocess.run(
            command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(said) == 1
    assert said.pop().decode().count("Verdict(") == len(texts)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("谨防冒充客服!骗子以百万保障到期为由,诱导共享屏幕,请勿相信", True),
        ("昨天有个说我百万保障到期的,我没理,他自己就挂了", True),
        ("姐你听我的,没见过面就谈投资,就是杀猪盘", True),
        (KNOWN, False),
        (ORDINARY, False),
    ],
)
def test_who_tells_of_a_trick_is_told_from_who_plays_it(text: str, told: bool) -> None:
    assert talks_about(read_text(text)) is told


@pytest.mark.parametrize(
    "text",
    ["客服说快递丢了要赔我，让我下载个软件", "他让我共享屏幕", "抖音上认识个男的说带我炒黄金"],
)
def test_who_tells_what_is_asked_of_him_is_never_told_that_nothing_is_found(
    library: Library, text: str
) -> None:
    verdict = judge(text, library)
    assert verdict.level is not Level.NONE
    if verdict.level is Level.UNCLEAR:
        assert verdict.question is not None
        assert "原话" in verdict.question
