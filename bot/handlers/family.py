"""/family: up to three trusted people, agreed to by both sides, ended by either."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.handlers import keyboards
from bot.handlers.drill_offer import invite_button
from bot.handlers.filters import PRIVATE
from bot.handlers.replies import Reply, acknowledge, say
from bot.services import circle
from bot.services.attempts import Refusal
from bot.services.drill_offers import CIRCLE
from bot.services.education import Education
from bot.storage.residents import Resident
from bot.storage.trusted import TrustedPerson

WHAT = (
    "亲友圈：请最多三位信得过的人。查到高危消息，或您说已经转账时，我告诉他们是哪种骗术，"
    "不告诉原文。双方都同意才开始，哪一方都能随时停。\n想请谁？"
)
CONSENT = "家人想请您做信得过的人。遇到高危消息时我会告诉您是哪种骗术，不告诉原文。您同意吗？"
WILLING = "谢谢。等家人也点了同意就开始。"
AGREED = "好，已经开始。要停，发 /family。"
ENDED = "已停止。"
SENT = "已发给家人。"


class CircleButton(CallbackData, prefix="circle"):
    """`act` ask, willing, agree, end or send; `value` a tie or a relation, `family` a trick."""

    act: str
    value: str
    family: str = ""


async def show(
    message: Message,
    command: CommandObject,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> Reply:
    """With a code: take it up; without: one's ties, and whom to ask."""
    chat = message.chat.id
    if command.args and command.args.strip():
        tie = await circle.enter_code(session, resident, command.args, now)
        if isinstance(tie, Refusal):
            return say(chat, tie.words)
        return say(chat, CONSENT, _buttons([("同意", "willing"), ("不了", "end")], tie))
    ties = await circle.circle_of(session, resident, now)
    asking = [keyboards.button(one, CircleButton(act="ask", value=one)) for one in circle.RELATIONS]
    ending = [
        keyboards.button(
            f"停止：{_name(tie, resident)}", CircleButton(act="end", value=str(tie.id))
        )
        for tie in ties
    ]
    agreed = any(tie.agreed_at for tie in ties)
    inviting = [invite_button(CIRCLE)] if agreed else []
    return say(chat, WHAT, keyboards.rows([*asking, *ending, *inviting]))


def _name(tie: TrustedPerson, resident: Resident) -> str:
    who = tie.relation if tie.elder_id == resident.id else "请我的家人"
    return who if tie.agreed_at else f"{who}（等同意）"


def _buttons(labels: list[tuple[str, str]], tie: TrustedPerson) -> InlineKeyboardMarkup:
    return keyboards.rows(
        [keyboards.button(one, CircleButton(act=act, value=str(tie.id))) for one, act in labels]
    )


async def press(
    callback: CallbackQuery,
    callback_data: CircleButton,
    session: AsyncSession,
    resident: Resident,
    education: Education,
    now: datetime,
) -> list[Reply]:
    """Every button of the circle."""
    words = await _done(callback_data, session, resident, education, now)
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def _done(
    pressed: CircleButton,
    session: AsyncSession,
    resident: Resident,
    education: Education,
    now: datetime,
) -> str:
    if pressed.act == "ask":
        code = await circle.make_code(session, resident, pressed.value, now)
        return (
            f"代码：{code}\n请这位家人给我发：/family {code}\n24 小时内有效，只能用一次。"
            "请当面或打电话告诉他，不要发到群里。"
        )
    tie_id = int(pressed.value) if pressed.value.isdecimal() else 0
    if pressed.act == "willing":
        await circle.be_willing(session, resident, tie_id, now)
        return WILLING
    if pressed.act == "agree":
        await circle.agree(session, resident, tie_id, now)
        return AGREED
    if pressed.act == "send":
        article = education.articles.get(pressed.family)
        if article is None:
            raise NotFoundError(circle.GONE)
        await circle.send_article(session, resident, tie_id, article, now)
        return SENT
    await circle.end(session, resident, tie_id, now)
    return ENDED


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="family")
    router.message.filter(PRIVATE)
    router.message.register(show, Command("family"))
    acts = {"ask", "willing", "agree", "end", "send"}
    router.callback_query.register(press, CircleButton.filter(F.act.in_(acts)))
    return router
