"""/drill: a harmless imitation of a trick, agreed to before and named at every step."""

from collections.abc import Sequence
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
from aiogram.utils.formatting import Bold, Text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers.filters import PRIVATE, When
from bot.handlers.keyboards import LearnButton, StartButton
from bot.handlers.replies import Reply, acknowledge, say
from bot.services.drill_files import Drill, Result
from bot.services.drills import (
    Ended,
    Step,
    Who,
    begin,
    choose,
    drills_for,
    ended_run,
    find_drill,
    leave,
    open_step,
)
from bot.services.education import Education
from bot.storage.residents import Resident

FIRST = 5
"""Drills shown at first, this week's tricks among them; the others are one tap away."""
HEAD = "【模拟演练】"
CHOOSE = "模拟演练：我扮一回骗子，您来应对。不收集任何内容，没有真的链接和号码。选一个："
STOP_WORDS = "结束演练"
LEFT = "演练已结束。刚才的人和事都是编的。想再做，发 /drill。"
NOT_NOW = "好的，没有开始。"
NOTHING = "现在没有进行中的演练。想做一次，发 /drill。"
GO_ON = "您有一个演练还没做完，接着来。"
FIRST_THIS = f"您还有一个演练没做完，先接着做它。想换一个，先发“{STOP_WORDS}”，再点一次。"
ASK = "同意开始吗？未满 18 岁的，请家长坐在旁边一起做。"


class DrillButton(CallbackData, prefix="drill"):
    """`act` look, more, start, answer (a), marks or stop; `name` is a drill or one of its steps,
    `run` the drill under way, before that the invitation that led to it."""

    act: str
    name: str
    run: int = 0
    choice: int = 0
    who: str = ""


