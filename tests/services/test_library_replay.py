"""A script is looked at from all sides before it may come in."""

from dataclasses import replace

import pytest

from bot.errors import InvalidInputError
from bot.matching.library import Library
from bot.matching.masking import mask
from bot.matching.result import Level
from bot.matching.verdict import judge
from bot.services.library_files import Text
from bot.services.library_replay import (
    LONGEST_SCRIPT,
    MOST_NAMED,
    ScriptRefusedError,
    candidate,
    change_of,
    entry_of,
    live_library,
    replay,
)
from bot.services.patterns import Cases, Patterns
from bot.storage.library import LibraryScript

NEW = "老人家，您的养老账户要做年检，请把卡贴在手机背面碰一下，别跟子女说。"
REPORT = "您好，社区医院的体检报告出来了，请您本人到二楼窗口领取，周末也开门。"
LIKE_REPORT = "您好，社区医院的体检报告出来了，请您本人到二楼窗口领取，周末也收费。"


def with_case(patterns: Patterns, *no_match: str) -> Patterns:
    texts = tuple(Text(text, "x.cases.yml", line) for line, text in enumerate(no_match, 1))
    return replace(patterns, cases={**patterns.cases, "police_case": Cases(no_match=texts)})


def script(family: str, text: str) -> LibraryScript:
    return LibraryScript(family=family, register="call", text=text)


def test_a_new_script_is_found_once_it_is_in(
    small_library: Library, small_patterns: Patterns
) -> None:
    assert judge(NEW, small_library).nearest is None
    made = candidate(NEW, "police_case", "call", small_library)
    replayed = replay([made], small_library, small_patterns)
    assert replayed.wrong == ()
    assert replayed.own[0].level is Level.HIGH
    assert replayed.own[0].family == "police_case"
    assert replayed.own[0].nearest == NEW


def test_a_script_that_would_flag_a_genuine_case_is_named_with_it(
    small_library: Library, small_patterns: Patterns
) -> None:
    patterns = with_case(small_patterns, REPORT)
    assert judge(REPORT, small_library).level in (Level.NONE, Level.UNCLEAR)
    made = candidate(LIKE_REPORT, "police_case", "chat", small_library)
    replayed = replay([made], small_library, patterns)
    assert [(case.owner, case.text) for case in replayed.wrong] == [("police_case", REPORT)]
    words = ScriptRefusedError(replayed.wrong).words
    assert "x.cases.yml:1" in words
    assert REPORT[:20] in words


def test_what_was_wrong_before_is_not_held_against_a_script(
    small_library: Library, small_patterns: Patterns
) -> None:
    already = "微信客服说您的百万保障今晚到期，请下载会议软件共享屏幕，我教您关闭。"
    assert judge(already, small_library).level is Level.HIGH
    made = candidate(NEW, "police_case", "call", small_library)
    assert replay([made], small_library, with_case(small_patterns, already)).wrong == ()


def test_a_long_list_of_wrong_verdicts_is_cut(
    small_library: Library, small_patterns: Patterns
) -> None:
    similar = [REPORT.replace("二楼", f"{sign}楼") for sign in "一二三四五六七八九十甲乙"]
    made = candidate(LIKE_REPORT, "police_case", "chat", small_library)
    wrong = replay([made], small_library, with_case(small_patterns, *similar)).wrong
    assert len(wrong) == len(similar)
    lines = ScriptRefusedError(wrong).words.split("\n")
    assert lines[-1] == f"……还有 {len(similar) - MOST_NAMED} 条"


def test_a_replay_tells_its_progress(small_library: Library, small_patterns: Patterns) -> None:
    heard: list[float] = []
    made = candidate(NEW, "police_case", "call", small_library)
    replay([made], small_library, small_patterns, lambda share, what: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_a_replay_judges_as_the_whole_library_would(
    small_library: Library, small_patterns: Patterns
) -> None:
    texts = [REPORT, LIKE_REPORT, NEW, "你好", "转账到安全账户", "体检报告", "老人家您好"]
    made = candidate(LIKE_REPORT, "police_case", "chat", small_library)
    extended = small_library.with_scripts((made.entry,), small_library.version)
    changed = {
        text
        for text in texts
        if judge(text, small_library).level in (Level.NONE, Level.UNCLEAR)
        and judge(text, extended).level in (Level.HIGH, Level.SUSPICIOUS)
    }
    replayed = replay([made], small_library, with_case(small_patterns, *texts))
    assert {case.text for case in replayed.wrong} == changed


@pytest.mark.parametrize(
    ("text", "family", "register", "said"),
    [
        (NEW, "no_such", "call", "no_such.*全部编号.*police_case"),
        (NEW, "polic_case", "call", r"相近的有 police_case（"),
        (NEW, "百万保障", "call", r"相近的有.*、cs_insurance（"),
        (NEW, "police_case", "letter", "sms"),
        ("别说话。", "", "call", "请选择"),
        ("别说话。", "police_case", "call", "太短"),
        ("！？。，、；：……——《》", "police_case", "call", "太短"),
        ("转账" * LONGEST_SCRIPT, "police_case", "call", "太长"),
        ("您好，这里是微信客服，您的百万保障今晚到期，每月自动扣800元，请下载会议软件共享屏幕我教您关闭。",
         "cs_insurance", "call", "谎称百万保障到期"),
        ("今晚回来吃饭吗？我买了排骨。", "police_case", "chat", "正常消息"),
    ],
    ids=["family", "misspelt", "by its title", "register", "none", "short", "only marks", "long",
         "known script", "genuine"],
)  # fmt: skip
def test_what_cannot_be_a_script_is_refused_with_the_reason(
    small_library: Library, text: str, family: str, register: str, said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        candidate(text, family, register, small_library)


def test_personal_numbers_and_signs_a_database_refuses_are_gone(small_library: Library) -> None:
    text = f"\0{NEW}\ud800请打13812345678，卡号6222021234567890128。\u202e"
    made = candidate(text, "police_case", "call", small_library)
    assert "13812345678" not in made.text
    assert "6222021234567890128" not in made.text
    assert not set("\0\ud800\u202e") & set(made.text)


@pytest.mark.parametrize(
    "number", ["13812345678", "6222021234567890128", "110101199003074514", "84736251"]
)
def test_a_masked_number_is_compared_like_any_number(number: str) -> None:
    text = f"您的验证码是{number}，请把它报给客服人员，马上为您办理退款。"
    masked = mask(text)
    assert number not in masked
    assert entry_of("police_case", masked).key == entry_of("police_case", text).key


def test_the_version_names_the_change(small_library: Library) -> None:
    live = live_library(small_library, [script("police_case", NEW)], 7)
    assert live.version == f"{small_library.version}+7"
    assert change_of(live.version) == 7
    assert change_of(small_library.version) == 0
    assert judge(NEW, live).library_version == live.version
    assert judge(NEW, live).nearest == NEW
    assert live_library(small_library, [], 0).version == small_library.version


def test_a_script_of_a_family_that_is_gone_is_left_out(small_library: Library) -> None:
    live = live_library(small_library, [script("gone_family", NEW)], 1)
    assert live.index.added == ()


def test_a_verdict_under_way_keeps_its_library(small_library: Library) -> None:
    before = judge(NEW, small_library)
    live_library(small_library, [script("police_case", NEW)], 1)
    assert judge(NEW, small_library) == before
