"""A text without some of the sentences and clauses that speak for a trick.

A linear model shares its weight among all words of a text, and what only sells or tells is held to
a greater score: so one demand more could make a verdict milder. It cannot if a text is never less
suspect than it is without that demand.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations, islice, pairwise, product
from string import whitespace

from bot.matching.denial import DISSUADES
from bot.matching.features import WHOLE_TEXT, Reading, is_benign
from bot.matching.normalize import Normalized, normalize
from bot.matching.result import Span
from bot.matching.signals import SIGNALS, Signal, find_signals
from bot.matching.stance import Stance, judge_stance, stance_features
from bot.matching.thresholds import (
    MOST_CHOICES,
    MOST_PARTS,
    MOST_PEELED_CHARACTERS,
    MOST_SENTENCES,
)

_MARKS = "。!?！？；…\n"
"""Not the half-width semicolon: it is an eye of many a face, (°Д°;)."""
_CLOSING = '”」』"】'
_SENTENCE = re.compile(rf"[^{_MARKS}]*+[{_MARKS}]++[{_CLOSING}]*+|[^{_MARKS}]++$")
_END_OF_CLAUSE = re.compile(rf"[，、,\s{_MARKS}]+[{_CLOSING}]*|(?=然后|并(?![不非无未排]))")
_COMMAS_IN_LINE = "，、,\u3000 \t"
_COMMAS = _COMMAS_IN_LINE + whitespace
_DENIAL_MARKS = ",。!?;:"
SENDER = "【"
"""Who names a sender sends a notice."""
_FOR_OTHERS = frozenset({Stance.WARNING, Stance.NEWS, Stance.TELLING})
_DENIABLE = frozenset(rule.code for rule in SIGNALS if rule.deniable)
_MOST_WITHOUT_CLAUSES = MOST_PEELED_CHARACTERS // 2

Cut = tuple[int, int]
"""Where a text is cut out, from and up to."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """What may be left out, and the ways to cut it: with the marks after it or those before it."""

    start: int
    end: int
    cuts: tuple[Cut, ...]


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each with its marks: joined, they are the text again."""
    return _SENTENCE.findall(text)


