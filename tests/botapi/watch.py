"""What a test looks at: messages, calls, answers, and waiting for them."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.botapi.backend import Backend
from tests.botapi.model import AnsweredCallback, Bot, Call, Chat, SentMessage
from tests.botapi.webhook import Webhook

Seen = TypeVar("Seen")


class Watch:
    """Reading only; every wait ends by itself with a TimeoutError that says what did happen."""

    backend: Backend

    def messages(self, chat: Chat, *, by: Bot | None = None) -> list[SentMessage]:
        """All that bots sent there, oldest first, as it stands now (`deleted` ones too)."""
        return [
            message
            for message in self.history(chat)
            if message.sender.is_bot and (by is None or message.sender.id == by.id)
        ]

    def history(self, chat: Chat) -> list[SentMessage]:
        """What anyone wrote there, oldest first."""
        return list(self.backend.world.messages[chat.thread].values())

    def screen(self, chat: Chat) -> list[SentMessage]:
        """What a resident still sees."""
        return [message for message in self.history(chat) if not message.deleted]

    def current(self, message: SentMessage) -> SentMessage:
        """The message as it stands now."""
        return self.backend.world.current(message)

    @property
    def answered_callbacks(self) -> list[AnsweredCallback]:
        """Answers to pressed buttons, oldest first."""
        return self.backend.answered

    @property
    def chat_actions(self) -> list[tuple[int, str]]:
        """`(chat id, action)`, oldest first."""
        return self.backend.actions

    def calls(self, method: str = "", *, chat: Chat | None = None) -> list[Call]:
        """Requests that came, refused ones too; an empty method means all."""
        return [
            call
            for call in self.backend.calls
            if method.lower() in ("", call.method.lower())
            and (chat is None or call.params.get("chat_id") == chat.id)
        ]

    def pending(self, bot: Bot) -> list[dict[str, Any]]:
        """Updates that the bot has not confirmed."""
        return list(self.backend.inboxes[bot.id].pending)

    def webhook(self, bot: Bot) -> Webhook | None:
        """The bot's webhook: `posts` so far, `last_error`."""
        return self.backend.webhooks.get(bot.id)

    def commands(
        self, bot: Bot, scope: dict[str, Any] | None = None, language_code: str = ""
    ) -> list[str]:
        """Command names of one scope, in order."""
        kind = json.dumps(scope or {"type": "default"}, sort_keys=True)
        found = self.backend.commands.get((bot.id, kind, language_code), [])
        return [str(command["command"]) for command in found]

    async def wait_for_message(self, chat: Chat, after: int = 0, timeout: float = 5) -> SentMessage:  # noqa: ASYNC109
        """The bots' message number `after` (counted from 0) in this chat, once it is there."""
        messages = await self.wait_until(
            lambda: len(self.messages(chat)) > after and self.messages(chat), timeout
        )
        return messages[after]

    async def wait_for_edit(self, message: SentMessage, timeout: float = 5) -> SentMessage:  # noqa: ASYNC109
        """The message after an edit later than the record given."""
        await self.wait_until(lambda: self.current(message).edits > message.edits, timeout)
        return self.current(message)

    async def wait_for_call(self, method: str, after: int = 0, timeout: float = 5) -> Call:  # noqa: ASYNC109
        """The call number `after` (counted from 0) of a method, once it has its answer."""
        calls = await self.wait_until(
            lambda: [c for c in self.calls(method) if c.status][after:], timeout
        )
        return calls[0]

    async def wait_confirmed(self, bot: Bot, timeout: float = 5) -> None:  # noqa: ASYNC109
        """Until every update is confirmed by an offset or taken by the webhook."""
        await self.wait_until(lambda: not self.pending(bot), timeout)

    async def wait_until(self, condition: Callable[[], Seen | bool], timeout: float = 5) -> Any:  # noqa: ASYNC109
        """Until the condition holds; gives what it returned."""
        until = time.monotonic() + timeout
        while not (seen := condition()):
            if time.monotonic() >= until:
                raise TimeoutError(f"not within {timeout} s; {self.story()}")
            await asyncio.sleep(0)
            await self.backend.changed.wait(min(0.05, until - time.monotonic()))
        return seen

    def story(self) -> str:
        """The last calls with their outcome, for a failing test."""
        last = [
            f"{call.method} {call.status or '…'} {call.description}".strip()
            for call in self.backend.calls[-8:]
        ]
        waiting = {bot.username: len(self.pending(bot)) for bot in self.backend.world.bots.values()}
        return f"last calls: {last}; unconfirmed updates: {waiting}"
