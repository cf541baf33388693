"""Which of a resident's own words a reason quotes: whole words, numbers and links of one line."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Reading
from bot.matching.result import IndicatorKind, Reason, Span
from bot.matching.thresholds import TRICK_PHRASE
from bot.matching.tokens import tokenize

LEAST_IDEOGRAPHS, LONGEST_PHRASE = 4, 14
LONGEST_CLAUSE = 20
"""A telling phrase is quoted with its clause where that has no more characters than this."""

_MOST_WORDS = 5
_MOST_PHRASES = 2
_NEAR = 8
"""So many characters on both sides tell where a word begins and ends."""

_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_DANGLING = frozenset("，,。;；:：、（(【[「《")
"""What no quotation ends with."""

_BRACKETS = {"【": "】", "[": "]", "（": "）", "(": ")", "《": "》", "「": "」", "“": "”"}
_NOT = frozenset("不未没别勿")
"""Without this sign before it a quotation would say the contrary."""

_OF_A_NUMBER = frozenset("0123456789-")
_SAYS_NOTHING = frozenset(IndicatorKind) - {IndicatorKind.AMOUNT, IndicatorKind.APP}
"""Numbers, addresses and accounts are no phrase: what is odd about them is said elsewhere."""


def whole_words(reading: Reading, start: int, end: int) -> Span:
    """The range of the original for a range of the plain text: the longest part of it that stands
    in one line, with the words, numbers and addresses that it cuts."""
    text, original = reading.normalized.text, reading.normalized.original
    start, end = _longest_line(text, start, end)
    span = reading.normalized.span(_word_at(text, start)[0], _word_at(text, end)[1])
    first, last = span.start, span.end
    for found in reading.indicators:
        if found.span.start < last and first < found.span.end:
            first, last = min(first, found.span.start), max(last, found.span.end)
    while last - 1 > first and (original[last - 1].isspace() or original[last - 1] in _DANGLING):
        last -= 1
    if first and _belongs_before(original[first - 1], original[first:last]):
        first -= 1
    if last < len(original) and _closes(original[last], original[first:last]):
        last += 1
    return Span(first, last)


def _closes(sign: str, quote: str) -> bool:
    """Whether the sign after a quotation closes a bracket that is open in it."""
    return any(
        close == sign and quote.rfind(begin) > quote.rfind(close)
        for begin, close in _BRACKETS.items()
    )


def _belongs_before(sign: str, quote: str) -> bool:
    """Whether the sign before a quotation is part of it: a "not", or the bracket closed in it."""
    return sign in _NOT or (sign in _BRACKETS and _BRACKETS[sign] in quote)


def telling_phrases(reading: Reading, added: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Up to two runs of whole words without a break that add most to the score."""
    words = _word_ranges(reading)
    text = reading.normalized.text
    sums: list[float] = [0.0, *added.cumsum().tolist()]
    runs: list[tuple[float, int, int]] = []
    for first, (start, end) in enumerate(words):
        before = sums[start] + TRICK_PHRASE
        for begin, stop in words[first : first + _MOST_WORDS]:
            if begin > end or stop - start > LONGEST_PHRASE:
                break
            end = max(end, stop)
            if sums[end] >= before and _says_something(text[start:end]):
                runs.append((sums[end] - sums[start], start, end))
    chosen: list[tuple[int, int]] = []
    for _, start, end in sorted(runs, reverse=True):
        if len(chosen) == _MOST_PHRASES:
            break
        if all(end <= other[0] or start >= other[1] for other in chosen):
            chosen.append((start, end))
    return sorted(chosen)


def with_clauses(reasons: Sequence[Reason], original: str) -> Iterator[Reason]:
    """The reasons, each telling phrase with the rest of its short clause, as far as no other reason
    quotes that."""
    spans = {reason.span for reason in reasons if reason.span is not None}
    for reason in reasons:
        span = reason.span
        if reason.code == "phrase" and span is not None:
            wider = _clause(original, span, [one for one in spans if one != span])
            if wider.end - wider.start <= LONGEST_CLAUSE:
                spans = (spans - {span}) | {wider}
                reason = replace(reason, quote=original[wider.start : wider.end], span=wider)
        yield reason


def _clause(original: str, span: Span, others: Sequence[Span]) -> Span:
    low = max((one.end for one in others if one.end <= span.start), default=0)
    high = min((one.start for one in others if one.start >= span.end), default=len(original))
    start, end = span.start, span.end
    while start > max(low, span.start - LONGEST_CLAUSE) and _goes_on(original, start - 1):
        start -= 1
    while end < min(high, span.end + LONGEST_CLAUSE) and _goes_on(original, end):
        end += 1
    if end < len(original) and _OF_A_NUMBER.issuperset(original[end - 1 : end + 1]):
        end = len(original[:end].rstrip("".join(_OF_A_NUMBER)))
    if end <= span.start:
        return span
    return Span(start, end)


def _goes_on(original: str, at: int) -> bool:
    """Whether a clause goes on with this sign: a letter, a digit, or the hyphen of a number."""
    if original[at] == "-":
        return original[at - 1 : at].isdigit() and original[at + 1 : at + 2].isdigit()
    return original[at].isalnum()


def _longest_line(text: str, start: int, end: int) -> tuple[int, int]:
    if text.find("\n", start, end) < 0:
        return start, end
    line = max(text[start:end].split("\n"), key=lambda part: len(part.strip()))
    begin = text.index(line, start, end)
    return begin, begin + len(line)


def _word_at(text: str, at: int) -> tuple[int, int]:
    """The word that a place lies inside; the place itself where it lies between two."""
    if not 0 < at < len(text) or not (text[at - 1].isalnum() and text[at].isalnum()):
        return at, at
    high = max(0, at - _NEAR)
    for token in tokenize(text[high : at + _NEAR]):
        low, high = high, high + len(token)
        if high > at:
            return (low, high) if low < at else (at, at)
    return at, at


def _word_ranges(reading: Reading) -> list[tuple[int, int]]:
    """Where the words stand; punctuation, numbers and addresses leave a gap."""
    ranges, at = [], 0
    for token in tokenize(reading.normalized.text):
        start, at = at, at + len(token)
        if token[0].isalnum():
            ranges.append((start, at))
    size = len(reading.normalized.text)
    blocked = [found.span for found in reading.indicators if found.kind in _SAYS_NOTHING]
    return [one for one in ranges if one[1] <= size and not _touches(blocked, reading, *one)]


def _touches(blocked: Sequence[Span], reading: Reading, start: int, end: int) -> bool:
    """Whether one of the spans, which are in order and apart, has part of a range of words."""
    if not blocked:
        return False
    span = reading.normalized.span(start, end)
    place = bisect_right(blocked, span.start, key=lambda one: one.end)
    return place < len(blocked) and blocked[place].start < span.end


def _says_something(phrase: str) -> bool:
    return len(_IDEOGRAPH.findall(phrase)) >= LEAST_IDEOGRAPHS
