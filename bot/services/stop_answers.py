"""Answers about money that is gone, as they are kept: masked first, or refused with words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.errors import InvalidInputError
from bot.services.money import read_amount
from bot.services.report_answers import (
    AREA_LENGTH,
    DESCRIPTION_LENGTH,
    GUARDIAN_NAMES,
    SENTENCE,
    SHORT_ANSWER_LENGTH,
    UNDER_14,
    Guardian,
    chosen,
    despairs,
    kept_of,
    masked_place,
    masked_short,
    masked_story,
    read_phone,
    shortened,
    tells_more,
)
from bot.services.stop_steps import CHILD, NO, PAY_CHANNEL_NAMES, WHO_NAMES, YES, StopStep
from bot.services.suspects import Named, named_in_answer, named_in_story
from bot.storage.leads import Reporter

NAME_LENGTH = 100
ELEMENT_LENGTH = 300
_STILL: Mapping[str, str] = {
    **dict.fromkeys((YES, "是的", "还在", "在", "有", "对", "还没挂"), YES),
    **dict.fromkeys((NO, "不是", "没有", "没有了", "没", "不在", "挂了", "已经挂了", "关了"), NO),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it is kept: columns of the lead, elements of the transfer, identifiers.

    `hidden` names what was taken out, `story` is what answers no question but tells what happened.
    `child` where somebody under 14 writes or has paid. `kept` is how many characters were kept of
    an answer that was too long, else 0. `despair` where the words are of taking one's life; they
    are kept as a story, whatever was asked.
    """

    phone: str = ""
    area: str = ""
    amount_fen: int | None = None
    story: str = ""
    elements: Mapping[str, str] | None = None
    named: frozenset[Named] = frozenset()
    hidden: tuple[str, ...] = ()
    reporter: Reporter | None = None
    child: bool = False
    guardian: Guardian | None = None
    kept: int = 0
    despair: bool = False


def read_told(step: StopStep, typed: str) -> Told:
    """An answer as it is kept. Raises InvalidInputError that says what to write instead."""
    typed = typed.strip()
    if not typed:
        raise InvalidInputError("没有收到文字，请再写一次。")
    if despairs(typed):
        return replace(_read_story(typed), despair=True)
    return _READERS.get(step, _read_element)(step, typed)


def _read_phone(_: StopStep, typed: str) -> Told:
    phone = read_phone(typed)
    if phone is not None:
        return replace(_read_story(typed), phone=phone) if tells_more(typed) else Told(phone=phone)
    if sum(not sign.isascii() for sign in typed) < SENTENCE:
        raise InvalidInputError("电话号码好像不对，请检查后再写；不想留可点“跳过”。")
    return _read_story(typed)


def _read_story(typed: str) -> Told:
    story, hidden = masked_story(typed)
    child = UNDER_14.search(typed) is not None
    named = frozenset(named_in_story(typed))
    kept = kept_of(typed, DESCRIPTION_LENGTH)
    return Told(story=story, named=named, hidden=hidden, child=child, kept=kept)


def _read_who(_: StopStep, typed: str) -> Told:
    if typed in (CHILD, WHO_NAMES[CHILD]):
        return Told(reporter=Reporter.FAMILY, child=True)
    who = next((key for key, name in WHO_NAMES.items() if typed in (key, name)), None)
    if who is not None:
        return Told(reporter=Reporter(who))
    if sum(not sign.isascii() for sign in typed) < SENTENCE:
        raise InvalidInputError("请点下面的按钮选一项，或点“跳过”。")
    return _read_story(typed)


def _read_guardian(_: StopStep, typed: str) -> Told:
    return Told(guardian=chosen(typed, GUARDIAN_NAMES))


def _read_payer(step: StopStep, typed: str) -> Told:
    return _own_words(step, typed, NAME_LENGTH)


def _read_where(_: StopStep, typed: str) -> Told:
    area, hidden = masked_place(typed)
    return Told(area=area, hidden=hidden, kept=kept_of(typed, AREA_LENGTH))


def _read_amount(_: StopStep, typed: str) -> Told:
    fen = read_amount(typed)
    if fen is None:
        raise InvalidInputError("没看懂金额，请写数字，例如 3500 或 1.2万；不清楚可点“跳过”。")
    return Told(amount_fen=fen)


def _read_payee(step: StopStep, typed: str) -> Told:
    words, hidden = masked_short(typed)
    named, kept = frozenset(named_in_answer(words)), kept_of(typed, SHORT_ANSWER_LENGTH)
    return Told(elements={step: words}, named=named, hidden=hidden, kept=kept)


def _read_channel(step: StopStep, typed: str) -> Told:
    for channel, name in PAY_CHANNEL_NAMES.items():
        if typed in (channel, name):
            return Told(elements={step: name})
    return _read_element(step, typed)


def _read_still(step: StopStep, typed: str) -> Told:
    answer = _STILL.get(typed.strip("。！!，, "))
    if answer is None:
        raise InvalidInputError("请点“是”或“否”。")
    return Told(elements={step: answer})


def _read_own(step: StopStep, typed: str) -> Told:
    """An answer about oneself, such as one's bank: whatever looks like a card number goes."""
    return _own_words(step, typed, ELEMENT_LENGTH)


def _own_words(step: StopStep, typed: str, length: int) -> Told:
    words, hidden = masked_story(shortened(typed, length))
    return Told(elements={step: words}, hidden=hidden, kept=kept_of(typed, length))


def _read_element(step: StopStep, typed: str) -> Told:
    words, hidden = masked_short(typed, ELEMENT_LENGTH)
    return Told(elements={step: words}, hidden=hidden, kept=kept_of(typed, ELEMENT_LENGTH))


_READERS: Mapping[StopStep, Callable[[StopStep, str], Told]] = {
    StopStep.PHONE: _read_phone,
    StopStep.WHERE: _read_where,
    StopStep.WHO: _read_who,
    StopStep.GUARDIAN: _read_guardian,
    StopStep.WHEN: _read_own,
    StopStep.AMOUNT: _read_amount,
    StopStep.PAYER: _read_payer,
    StopStep.PAYER_BANK: _read_own,
    StopStep.PAYEE: _read_payee,
    StopStep.CHANNEL: _read_channel,
    StopStep.STILL: _read_still,
}
