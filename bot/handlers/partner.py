"""Partners in the bot: what is asked of them, taken note of and answered by buttons.

The same buttons stand under the alert of what a partner reported; there the duty team presses them.
"""

from collections.abc import Sequence
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import InvalidInputError
from bot.handlers import keyboards, views
from bot.handlers.filters import PRIVATE
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff, staff_who_may
from bot.services import partner_requests as requests
from bot.services.partner_requests import RESULT_NAMES, RequestLine
from bot.services.permissions import Action
from bot.services.request_corrections import TAKEN_BACK, correct_answer
from bot.storage.partner_requests import RequestResult
from bot.storage.staff import Staff
from bot.times import on_screen

SHOWN = 10
NONE_OPEN = "现在没有要您单位办的事。"
HOW_TO_REPORT = (
    "请在 /suspicious 后面写情况，例如：\n/suspicious 一位老人要取 5 万元汇给“办案民警”，人还在柜台"
)
OPEN_AGAIN = "open"
BY_BUTTON = "在机器人里更正"
IN_FULL = "完整卡号、回执号和说明在网页“协作事项”里查看、填写。"


class RequestButton(CallbackData, prefix="request"):
    """A button under a request; `value` is the result that was chosen."""

    act: str
    number: str
    value: str


async def show_requests(
    message: Message, session: AsyncSession, staff: Staff | None, now: datetime
) -> Reply:
    """What one's own unit has not answered yet."""
    who, chat = staff_who_may(staff, Action.ANSWER_REQUEST), message.chat.id
    lines = await requests.list_requests(session, who, now)
    waiting = [one for one in lines if one.ours and one.answered_at is None]
    if not waiting:
        return say(chat, NONE_OPEN)
    return say(chat, f"待反馈 {len(waiting)} 件，点编号查看：", _list(waiting[:SHOWN]))


async def report_suspicious(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> Reply:
    """A teller or clerk reports something to the squad in one line."""
    who, chat = staff_who_may(staff, Action.ANSWER_REQUEST), message.chat.id
    if not (command.args or "").strip():
        return say(chat, HOW_TO_REPORT)
    made = await requests.report_withdrawal(session, who, command.args or "", now)
    return say(chat, f"已报给反诈专班，编号 {made.number}。情况紧急请同时打 110。")


async def press_show(
    callback: CallbackQuery,
    callback_data: RequestButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """One request, long numbers masked."""
    return await _done(callback, session, known_staff(staff), callback_data.number, now)


async def press_acknowledge(
    callback: CallbackQuery,
    callback_data: RequestButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Received."""
    who, number = known_staff(staff), callback_data.number
    await requests.acknowledge(session, who, number, now)
    return await _done(callback, session, who, number, now, "已签收。")


async def press_results(
    callback: CallbackQuery,
    callback_data: RequestButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Ask what came of it, or what is right instead."""
    line = await requests.see_request(session, known_staff(staff), callback_data.number, now)
    results: list[tuple[str, str]] = [*RESULT_NAMES.items()]
    question, act = "结果怎样？", "answer"
    if line.answered_at is not None:
        question = f"现在登记的是“{line.result}”。更正为哪一项？原来的结果留着，对方会收到更正。"
        others = [one for one in results if one[1] != line.result]
        act, results = "correct", [*others, (OPEN_AGAIN, TAKEN_BACK)]
    question = f"{line.kind} {line.number}：{question}{IN_FULL}"
    labels = [_button(line, name, act, result) for result, name in results]
    under = keyboards.rows([*labels, _button(line, "返回", "show")])
    return [acknowledge(callback.id), say(callback.from_user.id, question, under)]


async def press_answer(
    callback: CallbackQuery,
    callback_data: RequestButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """The result."""
    if callback_data.value not in set(RequestResult):
        raise InvalidInputError(views.OLD_BUTTON)
    who, result = known_staff(staff), RequestResult(callback_data.value)
    number = callback_data.number
    await requests.answer(session, who, number, result, "", now)
    return await _done(callback, session, who, number, now, f"已登记：{RESULT_NAMES[result]}。")


async def press_correct(
    callback: CallbackQuery,
    callback_data: RequestButton,
    session: AsyncSession,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Another result in place of a wrong one, or none for the time being."""
    value, number = callback_data.value, callback_data.number
    if value not in {*RequestResult, OPEN_AGAIN}:
        raise InvalidInputError(views.OLD_BUTTON)
    who, result = known_staff(staff), None if value == OPEN_AGAIN else RequestResult(value)
    await correct_answer(session, who, number, result, BY_BUTTON, now)
    return await _done(callback, session, who, number, now, "已更正。")


async def _done(
    callback: CallbackQuery,
    session: AsyncSession,
    staff: Staff,
    number: str,
    now: datetime,
    words: str = "",
) -> list[Reply]:
    line = await requests.see_request(session, staff, number, now)
    told = "\n".join(part for part in (words, _words(line)) if part)
    return [acknowledge(callback.id, words), say(callback.from_user.id, told, _under(line))]


def _words(line: RequestLine) -> str:
    due = on_screen(line.due_at, "%m-%d %H:%M")
    state = line.result or ("已签收，未反馈" if line.acknowledged_at else "未签收")
    late = "，已超时" if line.late else ""
    return f"{line.kind} {line.number}\n{line.words}\n{due} 前反馈{late}；{state}。\n{IN_FULL}"


def _under(line: RequestLine) -> InlineKeyboardMarkup | None:
    if not line.ours:
        return None
    if line.answered_at is not None:
        return keyboards.rows([_button(line, "更正结果", "results")])
    first = [] if line.acknowledged_at else [_button(line, "签收", "ack")]
    return keyboards.rows([*first, _button(line, "反馈结果", "results")])


def _list(lines: Sequence[RequestLine]) -> InlineKeyboardMarkup:
    labels = [f"{'❗' if one.late else ''}{one.kind} {one.number}" for one in lines]
    made = [_button(one, label, "show") for one, label in zip(lines, labels, strict=True)]
    return keyboards.rows(made, width=1)


def _button(line: RequestLine, label: str, act: str, value: str = "") -> InlineKeyboardButton:
    return keyboards.button(label, RequestButton(act=act, number=line.number, value=value))


PRESSES = {
    "show": press_show,
    "ack": press_acknowledge,
    "results": press_results,
    "answer": press_answer,
    "correct": press_correct,
}


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="partner")
    router.message.filter(PRIVATE)
    router.message.register(show_requests, Command("requests"))
    router.message.register(report_suspicious, Command("suspicious"))
    for act, press in PRESSES.items():
        router.callback_query.register(press, RequestButton.filter(F.act == act))
    return router
