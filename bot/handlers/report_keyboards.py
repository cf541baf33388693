"""Keyboards of residents' reports and the data their buttons carry (at most 64 bytes)."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.handlers.keyboards import button, rows
from bot.services.own_leads import OwnLead
from bot.services.report_answers import GUARDIAN_NAMES
from bot.services.reports import (
    OUTSIDE,
    REPORTER_NAMES,
    SKIPPABLE,
    Draft,
    ReportStep,
    step_before,
    steps_of,
)
from bot.services.stop_steps import NO, PAY_CHANNEL_NAMES, WHO_NAMES, YES, Course, StopStep
from bot.services.triage import CHANNEL_NAMES, HAPPENED_NAMES

EDIT = "edit-"
"""Begins the value of a button that goes from the preview back to one question."""
STEP_NAMES: Mapping[ReportStep, str] = {
    ReportStep.HAPPENED: "情况",
    ReportStep.WHO: "谁遇到",
    ReportStep.DESCRIPTION: "经过",
    ReportStep.CONTACT: "联系方式",
    ReportStep.SUSPECTS: "对方信息",
    ReportStep.AMOUNT: "金额",
    ReportStep.PHONE: "回电",
    ReportStep.AREA: "地点",
}
_CHOICES: Mapping[ReportStep, Sequence[tuple[str, str]]] = {
    ReportStep.HAPPENED: [(name, value) for value, name in HAPPENED_NAMES.items()],
    ReportStep.GUARDIAN: [(name, value) for value, name in GUARDIAN_NAMES.items()],
    ReportStep.WHO: [(name, value) for value, name in REPORTER_NAMES.items()],
    ReportStep.CONTACT: [(name, value) for value, name in CHANNEL_NAMES.items()],
    ReportStep.AREA: [(OUTSIDE, OUTSIDE)],
}
_STOP_CHOICES: Mapping[StopStep, Sequence[tuple[str, str]]] = {
    StopStep.WHERE: [(OUTSIDE, OUTSIDE)],
    StopStep.WHO: [(name, value) for value, name in WHO_NAMES.items()],
    StopStep.GUARDIAN: [(name, value) for value, name in GUARDIAN_NAMES.items()],
    StopStep.CHANNEL: [(name, value) for value, name in PAY_CHANNEL_NAMES.items()],
    StopStep.STILL: [(YES, YES), (NO, NO)],
}
_AFTER_STORY = frozenset(
    {
        ReportStep.CONTACT,
        ReportStep.SUSPECTS,
        ReportStep.AMOUNT,
        ReportStep.PHONE,
        ReportStep.AREA,
    }
)


class ReportButton(CallbackData, prefix="report"):
    """A button of a report dialogue; `nonce` ties it to that dialogue."""

    nonce: str
    step: str
    value: str


class StopButton(CallbackData, prefix="stop"):
    """A button of the questions about money that is gone."""

    nonce: str
    step: str
    value: str


class OwnButton(CallbackData, prefix="own"):
    """A button under one of one's own leads."""

    act: str
    number: str


def report_step(
    draft: Draft, step: ReportStep, nonce: str, *, editing: bool = False
) -> InlineKeyboardMarkup:
    """The choices of a question, then the ways on and out."""
    made = _maker(ReportButton(nonce=nonce, step=step, value=""))
    if step is ReportStep.CONFIRM:
        lines = [[made("确认提交", "file")], *_edits(draft, made)]
    else:
        lines = _laid(made(label, value) for label, value in _CHOICES.get(step, ()))
    if step is ReportStep.HAPPENED and not editing:
        lines.append([made("只是测试、玩一下", "test")])
    if step in _AFTER_STORY and not editing:
        lines.append([made("先到这里，去核对", "finish")])
    ways = []
    if editing or step_before(draft, step) is not None:
        ways.append(made("返回", "back"))
    if step in SKIPPABLE:
        ways.append(made("跳过", "skip"))
    ways.append(made("取消", "cancel"))
    return InlineKeyboardMarkup(inline_keyboard=[*lines, ways])


def _maker(without_value: ReportButton | StopButton) -> Callable[[str, str], InlineKeyboardButton]:
    """Makes the buttons of a question by label and value; what they have in common is packed
    once, since the value comes last."""
    begin = without_value.pack()
    return lambda label, value: button(label, f"{begin}{value}")


def _edits(
    draft: Draft, made: Callable[[str, str], InlineKeyboardButton]
) -> list[list[InlineKeyboardButton]]:
    """One button an answer: tap it, answer again, and be back at the preview."""
    given = draft.to_data() | {ReportStep.AMOUNT: draft.amount_fen}
    return _laid(
        made(f"{'改' if given[step] else '补'}：{STEP_NAMES[step]}", f"{EDIT}{step}")
        for step in steps_of(draft)
        if step in STEP_NAMES
    )


def stop_step(course: Course, step: StopStep, nonce: str, *, filed: bool) -> InlineKeyboardMarkup:
    """The choices of a question about money that is gone; every one can be skipped."""
    made = _maker(StopButton(nonce=nonce, step=step, value=""))
    lines = _laid(made(label, value) for label, value in _STOP_CHOICES.get(step, ()))
    ways = [made("返回", "back")] if course.before(step) is not None else []
    ways += [made("跳过", "skip"), made("先到这里", "end") if filed else made("取消", "cancel")]
    return InlineKeyboardMarkup(inline_keyboard=[*lines, ways])


def just_filed(number: str) -> InlineKeyboardMarkup:
    """What can be done right after filing; taking it back within a minute."""
    return rows(
        [
            button("点错了，撤销", OwnButton(act="undo", number=number)),
            button("只是测试", OwnButton(act="test", number=number)),
            button("查看进度", OwnButton(act="show", number=number)),
        ]
    )


def finished(number: str) -> InlineKeyboardMarkup:
    """What can be done with a lead whose questions are over."""
    return rows(
        [
            button("补充经过、截图", OwnButton(act="add", number=number)),
            button("查看进度", OwnButton(act="show", number=number)),
        ]
    )


def own_leads(leads: Iterable[OwnLead]) -> InlineKeyboardMarkup:
    """One button a lead."""
    return rows(
        [button(one.number, OwnButton(act="show", number=one.number)) for one in leads], width=1
    )


def own_lead(lead: OwnLead) -> InlineKeyboardMarkup:
    """What can be done with one of one's leads."""
    acts = [("add", "补充")] if lead.can_add else []
    acts += [("withdraw", "撤回")] if lead.can_withdraw else []
    acts.append(("erase", "删除我的信息"))
    return rows([button(label, OwnButton(act=act, number=lead.number)) for act, label in acts])


def sure(act: str, label: str, number: str) -> InlineKeyboardMarkup:
    """Asks once more before something that cannot be taken back."""
    return rows(
        [
            button(label, OwnButton(act=f"{act}_sure", number=number)),
            button("不了", OwnButton(act="show", number=number)),
        ]
    )


def _laid(buttons: Iterable[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    return rows(buttons).inline_keyboard