def clauses_of(text: str) -> list[str]:
    """What commas, spaces, line breaks, 然后 and 并 part: joined, it is the text again."""
    edges = {0, *(found.end() for found in _END_OF_CLAUSE.finditer(text)), len(text)}
    return [text[start:end] for start, end in pairwise(sorted(edges))]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences and clauses of a text that speak for a trick."""

    text: str
    sentences: tuple[_Unit, ...] = ()
    clauses: tuple[_Unit, ...] = ()

    @property
    def pieces(self) -> int:
        """How many pieces of evidence there are: clauses, and sentences without such a clause."""
        within = {
            sentence
            for sentence in self.sentences
            for clause in self.clauses
            if sentence.start <= clause.start and clause.end <= sentence.end
        }
        return len(self.clauses) + len(self.sentences) - len(within)

    def without_sentences(self) -> Iterator[str]:
        """The text without one, two … of the sentences, each part once: at most MOST_PARTS, of
        MOST_PEELED_CHARACTERS together."""
        return self._bounded(self.sentences, MOST_PEELED_CHARACTERS, {"", self.text})

    def without_clauses(self) -> Iterator[str]:
        """The same without clauses, or clauses and sentences, of half as many characters."""
        if not self.clauses:
            return iter(())
        units = sorted((*self.sentences, *self.clauses), key=lambda one: (one.start, -one.end))
        given = {"", self.text, *self.without_sentences()}
        return self._bounded(units, _MOST_WITHOUT_CLAUSES, given)

    def _bounded(self, units: Sequence[_Unit], most: int, given: set[str]) -> Iterator[str]:
        choices = islice(_parts(self.text, units), MOST_CHOICES)
        for part in islice((part for part in choices if part not in given), MOST_PARTS):
            most -= len(part)
            if most < 0:
                return
            given.add(part)
            yield part


def evidence_of(
    reading: Reading, alarming: Collection[Span] = (), *, amid_tellings: bool = False
) -> Evidence:
    """What speaks for a trick in a text; nothing in one that is read in windows.

    `alarming` are the places of alarming addresses and the like; what holds one speaks for a trick
    too. A clause must name no sender, and unless it may stand amid a telling the rest of its
    sentence must not be about a trick.
    """
    text = reading.normalized
    original = text.original
    if len(original) > WHOLE_TEXT:
        return Evidence(original)
    sentences = _pieces(original, (0, len(original)), sentences_of)[-MOST_SENTENCES:]
    return Evidence(
        original,
        tuple(_Unit(*one, (one,)) for one in sentences if _shows(text, one, alarming)),
        tuple(_clauses(text, sentences, alarming, amid_tellings))
        if len(original) <= _MOST_WITHOUT_CLAUSES
        else (),
    )


def _clauses(
    text: Normalized, sentences: Sequence[Cut], alarming: Collection[Span], amid_tellings: bool
) -> Iterator[_Unit]:
    """Of the last MOST_SENTENCES clauses, none of them a sentence, those that speak for a trick."""
    clauses = [
        (sentence, clause)
        for sentence in sentences
        for clause in _pieces(text.original, sentence, clauses_of)
        if clause != sentence
    ]
    for (begin, end), clause in clauses[-MOST_SENTENCES:]:
        rest = ((begin, clause[0]), (clause[1], end))
        if (
            SENDER not in text.original[slice(*clause)]
            and _shows(text, clause, alarming)
            and (amid_tellings or not is_about_a_trick(_plain(text, *rest)))
        ):
            yield _clause(text.original, clause)


def speaks_for_a_trick(sentence: str, *, alarming: bool = False) -> bool:
    """Whether a sentence by itself shows a tactic or holds something alarming, and neither warns,
    reports, tells, describes, dissuades nor shows a sign of a genuine message."""
    return _speaks(normalize(sentence), alarming=alarming)


def is_about_a_trick(text: Normalized) -> bool:
    """Whether it warns of a trick, reports or tells one, or describes it from outside."""
    return judge_stance(text) in _FOR_OTHERS or stance_features(text)["describing"] > 0


def _speaks(text: Normalized, *, alarming: bool) -> bool:
    signals = find_signals(text)
    if not (alarming or signals) or any(is_benign(one.code) for one in signals):
        return False
    shown = alarming or any(not _is_dissuaded(one, text.text) for one in signals)
    return shown and not is_about_a_trick(text)


def _shows(text: Normalized, piece: Cut, alarming: Collection[Span]) -> bool:
    """Whether a piece of the text speaks for a trick, by its plain form."""
    start, end = piece
    holds_alarm = any(span.start < end and span.end > start for span in alarming)
    return _speaks(_plain(text, piece), alarming=holds_alarm)


def _plain(text: Normalized, *pieces: Cut) -> Normalized:
    """Pieces of the original in their plain form."""
    places = text.offsets
    plain = "".join(
        text.text[bisect_left(places, start) : bisect_left(places, end)] for start, end in pieces
    )
    return Normalized(plain, plain, range(len(plain) + 1), {})


def _pieces(text: str, within: Cut, pieces_of: Callable[[str], list[str]]) -> list[Cut]:
    ends = accumulate(map(len, pieces_of(text[slice(*within)])), initial=within[0])
    return list(pairwise(ends))


def _clause(text: str, clause: Cut) -> _Unit:
    start, end = clause
    before = len(text[:start].rstrip(_COMMAS_IN_LINE))
    close = start + len(text[start:end].rstrip(_COMMAS + _MARKS))
    return _Unit(start, end, (clause, (before, close)) if start else (clause,))


def _parts(text: str, units: Sequence[_Unit]) -> Iterator[str]:
    """The fewest left out first. Where the end is, the part also comes without the marks then at
    its end: who adds a sentence or clause closes the one before."""
    for count in range(1, len(units) + 1):
        for left_out in combinations(units, count):
            if any(later.start < earlier.end for earlier, later in pairwise(left_out)):
                continue
            for cuts in product(*(unit.cuts for unit in left_out)):
                part = _without(text, cuts)
                yield part
                if left_out[-1].end == len(text):
                    bare = part.rstrip(_COMMAS)
                    yield bare
                    yield bare.rstrip(_MARKS)


def _without(text: str, cuts: Sequence[Cut]) -> str:
    kept, done = [], 0
    for start, end in cuts:
        kept.append(text[done:start])
        done = end
    return "".join([*kept, text[done:]])


def _is_dissuaded(signal: Signal, text: str) -> bool:
    """Whether its clause tells somebody not to."""
    if signal.code not in _DENIABLE:
        return False
    begin = max(text.rfind(mark, 0, signal.start) for mark in _DENIAL_MARKS) + 1
    ends = (text.find(mark, signal.end) for mark in _DENIAL_MARKS)
    end = min((at for at in ends if at >= 0), default=len(text))
    return DISSUADES.search(text, begin, end) is not None
