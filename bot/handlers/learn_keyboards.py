"""Buttons of learning."""

from collections.abc import Iterable, Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardMarkup

from bot.handlers.keyboards import LearnButton, StartButton, button, names, rows
from bot.services.articles import AUDIENCES, Article
from bot.services.quizzes import Asked, Finished

PAGE = 10
"""Articles on one page of a list."""


class QuizButton(CallbackData, prefix="quiz"):
    """An answer (`act` answer), or what comes before and after; `attempt` 0 where there is none."""

    act: str
    attempt: int = 0
    place: int = 0
    choice: int = 0


class TrainingButton(CallbackData, prefix="train"):
    """`act` test or certificate of the training session `number`."""

    act: str
    number: int


def how_to_look() -> InlineKeyboardMarkup:
    """By trick, by who one is, or questions, a drill, an answer, a case instead."""
    return rows(
        [
            button("按骗术看", LearnButton(kind="by", name="trick")),
            button("按人群看", LearnButton(kind="by", name="audience")),
            button("做五道题", QuizButton(act="begin")),
            button("模拟演练", StartButton(act="drill")),
            button("问一个问题", StartButton(act="ask")),
            button("今天的案例", StartButton(act="case")),
        ]
    )


def audiences() -> InlineKeyboardMarkup:
    """Who one is."""
    return names("audience", [(f"{name}.0", name) for name in AUDIENCES])


def articles(audience: str, found: Sequence[Article], page: int) -> InlineKeyboardMarkup:
    """A page of what concerns somebody; the last row turns the page or keeps the audience."""
    shown = found[page * PAGE : (page + 1) * PAGE]
    keyboard = names("family", [(one.family, one.title) for one in shown]).inline_keyboard
    last = [button(f"按“{audience}”出题", LearnButton(kind="keep", name=audience))]
    if (page + 1) * PAGE < len(found):
        more = LearnButton(kind="audience", name=f"{audience}.{page + 1}")
        last.insert(0, button("还有", more))
    return InlineKeyboardMarkup(inline_keyboard=[*keyboard, last])


def under_article(family: str, *, whole: bool) -> InlineKeyboardMarkup:
    """One question about it, the text for groups; below the short version also the whole."""
    buttons = [
        button("做一道题", LearnButton(kind="ask", name=family)),
        button("转到群里的一段话", LearnButton(kind="group", name=family)),
    ]
    if not whole:
        buttons.insert(0, button("看全文", LearnButton(kind="whole", name=family)))
    return rows(buttons)


def options(asked: Asked) -> InlineKeyboardMarkup:
    """The answers, one a row."""
    return rows(
        [
            button(
                option, QuizButton(act="a", attempt=asked.attempt_id, place=asked.place, choice=n)
            )
            for n, option in enumerate(asked.question.options)
        ],
        width=1,
    )


def after_quiz(done: Finished, missed: Iterable[tuple[str, str]]) -> InlineKeyboardMarkup:
    """What was missed, the certificate where it is earned, another quiz."""
    buttons = [button(title, LearnButton(kind="family", name=name)) for name, title in missed]
    if done.earns_certificate:
        buttons.append(button("领证书", QuizButton(act="certificate", attempt=done.attempt_id)))
    buttons.append(button("再做五道", QuizButton(act="begin")))
    return rows(buttons)


def see_result(attempt: int) -> InlineKeyboardMarkup:
    """The result after the last answer, for who wants it slower."""
    return rows([button("看结果", QuizButton(act="result", attempt=attempt))])


def next_question(attempt: int) -> InlineKeyboardMarkup:
    """One thing at a time, for who wants it slower."""
    return rows([button("下一题", QuizButton(act="begin", attempt=attempt))])
