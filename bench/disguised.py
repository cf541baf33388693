"""How much of a verdict is left when a message is disguised: recall hidden by recall plain.

Scams are the cases of our library and of `tests/blind`, harmless texts the library's genuine
messages, its cases that must not match, and the harmless rows of `tests/blind`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.disguises import MIXED, OPERATIONS, disguise
from bot.matching.library import Library
from bot.matching.result import Level
from bot.matching.verdict import judge
from bot.services.expansion import Side, fill, generator
from bot.services.patterns import Patterns, all_texts

BLIND = Path(__file__).parents[1] / "tests" / "blind"
FLAGGED = (Level.HIGH, Level.SUSPICIOUS)
LEAST_RATIO = 0.9
"""What recall of disguised texts should be of recall of plain ones."""


@dataclass(frozen=True, slots=True)
class Left:
    """One way to hide a text: how many texts it changed, and the flagged shares of those."""

    name: str
    scams: int
    recall_plain: float
    recall: float
    harmless: int
    alarms_plain: float
    alarms: float

    @property
    def ratio(self) -> float:
        """Recall disguised by recall plain."""
        return self.recall / self.recall_plain if self.recall_plain else 1.0


def scam_texts(patterns: Patterns) -> list[str]:
    """Cases that must match, with their slots filled, and the scams of the blind sets."""
    found = [
        fill(text.text, Side.SCAM, patterns.slots, generator("case", text.text))
        for cases in patterns.cases.values()
        for text in cases.match
    ]
    return [*found, *blind_scams()]


def blind_scams() -> list[str]:
    """The scams of the blind sets."""
    return [row["text"] for row in _blind() if row["label"] == "scam"]


def harmless_texts(patterns: Patterns) -> list[str]:
    """Genuine messages, cases that must not match, and the harmless rows of the blind sets."""
    texts = [text for cases in patterns.cases.values() for text in cases.no_match]
    texts += [text for kind in patterns.genuine for text in all_texts(kind.messages)]
    found = [
        fill(text.text, Side.GENUINE, patterns.slots, generator("case", text.text))
        for text in texts
    ]
    return [*found, *(row["text"] for row in _blind() if row["label"] == "ham")]


def measure(
    library: Library, scams: Sequence[str], harmless: Sequence[str], names: Sequence[str] = ()
) -> Iterator[Left]:
    """Judge every text plain and hidden in each way; only texts that a way changes count."""
    plain = {text: _flagged(text, library) for text in (*scams, *harmless)}
    for name in names or (*OPERATIONS, MIXED):
        sides = []
        for texts in (scams, harmless):
            hidden = {text: disguise(name, text, generator(name, text)) for text in texts}
            changed = [text for text in texts if hidden[text] != text]
            size = max(len(changed), 1)
            before = sum(plain[text] for text in changed) / size
            after = sum(_flagged(hidden[text], library) for text in changed) / size
            sides.append((len(changed), before, after))
        (count, recall_plain, recall), (others, alarms_plain, alarms) = sides
        yield Left(name, count, recall_plain, recall, others, alarms_plain, alarms)


def _flagged(text: str, library: Library) -> bool:
    return judge(text, library).level in FLAGGED


def _blind() -> Iterator[dict[str, str]]:
    for path in sorted(BLIND.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
