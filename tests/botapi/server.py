"""The Bot API double as tests use it: `async with BotApiServer() as api:`."""

import time
from types import TracebackType
from typing import Any

from tests.botapi.backend import Backend, Limits
from tests.botapi.cast import Cast
from tests.botapi.deeds import Deeds
from tests.botapi.faults import Clock, Fault, Flood, refusal
from tests.botapi.http import HttpFront
from tests.botapi.model import Chat, User
from tests.botapi.watch import Watch

Where = Chat | User | int | None


class BotApiServer(Cast, Deeds, Watch):
    """A whole server on 127.0.0.1; see `Cast`, `Deeds` and `Watch` for what it offers.

    `clock` stamps calls and drives the flood limits; `webhook_pause` is the wait in seconds
    before an update is pushed again.
    """

    def __init__(
        self,
        *,
        clock: Clock = time.monotonic,
        limits: Limits | None = None,
        webhook_pause: float = 0.05,
    ) -> None:
        Cast.__init__(self)
        Deeds.__init__(self)
        self.backend = Backend(clock, limits or Limits(), webhook_pause)
        self._front = HttpFront(self.backend)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`, known once the server runs."""
        return self._front.url

    def fail(
        self,
        method: str = "",
        *,
        chat: Where = None,
        status: int = 400,
        description: str = "",
        retry_after: int | None = None,
        parameters: dict[str, Any] | None = None,
        times: int = 1,
    ) -> None:
        """Refuse the next calls that fit; an empty method means any."""
        error = refusal(status, description, retry_after, parameters)
        self._order(Fault(method, _chat_id(chat), times, error))

    def hang(
        self,
        method: str,
        seconds: float,
        *,
        chat: Where = None,
        times: int = 1,
        perform: bool = True,
    ) -> None:
        """Answer late; the call is carried out at once, with `perform=False` only at the end."""
        self._order(Fault(method, _chat_id(chat), times, seconds=seconds, perform=perform))

    def drop(
        self, method: str, *, chat: Where = None, times: int = 1, perform: bool = True
    ) -> None:
        """Cut the connection instead of answering: carried out or, without `perform`, not."""
        self._order(Fault(method, _chat_id(chat), times, drop=True, perform=perform))

    def flood(
        self,
        per_chat_per_second: int = 1,
        group_per_minute: int = 20,
        overall_per_second: int = 30,
        *,
        clock: Clock | None = None,
    ) -> Flood:
        """From now on answer 429 to whoever writes or edits faster; 0 switches a limit off."""
        limits = (per_chat_per_second, group_per_minute, overall_per_second)
        self.backend.flood = Flood(*limits, clock or self.backend.clock)
        return self.backend.flood

    async def __aenter__(self) -> "BotApiServer":
        await self._front.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.backend.stop()
        await self._front.stop()

    def _order(self, fault: Fault) -> None:
        self.backend.faults.orders.append(fault)


def _chat_id(chat: Where) -> int | None:
    return chat.id if isinstance(chat, Chat | User) else chat
