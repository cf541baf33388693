"""What the library holds, in figures: enough to see where one side is written unlike the other."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bot.matching.features import fold
from bot.matching.index import Entry, build_index
from bot.matching.indicators import find_indicators
from bot.matching.keys import key_of
from bot.matching.normalize import normalize
from bot.matching.result import IndicatorKind
from bot.matching.tokens import tokenize
from bot.services.expansion import Side, fill, generator
from bot.services.patterns import REGISTERS, Patterns

NEAR_DUPLICATE = 0.9
SIDE_NAMES = {Side.SCAM: "骗术", Side.GENUINE: "正常"}
_MARKS = frozenset("，。！？、；：,.!?;:")

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Stats:
    """The texts of one register on one side; shares are 0 to 1, length is the median in signs."""

    side: Side
    register: str
    texts: int
    length: int
    punctuation: float
    links: float
    tags: float
    near_duplicates: float


@dataclass(frozen=True, slots=True)
class TitleWord:
    """The word of a family's title that most of its scripts have, and the share of both sides."""

    family: str
    word: str
    scripts: float
    genuine: float


@dataclass(frozen=True, slots=True)
class LibraryStats:
    """Figures by side and register; `growth` is new words per text in each quarter of a side;
    `title_words` the most frequent first, one a family."""

    families: int
    genuine_kinds: int
    lines: tuple[Stats, ...]
    growth: dict[Side, tuple[float, ...]]
    title_words: tuple[TitleWord, ...]


@dataclass(frozen=True, slots=True)
class _Written:
    side: Side
    register: str
    text: str
    key: str


def library_stats(
    patterns: Patterns, progress: Progress = lambda share, what: None
) -> LibraryStats:
    """All figures; runs for seconds, call it in a thread."""
    texts = list(_texts(patterns))
    twins = _twins(texts, progress)
    lines = []
    for side in Side:
        for register in REGISTERS:
            own = [text for text in texts if (text.side, text.register) == (side, register)]
            if own:
                lines.append(_line(side, register, own, twins))
    growth = {side: _growth([text for text in texts if text.side is side]) for side in Side}
    return LibraryStats(
        len(patterns.families), len(patterns.genuine), tuple(lines), growth, _title_words(patterns)
    )


def _texts(patterns: Patterns) -> Iterator[_Written]:
    groups = [(Side.SCAM, registers) for registers in patterns.scripts.values()]
    groups += [(Side.GENUINE, genuine.messages) for genuine in patterns.genuine]
    for side, registers in groups:
        for register, texts in registers.items():
            for text in texts:
                filled = fill(text.text, side, patterns.slots, generator("case", text.text))
                yield _Written(side, register, filled, key_of(fold(normalize(filled).text)))


def _twins(texts: Sequence[_Written], progress: Progress) -> frozenset[str]:
    """The keys that another text of the same side has, or nearly has."""
    twins: set[str] = set()
    for side in Side:
        counts = Counter(text.key for text in texts if text.side is side)
        index = build_index([Entry("", key, side, "") for key in counts if key])
        done = 0 if side is Side.SCAM else len(texts) - len(counts)
        for number, (key, count) in enumerate(counts.items()):
            near = (one for one in index.search(key) if one.entry.key != key)
            if count > 1 or any(one.nearness >= NEAR_DUPLICATE for one in near):
                twins.add(f"{side}{key}")
            if number % 200 == 0:
                progress((done + number) / len(texts), "比较每两条有多像")
    progress(1.0, "比较每两条有多像")
    return frozenset(twins)


def _line(side: Side, register: str, own: Sequence[_Written], twins: frozenset[str]) -> Stats:
    return Stats(
        side=side,
        register=register,
        texts=len(own),
        length=round(median(len(text.text) for text in own)),
        punctuation=_share(not _MARKS.isdisjoint(text.text) for text in own),
        links=_share(_has_link(text.text) for text in own),
        tags=_share(text.text.lstrip().startswith("【") for text in own),
        near_duplicates=_share(f"{side}{text.key}" in twins for text in own),
    )


def _has_link(text: str) -> bool:
    return any(found.kind is IndicatorKind.LINK for found in find_indicators(normalize(text)))


def _growth(texts: Sequence[_Written]) -> tuple[float, ...]:
    """Texts are taken in an order that depends on them alone, so that files do not matter."""
    ordered = sorted(texts, key=lambda text: generator("growth", text.text).random())
    known: set[str] = set()
    found = []
    for quarter in range(4):
        part = ordered[len(ordered) * quarter // 4 : len(ordered) * (quarter + 1) // 4]
        before = len(known)
        known.update(word for text in part for word in tokenize(text.text))
        found.append((len(known) - before) / max(1, len(part)))
    return tuple(found)


def _title_words(patterns: Patterns) -> tuple[TitleWord, ...]:
    """Who names the trick in every script teaches the name instead of the trick."""
    genuine = [
        text.text for one in patterns.genuine for texts in one.messages.values() for text in texts
    ]
    found = []
    for family, registers in patterns.scripts.items():
        scripts = [text.text for texts in registers.values() for text in texts]
        words = {word for word in tokenize(patterns.families[family].title) if len(word) > 1}
        if scripts and words:
            share, word = max((_share(word in text for text in scripts), word) for word in words)
            found.append(TitleWord(family, word, share, _share(word in text for text in genuine)))
    return tuple(sorted(found, key=lambda one: (-one.scripts, one.family)))


def _share(facts: Iterable[bool]) -> float:
    values = list(facts)
    return sum(values) / len(values) if values else 0.0
