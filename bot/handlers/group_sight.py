"""What is looked at in a group before any transaction: hardly ever more than the text itself.

Talk that is not worth a word ends here: nothing of it is stored and nobody is asked anything. Of a
newcomer it is noted that he has spoken.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from aiogram import Bot
from aiogram.enums import ChatMemberStatus
from aiogram.exceptions import AiogramError
from aiogram.types import Message, Update

from bot.handlers.bundles import is_picture, is_thing
from bot.handlers.filters import COMMAND
from bot.handlers.hidden_links import words_to_judge
from bot.matching.library import Library
from bot.matching.result import Verdict
from bot.services.checks import judge_text
from bot.services.guard import is_worth_a_word
from bot.services.newcomers import Newcomers

GROUPS = frozenset({"group", "supergroup"})


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of a group's message: its verdict, and who may do what in the group."""

    verdict: Verdict | None = None
    by_admin: bool = False
    may_delete: bool = False
    sees_talk: bool = True
    """False where Telegram's privacy mode keeps members' talk from the bot."""
    admins: tuple[int, ...] = ()
    """The people who administer the group."""
    bot_name: str = ""
    """Under which members can write to the bot in private."""


class GroupSight:
    """Looks at what comes from groups."""

    def __init__(self, library: Callable[[], Library], newcomers: Newcomers) -> None:
        self.library = library
        self.newcomers = newcomers

    async def look(self, bot: Bot, update: Update) -> Sight | None:
        """What a handler needs to know; None where the bot keeps quiet."""
        callback = update.callback_query
        if callback is not None:
            chat = callback.message.chat.id if callback.message else 0
            return await self._rights(bot, chat, callback.from_user.id) or Sight()
        message = update.message or update.edited_message
        if message is None:
            return Sight()
        if COMMAND.match(message.text or ""):
            return await self._command(bot, message) if update.message is not None else None
        if message.migrate_to_chat_id:
            return Sight()
        return await self._talk(bot, message)

    async def _command(self, bot: Bot, message: Message) -> Sight:
        """A command: who asks, and for /check what the message it replies to is."""
        user = message.from_user.id if message.from_user else 0
        afresh = (message.text or "").startswith(("/register", "/guard"))
        rights = await self._rights(bot, message.chat.id, user, afresh=afresh) or Sight()
        replied = message.reply_to_message
        text = words_to_judge(replied) if replied else ""
        looks = replied is not None and (is_picture(replied) or is_thing(replied))
        if not text or looks or not (message.text or "").startswith("/check"):
            return rights
        verdict = await judge_text(text, self.library())
        return replace(rights, verdict=verdict)

    async def _talk(self, bot: Bot, message: Message) -> Sight | None:
        if message.new_chat_members:
            came = [member.id for member in message.new_chat_members]
            await self.newcomers.came(message.chat.id, came)
        text, user = words_to_judge(message), message.from_user
        masked = message.sender_chat is not None and not speaks_as_channel(message)
        if not text or user is None or masked:
            return None
        newcomer = await self.newcomers.speaks_first(message.chat.id, user.id)
        verdict = await judge_text(text, self.library())
        if not is_worth_a_word(text, verdict, newcomer=newcomer):
            return None
        rights = await self._rights(bot, message.chat.id, user.id)
        if rights is None or rights.by_admin:
            return None
        return replace(rights, verdict=verdict)

    async def _rights(
        self, bot: Bot, chat: int, user: int, *, afresh: bool = False
    ) -> Sight | None:
        """Who administers the group; None where Telegram does not say: then nobody may do
        anything, and nobody's talk gets a word, for it may be an administrator's.

        `afresh`: the privacy mode may have been changed since it was last asked for.
        """
        try:
            admins = await bot.get_chat_administrators(chat)
            me = await (bot.get_me() if afresh else bot.me())
        except AiogramError:
            return None
        sees_talk = bool(me.can_read_all_group_messages) or any(
            one.user.id == bot.id for one in admins
        )
        may_delete = any(
            one.user.id == bot.id and bool(getattr(one, "can_delete_messages", False))
            for one in admins
        )
        by_admin = any(
            one.user.id == user
            and one.status in (ChatMemberStatus.CREATOR, ChatMemberStatus.ADMINISTRATOR)
            for one in admins
        )
        people = tuple(one.user.id for one in admins if not one.user.is_bot)
        return Sight(None, by_admin, may_delete, sees_talk, people, me.username or "")


def speaks_as_channel(message: Message | None) -> bool:
    """Whether somebody talks in a group under the name of a channel of his own.

    Administrators without a name speak as the group, the group's own channel by itself.
    """
    if message is None or message.sender_chat is None or message.is_automatic_forward:
        return False
    channel = message.sender_chat.type == "channel" and message.chat.type in GROUPS
    return channel and not COMMAND.match(message.text or "")


def author_of(message: Message) -> int:
    """Who is to be trusted or not: the member, or the channel he speaks as."""
    if message.sender_chat is not None:
        return message.sender_chat.id
    return message.from_user.id if message.from_user is not None else 0


def from_group(update: Update) -> bool:
    """Whether a message, or the message a button stands under, is in a group."""
    callback = update.callback_query
    said = update.message or update.edited_message
    message = said or (callback.message if callback is not None else None)
    return message is not None and message.chat.type in GROUPS


def is_talk(update: Update) -> bool:
    """Whether members talk in a group, and no command was given."""
    message = update.message or update.edited_message
    if message is None or message.chat.type not in GROUPS:
        return False
    return not COMMAND.match(message.text or "")
