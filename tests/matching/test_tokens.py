import subprocess
import sys

import pytest

from bot.matching.tokens import python_cutter, rust_cutter, tokenize

TEXTS = [
    "您好,这里是微信支付客服,您的百万保障今晚到期",
    "请立即登录www.etc-abc.top认证,逾期停用!",
    "【菜鸟驿站】取件码3-2-1024,请及时取件",
    "我妈接到一个电话,说她涉嫌洗钱",
    "加微信abc_123 领 福利\n日结300元",
    "转usdt到钱包",
    "",
    "   ",
    "𠮷野家 café ñ",
]


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_rebuild_the_text(text: str) -> None:
    assert "".join(tokenize(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_both_implementations_cut_alike(text: str) -> None:
    assert rust_cutter()(text) == python_cutter()(text)


def test_lone_surrogates_are_left_out() -> None:
    assert "".join(tokenize("转\ud800账")) == "转账"


def test_words_are_not_guessed() -> None:
    assert tokenize("来到杭研大厦") == ["来到", "杭", "研", "大厦"]


def test_importing_loads_no_dictionary() -> None:
    code = "import sys, bot.matching.tokens\nsys.exit(bool({'jieba', 'rjieba'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
