"""Whether a verdict ever gets milder because a text says more of a trick.

Every text of our library and of `tests/blind` that is flagged, or asked back about and not for
being hardly any text, gets one sentence more that shows a tactic: after its end, on a line of its
own, before its beginning, and between two of its sentences. Then it gets one clause more: joined by
a comma, an enumeration comma, a space, 并 or 然后, at the end, at the beginning and between two of
its clauses. No such text may fall to a lower level or a lower score.

For a clause this is promised where neither the text nor one of its sentences is about a trick, and
nothing around the clause denies it; where that is not so, what falls is only counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.disguised import harmless_texts, scam_texts
from bot.matching.features import fold
from bot.matching.keys import key_of
from bot.matching.library import Library
from bot.matching.normalize import normalize
from bot.matching.peeling import clauses_of, is_about_a_trick, sentences_of
from bot.matching.result import Level, Verdict
from bot.matching.signal_rule import Weight
from bot.matching.signals import SIGNALS, find_signals
from bot.matching.stance import Stance, judge_stance
from bot.matching.thresholds import SHORTEST
from bot.matching.verdict import judge
from bot.services.expansion import Side, fill, generator
from bot.services.patterns import Patterns
from bot.services.training import library_texts

RANK: Mapping[Level, int] = {
    Level.NONE: 0,
    Level.UNCLEAR: 1,
    Level.SUSPICIOUS: 2,
    Level.HIGH: 3,
}
TACTICS = (
    "把验证码发给我",
    "请把钱转到安全账户",
    "下载这个app,打开共享屏幕",
    "先交保证金才能放款",
    *(rule.examples[0] for rule in SIGNALS if rule.weight is not Weight.BENIGN),
)
"""Some demands, and the first example of each rule about a tactic."""

_CLOSED = "。!?！？;；…"


@dataclass(frozen=True, slots=True)
class Drop:
    """A text that with more of a trick in it came to a lower level or score."""

    place: str
    tactic: str
    text: str
    before: Verdict
    after: Verdict

    @property
    def is_milder(self) -> bool:
        """Whether the level fell, not only the score."""
        return RANK[self.after.level] < RANK[self.before.level]


@dataclass(frozen=True, slots=True)
class Trial:
    """How many texts got how many sentences and clauses, and which fell; `beside` are those for
    which nothing is promised."""

    texts: int
    sentences: int
    clauses: int
    drops: tuple[Drop, ...]
    beside: tuple[Drop, ...]


def texts_of(patterns: Patterns) -> list[str]:
    """Cases, the rows of the blind sets, all scripts and genuine messages, slots filled."""
    return [
        *scam_texts(patterns),
        *harmless_texts(patterns),
        *(
            fill(text.text, Side.SCAM, patterns.slots, generator("case", text.text))
            for text in library_texts(patterns)
            if text.family
        ),
    ]


def measure(library: Library, texts: Sequence[str], tactics: Sequence[str] = TACTICS) -> Trial:
    """Add every tactic to every text that is at least in doubt, in every place; as a clause only
    tactics of one clause."""
    drops: list[Drop] = []
    beside: list[Drop] = []
    judged = sentences = clauses = 0
    for text in texts:
        before = judge(text, library)
        if before.level is Level.NONE or len(key_of(fold(normalize(text).text))) < SHORTEST:
            continue
        judged += 1
        for tactic in tactics:
            longer = with_more(text, tactic)
            joined = with_clause(text, tactic) if len(clauses_of(tactic)) == 1 else {}
            sentences += len(longer)
            clauses += len(joined)
            drops += _fallen(library, before, text, tactic, longer)
            for drop in _fallen(library, before, text, tactic, joined):
                (drops if is_promised(text, tactic, joined[drop.place]) else beside).append(drop)
    return Trial(judged, sentences, clauses, tuple(drops), tuple(beside))


def _fallen(
    library: Library, before: Verdict, text: str, tactic: str, longer: Mapping[str, str]
) -> Iterator[Drop]:
    for place, more in longer.items():
        after = judge(more, library)
        lower = RANK[after.level] < RANK[before.level]
        if lower or after.score < before.score:
            yield Drop(place, tactic, text, before, after)


def is_promised(text: str, tactic: str, joined: str) -> bool:
    """Whether a text that got a clause more may not fall: it neither warns, reports, tells nor
    asks, no sentence of it is about a trick, and the joined text shows the tactic, as a clause of
    its own."""
    if judge_stance(normalize(text)) not in {Stance.LURE, Stance.PLAIN}:
        return False
    if any(is_about_a_trick(normalize(one)) for one in sentences_of(text)):
        return False
    return _stands_alone(tactic, joined) and bool(_codes(tactic) & _codes(joined))


def _stands_alone(tactic: str, joined: str) -> bool:
    marks = f"{_CLOSED}，、, \n"
    clauses = (one.strip(marks) for one in clauses_of(joined))
    return tactic.strip(marks) in {one.removeprefix("然后").removeprefix("并") for one in clauses}


def _codes(text: str) -> set[str]:
    return {one.code for one in find_signals(normalize(text))}


def with_more(text: str, tactic: str) -> dict[str, str]:
    """The text with one sentence more, by where it stands."""
    return dict(_with_more(text, tactic))


def with_clause(text: str, tactic: str) -> dict[str, str]:
    """The text with one clause more, by where and how it is joined."""
    return dict(_with_clause(text, tactic))


def _with_more(text: str, tactic: str) -> Iterator[tuple[str, str]]:
    closed = text if text.endswith(tuple(_CLOSED)) else f"{text}。"
    yield "at the end", closed + tactic
    yield "on a line of its own", f"{text}\n{tactic}"
    yield "at the beginning", f"{tactic}。{text}"
    sentences = sentences_of(text)
    if len(sentences) > 1:
        half = len(sentences) // 2
        yield "in between", f"{''.join(sentences[:half])}{tactic}。{''.join(sentences[half:])}"


def _with_clause(text: str, tactic: str) -> Iterator[tuple[str, str]]:
    bare = text.rstrip(f"{_CLOSED}，、, \n")
    for join in ("，", ",", "、", " ", "，并", "然后"):
        yield f"after {join!r}", bare + join + tactic + text[len(bare) :]
    for join in ("，", " "):
        yield f"before {join!r}", tactic + join + text
    clauses = clauses_of(text)
    if len(clauses) > 1:
        half = len(clauses) // 2
        front, rest = "".join(clauses[:half]), "".join(clauses[half:])
        for join in ("，", "、"):
            yield f"in between, {join!r}", f"{front}{tactic}{join}{rest}"
