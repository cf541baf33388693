"""/check in reply to a picture, a file, a voice note or a card: judged for who asks, in private."""

from datetime import datetime

from aiogram.types import Message, Update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import picture_views
from bot.handlers.bundles import is_picture, is_recording, is_thing
from bot.handlers.hidden_links import words_to_judge
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
)
from bot.matching.library import Library
from bot.services.checks import judge_text
from bot.services.hearing import CANNOT_HEAR
from bot.storage.residents import Resident

IN_PRIVATE = "看好了私聊告诉您。没收到的，请先私聊我发 /start，再来这里发一次 /check。"
NO_PICTURES = "这里看不了图片。请把图里的话打出来，私聊发给我。"


async def asks_about_thing(message: Message) -> bool:
    """Whether the message replied to is more than words."""
    replied = message.reply_to_message
    return replied is not None and (is_picture(replied) or is_thing(replied))


async def look(
    message: Message,
    session: AsyncSession,
    resident: Resident,
    library: Library,
    now: datetime,
    digest: str,
    event_update: Update,
    visit: Visit | None = None,
    ear: Ear | None = None,
) -> list[Reply]:
    """Judge what was replied to; the group sees only that it is done."""
    replied, person = message.reply_to_message, message.from_user
    if replied is None or person is None:
        return []
    in_group, chat = say(message.chat.id, IN_PRIVATE), person.id
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
    found = await _found(replied, library, digest)
    if found is None:
        return [in_group, say(chat, NO_NUMBER)]
    found = await found_together(session, found, None, event_update.update_id, library)
    asked = Asked(replied, session, resident, library, now, event_update.update_id)
    return [in_group, *await asked.said(chat, found)]


async def _found(replied: Message, library: Library, digest: str) -> Found | None:
    if replied.contact is not None:
        return await card_as_found(replied.contact, library)
    words = words_to_judge(replied)
    caption = await judge_text(words, library) if words else None
    return file_as_found(replied, library, caption, digest)
