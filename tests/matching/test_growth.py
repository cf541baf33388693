"""No text makes the matching slower than in proportion to its length."""

import time
from collections.abc import Callable

import pytest

from bot.matching.indicators import find_indicators
from bot.matching.masking import mask
from bot.matching.normalize import normalize
from bot.matching.signals import find_signals
from bot.matching.stance import judge_stance
from bot.matching.tokens import tokenize

STEPS: dict[str, Callable[[str], object]] = {
    "normalize": normalize,
    "tokenize": tokenize,
    "indicators": lambda text: find_indicators(normalize(text)),
    "signals": lambda text: find_signals(normalize(text)),
    "stance": lambda text: judge_stance(normalize(text)),
    "mask": mask,
}

UNITS = [
    "1", "1 ", "a.", "a-", "1.1.", "一", "刷 ", "加v", "薇信", "\u200ba", "帳", "http://",
    "www.a.top ", "+1", "0086", "微信", "“a", "验证码", "群名叫", "13800138000 ", "100元 ",
    "1,111", "a@", "密码", "请点击", "凡是", "不要", "安全账户", "先交", "x点", "l3", "下载a叫",
    "\n", "(.)", "转*", "转、", "账\n", "(^", "(*^▽^*)", "^_", "T_T", "💰", "垫富", "账转",
    "王见", "月",
]  # fmt: skip

_SHORT, _TIMES = 1_200, 8


_LEAST = 2e-4
"""Processor seconds below which a time is noise."""


def _seconds(step: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(4):
        start = time.process_time()
        step(text)
        best = min(best, time.process_time() - start)
    return best


def _growth(step: Callable[[str], object], unit: str) -> float:
    short = unit * (_SHORT // len(unit))
    return _seconds(step, short * _TIMES) / max(_seconds(step, short), _LEAST)


@pytest.mark.parametrize("name", STEPS)
def test_time_grows_with_the_length_not_its_square(name: str) -> None:
    """A square would show in each of three measurements; another process's noise does not."""
    step = STEPS[name]
    step("热身 www.baidu.com 薇信 13800138000")
    for unit in UNITS:
        assert any(_growth(step, unit) < _TIMES * _TIMES / 2 for _ in range(3)), unit
