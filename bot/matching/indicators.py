"""What can be traced in a message: links, numbers, accounts, amounts, names."""

import re

from bot.matching.normalize import Normalized
from bot.matching.result import Indicator, IndicatorKind

_LINK = re.compile(r"(?:https?://)?(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,12}(?:/[\x21-\x7e]{0,500})?")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def find_indicators(text: Normalized) -> tuple[Indicator, ...]:
    """Everything traceable, in order of place."""
    found = [
        Indicator(kind, match.group(), text.span(*match.span()))
        for kind, pattern in ((IndicatorKind.LINK, _LINK), (IndicatorKind.PHONE, _PHONE))
        for match in pattern.finditer(text.text)
    ]
    return tuple(sorted(found, key=lambda item: (item.span.start, item.span.end, item.kind)))
