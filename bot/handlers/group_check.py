"""/check in reply to a message in a group: judged for who asks, in private."""

from datetime import datetime

from aiogram.types import InlineKeyboardButton, Message, Update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import picture_views
from bot.handlers.bundles import is_picture, is_recording
from bot.handlers.group_sight import Sight
from bot.handlers.hidden_links import words_to_judge
from bot.handlers.keyboards import rows
from bot.handlers.listening import Ear
from bot.handlers.looking import Visit
from bot.handlers.one_answer import Found, found_together
from bot.handlers.replies import Reply, say
from bot.handlers.things import (
    LISTENING,
    NO_NUMBER,
    Asked,
    card_as_found,
    file_as_found,
    has_file,
)
from bot.handlers.views import quoted
from bot.matching.library import Library
from bot.services.checks import judge_text
from bot.services.hearing import CANNOT_HEAR
from bot.storage.residents import Resident

IN_PRIVATE = "看好了私聊告诉您。没收到的，请先私聊我按“开始”，再来这里发一次 /check。"
OPEN_PRIVATE = "打开私聊"
NO_PICTURES = "这里看不了图片。请把图里的话打出来，私聊发给我。"
REPLY_TO_CHECK = "请长按那条消息选“回复”，再发 /check，我就看那一条。"
NOTHING_TO_CHECK = "那条消息里没有可以看的内容。请把可疑的话打出来，私聊发给我。"


async def look(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    library: Library,
    now: datetime,
    digest: str,
    event_update: Update,
    sight: Sight | None = None,
    visit: Visit | None = None,
    ear: Ear | None = None,
) -> list[Reply]:
    """Judge what was replied to; the group sees only that it is done, and the way to the bot."""
    replied, person = message.reply_to_message, message.from_user
    if replied is None or person is None:
        return [say(message.chat.id, REPLY_TO_CHECK)]
    in_group, chat = _done(message.chat.id, sight), person.id
    if is_picture(replied):
        if visit is None:
            return [say(message.chat.id, NO_PICTURES)]
        visit.alone = True
        await visit.take(replied, session, now)
        return [in_group, say(chat, picture_views.reading(visit.waiting))]
    if is_recording(replied):
        if ear is None:
            return [in_group, say(chat, CANNOT_HEAR)]
        await ear.take(replied, session, now)
        return [in_group, say(chat, LISTENING)]
    if replied.contact is not None:
        found = await card_as_found(replied.contact, library)
        if found is None:
            return [in_group, say(chat, NO_NUMBER)]
    elif await has_file(replied):
        words = words_to_judge(replied)
        caption = await judge_text(words, library) if words else None
        found = file_as_found(replied, library, caption, digest)
    elif sight is not None and sight.verdict is not None:
        words = words_to_judge(replied)
        found = Found(words, sight.verdict, f"看的是群里这条：“{quoted(words)}”")
    else:
        return [say(message.chat.id, NOTHING_TO_CHECK)]
    found = await found_together(session, found, None, event_update.update_id, library)
    asked = Asked(replied, session, resident, library, now, event_update.update_id)
    return [in_group, *await asked.said(chat, found)]


def _done(chat: int, sight: Sight | None) -> Reply:
    """What the group sees: no verdict. Who never wrote to the bot cannot be written to by it."""
    if sight is None or not sight.bot_name:
        return say(chat, IN_PRIVATE)
    link = f"https://t.me/{sight.bot_name}"
    return say(chat, IN_PRIVATE, rows([InlineKeyboardButton(text=OPEN_PRIVATE, url=link)]))
