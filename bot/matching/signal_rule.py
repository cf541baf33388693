"""What a rule about one tactic consists of."""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much one signal says by itself; benign ones speak against a scam."""

    STRONG = "strong"
    WEAK = "weak"
    BENIGN = "benign"


def words(text: str) -> tuple[str, ...]:
    """The words of a list written with spaces between them."""
    return tuple(text.split())


@dataclass(frozen=True, slots=True)
class SignalRule:
    """A tactic: `text` is told to the resident as a reason.

    `cues` are literal strings of the plain text; only where one stands are the `patterns` tried,
    within 36 characters. A deniable rule keeps silent where its clause says "do not" or "never".
    """

    code: str
    text: str
    weight: Weight
    cues: tuple[str, ...]
    patterns: tuple[str, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    deniable: bool = True
