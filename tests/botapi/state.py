"""The double's world: accounts, chats, messages and files, and who may reach whom."""

import time
from collections import defaultdict
from dataclasses import replace
from itertools import count
from typing import Any

from tests.botapi import wire
from tests.botapi.errors import bad_request, forbidden
from tests.botapi.model import Bot, Chat, Poll, SentMessage, StoredFile, Thread, User

GONE = ("left", "kicked")
NO_CHAT = "chat not found"
FIRST_POLL_ID = 5_300_000_000_000_000_001


class World:
    """Everything a server knows; no network, no waiting."""

    def __init__(self) -> None:
        self.bots: dict[str, Bot] = {}
        self.users: dict[int, User] = {}
        self.chats: dict[Thread, Chat] = {}
        self.members: dict[int, dict[int, str]] = {}
        self.blocked: set[Thread] = set()
        self.deactivated: set[int] = set()
        self.migrated: dict[int, int] = {}
        self.files: dict[str, StoredFile] = {}
        self.polls: dict[str, Poll] = {}
        self.messages: defaultdict[Thread, dict[int, SentMessage]] = defaultdict(dict)
        self._message_ids: defaultdict[Thread, count[int]] = defaultdict(lambda: count(1))
        self._file_ids = count(1)

    def chat_for(self, bot: Bot, chat_id: int | str) -> Chat:
        """The chat this bot means, reachable or not; 400 when there is none for it."""
        if isinstance(chat_id, str):
            return self._named(chat_id.removeprefix("@"))
        if chat_id in self.migrated:
            raise bad_request(
                "group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": self.migrated[chat_id]},
            )
        chat = self.chats.get(Thread(chat_id, bot.id)) or self.chats.get(Thread(chat_id, 0))
        if chat is not None and (chat.private or bot.id in self.members[chat.id]):
            return chat
        if chat_id in self.users and not self.users[chat_id].is_bot:
            raise forbidden("bot can't initiate conversation with a user")
        if chat_id in self.users:
            raise forbidden("bots can't send messages to bots")
        raise bad_request(NO_CHAT)

    def writable_chat(self, bot: Bot, chat_id: int | str) -> Chat:
        """The chat, if the bot may write there; 403 when blocked, gone or kicked."""
        chat = self.chat_for(bot, chat_id)
        if chat.id in self.deactivated:
            raise forbidden("user is deactivated")
        if chat.thread in self.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.private:
            self._check_membership(bot, chat)
        return chat

    def add_message(self, chat: Chat, sender: User, **fields: Any) -> SentMessage:
        """Keep a new message; private chats of one bot share one row of ids."""
        ids = self._message_ids[Thread(0, chat.bot_id) if chat.private else chat.thread]
        message = SentMessage(next(ids), chat, sender, int(time.time()), **fields)
        self.messages[chat.thread][message.message_id] = message
        return message

    def change(self, message: SentMessage, **fields: Any) -> SentMessage:
        """Replace a message by its new state."""
        changed = replace(message, **fields)
        self.messages[message.chat.thread][message.message_id] = changed
        return changed

    def find(self, chat: Chat, message_id: int, missing: str) -> SentMessage:
        """A message that is still there, or a 400 with the words given."""
        message = self.messages[chat.thread].get(message_id)
        if message is None or message.deleted:
            raise bad_request(missing)
        return message

    def current(self, message: SentMessage) -> SentMessage:
        """The message as it stands now, deleted or not."""
        return self.messages[message.chat.thread][message.message_id]

    def add_poll(self, **fields: Any) -> Poll:
        """Keep a new poll; ids are numbers beyond 32 bits, as real ones are."""
        poll = Poll(id=str(FIRST_POLL_ID + len(self.polls)), **fields)
        self.polls[poll.id] = poll
        return poll

    def add_file(
        self, bot_id: int, kind: str, name: str, content: bytes, mime_type: str, size: int | None
    ) -> StoredFile:
        """Keep a file; an id is one bot's own, except (`bot_id` 0) that of a group's file."""
        file_id = f"{kind}{bot_id}x{next(self._file_ids)}"
        length = len(content) if size is None else size
        file = StoredFile(file_id, bot_id, kind, name, content, length, mime_type)
        self.files[file_id] = file
        return file

    def file_of(self, bot: Bot, file_id: str) -> StoredFile | None:
        """The file, if this bot may use the id."""
        file = self.files.get(file_id)
        return file if file is not None and file.bot_id in (0, bot.id) else None

    def status(self, chat: Chat, user_id: int) -> str | None:
        """`member`, `administrator`, …; None for who has never been there."""
        return self.members.get(chat.id, {}).get(user_id)

    def is_admin(self, bot: Bot, chat: Chat) -> bool:
        """Whether the bot may pin and delete what others wrote."""
        return self.status(chat, bot.id) in ("administrator", "creator")

    def bots_in(self, chat: Chat) -> list[Bot]:
        """The bots that are there now."""
        if chat.private:
            return [bot for bot in self.bots.values() if bot.id == chat.bot_id]
        there = self.members[chat.id]
        return [bot for bot in self.bots.values() if there.get(bot.id, "left") not in GONE]

    def chat_json(self, chat: Chat) -> wire.Json:
        """The Chat object of a chat."""
        return wire.chat_json(chat, self.users[chat.id] if chat.private else None)

    def message_json(self, message: SentMessage) -> wire.Json:
        """The Message object with, one level deep, what it answers to."""
        reply = self.messages[message.chat.thread].get(message.reply_to or 0)
        answered = None
        if reply is not None and not reply.deleted:
            answered = wire.message_json(reply, self.chat_json(reply.chat), None)
        body = wire.message_json(message, self.chat_json(message.chat), answered)
        if message.poll_id:
            body["poll"] = wire.poll_json(self.polls[message.poll_id])
        return body

    def _named(self, username: str) -> Chat:
        for chat in self.chats.values():
            if chat.username == username and not chat.private:
                return chat
        raise bad_request(NO_CHAT)

    def _check_membership(self, bot: Bot, chat: Chat) -> None:
        kind = chat.type
        status = self.status(chat, bot.id) or "left"
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {kind} chat")
        if status == "left":
            raise forbidden(f"bot is not a member of the {kind} chat")
        if kind == "channel" and status != "administrator":
            raise bad_request("need administrator rights in the channel chat")
