"""Which sentences of a text speak for a trick, and what the text is without them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.features import WHOLE_TEXT, read_text
from bot.matching.peeling import clauses_of, evidence_of, sentences_of, speaks_for_a_trick
from bot.matching.result import Span
from bot.matching.thresholds import MOST_PARTS, MOST_PEELED_CHARACTERS, MOST_SENTENCES


def without_sentences(text: str, alarming: tuple[Span, ...] = ()) -> list[str]:
    return list(evidence_of(read_text(text), alarming).without_sentences())


def without_clauses(text: str) -> list[str]:
    return list(evidence_of(read_text(text)).without_clauses())


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
    assert without_sentences(text) == []
    place = Span(text.index("www"), text.index("cn") + 2)
    assert without_sentences(text, (place,)) == ["您好。谢谢"]
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
    assert without_sentences(text) == parts


def test_all_parts_of_four_such_sentences_are_given() -> None:
    rest = "在吗。好的。"
    parts = without_sentences(CODE + SHARE + PAY + "加我微信详谈。" + rest)
    assert len(parts) == 15
    assert parts[-1] == rest


@pytest.mark.parametrize("sentence", [CODE, "好。", "好。" + CODE, CODE + SHARE, "\n"])
def test_parts_are_few_however_long_the_text(sentence: str) -> None:
    for size in (MOST_PARTS, 10 * MOST_PARTS, 100_000):
        parts = without_sentences(sentence * size)
        assert len(parts) <= MOST_PARTS
        assert sum(map(len, parts)) <= MOST_PEELED_CHARACTERS


def test_the_last_sentences_are_looked_at() -> None:
    many = "在吗。" * MOST_SENTENCES
    assert without_sentences(CODE + many) == []
    assert without_sentences(many + CODE) == [many, many[:-1]]


@given(text=st.text(alphabet="好a,，、 。!\n”然后并不", max_size=60))
def test_clauses_are_the_text_again(text: str) -> None:
    assert "".join(clauses_of(text)) == text
    assert "" not in clauses_of(text)


def test_a_clause_ends_with_its_marks_and_before_an_and() -> None:
    clauses = ["您好，", "请转账、", "急 ", "用", "然后告诉我", "并保密。", "并不难,", "合并了"]
    assert clauses_of("".join(clauses)) == [*clauses[:-1], "合", "并了"]


BARE = CODE[:-1]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"在吗，{CODE}", ["在吗，", "在吗", "在吗。"]),
        (f"在吗、{BARE}", ["在吗、", "在吗"]),
        (f"在吗 {BARE}", ["在吗 ", "在吗"]),
        (f"在吗然后{BARE}", ["在吗"]),
        (f"在吗，并{BARE}", ["在吗，", "在吗"]),
        (f"{BARE}，在吗", ["在吗"]),
        (f"在吗，{BARE}、快点", ["在吗，快点", "在吗、快点"]),
        (f"【某某公司】{BARE}，在吗", []),
        (f"骗子会说，{BARE}", []),
        (f"您的验证码为5521，请勿告诉他人，{BARE}", ["您的验证码为5521，请勿告诉他人"]),
        ("今晚回来吃饭吗，我买了鱼", []),
    ],
)
def test_clauses_are_left_out_with_the_marks_after_or_before_them(
    text: str, parts: list[str]
) -> None:
    found = without_clauses(text)
    assert [one for one in found if one in parts] == parts
    assert found if parts else not found


def test_the_first_clause_of_a_line_leaves_the_line_before_as_it_is() -> None:
    parts = without_clauses(f"在吗？\n{BARE}，好的")
    assert "在吗？\n好的" in parts
    assert not [part for part in parts if "吗，" in part or "？，" in part]


def test_clauses_amid_a_telling_are_left_out_where_that_is_asked() -> None:
    telling = read_text(f"骗子会说，{BARE}")
    assert "骗子会说" in evidence_of(telling, amid_tellings=True).without_clauses()


def test_clauses_and_sentences_are_left_out_together() -> None:
    assert "在吗" in without_clauses(f"在吗，{BARE}。{SHARE}")
    assert SHARE not in without_clauses(f"{CODE}{SHARE}")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("在吗", 0),
        (CODE, 1),
        (f"{CODE}{SHARE}", 2),
        (f"在吗，{BARE}。{SHARE}", 2),
        (f"{BARE}，好，{BARE}。{SHARE}", 3),
    ],
)
def test_pieces_of_evidence_are_counted_once(text: str, pieces: int) -> None:
    assert evidence_of(read_text(text)).pieces == pieces


@pytest.mark.parametrize("clause", [f"{BARE}，", "好，", f"好，{BARE}，", f"{BARE}并"])
def test_parts_without_clauses_are_few_however_long_the_text(clause: str) -> None:
    for size in (8, MOST_PARTS, 10 * MOST_PARTS, 100_000):
        parts = without_clauses(clause * size)
        assert len(parts) <= MOST_PARTS
        assert sum(map(len, parts)) <= MOST_PEELED_CHARACTERS // 2


def test_a_text_read_in_windows_has_no_parts() -> None:
    fits = CODE + "好" * (WHOLE_TEXT - len(CODE))
    assert without_sentences(fits) == [fits[len(CODE) :]]
    assert without_sentences(fits + "好") == []
