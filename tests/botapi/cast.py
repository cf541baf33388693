"""Who takes part: what a test sets up before anyone writes."""

import time
from collections.abc import Iterable
from itertools import count
from typing import Any

from tests.botapi.backend import Backend
from tests.botapi.http import TOKEN
from tests.botapi.model import Bot, Chat, Thread, User
from tests.botapi.updates import Inbox
from tests.botapi.wire import member_json, user_json

TEST_TOKEN = "123456:TEST-TOKEN"
FIRST_UPDATE_ID = 100_000_001
FIRST_USER_ID = 5_000_000_001
SUPERGROUP_BASE = -1_001_000_000_000
GROUP_BASE = -4_000_000


class Cast:
    """Accounts and chats; changes that a bot would learn of are queued as updates."""

    backend: Backend

    def __init__(self) -> None:
        self._numbers = count(1)

    def add_bot(
        self,
        token: str = TEST_TOKEN,
        username: str = "fanzha_bot",
        *,
        first_name: str = "反诈机器人",
        privacy: bool = False,
    ) -> Bot:
        """A bot account; the number before the colon is its id."""
        if not TOKEN.fullmatch(token):
            raise ValueError(f"not a bot token: {token!r}")
        user = User(int(token.split(":")[0]), first_name, is_bot=True, username=username)
        if user.id in self.backend.world.users:
            raise ValueError(f"id {user.id} is taken")
        bot = Bot(token, user, privacy)
        self.backend.world.bots[token] = bot
        self.backend.world.users[user.id] = user
        self.backend.inboxes[user.id] = Inbox(FIRST_UPDATE_ID)
        return bot

    def add_user(
        self, first_name: str = "王奶奶", *, username: str | None = None, id: int | None = None
    ) -> User:
        """A person; ids are above 32 bits, as new accounts have them."""
        user = User(id or FIRST_USER_ID + next(self._numbers), first_name, username=username)
        self.backend.world.users[user.id] = user
        return user

    def private_chat(self, bot: Bot, user: User) -> Chat:
        """The chat of a user who has started the bot; `chat.id == user.id`."""
        chat = Chat(user.id, "private", bot_id=bot.id)
        return self.backend.world.chats.setdefault(chat.thread, chat)

    def add_group(
        self,
        title: str = "幸福小区",
        members: Iterable[User] = (),
        bots: Iterable[Bot] = (),
        *,
        admins: Iterable[User | Bot] = (),
        supergroup: bool = True,
        username: str | None = None,
    ) -> Chat:
        """A group with everyone in it already; nobody is told."""
        base = SUPERGROUP_BASE if supergroup else GROUP_BASE
        kind = "supergroup" if supergroup else "group"
        chat = Chat(base - next(self._numbers), kind, title, username=username)
        self.backend.world.chats[chat.thread] = chat
        there = self.backend.world.members.setdefault(chat.id, {})
        there |= {someone.id: "member" for someone in (*members, *bots)}
        there |= {someone.id: "administrator" for someone in admins}
        return chat

    def join(self, group: Chat, someone: User | Bot, *, by: User | None = None) -> None:
        """Add a person or a bot to a group; a bot gets `my_chat_member`."""
        self._set_status(group, someone, "member", by)

    def add_channel(self, title: str = "幸福发布", *, admins: Iterable[User | Bot] = ()) -> Chat:
        """A channel: only administrators write there, in its name; nobody is told."""
        chat = Chat(SUPERGROUP_BASE - next(self._numbers), "channel", title)
        self.backend.world.chats[chat.thread] = chat
        there = self.backend.world.members.setdefault(chat.id, {})
        there |= {someone.id: "administrator" for someone in admins}
        return chat

    def promote(self, group: Chat, someone: User | Bot, *, by: User | None = None) -> None:
        """Make a member an administrator."""
        self._set_status(group, someone, "administrator", by)

    def remove(self, group: Chat, someone: User | Bot, *, by: User | None = None) -> None:
        """Kick a person or a bot; the bot's next message there is answered with 403."""
        self._set_status(group, someone, "kicked", by)

    def block(self, bot: Bot, user: User) -> None:
        """The user blocks the bot."""
        chat = self.private_chat(bot, user)
        if chat.thread not in self.backend.world.blocked:
            self.backend.world.blocked.add(chat.thread)
            self._tell_bot(bot, chat, user, "member", "kicked")

    def unblock(self, bot: Bot, user: User) -> None:
        """The user lets the bot write again."""
        chat = self.private_chat(bot, user)
        if chat.thread in self.backend.world.blocked:
            self.backend.world.blocked.discard(chat.thread)
            self._tell_bot(bot, chat, user, "kicked", "member")

    def deactivate(self, user: User) -> None:
        """The account is deleted: `user is deactivated`."""
        self.backend.world.deactivated.add(user.id)

    def migrate(self, group: Chat, by: User) -> Chat:
        """Turn a basic group into a supergroup; its old id answers with the new one."""
        if group.type != "group":
            raise ValueError("only a basic group can become a supergroup")
        world = self.backend.world
        chat = Chat(SUPERGROUP_BASE - next(self._numbers), "supergroup", group.title)
        world.chats[chat.thread] = chat
        world.members[chat.id] = dict(world.members[group.id])
        for old, extra in (
            (group, {"migrate_to_chat_id": chat.id}),
            (chat, {"migrate_from_chat_id": group.id}),
        ):
            message = world.add_message(old, by, kind="service", extra=extra)
            self.backend.put(old, {"message": world.message_json(message)})
        del world.chats[Thread(group.id, 0)]
        world.migrated[group.id] = chat.id
        return chat

    def _set_status(self, group: Chat, someone: User | Bot, status: str, by: User | None) -> None:
        before = self.backend.world.status(group, someone.id) or "left"
        self.backend.world.members[group.id][someone.id] = status
        if isinstance(someone, Bot):
            actor = by or self.backend.world.users[self._anyone(group)]
            self._tell_bot(someone, group, actor, before, status)

    def _anyone(self, group: Chat) -> int:
        people = [i for i in self.backend.world.members[group.id] if self._is_person(i)]
        return people[0] if people else self.add_user("物业").id

    def _is_person(self, user_id: int) -> bool:
        return not self.backend.world.users[user_id].is_bot

    def _tell_bot(self, bot: Bot, chat: Chat, actor: User, before: str, after: str) -> None:
        in_channel = chat.type == "channel"
        update: dict[str, Any] = {
            "chat": self.backend.world.chat_json(chat),
            "from": user_json(actor),
            "date": int(time.time()),
            "old_chat_member": member_json(bot.user, before, in_channel=in_channel),
            "new_chat_member": member_json(bot.user, after, in_channel=in_channel),
        }
        self.backend.inboxes[bot.id].put({"my_chat_member": update})
