"""Inviting one's family circle or a class to a drill: choose, confirm, end early."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers.replies import Reply, acknowledge, say
from bot.services import drill_offers
from bot.services.drill_offers import AGAIN_AFTER, CIRCLE, LASTS, Inviter
from bot.services.drills import find_drill
from bot.services.education import Education
from bot.storage.residents import Resident
from bot.storage.staff import Staff

RUNNING = "已经有一个演练邀请在进行。可以等它自己结束，也可以现在结束。"
CHOOSE = "请{whom}做哪一个演练？排在前面的是这一周本地多见的。"
PRIVATE_RESULT = "谁做了、做得怎样，只有本人知道。"
TOTALS = "您只看得到合计，不到 5 人做完就不显示。"
CONFIRM = (
    "{whom}里每个人会收到“{title}”的邀请，写明是模拟演练；做不做由各人自己定，"
    f"未满 18 岁的要家长在旁边。{LASTS.days} 天后结束，再通知大家一次。"
)
SENT = f"好，邀请会在允许发消息的时间送出，{LASTS.days} 天后结束。{AGAIN_AFTER.days} 天内不再邀请。"
DROPPED = "好的，没有邀请。"
ENDED = "好，邀请结束了，会告诉收到邀请的人。"


class InviteButton(CallbackData, prefix="invite"):
    """`act` choose, pick, send, drop or end; `number` a class or CIRCLE."""

    act: str
    number: int
    drill: str = ""


def invite_button(number: int, name: str = "") -> InlineKeyboardButton:
    """Begins an invitation of a class, or of one's circle."""
    label = f"请大家演练：{name}" if name else "请大家演练"
    if number == CIRCLE:
        label = "请家人一起演练"
    return keyboards.button(label, InviteButton(act="choose", number=number))


async def press(
    callback: CallbackQuery,
    callback_data: InviteButton,
    session: AsyncSession,
    education: Education,
    resident: Resident,
    staff: Staff | None,
    now: datetime,
) -> list[Reply]:
    """Every button of an invitation."""
    chat, inviter = callback.from_user.id, Inviter(resident, staff)
    reply = await _answer(chat, callback_data, session, education, inviter, now)
    return [acknowledge(callback.id), reply]


async def _answer(
    chat: int,
    pressed: InviteButton,
    session: AsyncSession,
    education: Education,
    inviter: Inviter,
    now: datetime,
) -> Reply:
    number = pressed.number
    if pressed.act == "drop":
        return say(chat, DROPPED)
    if pressed.act == "end":
        await drill_offers.end_early(session, inviter, number, now)
        return say(chat, ENDED)
    if pressed.act == "send":
        await drill_offers.offer(session, education, inviter, number, pressed.drill, now)
        return say(chat, SENT, keyboards.rows([_act("现在结束", "end", number)]))
    choice = await drill_offers.choices(session, education, inviter, number, now)
    if choice.running is not None:
        return say(chat, RUNNING, keyboards.rows([_act("现在结束", "end", number)]))
    if pressed.act == "pick":
        title = find_drill(education, pressed.drill).title
        words = CONFIRM.format(whom=choice.whom, title=title)
        words += PRIVATE_RESULT if number == CIRCLE else TOTALS
        buttons = [_act("发出邀请", "send", number, pressed.drill), _act("不发", "drop", number)]
        return say(chat, words, keyboards.rows(buttons))
    buttons = [_act(one.title, "pick", number, one.id) for one in choice.drills]
    return say(chat, CHOOSE.format(whom=choice.whom), keyboards.rows(buttons, width=1))


def _act(label: str, act: str, number: int, drill: str = "") -> InlineKeyboardButton:
    return keyboards.button(label, InviteButton(act=act, number=number, drill=drill))


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="drill_offer")
    acts = {"choose", "pick", "send", "drop", "end"}
    router.callback_query.register(press, InviteButton.filter(F.act.in_(acts)))
    return router
