"""What the steps of /subscribe have in common."""

from aiogram.filters.callback_data import CallbackData

from bot.handlers import keyboards
from bot.handlers.replies import Reply, say
from bot.services.subscriptions import KINDS

ASK_KINDS = "收哪一种？“定期提醒”每天一条小提示。"


class SubButton(CallbackData, prefix="sub"):
    """`value` is what was chosen so far, parts between dots; or the broadcast that was left at."""

    act: str
    value: str


def ask_kinds(chat: int, chosen: str) -> Reply:
    """What one wants to be sent."""
    names = [*KINDS.values(), "都要"]
    buttons = [
        keyboards.button(name, SubButton(act="hour", value=f"{chosen}.{number}"))
        for number, name in enumerate(names)
    ]
    return say(chat, ASK_KINDS, keyboards.rows(buttons))
