"""/elder: short replies, one button a row, numbers spelled out, read aloud where it can be."""

from typing import overload

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.handlers import keyboards
from bot.handlers.aloud import aloud_button
from bot.handlers.filters import PRIVATE
from bot.handlers.keyboards import StartButton
from bot.handlers.replies import Reply, Spoken, acknowledge, say
from bot.services.notifications import PUSHED_CHANNELS
from bot.services.speech import NOT_HERE, NOT_INSTALLED, installed_speech, spelled
from bot.storage.residents import Resident

ON = (
    "已打开简明模式：回答更短，一行一个按钮，一次只说一件事。"
    "字太小，在手机设置里把字调大，网页上点“大字”。"
)
OFF = "已关闭简明模式。要再打开，发 /elder。"
ASK = "简明模式：回答更短，一行一个按钮。"
ALOUD = "遇事先停一停。不转账，不给验证码，不共享屏幕。拿不准，打 96110。钱转走了，打 110。"


class ElderButton(CallbackData, prefix="elder"):
    """`act` on, off or aloud."""

    act: str


async def choose(message: Message, resident: Resident) -> Reply:
    """Turned on at once; how to turn it off stands below."""
    turned_on = not resident.elder
    resident.elder = True
    return say(message.chat.id, ON if turned_on else ASK, _buttons())


async def press_at_start(callback: CallbackQuery, resident: Resident) -> list[Reply]:
    """The same from the greeting."""
    turned_on = not resident.elder
    resident.elder = True
    asked = say(callback.from_user.id, ON if turned_on else ASK, _buttons())
    return [acknowledge(callback.id), asked]


async def press(
    callback: CallbackQuery, callback_data: ElderButton, resident: Resident
) -> list[Reply]:
    """On, off, or read aloud what matters most."""
    chat = callback.from_user.id
    if callback_data.act == "aloud":
        if installed_speech() is None:
            return [acknowledge(callback.id), say(chat, NOT_INSTALLED)]
        if resident.channel not in PUSHED_CHANNELS:
            return [acknowledge(callback.id), say(chat, NOT_HERE)]
        return [acknowledge(callback.id), Spoken(chat, ALOUD)]
    resident.elder = callback_data.act == "on"
    return [acknowledge(callback.id), say(chat, ON if resident.elder else OFF)]


def _buttons() -> InlineKeyboardMarkup:
    labels = (("读给我听", "aloud"), ("关闭简明模式", "off"))
    return keyboards.rows([keyboards.button(one, ElderButton(act=act)) for one, act in labels])


@overload
def for_elder(reply: SendMessage) -> SendMessage: ...
@overload
def for_elder(reply: Reply) -> Reply: ...
def for_elder(reply: Reply) -> Reply:
    """The same message with one button a row, one to read it aloud, its numbers spelled below."""
    if not isinstance(reply, (SendMessage, EditMessageText)):
        return reply
    fields: dict[str, object] = {}
    if isinstance(reply.reply_markup, InlineKeyboardMarkup):
        flat = [one for row in reply.reply_markup.inline_keyboard for one in row]
        if (aloud := aloud_button(flat)) is not None:
            flat.append(aloud)
        fields["reply_markup"] = keyboards.rows(flat, width=1)
    if read := spelled(reply.text or ""):
        fields["text"] = f"{reply.text}\n\n{read}"
    return reply.model_copy(update=fields)


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="elder")
    router.message.filter(PRIVATE)
    router.message.register(choose, Command("elder"))
    router.callback_query.register(press_at_start, StartButton.filter(F.act == "elder"))
    router.callback_query.register(press, ElderButton.filter(F.act.in_({"on", "off", "aloud"})))
    return router
