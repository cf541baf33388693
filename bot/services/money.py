"""Sums of money as people type them."""

import re
import unicodedata

from bot.matching.indicators import find_indicators
from bot.matching.normalize import normalize
from bot.matching.result import IndicatorKind

AMOUNT_LIMIT_FEN = 1_000_000_000_000
"""Ten billion yuan: anything above is a typing slip."""
AMOUNT_PARTS = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,4})?)([百千万亿]?)")
SUMS = re.compile(r"^\s*[-－—]|[0-9]\s*[+＋]\s*[0-9]")
"""Below nothing, or something to be added up first."""
ODD_TENTH = re.compile(r"([百千万亿])([0-9])$")
"""1万2 is twelve thousand: a last digit without a unit counts tenths of the one before."""
UNITS = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
ABOUT = re.compile(
    r"大概|大约|差不多|左右|将近|一共|总共|转了|人民币|的样子|[约多几¥,，。!！\s元块钱整吧啊呢了]"
)


def amount_named(story: str) -> int | None:
    """The largest sum, in fen, that a story names; None where it names none."""
    found = find_indicators(normalize(story))
    sums = [int(one.value) for one in found if one.kind is IndicatorKind.AMOUNT]
    return max((fen for fen in sums if 0 < fen <= AMOUNT_LIMIT_FEN), default=None)


def read_amount(typed: str) -> int | None:
    """Fen from what somebody typed (3500, 1.2万, 5万3千, 大概五万多); None where unreadable."""
    if SUMS.search(typed):
        return None
    plain = ABOUT.sub("", unicodedata.normalize("NFKC", typed))
    plain = ODD_TENTH.sub(lambda odd: f"{odd[1]}{UNITS[odd[1]] * int(odd[2]) // 10}", plain)
    parts = AMOUNT_PARTS.findall(plain)
    if parts and AMOUNT_PARTS.sub("", plain) == "":
        fen = round(sum(float(number) * UNITS[unit] for number, unit in parts) * 100)
    else:
        found = find_indicators(normalize(f"{plain}元"))
        amounts = [one.value for one in found if one.kind is IndicatorKind.AMOUNT]
        if not amounts:
            return None
        fen = int(amounts[0])
    return fen if 0 <= fen <= AMOUNT_LIMIT_FEN else None
