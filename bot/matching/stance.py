"""Who is speaking: the scammer, someone warning of him, a reporter, or a resident telling.

A warning that quotes a scam is not a scam, and a scam that quotes a warning is one: what decides
is whether the reader is told to do something, outside of any denial, by someone who does not
describe the trick from the outside.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache

from bot.matching.denial import is_denied
from bot.matching.normalize import Normalized
from bot.matching.searcher import Searcher, any_of, search_for
from bot.matching.signal_rule import words
from bot.matching.stance_cues import (
    DEMAND_VERBS,
    DESCRIBING_CUES,
    NEWS_CUES,
    PROMISE_CUES,
    QUESTION_CUES,
    TELLING_CUES,
    WARNING_CUES,
)

ENOUGH = 2.0
"""Cues of this weight together settle a stance."""

_MOST_DEMANDS = 12

_OFFICIAL_ADVICE = re.compile(
    r"^(?:并|和|或|及时|安装|注册|最新版?|官方|我们?|由|[\"“'《「【]){0,3}"
    r"(?:110|96110|报警|国家反诈中心|12381|反诈|当地|官方|派出所|公安|银行|应用|app|有效证件)"
)
_REACH = 30
_NEAR = 11
"""Characters before a demand that are looked at; the reader is spoken to in the nearest."""

_TOWARDS_READER = re.compile(
    r"(?:[请需须快可速您你先来后并帮要把,:!。;、\]】]|务必|立即|马上|尽快|赶紧|立刻|麻烦|^)[^,。!?]{0,8}$"
)
_TRICKSTER = words(
    "骗子 不法分子 诈骗分子 犯罪分子 嫌疑人 对方 要求 诱导 诱骗 让您 让你 让其 引导 为由 声称 谎称 "
    "冒充 骗取 他 她 让我 叫我 要我 我已 我就 我也"
)
_BY_THE_TRICKSTER = re.compile(any_of(_TRICKSTER) + r"[^。!?]{0,24}$")


_TO_A_PROTECTED_ACCOUNT = re.compile(
    r"(?:转|存|汇|移|挪|放|打)(?:入|到|进|至|往|去)[^,。!?;:]{0,10}"
    r"(?:(?:安全|保护|保全|核查|清查|审查)(?:的|资金)?账[户号]|(?:保护|保全|代管)户)"
)


class Stance(StrEnum):
    """How the text stands to the trick it may contain."""

    LURE = "lure"
    WARNING = "warning"
    NEWS = "news"
    TELLING = "telling"
    QUESTION = "question"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class _Cues:
    """All cues in one searcher, each with what it adds to."""

    searcher: Searcher
    meanings: tuple[tuple[tuple[str, float], ...], ...]


@dataclass
class _Sums:
    """What was found so far in a text; `demands` are the places where one may stand."""

    text: str
    warning: float = 0.0
    news: float = 0.0
    telling: float = 0.0
    question: float = 0.0
    describing: float = 0.0
    promise: float = 0.0
    demands: list[tuple[int, int]] = field(default_factory=list)

    @cached_property
    def demand(self) -> int:
        """How often the reader is told to do something; looked at only where it decides."""
        places = self.demands[:_MOST_DEMANDS]
        return sum(_is_demand(self.text, start, end) for start, end in places)


@lru_cache(maxsize=1)
def _cues() -> _Cues:
    meanings: dict[str, list[tuple[str, float]]] = {}
    for name, table in (
        ("warning", WARNING_CUES),
        ("news", NEWS_CUES),
        ("telling", TELLING_CUES),
        ("question", QUESTION_CUES),
        ("describing", DESCRIBING_CUES),
        ("promise", dict.fromkeys(PROMISE_CUES, 1.0)),
        ("demand", dict.fromkeys(DEMAND_VERBS, 1.0)),
    ):
        for cue, weight in table.items():
            meanings.setdefault(cue, []).append((name, weight))
    return _Cues(search_for(meanings), tuple(map(tuple, meanings.values())))


def stance_features(text: Normalized) -> Mapping[str, float]:
    """How strongly each stance shows, from 0; `demand` counts what the reader is told to do."""
    sums = _sum_up(text.text)
    return {
        "warning": sums.warning,
        "news": sums.news,
        "telling": sums.telling,
        "question": sums.question,
        "describing": sums.describing,
        "promise": sums.promise,
        "demand": sums.demand,
    }


def judge_stance(text: Normalized) -> Stance:
    """The stance that shows most; `PLAIN` where nobody is told, promised or asked anything."""
    sums = _sum_up(text.text)
    if sums.news >= 2 * ENOUGH and sums.news > sums.warning and sums.demand <= sums.describing + 1:
        return Stance.NEWS
    if sums.warning >= ENOUGH and _warns(sums):
        return Stance.WARNING
    if sums.news >= ENOUGH + 1 and sums.demand <= sums.describing:
        return Stance.NEWS
    if sums.telling >= ENOUGH:
        return Stance.TELLING
    if sums.question >= ENOUGH:
        return Stance.QUESTION
    return Stance.LURE if sums.promise or sums.demand else Stance.PLAIN


def told_to_protect_money(text: Normalized) -> bool:
    """Whether the reader is told to move money where it is "protected", as nobody genuine asks."""
    return any(
        _is_demand(text.text, found.start(), found.end())
        for found in _TO_A_PROTECTED_ACCOUNT.finditer(text.text)
    )


def _warns(sums: _Sums) -> bool:
    """A warning may name demands; one that makes them without describing a trick is a lure."""
    if sums.telling >= ENOUGH + 1 and sums.telling > sums.warning:
        return False
    if sums.demand == 0:
        return sums.warning > ENOUGH or sums.telling < ENOUGH
    return sums.warning + sums.describing >= 3 * sums.demand


def _sum_up(text: str) -> _Sums:
    cues = _cues()
    sums = _Sums(text)
    seen: set[int] = set()
    for number, start, end in cues.searcher.find_matches_as_indexes(text, overlapping=True):
        for name, weight in cues.meanings[number]:
            if name == "demand":
                sums.demands.append((start, end))
            elif number not in seen:
                setattr(sums, name, getattr(sums, name) + weight)
        seen.add(number)
    return sums


def _is_demand(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _REACH) : start]
    if not _TOWARDS_READER.search(before[-_NEAR:]) or _BY_THE_TRICKSTER.search(before):
        return False
    return not is_denied(text, start, end) and not _OFFICIAL_ADVICE.match(text[end : end + 20])
