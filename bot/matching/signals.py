"""The tactics a message shows, each found by a small named rule."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.matching.denial import is_denied
from bot.matching.normalize import Normalized
from bot.matching.searcher import Searcher, search_for
from bot.matching.signal_rule import SignalRule, Weight
from bot.matching.signal_rules_access import ACCESS_RULES
from bot.matching.signal_rules_benign import BENIGN_RULES
from bot.matching.signal_rules_lures import LURE_RULES
from bot.matching.signal_rules_money import MONEY_RULES
from bot.matching.signal_rules_persons import PERSON_RULES
from bot.matching.signal_rules_threats import THREAT_RULES

__all__ = ["SIGNALS", "Signal", "SignalRule", "Weight", "find_signals"]

_WINDOW = 36
_MOST_TRIES = 40

SIGNALS: tuple[SignalRule, ...] = (
    *ACCESS_RULES,
    *MONEY_RULES,
    *LURE_RULES,
    *THREAT_RULES,
    *PERSON_RULES,
    *BENIGN_RULES,
)


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that applies; the range is one of the normalised text."""

    code: str
    start: int
    end: int


class _Compiled:
    """A rule with its patterns as one expression, compiled when a cue of it first appears."""

    def __init__(self, rule: SignalRule) -> None:
        self.rule = rule

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """All patterns of the rule."""
        return re.compile("|".join(f"(?:{part})" for part in self.rule.patterns))


@lru_cache(maxsize=1)
def _searcher() -> tuple[Searcher, tuple[tuple[_Compiled, ...], ...]]:
    by_cue: dict[str, list[_Compiled]] = {}
    for rule in SIGNALS:
        compiled = _Compiled(rule)
        for cue in rule.cues:
            by_cue.setdefault(cue, []).append(compiled)
    return search_for(by_cue), tuple(tuple(rules) for rules in by_cue.values())


def find_signals(text: Normalized) -> tuple[Signal, ...]:
    """The first place of every tactic found, in order of place."""
    plain = text.text
    searcher, rules_of = _searcher()
    found: dict[str, Signal] = {}
    tries: dict[str, int] = {}
    for number, start, end in searcher.find_matches_as_indexes(plain, overlapping=True):
        for compiled in rules_of[number]:
            code = compiled.rule.code
            if code in found or tries.get(code, 0) >= _MOST_TRIES:
                continue
            tries[code] = tries.get(code, 0) + 1
            signal = _apply(compiled, plain, start, end)
            if signal is not None:
                found[code] = signal
    return tuple(sorted(found.values(), key=lambda item: (item.start, item.end, item.code)))


def _apply(compiled: _Compiled, text: str, start: int, end: int) -> Signal | None:
    """Search the rule around its cue, in the cue's own line before the lines around it, and drop
    what the same clause denies. A signal that runs over lines keeps its part in the cue's line."""
    low, high = max(0, start - _WINDOW), end + _WINDOW
    begin, stop = text.rfind("\n", low, start) + 1 or low, text.find("\n", end, high)
    line, lines = (begin, stop if stop >= 0 else high), (low, high)
    found = _first(compiled, text, *line)
    if found is None and lines != line:
        found = _first(compiled, text, *lines)
    if found is None:
        return None
    first, last = max(found[0], line[0]), min(found[1], line[1])
    return Signal(compiled.rule.code, *((first, last) if first < last else found))


def _first(compiled: _Compiled, text: str, low: int, high: int) -> tuple[int, int] | None:
    match = compiled.pattern.search(text, low, high)
    while match is not None:
        start, end = match.span()
        denied = compiled.rule.deniable and is_denied(text, start, end)
        if end > start and not denied:
            return start, end
        match = compiled.pattern.search(text, start + 1, high)
    return None
