"""The bot in groups: it registers them and otherwise keeps quiet."""

from datetime import datetime

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus
from aiogram.filters import Command
from aiogram.types import ChatMemberUpdated, Message
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import guard_views, views
from bot.handlers.filters import When
from bot.handlers.group_sight import Sight
from bot.handlers.replies import Reply, say
from bot.handlers.speakers import known_staff
from bot.services.groups import add_telegram_group, group_left, group_migrated
from bot.storage.staff import Staff

OUT = {ChatMemberStatus.LEFT, ChatMemberStatus.KICKED}


async def register(
    message: Message,
    session: AsyncSession,
    staff: Staff | None,
    sight: Sight | None,
    now: datetime,
) -> Reply:
    """A grid worker registers the group he writes in; told what the bot does and cannot see."""
    title = message.chat.title or ""
    await add_telegram_group(session, known_staff(staff), message.chat.id, title, now)
    sees = sight is not None and sight.sees_talk
    return say(message.chat.id, guard_views.ADDED + ("" if sees else guard_views.SEES_NOTHING))


async def private_only(message: Message) -> Reply:
    """Nothing personal in a group."""
    return say(message.chat.id, views.PRIVATE_ONLY)


async def migrated(message: Message, session: AsyncSession, now: datetime) -> None:
    """A group became a supergroup and keeps its registration."""
    await group_migrated(session, message.chat.id, message.migrate_to_chat_id or 0, now)


async def membership(
    event: ChatMemberUpdated, session: AsyncSession, now: datetime
) -> Reply | None:
    """Put into a group the bot says how to register it; put out, the group is marked."""
    if event.new_chat_member.status in OUT:
        await group_left(session, event.chat.id, now)
        return None
    if event.old_chat_member.status in OUT:
        return say(event.chat.id, views.GROUP_HELLO)
    return None


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="group")
    router.message.filter(When(F.chat.type.in_({"group", "supergroup"})))
    router.my_chat_member.filter(When(F.chat.type.in_({"group", "supergroup"})))
    router.message.register(register, Command("register"))
    router.message.register(
        private_only,
        Command(
            "queue",
            "lead",
            "notice",
            "sent",
            "groups",
            "wechat",
            "activity",
            "subscribe",
            "bind",
            "report",
            "paid",
            "learn",
            "ask",
            "quiz",
            "drill",
            "family",
            "class",
            "attend",
            "newclass",
            "classes",
            "requests",
            "suspicious",
        ),
    )
    router.message.register(migrated, When(F.migrate_to_chat_id))
    router.my_chat_member.register(membership)
    return router
