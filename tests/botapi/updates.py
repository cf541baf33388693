"""A bot's unconfirmed updates, and the long poll that hands them out."""

import asyncio
import contextlib
import time
from collections import deque
from typing import Any

from tests.botapi.errors import bad_request, conflict

KINDS = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
]
ONLY_WHEN_ASKED = ("chat_member", "message_reaction", "message_reaction_count")
MAX_BATCH = 100
MAX_POLL_SECONDS = 50
WEBHOOK_IS_SET = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)

Update = dict[str, Any]


class Signal:
    """Wakes everyone who waits for something to change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.closed = False

    def fire(self) -> None:
        """Wake all waiters; they look for themselves whether it concerned them."""
        self._event.set()
        self._event = asyncio.Event()

    def close(self) -> None:
        """Wake all waiters for good."""
        self.closed = True
        self.fire()

    async def wait(self, seconds: float) -> None:
        """Until the next change, at most this long."""
        if self.closed:
            await asyncio.sleep(0)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), max(0.0, seconds))


class Inbox:
    """Updates of one bot in order; each stays until a poll's offset or a webhook confirms it."""

    def __init__(self, first_id: int) -> None:
        self.pending: deque[Update] = deque()
        self.delivered = 0
        self.allowed: frozenset[str] | None = None
        self.webhook_url = ""
        self.changed = Signal()
        self._next_id = first_id
        self._poller = 0

    def put(self, update: Update) -> int:
        """Queue one update as it is and return its id; 0 when its kind was not asked for."""
        if not self._wanted(update):
            return 0
        return self.put_raw(update)

    def put_raw(self, update: Update) -> int:
        """Queue whatever it is; its own `update_id` wins over the next one."""
        update_id = int(update.get("update_id", self._next_id))
        self._next_id = max(self._next_id, update_id + 1)
        self.pending.append({"update_id": update_id, **update})
        self.changed.fire()
        return update_id

    def confirm_below(self, offset: int) -> None:
        """Forget what lies below the offset; a negative one keeps that many from the end."""
        if offset < 0:
            while len(self.pending) > -offset:
                self._confirm_first()
            return
        while self.pending and self.pending[0]["update_id"] < offset:
            self._confirm_first()

    def confirm(self, update: Update) -> None:
        """Forget the update a webhook took, unless it is gone already."""
        if self.pending and self.pending[0] is update:
            self._confirm_first()

    def allow(self, kinds: list[Any] | None) -> None:
        """Remember `allowed_updates`; None leaves it as it is, an empty list means the usual."""
        if kinds is None:
            return
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise bad_request(f"unknown update type {unknown[0]!r} in allowed_updates")
        self.allowed = frozenset(kinds) or None

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Update]:
        """The long poll: a newer one ends the older with 409, a webhook ends them all."""
        if not 1 <= limit <= MAX_BATCH or seconds < 0:
            raise bad_request("limit must be 1-100 and timeout not negative")
        self._refuse_beside_webhook(WEBHOOK_IS_SET)
        self._poller += 1
        mine = self._poller
        self.changed.fire()
        self.confirm_below(offset)
        until = time.monotonic() + min(seconds, MAX_POLL_SECONDS)
        while not self.pending and time.monotonic() < until and not self.changed.closed:
            await self.changed.wait(until - time.monotonic())
            if mine != self._poller:
                raise conflict(OTHER_POLLER)
            self._refuse_beside_webhook("terminated by setWebhook request")
        return list(self.pending)[:limit]

    def _refuse_beside_webhook(self, words: str) -> None:
        if self.webhook_url:
            raise conflict(words)

    def _confirm_first(self) -> None:
        self.pending.popleft()
        self.delivered += 1
        self.changed.fire()

    def _wanted(self, update: Update) -> bool:
        kind = next((name for name in update if name != "update_id"), "")
        if self.allowed is not None:
            return kind in self.allowed
        return kind not in ONLY_WHEN_ASKED
