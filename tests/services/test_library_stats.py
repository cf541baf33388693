"""The figures of the library, on one small enough to count by hand."""

from dataclasses import replace

import pytest

from bot.services.expansion import Side
from bot.services.library_files import Text
from bot.services.library_stats import Stats, TitleWord, library_stats
from bot.services.patterns import Genuine, Patterns


def texts(*written: str) -> tuple[Text, ...]:
    return tuple(Text(text, "x.yml", line) for line, text in enumerate(written, 1))


@pytest.fixture
def patterns(small_patterns: Patterns) -> Patterns:
    """Four scripts and two genuine messages."""
    scripts = {
        "police_case": {
            "sms": texts(
                "【公安局】您名下的银行卡涉嫌洗钱，请点击 http://ga-anquan.top/x 核实。",
                "您名下的社保卡明天起停用请尽快联系人工客服办理",
            ),
            "call": texts(
                "把钱转到安全账户，不许告诉家里人。", "把钱转到安全账户，不许告诉家里的人。"
            ),
        }
    }
    genuine = (
        Genuine("chat", "聊天", "chat", {"chat": texts("今晚回来吃饭吗？", "快递放门口了")}),
    )
    return replace(small_patterns, scripts=scripts, genuine=genuine)


def line(found: tuple[Stats, ...], side: Side, register: str) -> Stats:
    return next(one for one in found if (one.side, one.register) == (side, register))


def test_shares_are_counted_by_side_and_register(patterns: Patterns) -> None:
    found = library_stats(patterns).lines
    assert len(found) == 3
    sms = line(found, Side.SCAM, "sms")
    assert (sms.texts, sms.punctuation, sms.links, sms.tags) == (2, 0.5, 0.5, 0.5)
    chat = line(found, Side.GENUINE, "chat")
    assert (chat.texts, chat.punctuation, chat.links, chat.tags) == (2, 0.5, 0.0, 0.0)
    assert chat.length == 7


def test_near_duplicates_are_those_of_the_same_side(patterns: Patterns) -> None:
    found = library_stats(patterns).lines
    assert line(found, Side.SCAM, "call").near_duplicates == 1.0
    assert line(found, Side.SCAM, "sms").near_duplicates == 0.0
    assert line(found, Side.GENUINE, "chat").near_duplicates == 0.0


def test_words_stop_growing_when_texts_repeat(small_patterns: Patterns) -> None:
    same = {"sms": texts(*["把钱转到安全账户，不许告诉家里人。"] * 8)}
    found = library_stats(replace(small_patterns, scripts={"police_case": same}))
    assert found.growth[Side.SCAM][0] > 0
    assert found.growth[Side.SCAM][1:] == (0.0, 0.0, 0.0)


def test_the_word_of_the_title_that_most_scripts_have_is_named(small_patterns: Patterns) -> None:
    family = replace(small_patterns.families["police_case"], title="冒充公安说银行卡洗钱")
    scripts = {"sms": texts("您的银行卡涉案", "公安通知银行卡停用", "转到安全账户", "不许挂电话")}
    genuine = Genuine("chat", "聊天", "chat", {"chat": texts("银行卡带了吗", "吃饭吗")})
    patterns = replace(
        small_patterns,
        families={"police_case": family},
        scripts={"police_case": scripts},
        genuine=(genuine,),
    )
    assert library_stats(patterns).title_words == (TitleWord("police_case", "银行卡", 0.5, 0.5),)


def test_progress_runs_from_begin_to_end(small_patterns: Patterns) -> None:
    heard: list[float] = []
    library_stats(small_patterns, lambda share, what: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
