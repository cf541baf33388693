"""Is this call real? Five answers about a call in progress and the table that judges them.

Nothing is stored: the answers so far are letters in the buttons, one letter a question, in order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.matching.result import ActionCode, Level


class Question(StrEnum):
    """What is asked, in this order; the value is the field of Call that it fills."""

    WHO = "who"
    WANT = "want"
    HUSHED = "hushed"
    VIDEO = "video"
    GIVEN = "given"


class Who(StrEnum):
    """Who the caller says he is."""

    POLICE = "p"
    BANK = "b"
    SERVICE = "s"
    ACQUAINTANCE = "a"
    LENDER = "l"
    OTHER = "o"


class Want(StrEnum):
    """What the caller wants."""

    TRANSFER = "t"
    CODE = "c"
    SCREEN = "s"
    CASH = "m"
    NOTICE = "n"


class Told(StrEnum):
    """Whether something happened."""

    YES = "y"
    NO = "n"


class Given(StrEnum):
    """What the resident has done already."""

    NOTHING = "n"
    PAID = "p"
    CODE = "c"
    SCREEN = "s"


ANSWERS: Mapping[Question, type[StrEnum]] = {
    Question.WHO: Who,
    Question.WANT: Want,
    Question.HUSHED: Told,
    Question.VIDEO: Told,
    Question.GIVEN: Given,
}


@dataclass(frozen=True, slots=True)
class Call:
    """The answers so far; None: not asked yet, or no longer needed."""

    who: Who | None = None
    want: Want | None = None
    hushed: Told | None = None
    video: Told | None = None
    given: Given | None = None


class Why(StrEnum):
    """Which rule decided."""

    CASH_GIVEN = "cash_given"
    PAID = "paid"
    SCREEN = "screen"
    CODE_GIVEN = "code_given"
    BADGE_ON_VIDEO = "badge_on_video"
    POLICE = "police"
    ORGANISATION = "organisation"
    HUSHED = "hushed"
    ASKED = "asked"
    HUSHED_NOTICE = "hushed_notice"
    NOTICE = "notice"


class CallBack(StrEnum):
    """Whom to call back; the value is the key of the number in contacts.yml."""

    EMERGENCY = "emergency"
    HOTLINE = "hotline"


class Numbers(StrEnum):
    """Of whom numbers are listed to be called back; the value is their key in contacts.yml."""

    BANK = "bank"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: where it holds, that is the judgement."""

    why: Why
    level: Level
    action: ActionCode
    holds: Callable[[Call], bool]


@dataclass(frozen=True, slots=True)
class CallVerdict:
    """How likely a scam, what to do now, whom to call back, and which rule said so."""

    level: Level
    action: ActionCode
    call_back: CallBack
    why: Why


ORGANISATIONS = frozenset({Who.POLICE, Who.BANK, Who.SERVICE, Who.LENDER})
RULES = (
    Rule(
        Why.CASH_GIVEN,
        Level.HIGH,
        ActionCode.CASH_HANDED_OVER,
        lambda call: call.given is Given.PAID and call.want is Want.CASH,
    ),
    Rule(Why.PAID, Level.HIGH, ActionCode.PAID, lambda call: call.given is Given.PAID),
    Rule(
        Why.SCREEN,
        Level.HIGH,
        ActionCode.SCREEN_SHARED,
        lambda call: call.want is Want.SCREEN or call.given is Given.SCREEN,
    ),
    Rule(Why.CODE_GIVEN, Level.HIGH, ActionCode.CARD_GIVEN, lambda call: call.given is Given.CODE),
    Rule(
        Why.BADGE_ON_VIDEO,
        Level.HIGH,
        ActionCode.STOP_AND_VERIFY,
        lambda call: call.video is Told.YES,
    ),
    Rule(
        Why.POLICE,
        Level.HIGH,
        ActionCode.STOP_AND_VERIFY,
        lambda call: call.who is Who.POLICE and (_asks(call) or call.hushed is Told.YES),
    ),
    Rule(
        Why.ORGANISATION,
        Level.HIGH,
        ActionCode.STOP_AND_VERIFY,
        lambda call: call.who in ORGANISATIONS and _asks(call),
    ),
    Rule(
        Why.HUSHED,
        Level.HIGH,
        ActionCode.STOP_AND_VERIFY,
        lambda call: _asks(call) and call.hushed is Told.YES,
    ),
    Rule(Why.ASKED, Level.SUSPICIOUS, ActionCode.STOP_AND_VERIFY, lambda call: _asks(call)),
    Rule(
        Why.HUSHED_NOTICE,
        Level.SUSPICIOUS,
        ActionCode.STOP_AND_VERIFY,
        lambda call: call.hushed is Told.YES,
    ),
    Rule(Why.NOTICE, Level.UNCLEAR, ActionCode.STOP_AND_VERIFY, lambda call: True),
)
"""The first rule that holds decides; whatever is left is unclear, never harmless."""


def judge_call(call: Call) -> CallVerdict:
    """The verdict on the answers; a loss, or one who claims to be the police, leads to 110."""
    rule = next(rule for rule in RULES if rule.holds(call))
    urgent = rule.action is not ActionCode.STOP_AND_VERIFY or call.who is Who.POLICE
    call_back = CallBack.EMERGENCY if urgent else CallBack.HOTLINE
    return CallVerdict(rule.level, rule.action, call_back, rule.why)


def numbers_for(call: Call) -> Numbers | None:
    """Whose numbers help now: the bank's, too, of who gave a code to whomever."""
    if call.who is Who.BANK or judge_call(call).action is ActionCode.CARD_GIVEN:
        return Numbers.BANK
    return Numbers.SERVICE if call.who in (Who.SERVICE, Who.OTHER) else None


def next_question(call: Call) -> Question | None:
    """What to ask next; None once the answers settle it."""
    if judge_call(call).action is not ActionCode.STOP_AND_VERIFY:
        return None
    return next((one for one in Question if getattr(call, one) is None), None)


def read_call(letters: str) -> Call | None:
    """The answers in a button; None where no button of ours says that."""
    if not letters:
        return None
    fields: dict[str, Any] = {}
    for place, letter in enumerate(letters):
        question = next_question(Call(**fields))
        if question is None or letter not in set(ANSWERS[question]):
            return None
        fields[list(Question)[place]] = ANSWERS[question](letter)
    return Call(**fields)


def _asks(call: Call) -> bool:
    return call.want not in (None, Want.NOTICE)
