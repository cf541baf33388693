"""Whether a verdict ever gets milder because a text says more of a trick.

Every scam text of our library and of `tests/blind` that is at least suspicious gets one sentence
more that shows a tactic: after its end, on a line of its own, before its beginning, and between two
of its sentences. No such text may fall to a lower level.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.disguised import scam_texts
from bot.matching.library import Library
from bot.matching.peeling import sentences_of
from bot.matching.result import Level
from bot.matching.signal_rule import Weight
from bot.matching.signals import SIGNALS
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
    """A text that with more of a trick in it came to a lower level."""

    place: str
    tactic: str
    text: str
    before: Level
    after: Level


@dataclass(frozen=True, slots=True)
class Trial:
    """How many texts got how many sentences, and which fell."""

    texts: int
    trials: int
    drops: tuple[Drop, ...]


def suspect_texts(patterns: Patterns) -> list[str]:
    """Cases that must match, scams of the blind sets, and all scripts, slots filled."""
    scripts = (text for text in library_texts(patterns) if text.family)
    return [
        *scam_texts(patterns),
        *(
            fill(text.text, Side.SCAM, patterns.slots, generator("case", text.text))
            for text in scripts
        ),
    ]


def measure(library: Library, texts: Sequence[str], tactics: Sequence[str] = TACTICS) -> Trial:
    """Add every tactic to every text that is at least suspicious, in every place."""
    drops: list[Drop] = []
    judged = trials = 0
    for text in texts:
        before = judge(text, library).level
        if RANK[before] < RANK[Level.SUSPICIOUS]:
            continue
        judged += 1
        for tactic in tactics:
            for place, longer in with_more(text, tactic).items():
                trials += 1
                after = judge(longer, library).level
                if RANK[after] < RANK[before]:
                    drops.append(Drop(place, tactic, text, before, after))
    return Trial(judged, trials, tuple(drops))


def with_more(text: str, tactic: str) -> dict[str, str]:
    """The text with one sentence more, by where it stands."""
    return dict(_with_more(text, tactic))


def _with_more(text: str, tactic: str) -> Iterator[tuple[str, str]]:
    closed = text if text.endswith(tuple(_CLOSED)) else f"{text}。"
    yield "at the end", closed + tactic
    yield "on a line of its own", f"{text}\n{tactic}"
    yield "at the beginning", f"{tactic}。{text}"
    sentences = sentences_of(text)
    if len(sentences) > 1:
        half = len(sentences) // 2
        yield "in between", f"{''.join(sentences[:half])}{tactic}。{''.join(sentences[half:])}"
