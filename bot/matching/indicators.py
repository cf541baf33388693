"""What can be traced in a message: links, numbers, accounts, amounts, names."""

import re
from bisect import bisect_right, insort
from collections.abc import Iterable
from itertools import chain

from bot.matching.accounts import find_accounts
from bot.matching.amounts import find_amounts
from bot.matching.links import find_links
from bot.matching.normalize import Normalized
from bot.matching.numbers import find_numbers
from bot.matching.result import Indicator

Found = tuple[int, int, Indicator]

_DIGIT = re.compile(r"\d|96[l1i]")


def find_indicators(text: Normalized) -> tuple[Indicator, ...]:
    """Everything traceable, in order of place.

    Where two kinds claim the same characters the surer one counts: a link before a number in it,
    a card with a right check digit before a phone, an account before an amount.
    """
    return tuple(indicator for _, _, indicator in locate(text))


def locate(text: Normalized) -> list[Found]:
    """The same with the ranges in the plain text."""
    plain = text.text
    parts: list[Iterable[Found]] = [find_links(text)]
    has_digit = _DIGIT.search(plain) is not None
    if has_digit:
        parts.append(find_numbers(text))
    parts.append(find_accounts(text))
    parts.append(find_amounts(text))
    return _apart(chain.from_iterable(parts))


def _apart(found: Iterable[Found]) -> list[Found]:
    chosen: list[Found] = []
    starts: list[tuple[int, int]] = []
    for item in found:
        start, end, _ = item
        place = bisect_right(starts, (start, end))
        if place and starts[place - 1][1] > start:
            continue
        if place < len(starts) and starts[place][0] < end:
            continue
        insort(starts, (start, end))
        chosen.append(item)
    return sorted(chosen, key=lambda item: (item[0], item[1]))
