"""The bot made administrator of a Telegram channel: it asks in private whether to register it.

Nothing is said in the channel itself, which everybody reads.
"""

from datetime import datetime

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, ChatMemberUpdated
from sqlalchemy.ext.asyncio import AsyncSession

from bot.handlers import keyboards
from bot.handlers.filters import When
from bot.handlers.replies import Reply, acknowledge, say
from bot.handlers.speakers import known_staff
from bot.services.groups import add_offered, drop_offered, group_left, offer_channel
from bot.services.permissions import Action, may
from bot.storage.staff import Staff

FOR_STAFF = (
    "您把我设成了一个频道的管理员。登记频道要由网格员来做：先发 /bind 和绑定码，"
    "再把我移出频道、重新设为管理员。"
)


class OfferButton(CallbackData, prefix="offer"):
    """Register a channel, or not."""

    act: str
    number: int


async def membership(
    event: ChatMemberUpdated, session: AsyncSession, staff: Staff | None, now: datetime
) -> Reply | None:
    """Who made the bot an administrator is asked; where it can no longer post, that is marked."""
    member, chat = event.new_chat_member, event.from_user.id
    is_admin = member.status == ChatMemberStatus.ADMINISTRATOR
    if not is_admin or not getattr(member, "can_post_messages", False):
        await group_left(session, event.chat.id, now)
        if not is_admin:
            return None
        return say(chat, f"频道“{event.chat.title}”没有给我“发布消息”的权限，请打开它。")
    if staff is None or not may(staff.role, Action.ADD_GROUP):
        return say(chat, FOR_STAFF)
    offered = await offer_channel(session, staff, event.chat.id, event.chat.title or "", now)
    if offered.active:
        return None
    buttons = [
        keyboards.button("登记", OfferButton(act="add", number=offered.id)),
        keyboards.button("不登记", OfferButton(act="drop", number=offered.id)),
    ]
    words = f"我成了频道“{offered.title}”的管理员。登记它吗？登记后通知会发到这个频道。"
    return say(chat, words, keyboards.rows(buttons))


async def press_add(
    callback: CallbackQuery, callback_data: OfferButton, session: AsyncSession, staff: Staff | None
) -> list[Reply]:
    """Registered."""
    group = await add_offered(session, known_staff(staff), callback_data.number)
    words = f"已登记频道“{group.title}”。发 /groups 给它选地区和人群。"
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


async def press_drop(
    callback: CallbackQuery, callback_data: OfferButton, session: AsyncSession, staff: Staff | None
) -> list[Reply]:
    """Nothing is sent there."""
    group = await drop_offered(session, known_staff(staff), callback_data.number)
    words = f"好，不登记“{group.title}”，不会往那里发。"
    return [acknowledge(callback.id), say(callback.from_user.id, words)]


def make_router() -> Router:
    """Which update goes to which handler, in the order in which they are asked."""
    router = Router(name="telegram_channels")
    router.my_chat_member.register(membership, When(F.chat.type == "channel"))
    router.callback_query.register(press_add, OfferButton.filter(F.act == "add"))
    router.callback_query.register(press_drop, OfferButton.filter(F.act == "drop"))
    return router
