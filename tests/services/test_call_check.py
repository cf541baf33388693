"""The table that judges a call, over everything that can be answered."""

from collections.abc import Iterator
from itertools import product

import pytest

from bot.matching.result import ActionCode, Level
from bot.services.call_check import (
    ANSWERS,
    Call,
    CallBack,
    Given,
    Question,
    Told,
    Want,
    Who,
    Why,
    judge_call,
    next_question,
    read_call,
)

EVERY = [Call(*answers) for answers in product(Who, Want, Told, Told, Given)]
ASKING = frozenset(Want) - {Want.NOTICE}


def ends(letters: str = "") -> Iterator[tuple[str, Call]]:
    """Every way through the buttons, to its end."""
    call = read_call(letters) or Call()
    asked = next_question(call)
    if asked is None:
        yield letters, call
        return
    for value in ANSWERS[asked]:
        yield from ends(letters + value)


def expected_action(call: Call) -> ActionCode:
    if call.given is Given.PAID:
        return ActionCode.CASH_HANDED_OVER if call.want is Want.CASH else ActionCode.PAID
    if call.given is Given.SCREEN or call.want is Want.SCREEN:
        return ActionCode.SCREEN_SHARED
    return ActionCode.CARD_GIVEN if call.given is Given.CODE else ActionCode.STOP_AND_VERIFY


def expected_level(call: Call) -> Level:
    asks, hushed = call.want in ASKING, call.hushed is Told.YES
    lost = call.given is not Given.NOTHING or call.want is Want.SCREEN
    official = call.who in (Who.POLICE, Who.BANK, Who.SERVICE, Who.LENDER)
    if lost or call.video is Told.YES or (asks and (hushed or official)):
        return Level.HIGH
    if call.who is Who.POLICE and hushed:
        return Level.HIGH
    return Level.SUSPICIOUS if asks or hushed else Level.UNCLEAR


def test_every_combination_has_its_level_action_and_number() -> None:
    assert len(EVERY) == 6 * 5 * 2 * 2 * 4
    for call in EVERY:
        judged = judge_call(call)
        assert judged.action is expected_action(call), call
        assert judged.level is expected_level(call), call
        urgent = call.who is Who.POLICE or judged.action is not ActionCode.STOP_AND_VERIFY
        assert judged.call_back is (CallBack.EMERGENCY if urgent else CallBack.HOTLINE), call


def test_every_rule_decides_something_and_nothing_is_ever_harmless() -> None:
    assert {judge_call(call).why for call in EVERY} == set(Why)
    assert Level.NONE not in {judge_call(call).level for call in EVERY}


def test_only_a_notice_with_nothing_else_is_unclear() -> None:
    unclear = [call for call in EVERY if judge_call(call).level is Level.UNCLEAR]
    assert unclear == [Call(who, Want.NOTICE, Told.NO, Told.NO, Given.NOTHING) for who in Who]


def test_the_buttons_lead_everywhere_and_end_early_only_where_it_is_settled() -> None:
    reached = dict(ends())
    assert {len(letters) for letters in reached} == {2, 5}
    assert len(reached) == 6 * (1 + 4 * 2 * 2 * 4)
    for letters, call in reached.items():
        assert read_call(letters) == call
        if len(letters) == 2:
            assert judge_call(call).action is ActionCode.SCREEN_SHARED
        else:
            assert call in EVERY


@pytest.mark.parametrize(
    "letters", ["", "x", "P", "px", "ptx", "psn", "ptyyx", "ptyypn", "ｐ", "pt "]
)
def test_what_no_button_says_is_no_call(letters: str) -> None:
    assert read_call(letters) is None


def test_the_questions_come_in_order() -> None:
    asked = [next_question(read_call("ptnn"[:taps]) or Call()) for taps in range(5)]
    assert asked == list(Question)
