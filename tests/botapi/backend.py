"""The server without HTTP: takes a method call, applies trouble on order, keeps a record."""

import inspect
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.botapi import params
from tests.botapi.errors import NO_SUCH_METHOD, ApiError
from tests.botapi.faults import Clock, Faults, Flood
from tests.botapi.model import AnsweredCallback, Bot, Call, Chat, Poll, SentMessage, User
from tests.botapi.registry import METHODS, Method
from tests.botapi.state import World
from tests.botapi.updates import Inbox, Signal
from tests.botapi.webhook import Webhook
from tests.botapi.wire import poll_json

Json = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, as the real server has them; tests may make them smaller."""

    photo: int = 10 * 1024 * 1024
    upload: int = 50 * 1024 * 1024
    download: int = 20 * 1024 * 1024


@dataclass(frozen=True)
class Query:
    """A pressed button that waits for its answer."""

    id: str
    bot: Bot
    user: User


class Dropped(Exception):
    """The connection is cut without an answer."""


@dataclass
class Backend:
    """One server's state and the way of a call through it."""

    clock: Clock = time.monotonic
    limits: Limits = field(default_factory=Limits)
    webhook_pause: float = 0.05
    world: World = field(default_factory=World)
    changed: Signal = field(default_factory=Signal)
    inboxes: dict[int, Inbox] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    commands: dict[tuple[int, str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[int, str, str], str] = field(default_factory=dict)
    actions: list[tuple[int, str]] = field(default_factory=list)
    queries: dict[str, Query] = field(default_factory=dict)
    answered: list[AnsweredCallback] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    flood: Flood | None = None

    async def call(self, bot: Bot, name: str, raw: Mapping[str, Any]) -> Any:
        """Run one method of one bot; ApiError is a refusal, Dropped a lost connection."""
        method = METHODS.get(name.lower())
        if method is None:
            raise NO_SUCH_METHOD
        call = Call(method.name, bot, dict(raw), self.clock())
        self.calls.append(call)
        try:
            result = await self._answer(call, method, raw)
        except ApiError as error:
            call.status, call.description = error.status, error.description
            raise
        else:
            call.status = 200
        finally:
            self.changed.fire()
        return result

    def put(self, chat: Chat, update: Json, *, sees: Any = None) -> int:
        """Queue an update for the bots of a chat; returns the first bot's update id, or 0."""
        ids = [
            self.inboxes[bot.id].put(update)
            for bot in self.world.bots_in(chat)
            if sees is None or sees(bot)
        ]
        return next((update_id for update_id in ids if update_id), 0)

    def reaches(self, bot: Bot, message: SentMessage) -> bool:
        """Whether a bot sees a group message: privacy leaves commands, mentions and replies."""
        if message.chat.private or not bot.privacy or self.world.is_admin(bot, message.chat):
            return True
        answered = self.world.messages[message.chat.thread].get(message.reply_to or 0)
        called = message.text.startswith("/") or f"@{bot.username}" in message.text
        return called or (answered is not None and answered.sender.id == bot.id)

    def close_poll(self, bot: Bot, message: SentMessage) -> Poll:
        """End a poll and tell its bot, as when its time is over or stopPoll is called."""
        poll = replace(self.world.polls[message.poll_id], closed=True)
        self.world.polls[poll.id] = poll
        self.inboxes[bot.id].put({"poll": poll_json(poll)})
        return poll

    async def stop(self) -> None:
        """Wake every long poll and hanging call, end every webhook."""
        for webhook in list(self.webhooks.values()):
            await webhook.stop()
        self.changed.close()
        for inbox in self.inboxes.values():
            inbox.changed.close()

    async def _answer(self, call: Call, method: Method, raw: Mapping[str, Any]) -> Any:
        call.params = params.read(method.params, raw)
        fault = self.faults.take(method.name, call.params.get("chat_id"))
        if fault is None:
            return await self._perform(call, method)
        if fault.error is not None:
            raise fault.error
        result = await self._perform(call, method) if fault.perform else True
        await self._hang(fault.seconds)
        if fault.drop:
            raise Dropped
        return result if fault.perform else await self._perform(call, method)

    async def _perform(self, call: Call, method: Method) -> Any:
        if self.flood is not None and method.paced:
            chat = self.world.writable_chat(call.bot, call.params["chat_id"])
            self.flood.check(call.bot.id, chat)
        result = method.run(self, call.bot, call.params)
        return await result if inspect.isawaitable(result) else result

    async def _hang(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.changed.closed:
            await self.changed.wait(until - time.monotonic())
