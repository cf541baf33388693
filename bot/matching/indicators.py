"""What can be traced in a message: links, numbers, accounts, amounts, names."""

import re
from bisect import bisect_right, insort
from collections.abc import Iterable

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
    found = find_links(text)
    if _DIGIT.search(plain):
        found += find_numbers(text)
    found += find_accounts(text)
    found += find_amounts(text)
    return found if len(found) < 2 else _apart(found)


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
