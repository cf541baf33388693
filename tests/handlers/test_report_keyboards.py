"""Buttons of the report dialogues carry what was asked, and no more than Telegram takes."""

import pytest
from aiogram.types import InlineKeyboardMarkup

from bot.handlers.report_keyboards import ReportButton, StopButton, report_step, stop_step
from bot.services.reports import OUTSIDE, Draft, ReportStep
from bot.services.stop_steps import Course, StopStep
from bot.services.triage import Happened

NONCE = "0123abcd"
MOST_BYTES = 64
VALUES = {
    ReportStep.HAPPENED: {*Happened, "test", "cancel"},
    ReportStep.AREA: {OUTSIDE, "finish", "back", "skip", "cancel"},
}


def _carried(keyboard: InlineKeyboardMarkup) -> list[str]:
    return [one.callback_data or "" for row in keyboard.inline_keyboard for one in row]


@pytest.mark.parametrize("step", ReportStep)
def test_buttons_of_a_report_unpack_to_what_they_were_made_of(step: ReportStep) -> None:
    carried = _carried(report_step(Draft(happened=Happened.CHILD), step, NONCE))
    pressed = [ReportButton.unpack(data) for data in carried]
    assert {(one.nonce, one.step) for one in pressed} == {(NONCE, step)}
    values = [one.value for one in pressed]
    assert len(values) == len(set(values))
    assert set(values) == VALUES.get(step, set(values))
    assert max(len(data.encode()) for data in carried) <= MOST_BYTES


@pytest.mark.parametrize("step", StopStep)
@pytest.mark.parametrize("filed", [True, False])
def test_those_about_money_that_is_gone_do_so_too(step: StopStep, filed: bool) -> None:
    carried = _carried(stop_step(Course(Happened.PAID), step, NONCE, filed=filed))
    pressed = [StopButton.unpack(data) for data in carried]
    assert {(one.nonce, one.step) for one in pressed} == {(NONCE, step)}
    assert {"skip", "end" if filed else "cancel"} <= {one.value for one in pressed}
    assert max(len(data.encode()) for data in carried) <= MOST_BYTES
