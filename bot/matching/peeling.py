"""A text without some of the sentences that speak for a trick.

A linear model shares its weight among all words of a text, and what only sells or tells is held to
a greater score: so one demand more could make a verdict milder. It cannot if a text is never less
suspect than it is without that demand.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, combinations, islice

from bot.matching.denial import DISSUADES
from bot.matching.features import is_benign
from bot.matching.normalize import Normalized, normalize
from bot.matching.result import Span
from bot.matching.signals import SIGNALS, Signal, find_signals
from bot.matching.stance import Stance, judge_stance, stance_features
from bot.matching.thresholds import MOST_PARTS, MOST_PEELED_CHARACTERS, MOST_SENTENCES

_MARKS = "。!?！？；…\n"
"""Not the half-width semicolon: it is an eye of many a face, (°Д°;)."""
_SENTENCE = re.compile(rf"[^{_MARKS}]*+[{_MARKS}]++[”」』\"】]*+|[^{_MARKS}]++$")
_CLAUSE_MARKS = ",。!?;:"
_FOR_OTHERS = frozenset({Stance.WARNING, Stance.NEWS, Stance.TELLING})
_DENIABLE = frozenset(rule.code for rule in SIGNALS if rule.deniable)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each with its marks: joined, they are the text again."""
    return _SENTENCE.findall(text)


def without_evidence(text: str, alarming: Collection[Span] = ()) -> Iterator[str]:
    """The text without one, two … of its sentences that speak for a trick, each part once.

    `alarming` are the places of alarming addresses and the like; a sentence that holds one speaks
    for a trick too. At most MOST_PARTS parts of MOST_PEELED_CHARACTERS together, so that a longer
    text has none.
    """
    sentences = sentences_of(text) if len(text) <= MOST_PEELED_CHARACTERS else []
    if len(sentences) < 2:
        return
    given = {"", text}
    characters = 0
    for part in islice(_parts(sentences, _evidence(sentences, alarming)), MOST_PARTS):
        characters += len(part)
        if characters > MOST_PEELED_CHARACTERS:
            return
        if part not in given:
            given.add(part)
            yield part


def speaks_for_a_trick(sentence: str, *, alarming: bool = False) -> bool:
    """Whether a sentence by itself shows a tactic or holds something alarming, and neither warns,
    reports, tells, describes, dissuades nor shows a sign of a genuine message."""
    normalized = normalize(sentence)
    signals = find_signals(normalized)
    if not (alarming or signals) or any(is_benign(one.code) for one in signals):
        return False
    shown = alarming or any(not _is_dissuaded(one, normalized.text) for one in signals)
    return shown and not _is_about_a_trick(normalized)


def _evidence(sentences: Sequence[str], alarming: Collection[Span]) -> list[int]:
    """Which of the last MOST_SENTENCES sentences speak for a trick."""
    ends = list(accumulate(map(len, sentences)))
    first = max(0, len(sentences) - MOST_SENTENCES)
    return [
        at
        for at in range(first, len(sentences))
        if speaks_for_a_trick(
            sentences[at],
            alarming=any(
                span.start < ends[at] and span.end > ends[at] - len(sentences[at])
                for span in alarming
            ),
        )
    ]


def _parts(sentences: Sequence[str], evidence: Sequence[int]) -> Iterator[str]:
    """The fewest left out first. Where the last one is, the part also comes without the marks then
    at its end: who adds a sentence closes the one before."""
    last = len(sentences) - 1
    for count in range(1, len(evidence) + 1):
        for left_out in combinations(evidence, count):
            part = "".join(one for at, one in enumerate(sentences) if at not in left_out)
            bare = part.rstrip() if last in left_out else part
            unclosed = bare.rstrip(_MARKS) if last in left_out else part
            yield from dict.fromkeys((part, bare, unclosed))


def _is_about_a_trick(text: Normalized) -> bool:
    return judge_stance(text) in _FOR_OTHERS or stance_features(text)["describing"] > 0


def _is_dissuaded(signal: Signal, text: str) -> bool:
    """Whether its clause tells somebody not to."""
    if signal.code not in _DENIABLE:
        return False
    begin = max(text.rfind(mark, 0, signal.start) for mark in _CLAUSE_MARKS) + 1
    ends = (text.find(mark, signal.end) for mark in _CLAUSE_MARKS)
    end = min((at for at in ends if at >= 0), default=len(text))
    return DISSUADES.search(text, begin, end) is not None
