"""Trouble on order: scripted refusals, slow and lost answers, and a flood limit with a clock."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.errors import ApiError, too_many_requests
from tests.botapi.model import Chat

DESCRIPTIONS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
}

Clock = Callable[[], float]


@dataclass
class Fault:
    """One order: which calls it meets, how often, and what becomes of them."""

    method: str
    chat_id: int | None
    times: int
    error: ApiError | None = None
    seconds: float = 0.0
    drop: bool = False
    perform: bool = True

    def meets(self, method: str, chat_id: Any) -> bool:
        """Whether this call is meant; an empty method means any."""
        return (
            self.times > 0
            and self.method.lower() in ("", method.lower())
            and self.chat_id in (None, chat_id)
        )


def refusal(
    status: int, description: str, retry_after: int | None, parameters: dict[str, Any] | None
) -> ApiError:
    """A scripted error; words are the usual ones of that status unless given."""
    parameters = dict(parameters or {})
    if retry_after is not None:
        parameters["retry_after"] = retry_after
    if status == 429 and not description:
        return too_many_requests(int(parameters.get("retry_after", 1)))
    if "migrate_to_chat_id" in parameters and not description:
        description = "Bad Request: group chat was upgraded to a supergroup chat"
    return ApiError(status, description or DESCRIPTIONS.get(status, "Error"), parameters)


@dataclass
class Faults:
    """Orders in the sequence they were given; the first that fits is taken."""

    orders: list[Fault] = field(default_factory=list)

    def take(self, method: str, chat_id: Any) -> Fault | None:
        """Use up one turn of the first order that meets this call."""
        for fault in self.orders:
            if fault.meets(method, chat_id):
                fault.times -= 1
                return fault
        return None


@dataclass
class Window:
    """At most `most` within `seconds`, sliding."""

    most: int
    seconds: float
    taken: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Seconds until one more fits; 0 when it fits now."""
        while self.taken and self.taken[0] <= now - self.seconds:
            self.taken.popleft()
        if len(self.taken) < self.most:
            return 0.0
        return self.taken[len(self.taken) - self.most] + self.seconds - now


@dataclass
class Flood:
    """The limits a bot must keep; what it refuses does not count against it."""

    per_chat_per_second: int
    group_per_minute: int
    overall_per_second: int
    clock: Clock = time.monotonic
    refused: int = 0
    _windows: dict[tuple[str, int, int], Window] = field(default_factory=dict)

    def check(self, bot_id: int, chat: Chat) -> None:
        """Count one message to this chat, or raise the 429 that says how long to wait."""
        now = self.clock()
        windows = self._windows_for(bot_id, chat)
        wait = max((window.wait(now) for window in windows), default=0.0)
        if wait > 0:
            self.refused += 1
            raise too_many_requests(max(1, math.ceil(wait)))
        for window in windows:
            window.taken.append(now)

    def _windows_for(self, bot_id: int, chat: Chat) -> list[Window]:
        wanted = [("overall", 0, self.overall_per_second, 1.0)]
        wanted.append(("chat", chat.id, self.per_chat_per_second, 1.0))
        if not chat.private:
            wanted.append(("group", chat.id, self.group_per_minute, 60.0))
        return [
            self._windows.setdefault((name, bot_id, chat_id), Window(most, seconds))
            for name, chat_id, most, seconds in wanted
            if most
        ]
