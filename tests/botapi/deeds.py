"""What people do in the world: write, edit, press buttons."""

import time
from dataclasses import replace
from itertools import count
from typing import Any

from tests.botapi.backend import Backend, Query
from tests.botapi.model import Bot, Chat, SentMessage, StoredFile, User
from tests.botapi.state import GONE
from tests.botapi.text import found_entities
from tests.botapi.wire import poll_json, user_json

MIME_TYPES = {"photo": "image/jpeg", "voice": "audio/ogg"}
Content = bytes | tuple[str, bytes]


class Deeds:
    """Each deed is queued as an update for the bots that see it and returns its update id."""

    backend: Backend

    def __init__(self) -> None:
        self._query_ids = count(700_000_000_001)

    def send(
        self,
        chat: Chat,
        user: User,
        text: str = "",
        *,
        photo: Content | None = None,
        document: Content | None = None,
        voice: Content | None = None,
        caption: str = "",
        file_size: int | None = None,
        reply_to: SentMessage | None = None,
        forward: User | Chat | str | None = None,
        entities: list[dict[str, Any]] | None = None,
        **extra: Any,
    ) -> int:
        """A user writes; a `str` in `forward` is a hidden sender, `extra` goes into the message.

        Returns the update id of the first bot that sees it, 0 when none does.
        """
        self._check_presence(chat, user)
        words = text or caption
        files = {"photo": photo, "document": document, "voice": voice}
        kind, content = next(((k, c) for k, c in files.items() if c is not None), ("text", None))
        message = self.backend.world.add_message(
            chat,
            user,
            text=words,
            entities=tuple(found_entities(words) if entities is None else entities),
            kind=kind,
            file=None if content is None else self._store(chat, kind, content, file_size),
            reply_to=None if reply_to is None else reply_to.message_id,
            forward_origin=None if forward is None else self._origin(forward),
            extra=extra,
        )
        return self._announce("message", message)

    def edit(self, message: SentMessage, text: str) -> int:
        """A user edits their own message."""
        current = self.backend.world.current(message)
        changed = self.backend.world.change(
            current, text=text, entities=found_entities(text), edits=current.edits + 1
        )
        return self._announce("edited_message", changed)

    def send_raw(self, bot: Bot, update: dict[str, Any]) -> int:
        """Queue any update as it is, even a kind that nobody knows."""
        return self.backend.inboxes[bot.id].put_raw(update)

    def press(
        self,
        chat: Chat,
        user: User,
        message: SentMessage,
        button_text: str | None = None,
        *,
        data: str | None = None,
        stale: bool = False,
    ) -> int:
        """Press a button of the message as it stands now, or send any callback data.

        `data` may belong to a keyboard that is gone; `stale` makes the query too old to answer.
        A button of a keyboard below the input line writes its text.
        """
        self._check_presence(chat, user)
        current = self.backend.world.current(message)
        if data is None:
            button = current.button(button_text or "")
            if not current.inline:
                return self.send(chat, user, button.text)
            if button.data is None:
                raise LookupError(f"button {button_text!r} calls nothing back")
            data = button.data
        bot = next(b for b in self.backend.world.bots_in(chat) if b.id == current.sender.id)
        query = Query(str(next(self._query_ids)), bot, user)
        if not stale:
            self.backend.queries[query.id] = query
        return self.backend.inboxes[bot.id].put(
            {
                "callback_query": {
                    "id": query.id,
                    "from": user_json(user),
                    "chat_instance": str(chat.id),
                    "message": self._pressed(current),
                    "data": data,
                }
            }
        )

    def vote(self, chat: Chat, user: User, message: SentMessage, option: int) -> int:
        """Take an option of a poll, once; its bot learns how many took which, not who."""
        self._check_presence(chat, user)
        poll = self.backend.world.polls[message.poll_id]
        if poll.closed or any(voter == user.id for voter, _ in poll.votes):
            raise ValueError(f"{user.first_name} cannot vote here any more")
        poll = replace(poll, votes=(*poll.votes, (user.id, option)))
        self.backend.world.polls[poll.id] = poll
        return self.backend.inboxes[message.sender.id].put({"poll": poll_json(poll)})

    def run_out(self, message: SentMessage) -> None:
        """The open period of a poll is over; this double lets no time pass by itself."""
        bot = next(one for one in self.backend.world.bots.values() if one.id == message.sender.id)
        self.backend.close_poll(bot, message)

    def _pressed(self, message: SentMessage) -> dict[str, Any]:
        if not message.deleted:
            return self.backend.world.message_json(message)
        chat = self.backend.world.chat_json(message.chat)
        return {"chat": chat, "message_id": message.message_id, "date": 0}

    def _announce(self, kind: str, message: SentMessage) -> int:
        update = {kind: self.backend.world.message_json(message)}
        return self.backend.put(
            message.chat, update, sees=lambda bot: self.backend.reaches(bot, message)
        )

    def _store(self, chat: Chat, kind: str, content: Content, size: int | None) -> StoredFile:
        name, body = content if isinstance(content, tuple) else (f"{kind}.bin", content)
        mime_type = MIME_TYPES.get(kind, "application/octet-stream")
        return self.backend.world.add_file(chat.bot_id, kind, name, body, mime_type, size)

    def _origin(self, forward: User | Chat | str) -> dict[str, Any]:
        date = int(time.time())
        if isinstance(forward, str):
            return {"type": "hidden_user", "date": date, "sender_user_name": forward}
        if isinstance(forward, User):
            return {"type": "user", "date": date, "sender_user": user_json(forward)}
        chat = self.backend.world.chat_json(forward)
        return {"type": "chat", "date": date, "sender_chat": chat}

    def _check_presence(self, chat: Chat, user: User) -> None:
        world = self.backend.world
        if chat.private and chat.id != user.id:
            raise ValueError(f"{user.first_name} is not the user of this private chat")
        if chat.private and chat.thread in world.blocked:
            raise ValueError(f"{user.first_name} has blocked the bot")
        if not chat.private and (world.status(chat, user.id) or "left") in GONE:
            raise ValueError(f"{user.first_name} is not in {chat.title}")
