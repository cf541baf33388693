"""Keyboards and the data their buttons carry (at most 64 bytes)."""

from collections.abc import Iterable, Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.matching.result import Verdict
from bot.services.leads import QueueLine


class CheckButton(CallbackData, prefix="check"):
    """A button under a verdict."""

    act: str
    reference: str


class StartButton(CallbackData, prefix="start"):
    """A button under the greeting."""

    act: str


class LeadButton(CallbackData, prefix="lead"):
    """A button under a lead."""

    act: str
    number: str


class LearnButton(CallbackData, prefix="learn"):
    """A category or a family to read about."""

    kind: str
    name: str


class NoticeButton(CallbackData, prefix="notice"):
    """A button of a notice dialogue."""

    nonce: str
    step: str
    value: str


class DraftButton(CallbackData, prefix="draft"):
    """A stored draft of a notice gone on with or thrown away, or a refused notice as one again."""

    act: str
    number: int


def button(label: str, data: CallbackData | str) -> InlineKeyboardButton:
    """A button; a string is callback data as it stands."""
    packed = data if isinstance(data, str) else data.pack()
    return InlineKeyboardButton(text=label, callback_data=packed)


def rows(buttons: Iterable[InlineKeyboardButton], width: int = 2) -> InlineKeyboardMarkup:
    """Buttons laid out `width` to a row."""
    flat = list(buttons)
    return InlineKeyboardMarkup(
        inline_keyboard=[flat[start : start + width] for start in range(0, len(flat), width)]
    )


def under_verdict(verdict: Verdict, reference: str) -> InlineKeyboardMarkup:
    """我已转账 · 举报 · 了解这类骗局 · 判断错了."""
    buttons = [
        button("我已转账", CheckButton(act="paid", reference=reference)),
        button("举报", CheckButton(act="report", reference=reference)),
        button("了解这类骗局", CheckButton(act="learn", reference=reference)),
        button("判断错了", CheckButton(act="wrong", reference=reference)),
    ]
    return rows(buttons)


def may_keep(reference: str) -> InlineKeyboardMarkup:
    """Whether a disputed message may be kept for review."""
    return rows(
        [
            button("可以，帮助改进", CheckButton(act="keep", reference=reference)),
            button("不用", CheckButton(act="keep_not", reference=reference)),
        ]
    )


def under_greeting() -> InlineKeyboardMarkup:
    """What one can do besides sending a message."""
    return rows(
        [
            button("我已转账", StartButton(act="paid")),
            button("正在通话？", StartButton(act="call")),
            button("举报", StartButton(act="report")),
            button("了解骗局", StartButton(act="learn")),
            button("今天一条", StartButton(act="tip")),
            button("我的报送", StartButton(act="mine")),
            button("存了什么", StartButton(act="privacy")),
            button("简明模式", StartButton(act="elder")),
        ]
    )


def under_call(more: Sequence[InlineKeyboardButton] = ()) -> InlineKeyboardMarkup:
    """我已转账 · 举报 · 重新答一遍, below the verdict on a call; `more` come first."""
    return rows(
        [
            *more,
            button("我已转账", StartButton(act="paid")),
            button("举报", StartButton(act="report")),
            button("重新答一遍", StartButton(act="call")),
        ]
    )


def report_now(reference: str = "", happened: str = "paid") -> InlineKeyboardMarkup:
    """One button that begins a report which knows how far it went."""
    act = f"report_{happened}"
    data: CallbackData = (
        CheckButton(act=act, reference=reference) if reference else StartButton(act=act)
    )
    return rows([button("告诉反诈专班", data)])


def queue(lines: Sequence[QueueLine]) -> InlineKeyboardMarkup | None:
    """One button a lead."""
    if not lines:
        return None
    return rows([button(line.number, LeadButton(act="show", number=line.number)) for line in lines])


def names(kind: str, entries: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup:
    """Categories or families to choose from."""
    return rows([button(title, LearnButton(kind=kind, name=name)) for name, title in entries])


def notice_step(
    step: str,
    nonce: str,
    choices: Sequence[tuple[str, str]],
    *,
    back: bool,
    above: Sequence[InlineKeyboardButton] = (),
) -> InlineKeyboardMarkup:
    """The choices of a notice question below those `above`, then 返回, 存为草稿 and 取消."""

    def made(label: str, value: str) -> InlineKeyboardButton:
        return button(label, NoticeButton(nonce=nonce, step=step, value=value))

    chosen = [made(label, value) for value, label in choices]
    keyboard = rows([*above, *chosen], width=1).inline_keyboard
    ways = [made("返回", "back"), made("存为草稿", "keep")] if back else []
    return InlineKeyboardMarkup(inline_keyboard=[*keyboard, [*ways, made("取消", "cancel")]])
