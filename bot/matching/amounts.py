"""Sums of money, in digits and in Chinese numerals."""

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.matching.normalize import Normalized
from bot.matching.result import Indicator, IndicatorKind

_DIGITS = "零一二三四五六七八九"
_VALUES = {char: value for value, char in enumerate(_DIGITS)} | {
    char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", start=1)
}
_VALUES |= {"两": 2, "幺": 1}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_SHORT = {"w": 10**4, "k": 1000}
_NUMERALS = "".join((*_VALUES, *_SMALL, *_LARGE, "半"))
_CURRENCY = {"美元": "usd", "美金": "usd", "刀": "usd", "u": "usdt", "usdt": "usdt", "港币": "hkd"}
_FACTOR = "[百千万亿佰仟wk]"

_UNIT = r"(?:元|块钱?|圆|人民币|rmb|钱|美元|美金|港币|usdt|u(?![a-z]))"
_MONEY_VERB = (
    r"(?:转|付|打|汇|借|交|缴|损失|骗|共|给|花|充|投|要|收|赚|返|奖|赔|取|存|贷|额度|金额|价|费|款|卖|买)"
    r"(?:了|走|我|您|你|他|她|出|到|入|掉|过|去|为|是|约|近|超|到账|:| ){0,3}"
)
_WRITTEN = re.compile(
    rf"(?<![\d.a-z])(?P<sign>[¥$])? ?(?P<number>\d{{1,3}}(?:,\d{{3}}){{1,4}}(?:\.\d{{1,2}})?"
    rf"|\d{{1,12}}(?:\.\d{{1,4}})?) ?(?P<factor>{_FACTOR}{{0,2}})"
    rf"(?P<tail>[1-9]\d{{0,3}}{_FACTOR}?)?"
    rf"(?:(?:余|多|来|几)(?P<more>[千万亿]?))?(?: ?(?P<unit>{_UNIT}))?(?![\da-z%])"
)
_SPELLED = re.compile(
    rf"(?P<number>[{_NUMERALS}]{{1,24}})(?:(?:余|多|来|几)(?P<more>[千万亿]?))?(?P<unit>{_UNIT})?"
)
_ANY_MONEY = re.compile(r"[元块圆钱¥$百千万亿佰仟wku]|rmb|人民币|美金|港币")
_ANY_DIGIT = re.compile(r"\d")
_ANY_NUMERAL = re.compile(rf"[{_NUMERALS}](?:[{_NUMERALS}余多来几]|{_UNIT})")
_AFTER_VERB = re.compile(rf"{_MONEY_VERB}$")
_BARE_END = re.compile(r"[,。!?;、 \n)]|$|左右|以上|以下|块|进|到|给")


def find_amounts(text: Normalized) -> Iterator[tuple[int, int, Indicator]]:
    """Amounts with their value in fen; other currencies are flagged and stay in their own cents."""
    plain = text.text
    if not _ANY_MONEY.search(plain):
        return
    for match in _WRITTEN.finditer(plain) if _ANY_DIGIT.search(plain) else ():
        if _is_money(plain, match, bool(match["factor"] or match["more"])):
            yield from _indicator(text, match, _written_fen(match))
    for match in _SPELLED.finditer(plain) if _ANY_NUMERAL.search(plain) else ():
        number = match["number"]
        has_scale = any(char in _SMALL or char in _LARGE for char in number)
        if len(number) > 24 or not (match["unit"] or has_scale):
            continue
        if _is_money(plain, match, has_scale and len(number) > 1):
            yield from _indicator(text, match, spelled_fen(number + (match["more"] or "")))


def _is_money(text: str, match: re.Match[str], scaled: bool) -> bool:
    if match["unit"] or match.groupdict().get("sign"):
        return True
    if not scaled or not _BARE_END.match(text, match.end()):
        return False
    start = match.start()
    alone = not text[:start].strip() and not text[match.end() :].strip()
    return alone or _AFTER_VERB.search(text[max(0, start - 8) : start]) is not None


def _indicator(
    text: Normalized, match: re.Match[str], fen: int | None
) -> Iterator[tuple[int, int, Indicator]]:
    if fen is None or not 0 < fen < 10**16:
        return
    sign = match.groupdict().get("sign")
    currency = "usd" if sign == "$" else _CURRENCY.get(match["unit"] or "")
    span = text.span(*match.span())
    found = Indicator(IndicatorKind.AMOUNT, str(fen), span, (currency,) if currency else ())
    yield match.start(), match.end(), found


def _written_fen(match: re.Match[str]) -> int:
    value = Decimal(match["number"].replace(",", ""))
    scale = 1
    for char in match["factor"] + (match["more"] or ""):
        scale *= _SMALL.get(char) or _LARGE.get(char) or _SHORT[char]
    value *= scale
    if tail := match["tail"]:
        value += _tail_value(tail, scale)
    return int(value * 100)


def _tail_value(tail: str, scale: int) -> int:
    """The 5 of 3万5 is 5,000, the 5千 of 3万5千 too."""
    if tail[-1].isdigit():
        return int(tail) * (scale // 10 if len(tail) == 1 else 1)
    unit = _SMALL.get(tail[-1]) or _LARGE.get(tail[-1]) or _SHORT[tail[-1]]
    return int(tail[:-1]) * unit


def spelled_fen(number: str) -> int | None:
    """Fen from Chinese numerals such as 三万五, 壹拾万, 两百五; None where they make no sense."""
    if number == "半" or number.count("半") > 1:
        return None
    half = 0
    if number.endswith("半"):
        number, half = number[:-1], 1
    total = section = digit = 0
    last_scale = 1
    for char in number:
        if char in _VALUES:
            digit = _VALUES[char]
            if char == "零":
                last_scale = 10
        elif char in _SMALL:
            section += (digit or (1 if not section else 0)) * _SMALL[char]
            digit, last_scale = 0, _SMALL[char]
        elif char in _LARGE:
            total = (total + section + digit) * _LARGE[char]
            section = digit = 0
            last_scale = _LARGE[char]
        else:
            return None
    if digit and last_scale >= 100:
        digit *= last_scale // 10
    value = total + section + digit
    return value * 100 + (last_scale * 50 if half else 0)
