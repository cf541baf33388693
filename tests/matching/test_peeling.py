"""Which sentences of a text speak for a trick, and what the text is without them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.peeling import sentences_of, speaks_for_a_trick, without_evidence
from bot.matching.result import Span
from bot.matching.thresholds import MOST_PARTS, MOST_PEELED_CHARACTERS, MOST_SENTENCES

CODE, SHARE, PAY = "把验证码发给我。", "请打开屏幕共享!", "先交保证金才能放款；"


@given(text=st.text(alphabet="好a。!？\n…;”【 ", max_size=60))
def test_sentences_are_the_text_again(text: str) -> None:
    assert "".join(sentences_of(text)) == text
    assert "" not in sentences_of(text)


def test_a_sentence_ends_with_its_marks_and_quotes() -> None:
    said = ["他说“好！”", "真的吗？！", "您好,请听我说\n", "\n", "再见"]
    assert sentences_of("".join(said)) == ["他说“好！”", "真的吗？！", "您好,请听我说\n\n", "再见"]


def test_a_face_made_of_signs_ends_no_sentence() -> None:
    assert sentences_of("请将卡片贴紧Σ(っ°Д°;)っ充值完成前勿移开。") == [
        "请将卡片贴紧Σ(っ°Д°;)っ充值完成前勿移开。"
    ]


@pytest.mark.parametrize(
    "sentence",
    [CODE, SHARE, PAY, "这件事不要告诉家里人", "加我微信详谈", "被骗的钱我们可以帮你追回"],
)
def test_a_tactic_speaks_for_a_trick(sentence: str) -> None:
    assert speaks_for_a_trick(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "今晚回来吃饭吗",
        "",
        "谨防诈骗,骗子会让您转到安全账户",
        "昨天有人打电话让我转账到安全账户",
        "该团伙以免费领皮肤为由,带他裸聊敲诈",
        "你那张银行卡别借给小姨用",
        "把银行卡借给我用是犯法的",
        "征信领域不存在“修复”“洗白”的说法",
        "您的验证码为5521,5分钟内有效,请勿告诉他人",
        "警方通报:某某被骗走现金,嫌疑人让其打开屏幕共享",
    ],
)
def test_who_warns_tells_or_dissuades_does_not(sentence: str) -> None:
    assert not speaks_for_a_trick(sentence)


def test_an_alarming_address_speaks_for_a_trick() -> None:
    text = "您好。请看 www.lcbc.com.cn。谢谢"
    assert list(without_evidence(text)) == []
    place = Span(text.index("www"), text.index("cn") + 2)
    assert list(without_evidence(text, [place])) == ["您好。谢谢"]
    assert not speaks_for_a_trick("谨防诈骗,骗子的网址是 www.lcbc.com.cn", alarming=True)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (CODE, []),
        ("今晚回来吃饭吗?我买了鱼。", []),
        (f"在吗?{CODE}快点", ["在吗?快点"]),
        (f"{CODE}在吗?", ["在吗?"]),
        (f"在吗?{CODE}", ["在吗?", "在吗"]),
        (f"在吗?\n{CODE}", ["在吗?\n", "在吗?", "在吗"]),
        (f"好。\n\n{SHARE}", ["好。\n\n", "好。", "好"]),
        (f"{CODE}好。{SHARE}嗯", [f"好。{SHARE}嗯", f"{CODE}好。嗯", "好。嗯"]),
        (CODE + SHARE, [SHARE, CODE, CODE[:-1]]),
    ],
)
def test_parts_are_the_text_without_its_evidence(text: str, parts: list[str]) -> None:
    assert list(without_evidence(text)) == parts


def test_all_parts_of_four_such_sentences_are_given() -> None:
    rest = "在吗。好的。"
    parts = list(without_evidence(CODE + SHARE + PAY + "加我微信详谈。" + rest))
    assert len(parts) == 15
    assert parts[-1] == rest


@pytest.mark.parametrize("sentence", [CODE, "好。", "好。" + CODE, CODE + SHARE, "\n"])
def test_parts_are_few_however_long_the_text(sentence: str) -> None:
    for size in (MOST_PARTS, 10 * MOST_PARTS, 100_000):
        parts = list(without_evidence(sentence * size))
        assert len(parts) <= MOST_PARTS
        assert sum(map(len, parts)) <= MOST_PEELED_CHARACTERS


def test_the_last_sentences_are_looked_at() -> None:
    many = "在吗。" * MOST_SENTENCES
    assert list(without_evidence(CODE + many)) == []
    assert list(without_evidence(many + CODE)) == [many, many[:-1]]
