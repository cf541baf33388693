"""Who is speaking: the scammer, someone warning of him, a reporter, or a resident telling."""

from collections.abc import Mapping
from enum import StrEnum

from bot.matching.normalize import Normalized


class Stance(StrEnum):
    """How the text stands to the trick it may contain."""

    LURE = "lure"
    WARNING = "warning"
    NEWS = "news"
    TELLING = "telling"
    QUESTION = "question"
    PLAIN = "plain"


def stance_features(text: Normalized) -> Mapping[str, float]:
    """How strongly each stance shows, each from 0."""
    return {"stance_warning": float(sum(word in text.text for word in ("警惕", "谨防", "切勿")))}


def judge_stance(text: Normalized) -> Stance:
    """The stance that shows most."""
    return Stance.WARNING if stance_features(text)["stance_warning"] else Stance.PLAIN