async def list_drills(
    message: Message,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """Choose one, or go on with the one under way."""
    return await _listed(message.chat.id, session, education, resident, now, FIRST)


async def press_list(
    callback: CallbackQuery,
    callback_data: DrillButton | StartButton,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """The same from a button; below the first few the rest of them."""
    more = isinstance(callback_data, DrillButton)
    shown = len(education.drills) if more else FIRST
    listed = await _listed(callback.from_user.id, session, education, resident, now, shown)
    return [acknowledge(callback.id), *listed]


async def _listed(
    chat: int,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
    shown: int,
) -> list[Reply]:
    if (step := await open_step(session, education, resident, now)) is not None:
        return [say(chat, GO_ON), step_reply(chat, step)]
    found = await drills_for(session, education, now)
    buttons = [
        keyboards.button(one.title, DrillButton(act="look", name=one.id)) for one in found[:shown]
    ]
    if len(found) > shown:
        buttons.append(keyboards.button("还有", DrillButton(act="more", name="all")))
    return [say(chat, CHOOSE, keyboards.rows(buttons, width=1))]


async def press_look(
    callback: CallbackQuery, callback_data: DrillButton, education: Education
) -> list[Reply]:
    """What will happen, and whether one agrees."""
    drill = find_drill(education, callback_data.name)
    labels = [("我已成年，开始", "start", Who.ADULT.value)]
    if drill.for_minors:
        labels.append(("家长在旁边，开始", "start", Who.GUARDED.value))
    labels.append(("不做了", "stop", ""))
    buttons = [
        keyboards.button(label, DrillButton(act=act, name=drill.id, run=callback_data.run, who=who))
        for label, act, who in labels
    ]
    words = Text(Bold(f"{HEAD}{drill.title}"), f"\n{drill.opening}\n{ASK}")
    chat = callback.from_user.id
    return [acknowledge(callback.id), say(chat, words, keyboards.rows(buttons, width=1))]


async def press_start(
    callback: CallbackQuery,
    callback_data: DrillButton,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """The first step; where another drill is under way, that one's, with a word on it."""
    who = Who.GUARDED if callback_data.who == Who.GUARDED else Who.ADULT
    given = callback_data
    step = await begin(session, education, resident, given.name, who, now, given.run)
    chat = callback.from_user.id
    other = [say(chat, FIRST_THIS)] if step.drill.id != given.name else []
    return [acknowledge(callback.id), *other, step_reply(chat, step)]


async def press_answer(
    callback: CallbackQuery,
    callback_data: DrillButton,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """The next step, or how it came out."""
    given = callback_data
    after = await choose(session, education, resident, given.run, given.name, given.choice, now)
    chat = callback.from_user.id
    if isinstance(after, Ended):
        told = ended_in_short(chat, after) if resident.elder else ended_reply(chat, after)
        return [acknowledge(callback.id), told]
    return [acknowledge(callback.id), step_reply(chat, after)]


async def press_marks(
    callback: CallbackQuery,
    callback_data: DrillButton,
    session: AsyncSession,
    education: Education,
    resident: Resident,
) -> list[Reply]:
    """The marks of a drill that is over, for who wants one thing at a time."""
    ended = await ended_run(session, education, resident, callback_data.run)
    chat = callback.from_user.id
    words = Text(*_marks(ended.missed, ended.drill))
    return [acknowledge(callback.id), say(chat, words, _about(ended.drill))]


async def press_stop(
    callback: CallbackQuery, session: AsyncSession, resident: Resident, now: datetime
) -> list[Reply]:
    """Stop, or do not begin."""
    words = LEFT if await leave(session, resident, now) else NOT_NOW
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def say_stop(
    message: Message, session: AsyncSession, resident: Resident, now: datetime
) -> Reply:
    """The same in words."""
    left = await leave(session, resident, now)
    return say(message.chat.id, LEFT if left else NOTHING)


def step_reply(chat: int, step: Step) -> Reply:
    """What the imitated person says, with the answers and a way out."""
    buttons = [
        keyboards.button(
            choice.text, DrillButton(act="a", name=step.name, run=step.run_id, choice=number)
        )
        for number, choice in enumerate(step.node.choices)
    ]
    buttons.append(keyboards.button(STOP_WORDS, DrillButton(act="stop", name=step.drill.id)))
    said = "\n".join(f"“{line}”" for line in step.node.says)
    return say(chat, Text(Bold(HEAD), f"\n{said}"), keyboards.rows(buttons, width=1))


def ended_reply(chat: int, ended: Ended) -> Reply:
    """How it came out, the marks missed, and that it was a drill."""
    drill = ended.drill
    words = Text(
        _head(ended),
        f"\n{ended.end.text}\n\n",
        *_marks(ended.missed, drill),
        f"\n{drill.closing}",
    )
    return say(chat, words, _about(drill))


def ended_in_short(chat: int, ended: Ended) -> Reply:
    """How it came out and that it was a drill; the marks are one tap away."""
    words = Text(_head(ended), f"\n{ended.end.text}\n\n{ended.drill.closing}")
    more = DrillButton(act="marks", name=ended.drill.id, run=ended.run_id)
    return say(chat, words, keyboards.rows([keyboards.button("看看怎么识破", more)]))


def _head(ended: Ended) -> Bold:
    stopped = ended.end.result is Result.STOPPED
    return Bold(f"{HEAD}{'停住了' if stopped else '演练在这一步停下'}")


def _about(drill: Drill) -> InlineKeyboardMarkup:
    buttons = [
        keyboards.button("看看这一招", LearnButton(kind="family", name=drill.family)),
        keyboards.button("做一道题", LearnButton(kind="ask", name=drill.family)),
    ]
    return keyboards.rows(buttons)


def _marks(missed: Sequence[str], drill: Drill) -> list[Text | str]:
    if missed:
        listed = "".join(f"· {mark}\n" for mark in dict.fromkeys(missed))
        return [Bold("刚才可以留意的地方："), f"\n{listed}"]
    listed = "".join(f"· {mark}\n" for mark in drill.marks)
    return [Bold("这一招的特征："), f"\n{listed}"]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="drill")
    router.message.filter(PRIVATE)
    router.message.register(list_drills, Command("drill"))
    router.callback_query.register(press_list, StartButton.filter(F.act == "drill"))
    router.message.register(say_stop, When(F.text == STOP_WORDS))
    for act, handler in (
        ("look", press_look),
        ("more", press_list),
        ("start", press_start),
        ("a", press_answer),
        ("marks", press_marks),
        ("stop", press_stop),
    ):
        router.callback_query.register(handler, DrillButton.filter(F.act == act))
    return router
