"""/subscribe: what a resident wants to be sent; one tap and it ends.

What was chosen so far travels in the buttons, so nothing is kept until the last tap.
"""

import re
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.types import CallbackQuery, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers.filters import PRIVATE
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.subscribe_views import SubButton
from bot.services.grid import AUDIENCES
from bot.services.subscriptions import (
    EVERYBODY,
    leave,
    note_click,
    subscribe,
)
from bot.storage.residents import Resident

ASK_AUDIENCE = "想收反诈提醒？先选一类，我只发相关的。随时点“不再接收”就停。"
ASK_HOUR = "什么时候收？"
DONE = "已订阅。不想收了，点下面或发 /unsubscribe。"
LEFT = "已停止，不会再发给您。要恢复，发 /subscribe。"
NOT_SUBSCRIBED = "您没有订阅，不会收到提醒。要订阅，发 /subscribe。"
HOURS = (None, 8, 12, 19)
CAME_FROM = re.compile(r"(?<!\S)b(?P<number>\d{1,15})(?:a(?P<area>\d{1,15}))?$")
"""The link of a notice: its number, and the area of the group it stood in."""
CHOICES = (("warning", ("warning",)), ("daily", ("daily",)), ("both", ("warning", "daily")))


async def start_subscribing(message: Message) -> Reply:
    """Who one is."""
    tags = (EVERYBODY, *AUDIENCES)
    buttons = [
        keyboards.button(tag, SubButton(act="place", value=str(number)))
        for number, tag in enumerate(tags)
    ]
    return say(message.chat.id, ASK_AUDIENCE, keyboards.rows(buttons))


async def press_kinds(callback: CallbackQuery, callback_data: SubButton) -> list[Reply]:
    """When one wants it."""
    buttons = [
        keyboards.button(
            "随时" if hour is None else f"{hour} 点",
            SubButton(act="done", value=f"{callback_data.value}.{number}"),
        )
        for number, hour in enumerate(HOURS)
    ]
    keyboard = keyboards.rows(buttons, width=4)
    return [acknowledge(callback.id), say(callback.from_user.id, ASK_HOUR, keyboard)]


async def press_hour(
    callback: CallbackQuery,
    callback_data: SubButton,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """Keep it."""
    audience, place, kinds, hour = (int(part) for part in callback_data.value.split("."))
    await subscribe(
        session,
        resident,
        area_id=place or None,
        audience=(EVERYBODY, *AUDIENCES)[audience],
        kinds=CHOICES[kinds][1],
        hour=HOURS[hour],
        now=now,
    )
    out = keyboards.rows([keyboards.button("不再接收", SubButton(act="leave", value="0"))])
    return [acknowledge(callback.id), say(callback.from_user.id, DONE, out)]


async def press_leave(
    callback: CallbackQuery,
    callback_data: SubButton,
    session: AsyncSession,
    resident: Resident,
    now: datetime,
) -> list[Reply]:
    """One tap and it ends."""
    number = int(callback_data.value) if callback_data.value.isdecimal() else 0
    ended = await leave(session, resident, number or None, now)
    return [acknowledge(callback.id), say(callback.from_user.id, LEFT if ended else NOT_SUBSCRIBED)]


async def stop_subscribing(
    message: Message, session: AsyncSession, resident: Resident, now: datetime
) -> Reply:
    """The same in a word."""
    ended = await leave(session, resident, None, now)
    return say(message.chat.id, LEFT if ended else NOT_SUBSCRIBED)


async def count_click(
    message: Message, session: AsyncSession, resident: Resident, now: datetime
) -> Reply:
    """Somebody came from a notice: counted, and asked what he wants to know."""
    found = CAME_FROM.search(message.text or "")
    if found:
        area = int(found["area"]) if found["area"] else None
        await note_click(session, resident, int(found["number"]), now, area)
    return say(message.chat.id, "您好。把可疑的消息原样发给我，我帮您查一查。")


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="subscribe")
    router.message.filter(PRIVATE)
    router.message.register(
        count_click, CommandStart(deep_link=True, magic=F.args.regexp(CAME_FROM))
    )
    router.message.register(start_subscribing, Command("subscribe"))
    router.message.register(stop_subscribing, Command("unsubscribe"))
    for act, handler in (
        ("hour", press_kinds),
        ("done", press_hour),
        ("leave", press_leave),
    ):
        router.callback_query.register(handler, SubButton.filter(F.act == act))
    return router
