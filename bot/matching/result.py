"""What a judgement is made of: the immutable values that leave the matching package."""

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How sure the verdict is; ordered from most to least alarming."""

    HIGH = "high"
    SUSPICIOUS = "suspicious"
    UNCLEAR = "unclear"
    NONE = "none"


class ActionCode(StrEnum):
    """What the resident does now (the action codes of the taxonomy)."""

    STOP_AND_VERIFY = "A0"
    PAID = "A1"
    SCREEN_SHARED = "A2"
    CARD_GIVEN = "A3"
    BLACKMAILED = "A4"
    ACCOUNT_LENT = "A5"
    MINOR = "A6"
    CASH_HANDED_OVER = "A7"


class IndicatorKind(StrEnum):
    """What can be traced: each found value of one of these kinds links reports together."""

    LINK = "link"
    PHONE = "phone"
    BANK_CARD = "bank_card"
    ID_NUMBER = "id_number"
    CODE = "code"
    AMOUNT = "amount"
    WECHAT = "wechat"
    QQ = "qq"
    GROUP = "group"
    APP = "app"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of the text exactly as the resident sent it, in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something traceable in the text; `value` is normalised, `flags` say what is odd about it."""

    kind: IndicatorKind
    value: str
    span: Span
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence in a layman's words; `quote` is the resident's own phrase."""

    code: str
    text: str
    quote: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one text. `score` is 0 to 1; it never means "safe"."""

    level: Level
    score: float
    library_version: str
    category: str | None = None
    family: str | None = None
    title: str | None = None
    action: ActionCode = ActionCode.STOP_AND_VERIFY
    reasons: tuple[Reason, ...] = ()
    advice: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    question: str | None = None
    genuine: str | None = None
    nearest: str | None = None
    nearness: float = 0.0
    against: tuple[str, ...] = field(default=())

    @property
    def spans(self) -> tuple[Span, ...]:
        """The phrases to mark in the original text, in order, without repeats."""
        found = {reason.span for reason in self.reasons if reason.span is not None}
        return tuple(sorted(found, key=lambda span: (span.start, span.end)))
